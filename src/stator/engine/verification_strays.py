"""Rows that are nobody's: of table ids that nothing names, or of kinds that their table has not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stator.engine import backup_records, catalogue
from stator.engine.catalogue import TableDescription
from stator.engine.job_records import Job, JobKind
from stator.engine.verification_findings import Area, Finding
from stator.engine.verification_reading import Unreadable, end_of_gap
from stator.engine.verification_rows import TRANSFERS, decode_transfer, jobs_of, last_given
from stator.errors import CorruptionError
from stator.keys import space
from stator.keys.space import Counted, Kind, OwnKind
from stator.storage.contract import Reader, Store

_SLICE: Final = 256
_ID_STOP: Final = 2**32 - 1
_KEY_STOP: Final = b"\xff" * 5

Interval = tuple[bytes, bytes]


class StraysCheck:
    def __init__(self, store: Store) -> None:
        self._store = store

    def run(self) -> Iterator[Finding]:
        """At most one finding for each table id and gap between its kinds: the first row."""
        yield from self._kinds()
        following: int | None = 1
        while following is not None and following < _ID_STOP:
            id = following
            with self._store.snapshot() as snapshot:
                found, following = _next_table(snapshot, id)
            yield from found

    def _kinds(self) -> Iterator[Finding]:
        with self._store.snapshot() as snapshot:
            for start, stop in _between(
                [space.own_prefix(kind) for kind in OwnKind], b"", space.table_prefix(1)
            ):
                try:
                    rows, _ = snapshot.range(start, stop, 1)
                except Unreadable:
                    continue
                if rows:
                    yield Finding(Area.STRAY, "there are rows of a kind that there is not", row=rows[0][0])


def _next_table(reader: Reader, id: int) -> tuple[list[Finding], int | None]:
    """What is nobody's of the next table id with rows, from `id` on; and the id to go on with, None at the end."""
    start = space.table_prefix(id)
    try:
        rows, _ = reader.range(start, _KEY_STOP, 1)
    except Unreadable:
        return [], max(id + 1, int.from_bytes(end_of_gap(reader, start, _KEY_STOP)[:4], "big"))
    if not rows:
        return [], None
    row = rows[0][0]
    id = int.from_bytes(row[:4], "big")
    try:
        return _strays_of(reader, id, row), id + 1
    except Unreadable:
        return [], id + 1


def _strays_of(reader: Reader, id: int, row: bytes) -> list[Finding]:
    owner = _owner(reader, id)
    if owner is None:
        return [Finding(Area.STRAY, f"rows of table id {id}, which is nobody's", row=row)]
    found = []
    last = last_given(reader, space.NEXT_TABLE_ID_KEY)
    if last is not None and id > last:
        found.append(Finding(Area.STRAY, f"rows of table id {id}; the last given out was {last}", row=row))
    if isinstance(owner, TableDescription):
        for start, stop in _foreign(owner, jobs_of(reader) or []):
            rows, _ = reader.range(start, stop, 1)
            if rows:
                text = "there are rows of a kind or an index that the table has not"
                found.append(Finding(Area.STRAY, text, owner.name, row=rows[0][0]))
    return found


def _between(known: list[bytes], start: bytes, stop: bytes) -> Iterator[Interval]:
    """The intervals of [start, stop) that lie outside all that begins with a known prefix."""
    at = start
    for prefix in sorted(known):
        if at < prefix:
            yield at, prefix
        at = max(at, space.successor(prefix))
    if at < stop:
        yield at, stop


def _owner(reader: Reader, id: int) -> TableDescription | bool | None:
    """The table with that id; True: something else has its rows; None: nothing. Where not all can be read, True."""
    try:
        for value in _values(reader, space.CATALOGUE_PREFIX):
            table = catalogue.decode(value)
            if table.id == id:
                return table
        if any(backup_records.decode(value).rows == id for value in _values(reader, space.BACKUP_PREFIX)):
            return True
    except CorruptionError:
        return True
    jobs = jobs_of(reader)
    if jobs is None or any(job.table_id == id or (job.copy and job.copy.rows == id) for job in jobs):
        return True
    return reader.get(space.logged_key(id)) is not None or _of_a_transfer(reader, id) or None


def _of_a_transfer(reader: Reader, id: int) -> bool:
    try:
        for kind in TRANSFERS:
            records = (decode_transfer(value) for value in _values(reader, space.own_prefix(kind)))
            if any(id in (record.rows, record.changes) for record in records):
                return True
    except CorruptionError:
        return True
    return False


def _values(reader: Reader, prefix: bytes) -> Iterator[bytes]:
    start, more = prefix, True
    while more:
        rows, more = reader.range(start, space.successor(prefix), _SLICE)
        yield from (value for _, value in rows)
        if not rows:
            return
        start = rows[-1][0] + b"\0"


def _foreign(table: TableDescription, jobs: list[Job]) -> Iterator[Interval]:
    """Where a table has no rows."""
    known = [space.table_prefix(table.id) + bytes((kind,)) for kind in _kinds_of(table)]
    for index in table.indexes:
        known.append(space.index_prefix(table.id, index.id, index.local))
    for job in jobs:
        if job.kind is JobKind.PURGE_INDEX and job.table_id == table.id:
            known.append(space.index_prefix(table.id, job.index_id, local=False))
            known += [space.counter_key(table.id, what, job.index_id) for what in Counted]
    ids = [0, *(index.id for index in table.indexes)]
    known += [space.counter_key(table.id, what, id) for id in ids for what in Counted]
    return _between(known, space.table_prefix(table.id), space.table_prefix(table.id + 1))


def _kinds_of(table: TableDescription) -> list[Kind]:
    kinds = [Kind.ITEM, Kind.EXPIRY, Kind.LOG, Kind.NEW_IMAGE, Kind.SHARD]
    return [*kinds, Kind.COLLECTION] if any(index.local for index in table.indexes) else kinds
