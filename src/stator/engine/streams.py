"""Streams: which there are, and their shards. A stream is a run of the shards of a table's log.

    stream row := sealed JSON (engine.sealed) of StreamDescription   under account, region, table and label

A stream outlives its end, and its table, by a day; a shard outlives its own by as long.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from stator.engine import log_shards, sealed
from stator.engine.catalogue import TableDescription
from stator.engine.log_shards import Shard
from stator.keys import space
from stator.limits import STREAM_S, STREAMS_LOOKED_AT
from stator.storage.contract import Reader, Transaction

OLD_VIEWS = frozenset(("OLD_IMAGE", "NEW_AND_OLD_IMAGES"))
NEW_VIEWS = frozenset(("NEW_IMAGE", "NEW_AND_OLD_IMAGES"))


class StreamDescription(msgspec.Struct, frozen=True):
    """A stream of a table that may be gone. Times are epoch seconds; `closed_at` is None while it is on."""

    table_id: int
    account: str
    region: str
    table: str
    label: str
    view_type: str
    partition: str
    sort: str | None
    created_at: float
    closed_at: float | None = None

    @property
    def arn(self) -> str:
        return f"arn:aws:dynamodb:{self.region}:{self.account}:table/{self.table}/stream/{self.label}"

    def is_gone(self, now: float) -> bool:
        return self.closed_at is not None and self.closed_at + STREAM_S <= now


class Logged(msgspec.Struct, frozen=True):
    """Where the table lies, or lay, that has rows of a log."""

    account: str
    region: str
    table: str


_encode = sealed.encode
decode = sealed.decoder(StreamDescription)
decode_logged = sealed.decoder(Logged)


# Which streams there are


def logged_row(table: TableDescription) -> tuple[bytes, bytes]:
    return space.logged_key(table.id), _encode(Logged(table.account, table.region, table.name))


def begin(tx: Transaction, table: TableDescription) -> TableDescription:
    """Adds the table's stream to those there are; returns the table, under a later label if another stream has it."""
    stream = table.stream
    assert stream is not None
    label = stream.label
    while tx.get(key := space.stream_key(table.account, table.region, table.name, label)) is not None:
        label = next_label(label)
    sort = None if table.sort is None else table.sort.name
    place = table.id, table.account, table.region, table.name
    made = StreamDescription(*place, label, stream.view_type, table.partition.name, sort, table.updated_at)
    tx.put(key, _encode(made))
    return replace(table, stream=replace(stream, label=label))


def next_label(label: str) -> str:
    """A label is a time in milliseconds."""
    return (datetime.fromisoformat(label) + timedelta(milliseconds=1)).isoformat(timespec="milliseconds")


def end(tx: Transaction, table: TableDescription, label: str, now: float) -> None:
    key = space.stream_key(table.account, table.region, table.name, label)
    stored = tx.get(key)
    if stored is not None:
        tx.put(key, _encode(replace(decode(stored), closed_at=now)))


def find(
    reader: Reader, account: str, region: str, table: str, label: str, now: float
) -> StreamDescription | None:
    stored = reader.get(space.stream_key(account, region, table, label))
    stream = None if stored is None else decode(stored)
    return None if stream is None or stream.is_gone(now) else stream


def listed(
    reader: Reader,
    account: str,
    region: str,
    table: str | None,
    after: tuple[str, str] | None,
    limit: int,
    now: float,
) -> tuple[list[StreamDescription], bool]:
    """By table and label, those after the place (table, label), at most `limit`; and whether there are more."""
    prefix = space.streams_prefix(account, region, table)
    stop = space.successor(prefix)
    start = prefix if after is None else max(prefix, space.stream_key(account, region, *after) + b"\0")
    found: list[StreamDescription] = []
    while start < stop:
        rows, more = reader.range(start, stop, limit + 1)
        found += [stream for stream in (decode(value) for _, value in rows) if not stream.is_gone(now)]
        if not rows or not more or len(found) > limit:
            break
        start = rows[-1][0] + b"\0"
    return found[:limit], len(found) > limit


def gone_rows(
    reader: Reader, account: str, region: str, table: str, table_id: int, now: float
) -> tuple[list[bytes], bool]:
    """The keys of the rows of one table's streams whose day is over, some at a time; and whether it has others."""
    prefix = space.streams_prefix(account, region, table)
    rows, more = reader.range(prefix, space.successor(prefix), STREAMS_LOOKED_AT)
    own = [
        (key, stream)
        for key, stream in ((key, decode(value)) for key, value in rows)
        if stream.table_id == table_id
    ]
    gone = [key for key, stream in own if stream.is_gone(now)]
    return gone, more or len(own) > len(gone)


# Its shards


def shards(
    reader: Reader, stream: StreamDescription, after: int, limit: int, now: float
) -> tuple[list[Shard], int | None]:
    """The stream's shards among the next `limit` of its table's, from behind number `after`; and the number to go on
    behind, None at the end."""
    found, more = log_shards.after(reader, stream.table_id, after, limit)
    own = [shard for shard in found if shard.stream == stream.label and not _is_gone(shard, now)]
    return own, found[-1].number if more else None


def shard(reader: Reader, stream: StreamDescription, number: int | None, now: float) -> Shard | None:
    """One of the stream's shards; None where it has none of that number, any more or ever."""
    found = None if number is None else log_shards.read(reader, stream.table_id, number)
    if found is None or found.stream != stream.label or _is_gone(found, now):
        return None
    return found


def _is_gone(shard: Shard, now: float) -> bool:
    return shard.closed_at is not None and shard.closed_at + STREAM_S <= now
