"""A field's value <-> what an item holds, in plain Python values as the native client takes them.

Kept as they are: texts, ints, Decimals, bytes, booleans, lists, maps, sets. A float becomes the Decimal that is written
alike; a moment its ISO text in UTC, always as long; a date, a time, a UUID, an enum its text; a secret what it hides.
None is an absent attribute, and within a list NULL; what a map has as None is absent, too, unless the map is no field's
(`exact`). An empty set is absent: DynamoDB has none. Reading back is Pydantic's work, by the field's type.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from decimal import Clamped, Context, Decimal, DecimalException, Inexact, Overflow, Rounded, Underflow
from enum import Enum
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, RootModel
from pydantic_core import PydanticSerializationError, to_jsonable_python

from stator.model.entities import attribute_of
from stator.model.faults import ArgumentError
from stator.model.templates import moment_text

_SAME: Final = frozenset((str, bool, bytes, type(None)))
_DIGITS_MAX: Final = 38
_WHOLE_MAX: Final = 10**_DIGITS_MAX
_HUGE: Final = 10**126
_EXACT: Final = Context(
    Emin=-128, Emax=126, prec=_DIGITS_MAX, traps=[Clamped, Overflow, Inexact, Rounded, Underflow]
)


def plain(name: str, value: Any, exact: bool = False) -> Any:
    """Raises ArgumentError, naming the attribute, for a value that DynamoDB has none for."""
    kind = type(value)
    if kind in _SAME:
        return value
    if kind is int and -_WHOLE_MAX < value < _WHOLE_MAX:
        return value
    if isinstance(value, Enum):
        return plain(name, value.value)
    if isinstance(value, (bool, str, bytes)):
        return value
    if isinstance(value, (int, float, Decimal)):
        return _number(name, value)
    if isinstance(value, datetime):
        return moment_text(name, value) if value.tzinfo else value.isoformat(timespec="microseconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return _plain_many(name, value, exact)


def _number(name: str, value: Any) -> int | Decimal:
    if isinstance(value, int):
        if abs(value) < _HUGE and len(str(abs(value)).rstrip("0")) <= _DIGITS_MAX:
            return value
        raise ArgumentError(f"{name} is a number of more than {_DIGITS_MAX} digits, which DynamoDB has not")
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite():
        raise ArgumentError(f"{name} is {value}, which DynamoDB has no number for")
    try:
        return _EXACT.create_decimal(number)
    except DecimalException:
        raise ArgumentError(
            f"{name} is {value}, which DynamoDB has no number for: it has {_DIGITS_MAX} digits, from 1E-130 to 9.9E+125"
        ) from None


def _plain_many(name: str, value: Any, exact: bool) -> Any:
    if isinstance(value, RootModel):
        return plain(name, value.root, exact)
    if isinstance(value, BaseModel):
        kind = type(value)
        held = {attribute_of(kind, each): getattr(value, each) for each in kind.model_fields}
        return members(name, {**held, **(value.model_extra or {})})
    if isinstance(value, Mapping):
        return members(name, value, exact)
    if isinstance(value, (list, tuple)):
        return [plain(name, each, exact) for each in value]
    if isinstance(value, Set):
        return _set(name, value)
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if is_dataclass(value) and not isinstance(value, type):
        return members(name, {each.name: getattr(value, each.name) for each in fields(value)})
    if hasattr(value, "get_secret_value"):
        return plain(name, value.get_secret_value(), exact)
    try:
        return to_jsonable_python(value)
    except PydanticSerializationError as error:
        raise ArgumentError(f"{name} is a {type(value).__name__}, which no attribute can hold") from error


def _set(name: str, values: Set[Any]) -> set[Any] | None:
    found = {plain(name, each) for each in values}
    for kinds in (str, bytes, (int, Decimal)):
        if all(isinstance(each, kinds) for each in found):
            return found or None
    raise ArgumentError(f"{name} is a set of more than texts, or numbers, or bytes, which DynamoDB has not")


def members(name: str, value: Mapping[Any, Any], exact: bool = False) -> dict[str, Any]:
    """A map's members; without those that are None, unless it is taken exactly."""
    found = {str(plain(name, key)): plain(name, each, exact) for key, each in value.items()}
    return found if exact else {key: each for key, each in found.items() if each is not None}


def seconds(value: Any) -> int | None:
    """An expiry as DynamoDB wants it: epoch seconds. A fraction is cut: an item is not alive after its moment."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return math.floor(value.timestamp() if value.tzinfo else value.replace(tzinfo=UTC).timestamp())
    return math.floor(value)  # type: ignore[no-any-return]
