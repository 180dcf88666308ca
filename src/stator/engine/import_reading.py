"""Where imports and bulk puts stand in what they read, and what becomes of a record there.

    cursor := the object's key NUL the number of the record behind the last one handled, in decimal; empty: at the start

A reader of the object and a listing of those behind it are kept open between steps, at the place their job stands at.
A step that finds no reader at its place (another process, a crash) opens the object and skips what was handled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import msgspec

from stator.engine.catalogue import Table
from stator.engine.import_sources import Form, Records, UnreadableRest
from stator.engine.item_keys import ItemKey, check_index_keys, key_within
from stator.engine.objects import Objects
from stator.errors import ValidationException
from stator.limits import ITEM_BYTES_MAX, JOB_STEP_ROWS
from stator.storage.contract import Steps, aside
from stator.values import Item, canonical_item, item_size

Placed = tuple[ItemKey, Item, int]
"""An item as it will be put: its key, itself with its key first, its size."""


@dataclass(frozen=True, slots=True)
class Source:
    """The objects of a bucket whose keys begin with the prefix, all written in one form."""

    bucket: str
    prefix: str
    form: Form


def place_of(cursor: bytes) -> tuple[str, int]:
    """The object's key, empty at the start, and the number of records of it that were handled."""
    key, _, number = cursor.decode().rpartition("\0")
    return key, int(number or 0)


def cursor_at(key: str, number: int) -> bytes:
    return f"{key}\0{number}".encode()


class Readers:
    """One open reader and one open listing, each at the place of the job that used it last."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._open: tuple[int, str, Records] | None = None
        self._listing: tuple[int, str, Iterator[str]] | None = None

    def take(self, job_id: int, source: Source, key: str, number: int) -> Steps[Records]:
        """A reader of the object at the record with that number, no longer kept. Raises OSError."""
        opened, self._open = self._open, None
        if opened is not None:
            if opened[:2] == (job_id, key) and opened[2].number == number:
                return opened[2]
            opened[2].close()
        records = yield from aside(lambda: Records(self._objects.read(source.bucket, key), source.form))
        while records.number < number:
            stop = min(records.number + JOB_STEP_ROWS, number)
            if not (yield from aside(partial(_skip, records, stop))):
                break
        return records

    def keep(self, job_id: int, key: str, records: Records) -> None:
        self._open = job_id, key, records

    def following(self, job_id: int, source: Source, after: str) -> Steps[str | None]:
        """The key of the object behind that one; None at the end. Raises OSError."""
        listing, self._listing = self._listing, None
        if listing is not None and listing[:2] == (job_id, after):
            keys = listing[2]
        else:
            keys = yield from aside(partial(self._objects.keys, source.bucket, source.prefix, after))
        following: str | None = yield from aside(lambda: next(keys, None))
        if following is not None:
            self._listing = job_id, following, keys
        return following


def _skip(records: Records, number: int) -> bool:
    """Reads up to a record; returns whether there were so many."""
    while records.number < number:
        try:
            if records.next() is None:
                return False
        except UnreadableRest:
            return False
    return True


class AttributeShape(msgspec.Struct, forbid_unknown_fields=True):
    """An attribute value's shape. What comes over the wire has it; a file may hold any JSON."""

    S: str = ""
    N: str = ""
    B: str = ""
    SS: list[str] = []
    NS: list[str] = []
    BS: list[str] = []
    M: dict[str, AttributeShape] = {}
    L: list[AttributeShape] = []
    NULL: bool = True
    BOOL: bool = True


def checked(item: Item) -> tuple[Item, int]:
    """An item of a record, canonical, and its size. Raises ValidationException for what is wrong with it in every
    table."""
    try:
        msgspec.convert(item, dict[str, AttributeShape])
        item = canonical_item(item)
        size = item_size(item)
    except (msgspec.ValidationError, RecursionError, UnicodeEncodeError) as error:
        raise ValidationException(f"not an item: {error}") from error
    if size > ITEM_BYTES_MAX:
        raise ValidationException("Item size has exceeded the maximum allowed size")
    return item, size


def placed(table: Table, item: Item) -> Placed:
    """An item of a record as it will be put. Raises ServiceError for all that may be wrong with it."""
    item, size = checked(item)
    key = key_within(table, item)
    if table.indexes:
        check_index_keys(table, item)
    return key, {**key.attributes, **item}, size


def step_rows(table: Table) -> int:
    """Records that one step reads: those with many indexes write many rows each."""
    return max(JOB_STEP_ROWS // (1 + len(table.indexes)), 1)
