"""What a transaction has written and not yet applied: a layer over the state below it.

Reads see through: a key that the layer wrote answers from it, any other from below. Layers stack: each work has one
over its group's, which lies over the file. A work that is refused drops its layer and nothing else happened.

A layer holds, for each key at most one of: a value, a tombstone (None in `writes`), a sum to add. `cleared` are the
intervals it deleted, which lie under `writes`. `sequences` are the last numbers given out, per log. Applying a layer
is therefore: delete `cleared`, then write `writes` and add `sums`, in any order, then keep `sequences`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, Protocol

from stator.errors import BudgetExceededError
from stator.storage.contract import Budgets, Reader, Row, decode_counter
from stator.storage.intervals import Intervals

_WORD: Final = 1 << 64
_NONE: Final = ()  # of layers that cleared nothing: its truth is asked for on every read and write


class Base(Reader, Protocol):
    """A state that layers lie on: a reader that also knows the last sequence number of each log."""

    def sequence(self, log: bytes) -> int:
        """The last number given out, 0 before the first."""


def summed(value: bytes | None, delta: int) -> bytes:
    """A stored counter moved by `delta`. Wraps at 64 bits, as atomic additions do everywhere."""
    return ((decode_counter(value) + delta) % _WORD).to_bytes(8, "big")


def log_key(log: bytes, number: int) -> bytes:
    return log + number.to_bytes(8, "big")


class Layer:
    """A `Transaction` (and a `Base`) whose writes stay in memory. One thread at a time."""

    __slots__ = ("_below", "_budgets", "_bytes_left", "_ordered", "cleared", "sequences", "sums", "writes")

    def __init__(self, below: Base, budgets: Budgets) -> None:
        self._below = below
        self._budgets = budgets
        self._bytes_left = budgets.transaction_bytes_max
        self._ordered: list[bytes] | None = []
        self.writes: dict[bytes, bytes | None] = {}
        self.sums: dict[bytes, int] = {}
        self.cleared: Intervals | tuple[()] = _NONE
        self.sequences: dict[bytes, int] = {}

    @property
    def written_bytes(self) -> int:
        """Bytes of keys and values written so far, repeats counted again."""
        return self._budgets.transaction_bytes_max - self._bytes_left

    def __bool__(self) -> bool:
        return bool(self.writes or self.sums or self.cleared or self.sequences)

    # Reads

    def get(self, key: bytes) -> bytes | None:
        if key in self.writes:
            return self.writes[key]
        below = None if self.cleared and key in self.cleared else self._below.get(key)
        if self.sums and key in self.sums:
            return summed(below, self.sums[key])
        return below

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        get = self.get
        return [get(key) for key in keys]

    def sequence(self, log: bytes) -> int:
        number = self.sequences.get(log)
        return self._below.sequence(log) if number is None else number

    def range(
        self, start: bytes, stop: bytes, limit: int, bytes_max: int = 1 << 62, reverse: bool = False
    ) -> tuple[list[Row], bool]:
        if not self._touches(start, stop):
            return self._below.range(start, stop, limit, bytes_max, reverse)
        rows: list[Row] = []
        while limit > len(rows) and bytes_max > 0:
            below, more = self._below.range(start, stop, limit - len(rows), bytes_max, reverse)
            window_start, window_stop = start, stop
            if more:
                window_start, window_stop, start, stop = self._split(start, stop, below[-1][0], reverse)
            merged = self._merged(below, window_start, window_stop, reverse)
            for place, row in enumerate(merged):
                rows.append(row)
                bytes_max -= len(row[0]) + len(row[1])
                if len(rows) == limit or bytes_max <= 0:
                    return rows, more or place + 1 < len(merged)
            if not more:
                return rows, False
        return rows, True

    def _touches(self, start: bytes, stop: bytes) -> bool:
        return bool(self.cleared and self.cleared.overlaps(start, stop)) or bool(self._own(start, stop))

    def _split(
        self, start: bytes, stop: bytes, last: bytes, reverse: bool
    ) -> tuple[bytes, bytes, bytes, bytes]:
        """The window that ends with `last`, the last row read below, and the interval that is left after it.

        The window goes on to the end of the cleared interval that holds `last`, which is not worth reading below."""
        if reverse:
            edge = max((self.cleared and self.cleared.start_before(last)) or last, start)
            return edge, stop, start, edge
        edge = min((self.cleared and self.cleared.stop_after(last)) or last + b"\0", stop)
        return start, edge, edge, stop

    def _merged(self, below: list[Row], start: bytes, stop: bytes, reverse: bool) -> list[Row]:
        writes, cleared = self.writes, self.cleared
        merged: dict[bytes, bytes] = {}
        for key, value in below:
            if key not in writes and not (cleared and key in cleared):
                merged[key] = value
        for key in self._own(start, stop):
            if key in self.sums:
                merged[key] = summed(merged.get(key), self.sums[key])
            elif (own := writes[key]) is not None:
                merged[key] = own
        return sorted(merged.items(), reverse=reverse)

    def _own(self, start: bytes, stop: bytes) -> list[bytes]:
        """The layer's own keys (written, deleted or added to) in the interval, in order."""
        if self._ordered is None:
            self._ordered = sorted([*self.writes, *self.sums])
        ordered = self._ordered
        return ordered[bisect_left(ordered, start) : bisect_left(ordered, stop)]

    # Writes

    def put(self, key: bytes, value: bytes) -> None:
        if len(value) > self._budgets.value_bytes_max:
            limit = self._budgets.value_bytes_max
            raise BudgetExceededError(f"A value of {len(value)} bytes is over this store's {limit}.")
        self._spend(key, len(value))
        self._write(key, value)

    def delete(self, key: bytes) -> None:
        self._spend(key, 0)
        self._write(key, None)

    def delete_range(self, start: bytes, stop: bytes) -> None:
        if start >= stop:
            return
        self._spend(start, len(stop))
        for key in self._own(start, stop):
            self.writes.pop(key, None)
            self.sums.pop(key, None)
        self._ordered = None
        if not self.cleared:
            self.cleared = Intervals()
        self.cleared.add(start, stop)

    def add(self, counter: bytes, delta: int) -> None:
        self._spend(counter, 8)
        if counter in self.writes:
            self.writes[counter] = summed(self.writes[counter], delta)
        elif self.cleared and counter in self.cleared:
            self._write(counter, summed(None, delta))
        else:
            self.sums[counter] = self.sums.get(counter, 0) + delta
            self._ordered = None

    def append(self, log: bytes, value: bytes) -> int:
        number = self.sequence(log) + 1
        self.put(log_key(log, number), value)
        self.sequences[log] = number
        return number

    def absorb(self, upper: Layer) -> None:
        """Takes over the writes of a layer that lay on this one."""
        if upper.cleared:
            for start, stop in upper.cleared:
                self.delete_range(start, stop)
        self.writes.update(upper.writes)
        if self.sums:
            for key in upper.writes:
                self.sums.pop(key, None)
        if upper.sums:
            for key, delta in upper.sums.items():
                self.add(key, delta)
        if upper.sequences:
            self.sequences.update(upper.sequences)
        self._bytes_left -= upper.written_bytes
        self._ordered = None

    def _write(self, key: bytes, value: bytes | None) -> None:
        self.writes[key] = value
        self._ordered = None
        if self.sums:
            self.sums.pop(key, None)

    def _spend(self, key: bytes, more: int) -> None:
        size = len(key)
        if size > self._budgets.key_bytes_max:
            limit = self._budgets.key_bytes_max
            raise BudgetExceededError(f"A key of {size} bytes is over this store's {limit}.")
        self._bytes_left -= size + more
        if self._bytes_left < 0:
            limit = self._budgets.transaction_bytes_max
            raise BudgetExceededError(f"A transaction writes more than this store's {limit} bytes.")
