"""The log read as history: where in it a moment lies, and what was changed after one.

A table at moment T: each key's old image from its first change after T, else the item as it is now. `changes_after`
gives these changes, a page at a time and each page from a fresh reader, so that a restore goes in steps while the table
is written. Read in reverse, over `spans_after` taken when the copying of present items was over, the last image met for
a key is the one that counts: nothing need be remembered of the keys already seen.

A moment lies between two entries of a slot, the same for all entries of a transaction (log.LogClock). What is after it
is what stands behind it, whatever the times there say.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from stator.engine import log_shards
from stator.engine.catalogue import Table
from stator.engine.item_keys import stored_key
from stator.engine.log import Entry, time_of
from stator.engine.log_shards import Shard
from stator.keys import space
from stator.limits import LOG_PAGE_BYTES, LOG_PAGE_ROWS, LOG_SHARDS_LOOKED_AT
from stator.storage.contract import Reader
from stator.values import Item

_decode_key = msgspec.json.Decoder(dict[str, dict[str, object]]).decode


@dataclass(frozen=True, slots=True)
class Change:
    """`key`: the item's key attributes, `stored`: the key of its row. `time`: epoch seconds. `old`: the record before
    the change, None when there was no item."""

    key: Item
    stored: bytes
    time: float
    old: bytes | None


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a slot's log with start <= sequence number < stop."""

    slot: int
    start: int
    stop: int


Place = tuple[int, int]
"""A slot and a sequence number."""


def first_since(reader: Reader, table_id: int, shard: Shard, time_ms: int) -> int:
    """The number from which on the shard's entries are of that time or later; its end when none is."""
    low, high = shard.first, shard.end
    if shard.last is None:
        last = log_shards.last_entry(reader, table_id, shard.slot, shard.first)
        high = shard.first if last is None else last[0] + 1
    while low < high:
        middle = (low + high) // 2
        rows, _ = reader.range(
            space.log_key(table_id, shard.slot, middle), space.log_key(table_id, shard.slot, high), 1
        )
        if not rows or time_of(rows[0][1]) >= time_ms:
            high = middle
        else:
            low = int.from_bytes(rows[0][0][-8:], "big") + 1
    return low


def spans_after(reader: Reader, table: Table, time: float) -> list[Span]:
    """The parts of the table's log after a moment (epoch seconds), as far as the log reaches now. In the order in
    which an item's changes follow each other. The log must reach back to the moment (TableDescription.recovery)."""
    spans: dict[int, Span] = {}
    time_ms = round(time * 1000) + 1
    number = 0
    while True:
        shards, more = log_shards.after(reader, table.id, number, LOG_SHARDS_LOOKED_AT)
        for shard in shards:
            if shard.slot not in spans and not _is_before(shard, time):
                start = first_since(reader, table.id, shard, time_ms)
                if start < shard.end:
                    spans[shard.slot] = Span(
                        shard.slot, start, max(start, next_number(reader, table.id, shard.slot))
                    )
        if not more:
            return [spans[slot] for slot in sorted(spans)]
        number = shards[-1].number


def _is_before(shard: Shard, time: float) -> bool:
    return shard.closed_at is not None and shard.closed_at <= time


def next_number(reader: Reader, table_id: int, slot: int) -> int:
    """Greater than that of each of the slot's entries, and not than that of its next one."""
    last = log_shards.last_entry(reader, table_id, slot)
    return 0 if last is None else last[0] + 1


def changes_after(
    reader: Reader,
    table: Table,
    spans: list[Span],
    place: Place | None = None,
    reverse: bool = False,
    rows: int = LOG_PAGE_ROWS,
    bytes_max: int = LOG_PAGE_BYTES,
) -> tuple[list[Change], Place | None]:
    """A page of the changes in `spans` (`spans_after`), in order or in reverse, from `place` (None: the beginning);
    and the place where the next page begins, None at the end. An item's changes are in the order they were made.

    A page may be empty before the end. Its bounds are entries and their stored bytes."""
    ordered = spans[::-1] if reverse else spans
    for span in ordered:
        if place is not None and span.slot != place[0]:
            continue
        start, stop = span.start, span.stop
        if place is not None:
            start, stop = (start, place[1]) if reverse else (place[1], stop)
        found, more = reader.range(
            space.log_key(table.id, span.slot, start),
            space.log_key(table.id, span.slot, stop),
            rows,
            bytes_max,
            reverse,
        )
        changes = [_change(table, value) for _, value in found]
        if more and found:
            number = int.from_bytes(found[-1][0][-8:], "big")
            return changes, (span.slot, number if reverse else number + 1)
        at = ordered.index(span)
        if at + 1 == len(ordered):
            return changes, None
        following = ordered[at + 1]
        return changes, (following.slot, following.stop if reverse else following.start)
    return [], None


def _change(table: Table, value: bytes) -> Change:
    entry = Entry(value)
    key: Item = _decode_key(entry.key)
    return Change(key, stored_key(table, key), entry.time / 1000, entry.old)
