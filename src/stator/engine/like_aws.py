"""As hard as production: reads that lag, states that linger, batches that come back in part.

All off by default. Each is drawn from the database's one random generator, so that a run repeats from its seed.

- index lag: a read of a global index sees the state of up to INDEX_LAG_S_MAX ago;
- stale reads: an eventually consistent read of a table or local index sees that of up to STALE_S_MAX ago;
- lingering states: a table stays CREATING, UPDATING or DELETING for up to LINGER_S_MAX;
- partial batches: now and then a batch leaves a part undone, never all of it.

What a read of the past needs is what recent writes replaced: `note` keeps each written row's former value for as long
as a read may look back, in this process's memory.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock

from stator.clock import Clock
from stator.limits import (
    INDEX_LAG_S_MAX,
    LINGER_S_MAX,
    PARTIAL_BATCH_SHARE,
    STALE_CHANGES_MAX,
    STALE_S_MAX,
)
from stator.storage.contract import Row, Snapshot, Store


@dataclass(frozen=True, slots=True)
class LikeAws:
    """Which of AWS's hardships are on."""

    index_lag: bool = False
    stale_reads: bool = False
    lingering_states: bool = False
    partial_batches: bool = False

    @classmethod
    def all(cls) -> LikeAws:
        return cls(True, True, True, True)


EASY = LikeAws()

Former = tuple[bytes, bytes | None]
"""A row's key, and the value it had before a write (None: it was absent)."""


class Hardships:
    """The state that the chosen hardships need. Guarded by a lock: `note` and reads may come from any thread."""

    def __init__(self, chosen: LikeAws, clock: Clock, rng: random.Random) -> None:
        self.chosen = chosen
        self._clock = clock
        self._rng = rng
        self._lock = Lock()
        self._former: deque[tuple[float, Former]] = deque(maxlen=STALE_CHANGES_MAX)

    @property
    def remembers(self) -> bool:
        return self.chosen.index_lag or self.chosen.stale_reads

    def note(self, former: Iterable[Former]) -> None:
        """Remembers what a write that is now durable replaced."""
        now = self._clock.monotonic()
        with self._lock:
            self._former.extend((now, each) for each in former)
            oldest = now - max(INDEX_LAG_S_MAX, STALE_S_MAX)
            while self._former and self._former[0][0] < oldest:
                self._former.popleft()

    def look_back(self, store: Store, of_global_index: bool) -> Past | None:
        """The past that this eventually consistent read is given, or None for the present."""
        wanted = self.chosen.index_lag if of_global_index else self.chosen.stale_reads
        if not wanted:
            return None
        lag = self._rng.uniform(0, INDEX_LAG_S_MAX if of_global_index else STALE_S_MAX)
        since = self._clock.monotonic() - lag
        undone: dict[bytes, bytes | None] = {}
        with self._lock:
            for time, (key, value) in reversed(self._former):
                if time <= since:
                    break
                undone[key] = value
        return Past(store, undone) if undone else None

    def linger_s(self) -> float:
        """How long a state that begins now lasts, in seconds."""
        return self._rng.uniform(LINGER_S_MAX / 4, LINGER_S_MAX) if self.chosen.lingering_states else 0.0

    def processed(self, count: int) -> int:
        """How many of a batch's `count` parts are done: at least one."""
        if not self.chosen.partial_batches or count < 2 or self._rng.random() >= PARTIAL_BATCH_SHARE:
            return count
        return self._rng.randrange(1, count)


class Past:
    """A store's reads as they were before some writes: their rows have their former values."""

    def __init__(self, store: Store, undone: dict[bytes, bytes | None]) -> None:
        self._store = store
        self._undone = undone

    def get(self, key: bytes) -> bytes | None:
        return self._undone[key] if key in self._undone else self._store.get(key)

    def snapshot(self) -> Snapshot:
        return _PastSnapshot(self._store.snapshot(), self._undone)


class _PastSnapshot:
    def __init__(self, present: Snapshot, undone: dict[bytes, bytes | None]) -> None:
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
        """Reads enough of the present to fill the page even if each undone row there is left out."""
        first, last = bisect_left(self._keys, start), bisect_left(self._keys, stop)
        ours = {key: self._undone[key] for key in self._keys[first:last]}
        rows, more = self._present.range(start, stop, limit + len(ours), bytes_max, reverse)
        reached = _reached(rows, more, reverse)
        merged = {key: value for key, value in rows if key not in ours}
        merged.update((k, v) for k, v in ours.items() if v is not None and reached(k))
        ordered = sorted(merged.items(), reverse=reverse)
        return ordered[:limit], more or len(ordered) > limit

    def close(self) -> None:
        self._present.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _reached(rows: list[Row], more: bool, reverse: bool) -> Callable[[bytes], bool]:
    """Which keys lie within what was read of the present: beyond it, order would break."""
    if not more or not rows:
        return lambda key: True
    edge = rows[-1][0]
    return (lambda key: key >= edge) if reverse else (lambda key: key <= edge)
