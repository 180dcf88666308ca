"""The recent past of a store: what its last writes replaced, and reads of the state before some of them.

A `History` keeps, of each of the last writes, the rows it touched with the values they had before. A `Past` is the
store as it was before all writes after a given one: every snapshot of it is exactly one state, the present with those
writes undone. When the history no longer reaches back that far, it is the oldest state that it does reach.

A write is noted while its work runs, so before anyone can see it: what a snapshot holds is always known. Noting a
write that then never commits is harmless, because undoing it puts back what is there. The memory is this process's:
what other processes write to the same file is not in it, and is seen at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from threading import Lock
from typing import TypeVar

from stator.clock import Clock
from stator.engine.items import Written
from stator.limits import HISTORY_BYTES_MAX, HISTORY_WRITES_MAX
from stator.storage.contract import Row, Snapshot, Store, Transaction

Former = tuple[bytes, bytes | None]
"""A row's key, and the value it had before a write (None: it was absent)."""

Undone = dict[bytes, bytes | None]

Result = TypeVar("Result", Written, list[Written])


class _Entry:
    """One write. `number` counts up from 1; `time` is the clock's monotonic one."""

    __slots__ = ("bytes", "former", "number", "time")

    def __init__(self, number: int, time: float, former: tuple[Former, ...]) -> None:
        self.number = number
        self.time = time
        self.former = former
        self.bytes = sum(len(key) + len(value or b"") for key, value in former)


class History:
    """Shared by threads: `_lock` guards everything."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._entries: deque[_Entry] = deque()
        self._bytes = 0
        self._last = 0

    def remembering(self, run: Callable[[Transaction], Result]) -> Callable[[Transaction], Result]:
        """The same work, which also notes each write it makes. It may run again: only its last run counts."""
        noted: list[_Entry] = []

        def noting(tx: Transaction) -> Result:
            self._forget(noted)
            result = run(tx)
            for written in result if isinstance(result, list) else (result,):
                former = tuple(written.former())
                if former:
                    noted.append(self.note(former))
            return result

        return noting

    def note(self, former: tuple[Former, ...]) -> _Entry:
        with self._lock:
            self._last += 1
            entry = _Entry(self._last, self._clock.monotonic(), former)
            self._entries.append(entry)
            self._bytes += entry.bytes
            while len(self._entries) > HISTORY_WRITES_MAX or self._bytes > HISTORY_BYTES_MAX:
                self._bytes -= self._entries.popleft().bytes
        return entry

    def _forget(self, noted: list[_Entry]) -> None:
        with self._lock:
            for entry in noted:
                entry.former = ()
        noted.clear()

    @property
    def last(self) -> int:
        """The number of the last write."""
        return self._last

    def before_last(self, writes: int, age_s_max: float) -> int | None:
        """The number of the write after which the last `writes` came, of those younger than `age_s_max`.
        None when there are none such."""
        seen = None
        with self._lock:
            oldest = self._clock.monotonic() - age_s_max
            for entry in islice(reversed(self._entries), writes):
                if entry.time <= oldest:
                    break
                seen = entry.number - 1
        return seen

    def undone(self, since: int) -> Undone:
        """What every row that the writes after number `since` touched was before them."""
        undone: Undone = {}
        with self._lock:
            for entry in reversed(self._entries):
                if entry.number <= since:
                    break
                undone.update(entry.former)
        return undone


class Past:
    """A store's reads as they were after write number `since` of its history."""

    def __init__(self, store: Store, history: History, since: int) -> None:
        self._store = store
        self._history = history
        self._since = since

    def get(self, key: bytes) -> bytes | None:
        undone = self._history.undone(self._since)
        return undone[key] if key in undone else self._store.get(key)

    def snapshot(self) -> Snapshot:
        # The snapshot comes first: every write that it holds is then in the history.
        present = self._store.snapshot()
        return PastSnapshot(present, self._history.undone(self._since))


class PastSnapshot:
    """A snapshot's reads with some rows as they were. Closes the snapshot that it is made of."""

    def __init__(self, present: Snapshot, undone: Undone) -> None:
        self._present = present
        self._undone = undone
        self._keys = sorted(undone)

    def get(self, key: bytes) -> bytes | None:
        return self._undone[key] if key in self._undone else self._present.get(key)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return [self.get(key) for key in keys]

    def range(
        self, start: bytes, stop: bytes, limit: int, bytes_max: int = 1 << 62, reverse: bool = False
    ) -> tuple[list[Row], bool]:
        """Reads the present a slice at a time and merges what was there before, until the page is full and one row
        more is known. A slice may come to nothing: all of it written since."""
        rows: list[Row] = []
        while True:
            wanted = max(limit - len(rows), 0) + 1
            found, more = self._present.range(start, stop, wanted, max(bytes_max, 1), reverse)
            low, high = _slice(start, stop, found, more, reverse)
            for row in self._merged(found, low, high, reverse):
                if len(rows) >= limit or bytes_max <= 0:
                    return rows, True
                rows.append(row)
                bytes_max -= len(row[0]) + len(row[1])
            if not more:
                return rows, False
            start, stop = (start, low) if reverse else (high, stop)

    def _merged(self, found: list[Row], low: bytes, high: bytes, reverse: bool) -> Iterable[Row]:
        """The rows with low <= key < high as they were, in order; `found` are those of the present."""
        ours = self._keys[bisect_left(self._keys, low) : bisect_left(self._keys, high)]
        if not ours:
            return found
        undone = self._undone
        merged = [row for row in found if row[0] not in undone]
        merged += [(key, value) for key in ours if (value := undone[key]) is not None]
        merged.sort(reverse=reverse)
        return merged

    def close(self) -> None:
        self._present.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _slice(start: bytes, stop: bytes, found: list[Row], more: bool, reverse: bool) -> tuple[bytes, bytes]:
    """The part [low, high) of an interval that was read: all of it unless more rows remain."""
    if not more:
        return start, stop
    edge = found[-1][0]
    return (edge, stop) if reverse else (start, edge + b"\0")
