"""Checks attribute values as the service does and brings them into canonical form.

The input is decoded JSON whose members have the right JSON types; what those members hold is checked here.
Items are walked in the order given and the first fault is raised. Every container in the answer is new, so
what a caller does later with its own dicts changes nothing here.

The service has two validation layers whose wordings differ; an InvalidAttributeValue carries both texts.
Empty strings and binaries are values like any other here, in sets too; what a key may hold is the table's
to check. A set's members stand in the service's own order: texts and binaries by their bytes, numbers by value. Sets
that are too long for any item, which nobody will see, stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from stator.errors import InvalidAttributeValue
from stator.limits import NAME_BYTES_MAX, SET_MEMBERS_MAX
from stator.values.binary import decode_binary
from stator.values.depth import LEVELS_MAX
from stator.values.numbers import in_order, normalise
from stator.values.types import AttributeValue, Item

_INVALID = "One or more parameter values were invalid: "
_NO_TYPE = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
_MORE_TYPES = (
    "Supplied AttributeValue has more than one datatypes set, "
    "must contain exactly one of the supported datatypes"
)
_TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: "
    "Attributes in the item have nested levels beyond supported limit"
)
_LONG_NAME = f"Attribute name is too large, must be less than {NAME_BYTES_MAX + 1} bytes"
_DUPLICATES = "Input collection contains duplicates"


def canonical_item(item: Item) -> Item:
    """A new, canonical item. Raises InvalidAttributeValue; SerializationException for bad base64."""
    if "" in item:
        raise InvalidAttributeValue("Empty attribute name")
    result = {}
    for name, value in item.items():
        if len(name) > NAME_BYTES_MAX // 4:
            refuse_long_name(name)
        if len(value) == 1 and "S" in value:
            result[name] = {"S": value["S"]}
        else:
            result[name] = _canonical(value, 1)
    return result


def canonical_value(value: AttributeValue) -> AttributeValue:
    """A new, canonical value. Raises as `canonical_item` does."""
    return _canonical(value, 1)


def refuse_long_name(name: str) -> None:
    """Raises InvalidAttributeValue for a name of more UTF-8 bytes than a name may have."""
    if len(name.encode()) > NAME_BYTES_MAX:
        raise InvalidAttributeValue(_LONG_NAME)


def ordered_set(kind: str, members: Iterable[str]) -> list[str]:
    """Canonical members of an SS, NS or BS in the service's order."""
    return _SET_ORDERS[kind](members)


def _canonical(value: AttributeValue, level: int) -> AttributeValue:
    if level > LEVELS_MAX:
        raise InvalidAttributeValue(_TOO_DEEP)
    if len(value) != 1:
        raise _not_one_type(value, level)
    for kind in value:
        content = value[kind]
        if kind == "M":
            return {"M": _map(content, level + 1)}
        if kind == "L":
            return {"L": [_canonical(element, level + 1) for element in content]}
        return {kind: _LEAVES[kind](content)}
    raise AssertionError("unreachable")


def _map(members: Item, level: int) -> Item:
    if "" in members:
        raise InvalidAttributeValue("Empty attribute name")
    result = {}
    for name, member in members.items():
        if len(name) > NAME_BYTES_MAX // 4:
            refuse_long_name(name)
        result[name] = _canonical(member, level)
    return result


def _not_one_type(value: AttributeValue, level: int) -> InvalidAttributeValue:
    """The service checks what each of several types holds before it counts them."""
    if not value:
        return InvalidAttributeValue(_NO_TYPE)
    for kind, content in value.items():
        _canonical({kind: content}, level)
    return InvalidAttributeValue(_MORE_TYPES)


def _binary(text: str) -> str:
    decode_binary(text)
    return text


def _null(content: bool) -> bool:
    if content is not True:
        raise InvalidAttributeValue(_INVALID + "Null attribute value types must have the value of true")
    return True


def _unchanged(content: Any) -> Any:
    return content


def _strings(members: list[str]) -> list[str]:
    if not members:
        raise InvalidAttributeValue(_INVALID + "An string set  may not be empty")
    if len(members) > SET_MEMBERS_MAX:
        return members
    if len(set(members)) != len(members):
        quoted = ", ".join(f'"{member}"' for member in _up_to_repeat(members, str))
        raise InvalidAttributeValue(
            f"{_INVALID}Input collection [{', '.join(members)}] contains duplicates.",
            f"{_INVALID}Input collection [{quoted}] contains duplicates.",
        )
    return ordered_set("SS", members)


def _numbers(members: list[str]) -> list[str]:
    if not members:
        raise InvalidAttributeValue(_INVALID + "An number set  may not be empty")
    result = [normalise(member) for member in members]
    if len(members) > SET_MEMBERS_MAX:
        return result
    if len(set(result)) != len(result):
        raise InvalidAttributeValue(_DUPLICATES, f"{_INVALID}{_DUPLICATES}.")
    return ordered_set("NS", result)


def _binaries(members: list[str]) -> list[str]:
    if not members:
        raise InvalidAttributeValue(_INVALID + "Binary sets should not be empty")
    for member in members:
        decode_binary(member)
    if len(members) > SET_MEMBERS_MAX:
        return members
    if len(set(members)) != len(members):
        quoted = ",".join(f'"{member}"' for member in _up_to_repeat(members, decode_binary))
        raise InvalidAttributeValue(
            f"{_INVALID}Input collection [{', '.join(members)}]of type BS contains duplicates.",
            f"{_INVALID}Input collection [{quoted}]of type BS contains duplicates.",
        )
    return ordered_set("BS", members)


def _up_to_repeat(members: list[str], order: Callable[[str], Any]) -> list[str]:
    """As the newer layer lists a set: sorted up to the first repeat, then that and the rest as sent."""
    seen: set[str] = set()
    for index, member in enumerate(members):
        if member in seen:
            return sorted(seen, key=order) + members[index:]
        seen.add(member)
    return members


_SET_ORDERS: dict[str, Callable[[Iterable[str]], list[str]]] = {
    "SS": sorted,
    "NS": in_order,
    "BS": lambda members: sorted(members, key=decode_binary),
}
_LEAVES: dict[str, Callable[[Any], Any]] = {
    "S": _unchanged,
    "N": normalise,
    "B": _binary,
    "BOOL": _unchanged,
    "NULL": _null,
    "SS": _strings,
    "NS": _numbers,
    "BS": _binaries,
}
