"""Drives the database's background jobs on the loop, one bounded piece at a time, between requests.

Jobs that this process began are known at once (`wake`); those that another process left are looked for now and then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stator.server.requestlog import RequestLog
from stator.server.scheduler import LoopScheduler, Turns
from stator.server.steps import Journey, Submits
from stator.storage.contract import Steps


class JobRunner:
    """`step` does one piece of one job and returns whether any remains."""

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
