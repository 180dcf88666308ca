"""Plain Python values <-> the wire's attribute values.

    None NULL, bool BOOL, int and Decimal N, str S, bytes B, set SS NS BS, dict M, list and tuple L

Numbers come back as int when they are whole, else as Decimal; or all as Decimal, which is what boto3 gives. A float
is refused unless asked for: most decimal fractions are not what they seem in binary. Asked for, it is taken for the
shortest text that means it, and comes back as a Decimal. Binary comes back as bytes; boto3's Binary is taken too.
"""

from __future__ import annotations

import math
from binascii import a2b_base64
from collections.abc import Callable, Mapping, Set
from decimal import Clamped, Context, Decimal, Inexact, Overflow, Rounded, Underflow
from typing import Any, Final, Literal

import msgspec

from stator.client.low_level import base64_text
from stator.errors import SettingError
from stator.values import AttributeValue, Item

Numbers = Literal["int", "decimal"]

# 38 digits and no silent rounding: a Decimal that does not fit is refused, as by boto3
_EXACT: Final = Context(Emin=-128, Emax=126, prec=38, traps=[Clamped, Overflow, Inexact, Rounded, Underflow])
_PLAIN_INT: Final = 10**126
_FLOAT = "Float types are not supported. Use Decimal types instead."
_NOT_FINITE = "Infinity and NaN not supported"
_decode_item = msgspec.json.Decoder(dict[str, dict[str, Any]]).decode


class Values:
    """The conversion, as it was chosen. Safe to share: it has no state.

    `to_wire` and `item_to_wire` raise TypeError for what is no value, and decimal's errors for a Decimal that needs
    more than 38 digits; `from_wire` and `item_from_wire` take what the wire holds."""

    def __init__(self, numbers: Numbers = "int", floats: bool = False) -> None:
        if numbers not in ("int", "decimal"):
            raise SettingError(f"numbers is {numbers!r}; allowed: 'int' or 'decimal'")
        self.number: Callable[[str], Any] = _whole_or_decimal if numbers == "int" else _EXACT.create_decimal
        self._float = _float_text if floats else _refuse_float
        self._readers: dict[str, Callable[[Any], Any]] = {
            "N": self.number,
            "B": a2b_base64,
            "BOOL": _same,
            "NULL": _none,
            "SS": set,
            "NS": self._number_set,
            "BS": _binary_set,
            "L": self._list,
            "M": self._members,
        }

    # To the wire

    def to_wire(self, value: Any) -> AttributeValue:
        kind = type(value)
        if kind is str:
            return {"S": value}
        if kind is int:
            return {"N": str(value) if -_PLAIN_INT < value < _PLAIN_INT else _huge_text(value)}
        if kind is dict:
            return {"M": self.item_to_wire(value)}
        if kind is list:
            return {"L": [self.to_wire(element) for element in value]}
        return self._other_to_wire(value)

    def item_to_wire(self, item: Any) -> Any:
        """What is no mapping is left for the service to refuse."""
        if not isinstance(item, Mapping):
            return item
        _check_names(item)
        to_wire = self.to_wire
        return {name: {"S": value} if type(value) is str else to_wire(value) for name, value in item.items()}

    def _other_to_wire(self, value: Any) -> AttributeValue:
        if value is None:
            return {"NULL": True}
        if isinstance(value, bool):
            return {"BOOL": value}
        if _is_number(value):
            return {"N": self._number_text(value)}
        if isinstance(value, str):
            return {"S": str.__str__(value)}
        if _is_binary(value):
            return {"B": base64_text(value)}
        if isinstance(value, Set):
            return self._set_to_wire(value)
        if isinstance(value, Mapping):
            return {"M": self.item_to_wire(value)}
        if isinstance(value, (list, tuple)):
            return {"L": [self.to_wire(element) for element in value]}
        raise TypeError(f'Unsupported type "{type(value)}" for value "{value}"')

    def _set_to_wire(self, members: Set[Any]) -> AttributeValue:
        if all(map(_is_number, members)):
            return {"NS": [self._number_text(member) for member in members]}
        if all(isinstance(member, str) for member in members):
            return {"SS": [str.__str__(member) for member in members]}
        if all(map(_is_binary, members)):
            return {"BS": [base64_text(member) for member in members]}
        raise TypeError(f'Unsupported type "{type(members)}" for value "{members}"')

    def _number_text(self, number: Any) -> str:
        if isinstance(number, float):
            return self._float(number)
        if isinstance(number, int):
            return str(int(number)) if -_PLAIN_INT < number < _PLAIN_INT else _huge_text(number)
        text = str(_EXACT.create_decimal(number))
        if not text[-1].isdigit():
            raise TypeError(_NOT_FINITE)
        return text

    # From the wire

    def from_wire(self, value: AttributeValue) -> Any:
        for kind, content in value.items():
            return content if kind == "S" else self._readers[kind](content)
        raise TypeError("Value must be a nonempty dictionary whose key is a valid dynamodb type.")

    def item_from_wire(self, item: Item | msgspec.Raw) -> dict[str, Any]:
        """`item` may be the wire's own JSON, as the store has it."""
        return self._members(_decode_item(item) if type(item) is msgspec.Raw else item)

    def _members(self, members: Any) -> dict[str, Any]:
        readers = self._readers
        result: dict[str, Any] = {}
        for name, value in members.items():
            text = value.get("S")
            if text is not None:
                result[name] = text
                continue
            for kind, content in value.items():
                result[name] = readers[kind](content)
        return result

    def _list(self, elements: list[AttributeValue]) -> list[Any]:
        return [self.from_wire(element) for element in elements]

    def _number_set(self, members: list[str]) -> set[Any]:
        return set(map(self.number, members))


def _check_names(item: Mapping[Any, Any]) -> None:
    try:
        "".join(item)  # the cheapest look at all of them
    except TypeError:
        wrong = next(name for name in item if not isinstance(name, str))
        raise TypeError(f"The name of an attribute is {wrong!r}; allowed: texts") from None


def _whole_or_decimal(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:
        return Decimal(text)


def _huge_text(number: int) -> str:
    """An integer of any size, for the service to refuse where it is too large. Python itself refuses to write out
    those of more than 4,300 digits."""
    return f"{Decimal(number):f}"


def _float_text(number: float) -> str:
    if not math.isfinite(number):
        raise TypeError(_NOT_FINITE)
    return repr(float(number))


def _refuse_float(number: float) -> str:
    raise TypeError(_FLOAT)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal, float))


def _is_binary(value: Any) -> bool:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return True
    return type(value).__name__ == "Binary" and isinstance(getattr(value, "value", None), (bytes, bytearray))


def _binary_set(members: list[str]) -> set[bytes]:
    return set(map(a2b_base64, members))


def _same(content: Any) -> Any:
    return content


def _none(_: Any) -> None:
    return None
