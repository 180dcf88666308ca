"""Shards: a table's log cut into intervals, each for a slice of the partition hashes and a stretch of time.

    shard row := sealed JSON (engine.sealed) of Shard      under its number (keys.space)

Shards are closed all at once and replaced by others: on a schedule, and when a stream begins or ends, so that a stream
is a run of whole shards. A closed shard's child for the same hashes goes on in its slot's log, just behind its last
entry; where there come to be more shards, each has several children, in slots of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from stator.engine import sealed
from stator.engine.catalogue import Log, TableDescription, slots_of
from stator.engine.log import time_of
from stator.keys import space
from stator.storage.contract import Reader, Transaction

SEQUENCE_MAX = 2**64 - 2


class Shard(msgspec.Struct, frozen=True):
    """`first`: no entry of it has a smaller sequence number; `last`: none has a greater one (one less than `first` when
    it has none), None while it is open. Times are epoch seconds. `stream`: the label of the stream it is of. `parent`:
    the shard id of its parent in the same stream. `has_images`: new images in rows of their own may be there yet."""

    number: int
    slot: int
    first: int
    opened_at: float
    stream: str | None = None
    parent: str | None = None
    last: int | None = None
    closed_at: float | None = None
    has_images: bool = True

    @property
    def id(self) -> str:
        """As AWS spells it: the time in milliseconds, and eight hexadecimal digits."""
        return f"shardId-{int(self.opened_at * 1000):020d}-{self.number:08x}"

    @property
    def end(self) -> int:
        """The number after the last that an entry of it can have."""
        return SEQUENCE_MAX if self.last is None else self.last + 1


_encode = sealed.encode
decode = sealed.decoder(Shard)


def number_of(shard_id: str) -> int | None:
    """The number within a shard id; None for a text that is none."""
    head, _, digits = shard_id.rpartition("-")
    try:
        return int(digits, 16) if head.startswith("shardId-") and len(digits) == 8 else None
    except ValueError:
        return None


def read(reader: Reader, table_id: int, number: int) -> Shard | None:
    stored = reader.get(space.shard_key(table_id, number))
    return None if stored is None else decode(stored)


def after(reader: Reader, table_id: int, number: int, limit: int) -> tuple[list[Shard], bool]:
    """The shards with greater numbers, in order, at most `limit`; and whether there are more."""
    _, stop = space.log_interval(table_id)
    rows, more = reader.range(space.shard_key(table_id, number + 1), stop, limit)
    return [decode(value) for _, value in rows], more


def write(tx: Transaction, table_id: int, shard: Shard) -> None:
    tx.put(space.shard_key(table_id, shard.number), _encode(shard))


def last_entry(reader: Reader, table_id: int, slot: int, first: int = 0) -> tuple[int, bytes] | None:
    """The number and value of a slot's last entry, of those from number `first` on."""
    start, stop = space.log_key(table_id, slot, first), space.log_key(table_id, slot, SEQUENCE_MAX)
    rows, _ = reader.range(start, stop, 1, reverse=True)
    return None if not rows else (int.from_bytes(rows[0][0][-8:], "big"), rows[0][1])


def close(tx: Transaction, table_id: int, log: Log, now: float) -> list[Shard]:
    """Closes the open shards and returns them. None of their entries is later than they are closed."""
    closed = []
    for number in log.shards:
        shard = read(tx, table_id, number)
        assert shard is not None, "an open shard has its row"
        found = last_entry(tx, table_id, shard.slot, shard.first)
        last, time = (shard.first - 1, now) if found is None else (found[0], time_of(found[1]) / 1000)
        shard = replace(shard, last=last, closed_at=max(now, time))
        write(tx, table_id, shard)
        closed.append(shard)
    return closed


def open_(
    tx: Transaction,
    table: TableDescription,
    count: int,
    stream: str | None,
    now: float,
    closed: Sequence[Shard],
) -> Log:
    """Opens `count` shards, a power of two, in place of the ones just closed; returns the log with them."""
    slots = slots_of(count)
    numbers = tuple(range(table.log.last_shard + 1, table.log.last_shard + 1 + count))
    for at, (number, slot) in enumerate(zip(numbers, slots, strict=True)):
        before = closed[at * len(closed) // count] if closed else None
        first = _first(tx, table.id, slot, before)
        opened_at = now if before is None or before.closed_at is None else before.closed_at
        parent = before.id if before is not None and stream is not None and before.stream == stream else None
        write(tx, table.id, Shard(number, slot, first, opened_at, stream, parent))
    return replace(table.log, shards=numbers, last_shard=numbers[-1])


def _first(tx: Transaction, table_id: int, slot: int, before: Shard | None) -> int:
    if before is not None and before.slot == slot and before.last is not None:
        return before.last + 1
    found = last_entry(tx, table_id, slot)
    return 1 if found is None else found[0] + 1


def rotate(tx: Transaction, table: TableDescription, count: int, now: float) -> TableDescription:
    """Replaces the table's open shards by at least as many children."""
    closed = close(tx, table.id, table.log, now)
    log = open_(tx, table, max(count, len(closed)), closed[0].stream, now, closed)
    return replace(table, log=log)
