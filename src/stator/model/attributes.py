"""A field's value <-> what an item holds, in plain Python values as the native client takes them.

Kept as they are: texts, ints, Decimals, bytes, booleans, lists, maps, sets. A float becomes the Decimal that is written
alike; a moment its ISO text in UTC, always as long; a date, a time, a UUID, an enum its text; a secret what it hides.
None is an absent attribute, and within another value NULL, or absent too where a nested model's default says the same.
An empty set is absent, and within another value an empty list: DynamoDB has none. Reading back is Pydantic's work, by
the field's type.
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


def plain(name: str, value: Any) -> Any:
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
    return _plain_many(name, value)


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


def _plain_many(name: str, value: Any) -> Any:
    if isinstance(value, RootModel):
        return plain(name, value.root)
    if isinstance(value, BaseModel):
        return _model(name, value)
    if isinstance(value, Mapping):
        return {str(plain(name, key)): _inner(name, each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_inner(name, each) for each in value]
    if isinstance(value, Set):
        return _set(name, value)
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _inner(name, getattr(value, each.name)) for each in fields(value)}
    if hasattr(value, "get_secret_value"):
        return plain(name, value.get_secret_value())
    try:
        return to_jsonable_python(value)
    except PydanticSerializationError as error:
        raise ArgumentError(f"{name} is a {type(value).__name__}, which no attribute can hold") from error


def _inner(name: str, value: Any) -> Any:
    """Within another value None is NULL, and an empty set an empty list, which reads back as it."""
    found = plain(name, value)
    return [] if found is None and value is not None else found


def _model(name: str, model: BaseModel) -> dict[str, Any]:
    """A nested model's fields; without those that are None where they come back as it."""
    kind = type(model)
    held = {
        attribute_of(kind, each): _inner(name, value)
        for each, info in kind.model_fields.items()
        if (value := getattr(model, each)) is not None or info.default is not None
    }
    return {**held, **{each: _inner(name, value) for each, value in (model.model_extra or {}).items()}}


def _set(name: str, values: Set[Any]) -> set[Any] | None:
    found = {plain(name, each) for each in values}
    for kinds in (str, bytes, (int, Decimal)):
        if all(isinstance(each, kinds) for each in found):
            return found or None
    raise ArgumentError(f"{name} is a set of more than texts, or numbers, or bytes, which DynamoDB has not")


def seconds(value: Any) -> int | None:
    """An expiry as DynamoDB wants it: epoch seconds. A fraction is cut: an item is not alive after its moment."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return math.floor(value.timestamp() if value.tzinfo else value.replace(tzinfo=UTC).timestamp())
    return math.floor(value)  # type: ignore[no-any-return]
