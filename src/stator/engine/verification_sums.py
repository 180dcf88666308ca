"""Sums that are kept beside the rows they are of: items and bytes of tables and indexes, bytes of item collections.

A sum is of more than one slice, so what a walk over a store in use makes of it proves nothing. Each is taken within
one snapshot; where the store is written meanwhile, a snapshot that would last too long is given up, and said so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from stator.engine import records
from stator.engine.catalogue import Index, Table
from stator.engine.verification_findings import Area, Finding, Progress, Watch
from stator.engine.verification_items import Follow
from stator.engine.verification_reading import Unreadable
from stator.errors import CorruptionError
from stator.keys import space
from stator.storage.contract import Reader, Store, decode_counter

SUMMED_S_MAX: Final = 1.0
_SLICE_ROWS: Final = 1024
_COLLECTIONS: Final = 64

_SumUp = Callable[[Reader, Table], Iterator[Finding]]


class _TooLong(Exception):
    pass


class SumsCheck:
    """Of one table without gaps."""

    def __init__(self, store: Store, table: Table, follow: Follow, watch: Watch) -> None:
        self._store = store
        self._table = table
        self._follow = follow
        self._watch = watch
        self._generation = store.generation()
        self._until = 0.0
        self._rows = 0

    def run(self) -> Iterator[Finding]:
        for index_id in (None, *(index.id for index in self._table.indexes)):
            yield from self._within_a_snapshot(self._counters_of(index_id))
        if self._table.local_indexes:
            yield from self._collections()

    def _within_a_snapshot(self, sum_up: _SumUp) -> list[Finding]:
        self._until = time.monotonic() + SUMMED_S_MAX
        with self._store.snapshot() as snapshot:
            table = self._follow(snapshot, self._table)
            if table is None:
                return []
            self._table = table
            try:
                return list(sum_up(snapshot, table))
            except _TooLong:
                text = "the table is being written, and is too large to be summed up beside that: check it at rest"
                return [Finding(Area.COUNTER, text, table.name, is_certain=False)]
            except Unreadable as error:
                return [Finding(Area.COUNTER, f"it cannot be read: {error}", table.name)]

    def _sum(self, reader: Reader, start: bytes, stop: bytes) -> tuple[int, int]:
        """Rows in the interval, and the bytes of their items. Raises _TooLong, and what a row that is none does."""
        count = size = 0
        while True:
            rows, more = reader.range(start, stop, _SLICE_ROWS)
            count += len(rows)
            size += sum(_size(record) for _, record in rows)
            self._rows += len(rows)
            self._watch(Progress(f"{self._table.name}: sums", self._rows))
            if not rows or not more:
                return count, size
            if time.monotonic() > self._until and self._store.generation() != self._generation:
                raise _TooLong
            start = rows[-1][0] + b"\0"

    def _counters_of(self, index_id: int | None) -> _SumUp:
        return lambda reader, table: self._counters(reader, table, index_id)

    def _counters(self, reader: Reader, table: Table, index_id: int | None) -> Iterator[Finding]:
        of: Table | Index | None = table
        start, name = table.item_prefix, ""
        if index_id is not None:
            of = next((index for index in table.indexes if index.id == index_id), None)
            if of is None:
                return
            start, name = of.prefix, of.name
        assert of is not None
        sums = self._sum(reader, start, space.successor(start))
        for what, key, own in zip(
            ("items", "bytes"), (of.items_counter, of.bytes_counter), sums, strict=True
        ):
            kept = _counter(reader, key)
            if kept != own:
                yield Finding(
                    Area.COUNTER, f"it says {kept} {what}, and there are {own}", table.name, name, row=key
                )

    def _collections(self) -> Iterator[Finding]:
        start, stop = _collections_of(self._table)
        at: bytes | None = start
        while at is not None:
            place: bytes = at
            after: list[bytes | None] = [None]

            def look(
                reader: Reader, table: Table, place: bytes = place, after: list[bytes | None] = after
            ) -> Iterator[Finding]:
                partitions, after[0] = _partitions(reader, table, place, stop)
                for partition in partitions:
                    yield from self._collection(reader, table, partition)

            yield from self._within_a_snapshot(look)
            at = after[0]

    def _collection(self, reader: Reader, table: Table, partition: bytes) -> Iterator[Finding]:
        size = 0
        for prefix in (table.item_prefix, *(index.prefix for index in table.local_indexes)):
            size += self._sum(reader, prefix + partition, _behind(prefix, partition))[1]
        key = space.collection_key(table.id, partition)
        kept = _counter(reader, key)
        if kept != size:
            text = f"it says {kept} bytes, and its items and their rows in local indexes have {size}"
            yield Finding(Area.COLLECTION, text, table.name, row=key)


def _size(record: bytes) -> int:
    return records.size(record) if len(record) >= records.HEAD_BYTES else 0


def _counter(reader: Reader, key: bytes) -> int:
    value = reader.get(key)
    if value is not None and len(value) != 8:
        raise CorruptionError(f"counter {key.hex()} has {len(value)} bytes")
    return decode_counter(value)


def _behind(prefix: bytes, partition: bytes) -> bytes:
    return min(space.successor(prefix + partition), space.successor(prefix)) if partition else prefix


def _collections_of(table: Table) -> tuple[bytes, bytes]:
    start = space.collection_key(table.id, b"")
    return start, space.successor(start)


def _partitions(reader: Reader, table: Table, start: bytes, stop: bytes) -> tuple[list[bytes], bytes | None]:
    """The next partitions that have items or a row, from the row `start` on; and the row to go on from."""
    prefix = len(_collections_of(table)[0])
    rows, _ = reader.range(start, stop, _COLLECTIONS)
    found = {key[prefix:] for key, _ in rows if len(key) == prefix + space.HASH_BYTES}
    at = start[prefix:]
    items = space.successor(table.item_prefix)
    for _ in range(_COLLECTIONS):
        heads, _more = reader.range(table.item_prefix + at, items, 1)
        if not heads:
            break
        partition = heads[0][0][len(table.item_prefix) :][: space.HASH_BYTES]
        found.add(partition)
        at = _next(partition)
        if not at:
            break
    ordered = sorted(found)[:_COLLECTIONS]
    if not ordered:
        return [], None
    following = _next(ordered[-1])
    return ordered, space.collection_key(table.id, following) if following else None


def _next(partition: bytes) -> bytes:
    """The first 16 bytes behind these; empty when there are none."""
    number = int.from_bytes(partition, "big") + 1
    return number.to_bytes(space.HASH_BYTES, "big") if number < 1 << 8 * space.HASH_BYTES else b""
