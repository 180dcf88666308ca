"""A field's value <-> what an item holds, in plain Python values as the native client takes them.

Kept as they are: texts, ints, Decimals, bytes, booleans, lists, maps, sets. A float becomes the Decimal that is written
alike; a moment its ISO text in UTC, always as long; a date, a time, a UUID, an enum its text. None is an absent
attribute, and within a list NULL. An empty set is absent, too: DynamoDB has none. Reading back is Pydantic's work, by
the field's type.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from stator.model.faults import ArgumentError
from stator.model.templates import moment_text


def plain(name: str, value: Any) -> Any:
    """Raises ArgumentError for a float that is no number, naming the attribute."""
    if value is None or isinstance(value, (bool, bytes, Decimal)):
        return value
    if isinstance(value, Enum):
        return plain(name, value.value)
    if isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ArgumentError(f"{name} is {value}, which DynamoDB has no number for")
        return Decimal(repr(value))
    if isinstance(value, datetime):
        return moment_text(name, value) if value.tzinfo else value.isoformat(timespec="microseconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return _plain_many(name, value)


def _plain_many(name: str, value: Any) -> Any:
    if isinstance(value, BaseModel):
        return members(name, value.model_dump(by_alias=True))
    if isinstance(value, Mapping):
        return members(name, value)
    if isinstance(value, (list, tuple)):
        return [plain(name, each) for each in value]
    if isinstance(value, Set):
        return {plain(name, each) for each in value} or None
    return to_jsonable_python(value)


def members(name: str, value: Mapping[Any, Any]) -> dict[str, Any]:
    """A map's members, without those that are None."""
    found = {str(plain(name, key)): plain(name, each) for key, each in value.items()}
    return {key: each for key, each in found.items() if each is not None}


def seconds(value: Any) -> int | None:
    """An expiry as DynamoDB wants it: epoch seconds. A fraction is cut: an item is not alive after its moment."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return math.floor(value.timestamp() if value.tzinfo else value.replace(tzinfo=UTC).timestamp())
    return math.floor(value)  # type: ignore[no-any-return]
