"""The store that keeps nothing: for tests and `:memory:`. Transactions run concurrently and optimistically.

A work runs over the state it found, and what it reads is noted. Its commit takes a lock, refuses it when a commit
since then wrote anything it read (or decided on, or shares), and otherwise makes the next state. A refused work runs
again; after a few refusals it runs with the lock held, so that none starves. States are immutable (`SortedMap`): a
snapshot is a reference.

`side_by_side` is how many of the submitted works start from one state, as they would on a store with many clients.
With a `clock`, snapshots and transactions older than the budget are refused; without, their age does not matter.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, NoReturn, TypeVar

from stator.clock import Clock
from stator.errors import BudgetExceededError, StatorError
from stator.storage.contract import SALT_BYTES, Budgets, Done, Row, Scheduler, Transaction, Work
from stator.storage.group import GROUP_WORKS_MAX, Ticket, answer
from stator.storage.intervals import Intervals
from stator.storage.layer import Layer, summed
from stator.storage.sorted_map import SortedMap

T = TypeVar("T")

BUDGETS: Final = Budgets(32 << 10, 32 << 20, 256 << 20, 10.0)
_OPTIMISTIC_RUNS_MAX: Final = 8
_RECENT_COMMITS_MAX: Final = 4096


class State(NamedTuple):
    """Everything committed so far, and how many commits made it."""

    version: int
    rows: SortedMap
    sequences: dict[bytes, int]


@dataclass(frozen=True, slots=True)
class _Commit:
    """What a commit wrote, kept for as long as a transaction may be older than it."""

    version: int
    keys: frozenset[bytes]
    cleared: Intervals | tuple[()]
    logs: frozenset[bytes]


class _NotedReads:
    """Reads one state and notes what was read: keys, intervals and logs."""

    __slots__ = ("intervals", "keys", "logs", "state")

    def __init__(self, state: State, keys: Iterable[bytes]) -> None:
        self.state = state
        self.keys = set(keys)
        self.intervals = Intervals()
        self.logs: set[bytes] = set()

    def get(self, key: bytes) -> bytes | None:
        self.keys.add(key)
        return self.state.rows.get(key)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return [self.get(key) for key in keys]

    def range(
        self, start: bytes, stop: bytes, limit: int, bytes_max: int = 1 << 62, reverse: bool = False
    ) -> tuple[list[Row], bool]:
        rows, more = self.state.rows.range(start, stop, limit, bytes_max, reverse)
        if more and rows:
            start, stop = (rows[-1][0], stop) if reverse else (start, rows[-1][0] + b"\0")
        self.intervals.add(start, stop)
        return rows, more

    def sequence(self, log: bytes) -> int:
        self.logs.add(log)
        return self.state.sequences.get(log, 0)

    def noted_bytes(self) -> int:
        """The size of what was noted, which a real store would send with the commit."""
        return sum(map(len, self.keys)) + sum(len(start) + len(stop) for start, stop in self.intervals)

    def disturbed_by(self, commit: _Commit) -> bool:
        if not self.keys.isdisjoint(commit.keys) or not self.logs.isdisjoint(commit.logs):
            return True
        if self.intervals and any(key in self.intervals for key in commit.keys):
            return True
        if not commit.cleared:
            return False
        return any(key in commit.cleared for key in self.keys) or any(
            commit.cleared.overlaps(start, stop) for start, stop in self.intervals
        )


class MemorySnapshot:
    """One state, until `close`."""

    __slots__ = ("_check", "_state")

    def __init__(self, state: State, check: Callable[[], None]) -> None:
        self._state: State | None = state
        self._check = check

    def _rows(self) -> SortedMap:
        if self._state is None:
            raise StatorError("This snapshot is closed.")
        self._check()
        return self._state.rows

    def get(self, key: bytes) -> bytes | None:
        return self._rows().get(key)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        get = self._rows().get
        return [get(key) for key in keys]

    def range(
        self, start: bytes, stop: bytes, limit: int, bytes_max: int = 1 << 62, reverse: bool = False
    ) -> tuple[list[Row], bool]:
        return self._rows().range(start, stop, limit, bytes_max, reverse)

    def close(self) -> None:
        self._state = None

    def __enter__(self) -> MemorySnapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class MemoryStore:
    """See the module. Shared by threads: `_lock` guards `_state`, `_recent` and the queue's owner."""

    def __init__(
        self,
        budgets: Budgets = BUDGETS,
        salt: bytes | None = None,
        clock: Clock | None = None,
        side_by_side: int = 1,
    ) -> None:
        self.budgets = budgets
        self.salt = os.urandom(SALT_BYTES) if salt is None else salt
        self._clock = clock
        self._side_by_side = side_by_side
        self._lock = threading.RLock()
        self._state = State(0, SortedMap(), {})
        self._recent: deque[_Commit] = deque(maxlen=_RECENT_COMMITS_MAX)
        self._queue: deque[tuple[Work, Ticket]] = deque()
        self._scheduler: Scheduler | None = None
        self._group_is_due = False
        self._working: set[int] = set()
        self._generation = 0
        self._closed = False

    # Reads

    def get(self, key: bytes) -> bytes | None:
        if self._closed:
            self._refuse()
        return self._state.rows.get(key)

    def snapshot(self) -> MemorySnapshot:
        if self._closed:
            self._refuse()
        started = self._now()

        def check() -> None:
            if self._closed:
                self._refuse()
            self._check_age(started, "snapshot")

        return MemorySnapshot(self._state, check)

    def generation(self) -> int:
        if self._closed:
            self._refuse()
        return self._generation

    # Going back

    def state(self) -> State:
        """All that is committed: a reference, to `put_back`."""
        return self._state

    def put_back(self, state: State, keeping: Iterable[bytes] = ()) -> None:
        """Makes an earlier state the present one, but for the rows of the keys in `keeping`, which stay as they are.

        Whatever was read before is then out of date, so no transaction that is under way is committed as it is."""
        with self._lock:
            present = self._state.rows
            rows = state.rows
            kept = [(key, present.get(key)) for key in keeping if present.get(key) != rows.get(key)]
            if kept:
                rows = rows.edited((), kept)
            self._recent.clear()
            self._generation += 1
            self._state = State(self._state.version + 1, rows, state.sequences)

    # Transactions

    def transact(
        self, run: Callable[[Transaction], T], decides: Iterable[bytes] = (), shares: Iterable[bytes] = ()
    ) -> T:
        keys = (*decides, *shares)
        for _ in range(_OPTIMISTIC_RUNS_MAX):
            result, committed = self._attempt(run, keys, self._state)
            if committed:
                return result
        with self._lock:
            return self._attempt(run, keys, self._state)[0]

    def submit(self, work: Work, done: Done) -> None:
        if self._closed:
            self._refuse()
        if self._scheduler is None:
            raise StatorError("No scheduler is attached: call attach before submit, or use transact.")
        self._queue.append((work, Ticket(work.run, done)))
        self._call_group_soon()

    def attach(self, scheduler: Scheduler | None) -> None:
        if scheduler is None and self._queue:
            return
        self._scheduler = scheduler

    def close(self) -> None:
        with self._lock:
            self._closed = True
        queued = [ticket for _, ticket in self._queue]
        self._queue.clear()
        answer(queued, StatorError("The store was closed before this work ran."))

    # The group of submitted works

    def _call_group_soon(self) -> None:
        if not self._group_is_due and self._scheduler is not None:
            self._group_is_due = True
            self._scheduler.soon(self._run_group)

    def _run_group(self) -> None:
        self._group_is_due = False
        group = [self._queue.popleft() for _ in range(min(len(self._queue), GROUP_WORKS_MAX))]
        for place in range(0, len(group), self._side_by_side):
            state = self._state
            for work, ticket in group[place : place + self._side_by_side]:
                self._run(work, ticket, state)
        if self._queue:
            self._call_group_soon()
        answer([ticket for _, ticket in group], None)

    def _run(self, work: Work, ticket: Ticket, state: State) -> None:
        try:
            keys = (*work.decides, *work.shares)
            ticket.result, committed = self._attempt(work.run, keys, state)
            if not committed:
                ticket.result = self.transact(work.run, work.decides, work.shares)
        except Exception as error:
            ticket.error = error

    # Running and committing

    def _attempt(self, run: Callable[[Transaction], T], keys: Iterable[bytes], state: State) -> tuple[T, bool]:
        """Runs a work over `state`: its result, and whether it was committed. Raises what the work raises."""
        me = threading.get_ident()
        if self._closed:
            self._refuse()
        if me in self._working:
            raise StatorError("A work may not start another transaction.")
        started = self._now()
        reads = _NotedReads(state, keys)
        layer = Layer(reads, self.budgets)
        self._working.add(me)
        try:
            result = run(layer)
        finally:
            self._working.discard(me)
        self._check_age(started, "transaction")
        return result, self._commit(layer, reads)

    def _commit(self, layer: Layer, reads: _NotedReads) -> bool:
        if layer.written_bytes + reads.noted_bytes() > self.budgets.transaction_bytes_max:
            limit = self.budgets.transaction_bytes_max
            raise BudgetExceededError(f"A transaction reads and writes keys over this store's {limit} bytes.")
        with self._lock:
            if self._closed:
                self._refuse()
            if reads.state is not self._state and self._is_disturbed(reads):
                return False
            if layer:
                self._apply(layer)
            return True

    def _is_disturbed(self, reads: _NotedReads) -> bool:
        if not self._recent or self._recent[0].version > reads.state.version + 1:
            return True
        for commit in reversed(self._recent):
            if commit.version <= reads.state.version:
                return False
            if reads.disturbed_by(commit):
                return True
        return False

    def _apply(self, layer: Layer) -> None:
        version, rows, sequences = self._state
        sums = [(key, summed(rows.get(key), delta)) for key, delta in layer.sums.items()]
        rows = rows.edited(layer.cleared, [*layer.writes.items(), *sums])
        if layer.sequences:
            sequences = sequences | layer.sequences
        keys = frozenset(layer.writes) | frozenset(layer.sums)
        self._recent.append(_Commit(version + 1, keys, layer.cleared, frozenset(layer.sequences)))
        self._state = State(version + 1, rows, sequences)

    def _now(self) -> float:
        return 0.0 if self._clock is None else self._clock.monotonic()

    def _check_age(self, started: float, what: str) -> None:
        if self._now() - started > self.budgets.transaction_s_max:
            limit = self.budgets.transaction_s_max
            raise BudgetExceededError(f"This {what} is older than this store's {limit:g} s.")

    def _refuse(self) -> NoReturn:
        raise StatorError("The store is closed.")
