"""What a bulk put reads: a slice of records a step, each with its item and perhaps a condition of its own.

    record := {"Item": {...}, "ConditionExpression": "...", "ExpressionAttributeNames": {...},
               "ExpressionAttributeValues": {...}}        all but the Item may be left out

A record with any other member is refused: one that means a condition and misspells it must not be put without.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from stator.engine.bulk_records import error_line
from stator.engine.catalogue import Table
from stator.engine.import_reading import AttributeShape, Placed, placed, step_rows
from stator.engine.import_sources import Record, Records, UnreadableRest
from stator.engine.item_keys import check_key_paths
from stator.engine.items import Condition
from stator.errors import ServiceError, ValidationException
from stator.expressions import Placeholders, compile_condition
from stator.limits import JOB_STEP_BYTES

_UNREADABLE = "UnreadableObject"


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of an object: what is to be put, or, when `put` is None, the report of why it cannot be. `number`: of
    the records up to and with it."""

    key: str
    number: int
    put: Placed | None
    condition: Condition | None
    error: bytes = b""


@dataclass(slots=True)
class Slice:
    """What one step has read of one object. `object_bytes`: read of the object so far. `following`: the next object's
    key, once this one is at its end."""

    key: str
    entries: list[Entry] = field(default_factory=list)
    object_bytes: int = 0
    is_over: bool = False
    following: str | None = None

    def without(self, handled: int) -> Slice:
        return replace(self, entries=self.entries[handled:])


def read(records: Records, table: Table, key: str) -> Slice:
    """Reads until a step has enough to do or the object is at its end. Touches nothing but the reader."""
    found = Slice(key)
    start = records.size
    while len(found.entries) < step_rows(table) and records.size - start < JOB_STEP_BYTES:
        try:
            record = records.next()
        except UnreadableRest as error:
            text = f"this record, and all behind it in its object, cannot be read: {error}"
            line = error_line(key, records.number + 1, _UNREADABLE, text, None)
            found.entries.append(Entry(key, records.number + 1, None, None, line))
            record = None
        if record is None:
            found.is_over = True
            break
        found.entries.append(_entry(table, key, records.number, record))
    found.object_bytes = records.object_bytes
    return found


def _entry(table: Table, key: str, number: int, record: Record) -> Entry:
    try:
        _check_shape(record)
        return Entry(key, number, placed(table, record["Item"]), _condition(table, record))
    except ServiceError as error:
        return refused(key, number, error, record)


def refused(key: str, number: int, error: ServiceError, record: Any) -> Entry:
    return Entry(key, number, None, None, error_line(key, number, error.code, error.message, record))


class _Shape(msgspec.Struct, forbid_unknown_fields=True):
    Item: dict[str, Any]
    ConditionExpression: str | None = None
    ExpressionAttributeNames: dict[str, str] | None = None
    ExpressionAttributeValues: dict[str, AttributeShape] | None = None


def _check_shape(record: Record) -> None:
    try:
        msgspec.convert(record, _Shape)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValidationException(f"not a record of a bulk put: {error}") from error


def _condition(table: Table, record: Record) -> Condition | None:
    placeholders = Placeholders.of_request(record)
    placeholders.refuse_mixed(record, ("ConditionExpression",), ())
    text = record.get("ConditionExpression")
    if text is None:
        return None
    condition = compile_condition(text, placeholders, "ConditionExpression")
    placeholders.refuse_unused()
    check_key_paths(table, condition.nested)
    return Condition(condition.matches, True, condition.nested)
