"""What a log needs done as time passes: shards replaced on schedule, and what no reader needs any more trimmed.

Every log is looked at about once a minute, a piece of its work at a time, each piece one small transaction that decides
for itself whether it is still due. So any number of processes may do it, and a crash loses nothing. A log is trimmed by
whole shards: while it is written steadily it holds what its readers need and at most one shard's time more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from stator.engine import log_shards, streams
from stator.engine.catalogue import TableDescription, decode, encode
from stator.engine.log_readers import needed_by_recovery, needed_by_stream
from stator.engine.log_shards import Shard
from stator.engine.streams import Logged
from stator.keys import space
from stator.limits import (
    JOB_STEP_BYTES,
    JOB_STEP_ROWS,
    LOG_LOOK_S_MAX,
    LOG_LOOKS_A_SHARD,
    LOG_SHARDS_LOOKED_AT,
)
from stator.storage.contract import Reader, Steps, Transaction, Work

if TYPE_CHECKING:
    from stator.engine.database import Database

_STOP = space.successor(space.LOGGED_PREFIX)


class LogUpkeep:
    """Of one database. What is remembered here is only how far this round of looking has come."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._cursor = space.LOGGED_PREFIX
        self._shard = 0
        self._next_round = 0.0

    def is_due(self) -> bool:
        return self._db.clock.monotonic() >= self._next_round

    def look_again(self) -> None:
        self._next_round = float("-inf")

    def step(self) -> Steps[bool]:
        """Does one piece for one log; returns whether this round goes on."""
        with self._db.store.snapshot() as snapshot:
            rows, _ = snapshot.range(self._cursor, _STOP, 1)
        if not rows:
            look_s = self._db.options.stream_shard_s / LOG_LOOKS_A_SHARD
            self._next_round = self._db.clock.monotonic() + min(look_s, LOG_LOOK_S_MAX)
            self._cursor = space.LOGGED_PREFIX
            return False
        key, value = rows[0]
        table_id = int.from_bytes(key[len(space.LOGGED_PREFIX) :], "big")
        looking_on = yield from self._tend(table_id, streams.decode_logged(value))
        if not looking_on:
            self._cursor, self._shard = key + b"\0", 0
        return True

    def _tend(self, table_id: int, place: Logged) -> Steps[bool]:
        """Returns whether there is more to look at in this log."""
        now = self._db.clock.now()
        with self._db.store.snapshot() as snapshot:
            table = _present(snapshot, table_id, place)
            shards, more = log_shards.after(snapshot, table_id, self._shard, LOG_SHARDS_LOOKED_AT)
            replaces = table is not None and self._is_old(snapshot, table, now)
            leavings = _leavings(snapshot, table_id, place, now)
        if replaces:
            yield from self._db.catalogue.change(self._replacement(place, table_id, now))
            return True
        piece = _next_trimming(table_id, place, table, shards, now)
        if piece is not None:
            yield piece
            return True
        if more:
            self._shard = shards[-1].number
        elif leavings:
            yield _clearance(table_id, place, now)
        return more or bool(leavings)

    def _is_old(self, reader: Reader, table: TableDescription, now: float) -> bool:
        if not table.log.shards:
            return False
        shard = log_shards.read(reader, table.id, table.log.shards[0])
        return shard is not None and shard.opened_at + self._db.options.stream_shard_s <= now

    def _replacement(self, place: Logged, table_id: int, now: float) -> Work:
        key = _catalogue_key(place)

        def run(tx: Transaction) -> None:
            table = _present(tx, table_id, place)
            if table is not None and self._is_old(tx, table, now):
                tx.put(key, encode(log_shards.rotate(tx, table, self._db.options.stream_shards, now)))
                tx.add(space.VERSION_KEY, 1)

        return Work(run, (key,))


def _catalogue_key(place: Logged) -> bytes:
    return space.catalogue_key(place.account, place.region, place.table)


def _present(reader: Reader, table_id: int, place: Logged) -> TableDescription | None:
    """The table, unless it is gone; another may have its name."""
    stored = reader.get(_catalogue_key(place))
    table = None if stored is None else decode(stored)
    return None if table is None or table.id != table_id else table


def _next_trimming(
    table_id: int, place: Logged, table: TableDescription | None, shards: list[Shard], now: float
) -> Work | None:
    for shard in shards:
        if needed_by_stream(shard, now):
            continue
        if shard.closed_at is not None and not needed_by_recovery(shard, table, now):
            return _trimming(table_id, place, shard, now, whole=True)
        if shard.closed_at is not None and shard.has_images:
            return _trimming(table_id, place, shard, now, whole=False)
    return None


def _trimming(table_id: int, place: Logged, shard: Shard, now: float, whole: bool) -> Work:
    """Deletes the next slice of a closed shard's rows; at their end the shard, or the mark that it has new images.
    Nothing of a shard that a copy begun meanwhile still needs."""
    starts = [space.new_image_key(table_id, shard.slot, shard.first)]
    stops = [space.new_image_key(table_id, shard.slot, shard.end)]
    if whole:
        starts.append(space.log_key(table_id, shard.slot, shard.first))
        stops.append(space.log_key(table_id, shard.slot, shard.end))

    def run(tx: Transaction) -> None:
        if log_shards.read(tx, table_id, shard.number) != shard:
            return
        if whole and needed_by_recovery(shard, _present(tx, table_id, place), now):
            return
        for start, stop in zip(starts, stops, strict=True):
            rows, more = tx.range(start, stop, JOB_STEP_ROWS, JOB_STEP_BYTES)
            if rows:
                tx.delete_range(rows[0][0], rows[-1][0] + b"\0")
            if rows and more:
                return
        if whole:
            tx.delete(space.shard_key(table_id, shard.number))
        else:
            log_shards.write(tx, table_id, replace(shard, has_images=False))

    return Work(run, (space.shard_key(table_id, shard.number),), (_catalogue_key(place),))


def _leavings(reader: Reader, table_id: int, place: Logged, now: float) -> list[bytes]:
    """What can go beside shards: the rows of the table's streams whose day is over, and, once it has neither streams
    nor shards, the row that says that it is logged."""
    names = place.account, place.region, place.table, table_id
    gone, others = streams.gone_rows(reader, *names, now)
    if gone or others or log_shards.after(reader, table_id, 0, 1)[0]:
        return gone
    return [space.logged_key(table_id)]


def _clearance(table_id: int, place: Logged, now: float) -> Work:
    def run(tx: Transaction) -> None:
        for key in _leavings(tx, table_id, place, now):
            tx.delete(key)

    return Work(run, (space.logged_key(table_id), _catalogue_key(place)))
