"""Reading a store of which parts may be unreadable: every row that can be read is, and every gap is named.

A walk reads an interval in slices, each within a snapshot of its own, so that a store in use is held up by none. What
is compared within one slice is of one state. Where a page of the file cannot be read, the rows behind it are looked
for by asking for keys ever further on: a tree of pages needs no row before them to find them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from stator.errors import CorruptionError, StoreFailedError
from stator.storage.contract import Reader, Row, Store

SLICE_ROWS: Final = 256
SLICE_BYTES: Final = 256 * 1024
# Bytes of a key, behind what the ends of a gap have in common, that the search for its end is exact to
_PROBE_BYTES: Final = 20

Unreadable = (CorruptionError, StoreFailedError)
"""What a store raises for rows that it cannot read; the others can still be read."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Rows from `start` on and before `stop` that cannot be read, if there are any; and why."""

    start: bytes
    stop: bytes
    why: str


Look = Callable[[Reader, list[Row]], None]
"""Looks at the rows of a slice, and at others of the same state."""


def walk(store: Store, start: bytes, stop: bytes, look: Look, rows: int = SLICE_ROWS) -> Iterator[Gap | None]:
    """Takes all rows in [start, stop) to `look`, slice by slice; yields behind each slice, with no snapshot held: the
    gap behind it, or None."""
    while start < stop:
        gap = None
        with store.snapshot() as snapshot:
            found, error = _slice(snapshot, start, stop, rows)
            if found:
                look(snapshot, found)
                start = found[-1][0] + b"\0"
            if error is not None:
                end = end_of_gap(snapshot, start, stop)
                gap, start = Gap(start, end, error), end
            elif len(found) == 0:
                start = stop
        yield gap


def _slice(reader: Reader, start: bytes, stop: bytes, limit: int) -> tuple[list[Row], str | None]:
    """The next rows; and what is wrong behind them. A slice that meets a gap is read again row by row."""
    try:
        return reader.range(start, stop, limit, SLICE_BYTES)[0], None
    except Unreadable:
        pass
    rows: list[Row] = []
    while len(rows) < limit:
        try:
            found, more = reader.range(start, stop, 1)
        except Unreadable as error:
            return rows, str(error)
        rows += found
        if not found or not more:
            break
        start = found[0][0] + b"\0"
    return rows, None


def end_of_gap(reader: Reader, start: bytes, stop: bytes) -> bytes:
    """The first key from which on a row can be read again; `stop` when there is none.

    Looks twice as far each time, then halves the way back."""
    common = _common(start, stop)
    width = len(common) + _PROBE_BYTES
    low, high = _number(start, width), _number(stop, width)
    reach = 1
    while low + reach < high and not _is_readable(reader, _key(low + reach, width), stop):
        reach *= 2
    if low + reach >= high:
        good, bad = high, low + reach // 2
    else:
        good, bad = low + reach, low + reach // 2
    while good - bad > 1:
        middle = (good + bad) // 2
        if _is_readable(reader, _key(middle, width), stop):
            good = middle
        else:
            bad = middle
    return min(max(_key(good, width), start + b"\0"), stop)


def _is_readable(reader: Reader, start: bytes, stop: bytes) -> bool:
    try:
        reader.range(start, stop, 1)
    except Unreadable:
        return False
    return True


def _common(start: bytes, stop: bytes) -> bytes:
    length = 0
    while length < min(len(start), len(stop)) and start[length] == stop[length]:
        length += 1
    return start[:length]


def _number(key: bytes, width: int) -> int:
    return int.from_bytes(key[:width].ljust(width, b"\0"), "big")


def _key(number: int, width: int) -> bytes:
    return number.to_bytes(width, "big")


class _Unread:
    """What stands for a row that is there and cannot be read."""


UNREAD: Final = _Unread()


def look_up(reader: Reader, key: bytes) -> bytes | _Unread | None:
    """The value of one row; None where there is none, UNREAD where it cannot be read."""
    try:
        return reader.get(key)
    except Unreadable:
        return UNREAD
