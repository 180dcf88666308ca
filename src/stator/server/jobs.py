"""Drives the database's background work on the loop, one bounded piece at a time, between requests.

Of the processes that have a file open, the one with the lease does it (engine.lease). Each lane has a runner, so that
none waits for another. Jobs that this process began are known at once (`wake`); those that another process left, and
that the lease has lapsed, are looked for now and then.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from stator.engine.database import Database
from stator.engine.jobs import Lane
from stator.engine.lease import Lease
from stator.server.requestlog import RequestLog
from stator.server.scheduler import LoopScheduler, Turns
from stator.server.steps import Journey, Submits
from stator.storage.contract import Steps


class JobRunner:
    """Of one lane. `step` does one piece of one job and returns whether any remains."""

    def __init__(
        self,
        step: Callable[[], Steps[bool]],
        store: Submits,
        scheduler: LoopScheduler,
        turns: Turns,
        log: RequestLog,
        poll_s: float,
    ) -> None:
        self._step = step
        self._store = store
        self._scheduler = scheduler
        self._turns = turns
        self._log = log
        self._poll_s = poll_s
        self._running = False
        self._stopped = False
        self._failing = False

    @property
    def running(self) -> bool:
        return self._running

    def start(self) -> None:
        self.wake()
        self._scheduler.later(self._poll_s, self._poll)

    def wake(self) -> None:
        """Looks for jobs in the next turn."""
        if not self._running and not self._stopped and not self._failing:
            self._running = True
            self._turns.add(self._go_on)

    def stop(self) -> None:
        """No further piece begins."""
        self._stopped = True

    def _poll(self) -> None:
        if not self._stopped:
            self._failing = False
            self.wake()
            self._scheduler.later(self._poll_s, self._poll)

    def _go_on(self) -> None:
        if self._stopped:
            self._running = False
            return
        Journey(self._step(), self._store, self._turns, self._finish).start()

    def _finish(self, more: Any, error: BaseException | None) -> None:
        """A piece that failed is tried again at the next poll: its job is still there."""
        self._running = False
        if error is not None:
            self._failing = True
            self._log.failure("a background job failed and will be tried again", error)
        elif more:
            self.wake()


class JobRunners:
    """Of one database, all lanes. `stop` gives the lease up: `running` until that is written."""

    def __init__(
        self,
        db: Database,
        scheduler: LoopScheduler,
        turns: Turns,
        log: RequestLog,
        poll_s: float,
    ) -> None:
        self._db = db
        self._turns = turns
        self._log = log
        self._lease = Lease(db.store, db.clock)
        self._giving_up = False
        self._runners = {
            lane: JobRunner(partial(self._step, lane), db.store, scheduler, turns, log, poll_s)
            for lane in Lane
        }

    @property
    def running(self) -> bool:
        """Whether something is to be waited for at a stop. A call to an S3 endpoint is not: it may take a minute, and
        its step is taken again by the next process."""
        far = self._db.options.s3_endpoint is not None
        waited_for = (lane for lane in Lane if not (far and lane is Lane.OBJECTS))
        return self._giving_up or any(self._runners[lane].running for lane in waited_for)

    def start(self) -> None:
        for runner in self._runners.values():
            runner.start()

    def wake(self) -> None:
        for runner in self._runners.values():
            runner.wake()

    def stop(self) -> None:
        """No further piece begins, and the next holder need not wait."""
        for runner in self._runners.values():
            runner.stop()
        self._giving_up = True
        Journey(self._lease.give_up(), self._db.store, self._turns, self._gave_up).start()

    def _step(self, lane: Lane) -> Steps[bool]:
        if lane is Lane.UPKEEP and self._runners[Lane.OBJECTS].running and self._lease.was_held:
            yield from self._lease.hold()  # A call to an object store may take longer than the lease holds
        return (yield from self._lease.guard(lambda: self._db.jobs.step(lane)))

    def _gave_up(self, _: Any, error: BaseException | None) -> None:
        self._giving_up = False
        if error is not None:
            self._log.failure("the lease on background work was not given up and will lapse", error)
