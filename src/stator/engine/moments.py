"""Moments of a table's past, and the parts of its log behind them.

A moment is a time, or the very place in each slot of the log where a transaction stood: a backup's moment is that of
the transaction that began it, whatever the clock said before and after.
"""

from __future__ import annotations

import msgspec

from stator.engine import log_shards
from stator.engine.catalogue import Table, TableDescription
from stator.engine.log_history import Span, next_number, spans_after
from stator.limits import LOG_SHARDS_LOOKED_AT
from stator.storage.contract import Reader


class Moment(msgspec.Struct, frozen=True):
    """`time`: epoch seconds; None: by place. Then `shard` is the first of the shards that were open, and `places` the
    sequence number behind the last entry of each slot."""

    time: float | None = None
    shard: int = 0
    places: dict[int, int] = {}


def present(reader: Reader, table: TableDescription) -> Moment:
    """The reader's own moment. The table's log is on."""
    places = {slot: next_number(reader, table.id, slot) for slot in table.log.slots}
    return Moment(shard=min(table.log.shards), places=places)


def spans_since(reader: Reader, table: Table, moment: Moment) -> list[Span]:
    """The parts of the table's log behind the moment, as far as the log reaches now; in the order in which an item's
    changes follow each other. The log must have been on ever since, and not been trimmed."""
    if moment.time is not None:
        return spans_after(reader, table, moment.time)
    starts = dict(moment.places)
    number, more = moment.shard - 1, True
    while more:
        shards, more = log_shards.after(reader, table.id, number, LOG_SHARDS_LOOKED_AT)
        for shard in shards:
            starts.setdefault(shard.slot, shard.first)
            number = shard.number
    ends = {slot: next_number(reader, table.id, slot) for slot in starts}
    return [Span(slot, starts[slot], ends[slot]) for slot in sorted(starts) if starts[slot] < ends[slot]]
