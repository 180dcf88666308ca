"""The records of a stream's shard: the places a reader can begin at, and the reading, some of them at a time.

A place is the sequence number of the next record to look at. A sequence number as clients see it is the shard's slot,
then the entry's number in 21 digits: it grows with an item's changes, from a shard to its children too.
"""

from __future__ import annotations

from dataclasses import dataclass

from stator.engine import log_shards
from stator.engine.log import Entry, time_of
from stator.engine.log_history import first_since
from stator.engine.log_shards import Shard
from stator.engine.streams import NEW_VIEWS, OLD_VIEWS, StreamDescription
from stator.errors import TrimmedDataAccessException, ValidationException
from stator.keys import space
from stator.limits import STREAM_S
from stator.storage.contract import Reader

TRIMMED = "The data you are trying to access has been trimmed"
_UNIT = 10**21


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """A change as a stream shows it. `old` and `new` are records, None where there is none or the view has none."""

    number: int
    entry: Entry
    old: bytes | None
    new: bytes | None


def sequence_text(slot: int, number: int) -> str:
    return f"{slot}{number:021d}"


def starting_number(shard: Shard) -> str:
    return sequence_text(shard.slot, shard.first)


def ending_number(shard: Shard) -> str | None:
    """None while the shard is open. Of one that has no record it is the starting number, as with AWS."""
    return None if shard.last is None else sequence_text(shard.slot, max(shard.last, shard.first))


def _horizon_ms(now: float) -> int:
    """Records of this time and later can be read."""
    return int((now - STREAM_S) * 1000)


# Places


def oldest(reader: Reader, stream: StreamDescription, shard: Shard, now: float) -> int:
    """TRIM_HORIZON."""
    if shard.opened_at * 1000 >= _horizon_ms(now):
        return shard.first
    return first_since(reader, stream.table_id, shard, _horizon_ms(now))


def latest(reader: Reader, stream: StreamDescription, shard: Shard) -> int:
    """Just behind the last record."""
    if shard.last is not None:
        return shard.last + 1
    found = log_shards.last_entry(reader, stream.table_id, shard.slot, shard.first)
    return shard.first if found is None else found[0] + 1


def since(reader: Reader, stream: StreamDescription, shard: Shard, time_ms: int, now: float) -> int:
    """The first record of that time or later that is not trimmed."""
    return first_since(reader, stream.table_id, shard, max(time_ms, _horizon_ms(now)))


def at(reader: Reader, stream: StreamDescription, shard: Shard, sequence: str, now: float) -> int:
    """The place of a sequence number. Raises ValidationException for one that is not the shard's, and
    TrimmedDataAccessException."""
    number = _number_in(shard, sequence)
    rows = _rows(reader, stream, shard, number, 1, 1)
    if rows and time_of(rows[0][1]) < _horizon_ms(now):
        raise TrimmedDataAccessException(TRIMMED)
    return number


def _number_in(shard: Shard, sequence: str) -> int:
    slot, number = divmod(int(sequence), _UNIT) if sequence.isascii() and sequence.isdecimal() else (0, 0)
    last = log_shards.SEQUENCE_MAX if shard.last is None else max(shard.last, shard.first)
    if slot != shard.slot or not shard.first <= number <= last:
        raise ValidationException("Invalid SequenceNumber for the shard")
    return number


# Reading


def read(
    reader: Reader,
    stream: StreamDescription,
    shard: Shard,
    place: int,
    limit: int,
    bytes_max: int,
    now: float,
) -> tuple[list[StreamRecord], bool]:
    """The records from a place on, at most `limit` and `bytes_max` stored bytes of them; and whether there are more.

    Raises TrimmedDataAccessException when the first of them is over a day old."""
    rows = _rows(reader, stream, shard, place, limit + 1, bytes_max)
    more = len(rows) > limit or sum(len(value) for _, value in rows) >= bytes_max
    if rows and time_of(rows[0][1]) < _horizon_ms(now):
        raise TrimmedDataAccessException(TRIMMED)
    return [_record(reader, stream, shard, *row) for row in rows[:limit]], more


def _rows(
    reader: Reader, stream: StreamDescription, shard: Shard, place: int, limit: int, bytes_max: int
) -> list[tuple[int, bytes]]:
    start = space.log_key(stream.table_id, shard.slot, place)
    stop = space.log_key(stream.table_id, shard.slot, shard.end)
    rows, _ = reader.range(start, stop, limit, bytes_max)
    return [(int.from_bytes(key[-8:], "big"), value) for key, value in rows]


def _record(
    reader: Reader, stream: StreamDescription, shard: Shard, number: int, value: bytes
) -> StreamRecord:
    entry = Entry(value)
    old = entry.old if stream.view_type in OLD_VIEWS else None
    new = None
    if stream.view_type in NEW_VIEWS:
        apart = entry.new_apart
        new = reader.get(space.new_image_key(stream.table_id, shard.slot, number)) if apart else entry.new
    return StreamRecord(number, entry, old, new)
