"""Who reads a table's log decides what is in it: its stream for a day, point-in-time recovery for up to 35, and the
copies of an earlier state while they are made.

`follow` brings the log of a table's description to what its other settings ask for; the catalogue calls it in every
transaction that makes or changes a table. So whoever sets `stream` or `recovery` in a description need do no more.
"""

from __future__ import annotations

from msgspec.structs import replace

from stator.engine import log_shards, streams
from stator.engine.catalogue import Log, TableDescription
from stator.engine.log_shards import Shard
from stator.limits import STREAM_S
from stator.storage.contract import Transaction

_DAY_S = 86_400


def follow(
    tx: Transaction, before: TableDescription | None, after: TableDescription, shards: int, now: float
) -> TableDescription:
    """`after`, which takes the place of `before` (None: a new table), with its log as its readers need it.

    A log that comes to be read has `shards` shards. A stream's label may come back changed, so that it is its own."""
    if before is None:
        after = replace(after, log=Log())
    old_label, label = _label(before), _label(after)
    was_read = before is not None and bool(before.log.shards)
    is_read = label is not None or _keeps_history(after)
    if label != old_label or was_read != is_read:
        closed = log_shards.close(tx, after.id, after.log, now)
        if before is not None and old_label is not None:
            streams.end(tx, before, old_label, after.updated_at)
        if label is not None:
            after = streams.begin(tx, after)
            label = _label(after)
        log = replace(after.log, shards=())
        if is_read:
            tx.put(*streams.logged_row(after))
            log = log_shards.open_(tx, after, max(shards, len(closed)), label, now, closed)
        after = replace(after, log=log)
    return replace(after, log=_with_images(after, after.log))


def end(tx: Transaction, table: TableDescription, now: float) -> None:
    """Of a table that is deleted. Its stream's records stay for as long as any closed stream's."""
    log_shards.close(tx, table.id, table.log, now)
    label = _label(table)
    if label is not None:
        streams.end(tx, table, label, now)


def _label(table: TableDescription | None) -> str | None:
    """Of the stream that is on."""
    return (
        table.stream.label
        if table is not None and table.stream is not None and table.stream.enabled
        else None
    )


def _keeps_history(table: TableDescription) -> bool:
    return table.recovery is not None or bool(table.copied_to)


def _with_images(table: TableDescription, log: Log) -> Log:
    view = table.stream.view_type if table.stream is not None and table.stream.enabled else ""
    new = view in streams.NEW_VIEWS
    return replace(
        log,
        old=view in streams.OLD_VIEWS or _keeps_history(table),
        new=new,
        apart=new and _keeps_history(table),
    )


def needed_by_stream(shard: Shard, now: float) -> bool:
    if shard.stream is None:
        return False
    return shard.closed_at is None or shard.closed_at + STREAM_S > now


def needed_by_recovery(shard: Shard, table: TableDescription | None, now: float) -> bool:
    """`table`: as it is now; None when it was deleted, which leaves nothing to recover from its log."""
    if table is None:
        return False
    if table.copied_to:
        return True
    if table.recovery is None:
        return False
    if shard.closed_at is None:
        return True
    return shard.closed_at >= max(table.recovery.since, now - table.recovery.days * _DAY_S)
