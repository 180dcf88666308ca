"""A database for one test after another: emptied, or put back to a snapshot, in microseconds.

It is in memory, where a state is immutable and to go back to one is to take up a reference. The database object stays
the same one, so that clients which were made for one test, or by a module when it was imported, serve the next. Nothing
runs beside a test: background work is done when the clock was moved and after an operation that begins some, on the
thread that does this. Random choices (ids) begin anew with each state: a test that runs again makes the same ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from stator.api.call import Answer, Call, Handler, Request, may_leave_work
from stator.engine.database import Database, Options
from stator.engine.tables import Catalogue
from stator.errors import ServiceError, StatorError
from stator.keys import space
from stator.limits import TESTING_STEPS_MAX
from stator.storage.contract import Aside, Steps, drive
from stator.storage.memory import MemoryStore, State
from stator.testing.asking import Asking, run_as, steps_as
from stator.testing.faults import Faults
from stator.testing.faulty_engine import AskedForHardships, AskedForThrottle
from stator.testing.moving_clock import MovingClock

_SEED = 1

End = Callable[[ServiceError | None], None]
"""Told how a call ended."""

Observer = Callable[[Call, Request], End]
"""Told of each call when it begins, on the thread that makes it."""


class Snapshot:
    """A state of the database to go back to, any number of times. Costs nothing but the rows that change later."""

    def __init__(self, bench: Bench, state: State) -> None:
        self._bench = bench
        self._state = state
        self._clock = bench.clock.position()

    def restore(self) -> None:
        """Makes it the database's state again: tables, items, streams, backups, all of them, and how far the clock had
        been moved. Faults stay as they are. No call may be under way."""
        self._bench.clock.return_to(self._clock)
        self._bench.go_back(self._state)


class Bench:
    """One for a process. `db` is an engine's Database. `observer`, where it is set, is told of each operation."""

    def __init__(self, options: Options | None = None) -> None:
        self.clock = MovingClock(self.run_pending)
        self.faults = Faults(self._note_writes)
        self.observer: Observer | None = None
        self.store = MemoryStore(salt=bytes(16))
        self.db = _BenchDatabase(self.store, options or Options(), self.clock, self.faults)
        self.db.watch = self._watch
        self._empty = self.store.state()

    def begin(self) -> None:
        """An empty database, as a test finds it: no faults, the wall's time."""
        self.faults.clear()
        self.clock.begin()
        self.go_back(self._empty)

    def snapshot(self) -> Snapshot:
        return Snapshot(self, self.store.state())

    def go_back(self, state: State) -> None:
        """The lease on background work is a process's and no part of the state."""
        self.store.put_back(state, (space.LEASE_KEY,))
        self.db.rng.seed(_SEED)
        self.db.begin()

    def run_pending(self) -> None:
        """Does all background work that is due by the clock."""
        self.db.jobs.look_again()
        drive(self.store, self._settle())

    def _note_writes(self) -> int:
        self.db.hardships.remembers = True
        return self.db.hardships.history.last

    # Each operation passes here

    def _watch(self, handler: Handler, db: Database, request: Request, call: Call) -> Answer | Steps[Answer]:
        end = None if self.observer is None else self.observer(call, request)
        begins_work = may_leave_work(call.operation)
        if end is None and not begins_work and not self.faults.pending:
            return handler(db, request, call)
        return self._steps(partial(handler, db, request, call), Asking(call, request), end, begins_work)

    def _steps(
        self, run: Callable[[], Any], asking: Asking, end: End | None, begins_work: bool
    ) -> Steps[Answer]:
        try:
            answer = yield from self._answer(run, asking)
        except ServiceError as error:
            if end is not None:
                end(error)
            raise
        if end is not None:
            end(None)
        if begins_work:
            yield from self._settle()
        return answer

    def _answer(self, run: Callable[[], Any], asking: Asking) -> Steps[Answer]:
        delay_s = run_as(asking, self.faults.delay_s)
        if delay_s:
            yield Aside(partial(time.sleep, delay_s))
        refuse = partial(run_as, asking, self.faults.refuse_before_work)
        outcome = run_as(asking, run)
        answer: Answer = (
            outcome if isinstance(outcome, dict) else (yield from steps_as(asking, outcome, refuse))
        )
        run_as(asking, self.faults.refuse_done)
        return answer

    def _settle(self) -> Steps[None]:
        for _ in range(TESTING_STEPS_MAX):
            if not (yield from self.db.jobs.step()):
                return
        raise StatorError(f"background work did not come to an end within {TESTING_STEPS_MAX} steps")


class _BenchDatabase(Database):
    """A Database in which a test's faults are met."""

    def __init__(self, store: MemoryStore, options: Options, clock: MovingClock, faults: Faults) -> None:
        self._faults = faults
        super().__init__(store, options, clock)

    def begin(self) -> None:
        super().begin()
        options = self.options
        self.throttle = AskedForThrottle(self.clock, options.enforce_capacity, self._faults)
        self.catalogue = Catalogue(self.store, self.clock, options.stream_shards, self.throttle)
        self.hardships = AskedForHardships(self.clock, self.rng, self._faults)
