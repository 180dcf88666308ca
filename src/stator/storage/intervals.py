"""A set of half-open key intervals [start, stop), kept sorted and disjoint.

Membership is a binary search, so that a group that deletes many ranges still reads quickly.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator


class Intervals:
    """Not safe to share between threads; the layer or read set that owns it is used by one thread at a time."""

    __slots__ = ("_starts", "_stops")

    def __init__(self) -> None:
        self._starts: list[bytes] = []
        self._stops: list[bytes] = []

    def __bool__(self) -> bool:
        return bool(self._starts)

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        return iter(list(zip(self._starts, self._stops, strict=True)))

    def add(self, start: bytes, stop: bytes) -> None:
        """Adds [start, stop), joining what it touches. An empty interval adds nothing."""
        if start >= stop:
            return
        low = bisect_left(self._stops, start)
        high = bisect_right(self._starts, stop)
        if low < high:
            start = min(start, self._starts[low])
            stop = max(stop, self._stops[high - 1])
        self._starts[low:high] = [start]
        self._stops[low:high] = [stop]

    def stop_after(self, key: bytes) -> bytes | None:
        """The end of the interval that holds `key`; None when none does."""
        place = bisect_right(self._starts, key) - 1
        if place >= 0 and key < self._stops[place]:
            return self._stops[place]
        return None

    def start_before(self, key: bytes) -> bytes | None:
        """The start of the interval that holds `key`; None when none does."""
        place = bisect_right(self._starts, key) - 1
        if place >= 0 and key < self._stops[place]:
            return self._starts[place]
        return None

    def __contains__(self, key: bytes) -> bool:
        return self.stop_after(key) is not None

    def overlaps(self, start: bytes, stop: bytes) -> bool:
        """Whether any key of [start, stop) lies in the set."""
        place = bisect_right(self._stops, start)
        return place < len(self._starts) and self._starts[place] < stop and start < stop
