"""An ordered map of bytes to bytes whose states never change: an edit makes a new state that shares what it left.

Two levels: chunks of some hundred rows, and the list of their first keys. A state is therefore a snapshot that costs
nothing to hold, and an edit copies one chunk a key and the upper list once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

from stator.storage.contract import Row

_CHUNK_ROWS_MAX: Final = 256

Chunk = tuple[list[bytes], list[bytes]]


class SortedMap:
    """One state. `firsts[i]` is not above the first key of `chunks[i]` and is above every key of the chunk before."""

    __slots__ = ("_chunks", "_firsts")

    def __init__(self, firsts: list[bytes] | None = None, chunks: list[Chunk] | None = None) -> None:
        self._firsts = firsts or []
        self._chunks = chunks or []

    def get(self, key: bytes) -> bytes | None:
        place = bisect_right(self._firsts, key) - 1
        if place < 0:
            return None
        keys, values = self._chunks[place]
        row = bisect_left(keys, key)
        if row < len(keys) and keys[row] == key:
            return values[row]
        return None

    def rows(self, start: bytes, stop: bytes) -> Iterator[Row]:
        place = max(bisect_right(self._firsts, start) - 1, 0)
        for index in range(place, len(self._chunks)):
            keys, values = self._chunks[index]
            low, high = bisect_left(keys, start), bisect_left(keys, stop)
            yield from zip(keys[low:high], values[low:high], strict=True)
            if high < len(keys):
                return

    def rows_reversed(self, start: bytes, stop: bytes) -> Iterator[Row]:
        place = bisect_left(self._firsts, stop)
        for index in range(place - 1, -1, -1):
            keys, values = self._chunks[index]
            low, high = bisect_left(keys, start), bisect_left(keys, stop)
            yield from zip(reversed(keys[low:high]), reversed(values[low:high]), strict=True)
            if low > 0:
                return

    def range(
        self, start: bytes, stop: bytes, limit: int, bytes_max: int, reverse: bool
    ) -> tuple[list[Row], bool]:
        rows: list[Row] = []
        left = self.rows_reversed(start, stop) if reverse else self.rows(start, stop)
        for row in left:
            if len(rows) >= limit or bytes_max <= 0:
                return rows, True
            rows.append(row)
            bytes_max -= len(row[0]) + len(row[1])
        return rows, False

    def edited(
        self, cleared: Iterable[tuple[bytes, bytes]], writes: Iterable[tuple[bytes, bytes | None]]
    ) -> SortedMap:
        """A state without the `cleared` intervals, then with `writes`; None deletes."""
        edit = _Edit(self._firsts, self._chunks)
        for start, stop in cleared:
            for key, _ in list(SortedMap(edit.firsts, edit.chunks).rows(start, stop)):
                edit.delete(key)
        for key, value in writes:
            if value is None:
                edit.delete(key)
            else:
                edit.put(key, value)
        return SortedMap(edit.firsts, edit.chunks)


class _Edit:
    """A state in the making. `_own` are the chunks copied for this edit, which it may change in place."""

    __slots__ = ("_own", "chunks", "firsts")

    def __init__(self, firsts: list[bytes], chunks: list[Chunk]) -> None:
        self.firsts = firsts.copy()
        self.chunks = chunks.copy()
        self._own: set[int] = set()

    def put(self, key: bytes, value: bytes) -> None:
        if not self.chunks:
            self.firsts.append(key)
            self.chunks.append(([], []))
        place = max(bisect_right(self.firsts, key) - 1, 0)
        keys, values = self._writable(place)
        row = bisect_left(keys, key)
        if row < len(keys) and keys[row] == key:
            values[row] = value
            return
        keys.insert(row, key)
        values.insert(row, value)
        if key < self.firsts[place]:
            self.firsts[place] = key
        if len(keys) > _CHUNK_ROWS_MAX:
            self._halve(place)

    def delete(self, key: bytes) -> None:
        place = bisect_right(self.firsts, key) - 1
        if place < 0:
            return
        row = bisect_left(self.chunks[place][0], key)
        if row == len(self.chunks[place][0]) or self.chunks[place][0][row] != key:
            return
        keys, values = self._writable(place)
        del keys[row], values[row]
        if not keys:
            del self.firsts[place], self.chunks[place]

    def _writable(self, place: int) -> Chunk:
        chunk = self.chunks[place]
        if id(chunk[0]) not in self._own:
            chunk = self.chunks[place] = (chunk[0].copy(), chunk[1].copy())
            self._own.add(id(chunk[0]))
        return chunk

    def _halve(self, place: int) -> None:
        keys, values = self.chunks[place]
        half = len(keys) // 2
        upper = (keys[half:], values[half:])
        del keys[half:], values[half:]
        self._own.add(id(upper[0]))
        self.firsts.insert(place + 1, upper[0][0])
        self.chunks.insert(place + 1, upper)
