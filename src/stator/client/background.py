"""Background work of a database that is used in process: expiry, jobs and upkeep, on daemon threads beside the program.

What a server does on its loop, a thread does here, under the same lease (engine.lease): of all the processes that have
a file open, one works at a time. The thread begins with the first write, or when the file holds anything that may fall
due; while there is nothing to do it takes a short look once a second. After each piece, of a few milliseconds, it rests
as long as the piece took. A second thread has the jobs on object stores, whose calls may take long, while there are
any. Neither keeps a program from ending; at its end, as at `stop`, what is due is worked on for a moment more, so that
a file that only short scripts open still expires, and then the lease is given up.

Not in a forked child: a file has to be opened anew there.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from functools import partial

from stator.api.call import ITEM_WRITES, may_leave_work
from stator.engine.database import Database
from stator.engine.jobs import Lane
from stator.engine.lease import Lease
from stator.errors import StatorError
from stator.limits import (
    BACKGROUND_CLOSE_S,
    BACKGROUND_PAUSE_S_MAX,
    BACKGROUND_PAUSE_S_MIN,
    BACKGROUND_STOP_S_MAX,
    JOBS_POLL_S,
)
from stator.storage.contract import drive

_OURS = (Lane.UPKEEP, Lane.STORE)


class Background:
    """Of one open database. Every method may be called by any thread; `stop` before the database is closed.

    With `enabled` false nothing happens by itself; `run_pending` still works. A piece that fails stays to be done: it
    is tried again at the next look, and the logger `stator` has a warning of it."""

    def __init__(
        self,
        db: Database,
        enabled: bool = True,
        *,
        poll_s: float = JOBS_POLL_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._enabled = enabled
        self._poll_s = poll_s
        self._monotonic = monotonic
        self._lease = Lease(db.store, db.clock)
        self._stepping = {lane: threading.Lock() for lane in Lane}
        self._beginning = threading.Lock()
        self._own = _Hand("stator-background")
        self._objects = _Hand("stator-objects")
        self._runs = False
        self._stopped = False
        self._told: str | None = None
        _open.add(self)

    def start(self) -> None:
        """The database was opened: begins the thread if there is anything that may fall due. Otherwise the first
        write does."""
        if self._enabled and not self._stopped and self._db.jobs.has_anything():
            self._begin()

    def wake(self) -> None:
        """Something to do may just have come: it is looked for at once."""
        if self._runs:
            self._own.bell.set()
        else:
            self._begin()

    def after(self, operation: str) -> None:
        """To be called after each operation: wakes, or begins, the thread if this one calls for it."""
        if operation in ITEM_WRITES:
            if not self._runs:
                self._begin()
        elif may_leave_work(operation):
            self.wake()

    def stop(self) -> None:
        """Ends the threads after the piece they are at, does what is due for a moment, gives the lease up. Idempotent.

        A call to an object store that is out is not waited for."""
        if self._stopped:
            return
        with self._beginning:
            self._stopped = True
        _open.discard(self)
        ended = self._own.end(BACKGROUND_STOP_S_MAX)
        self._objects.end(0.0 if self._calls_far() else BACKGROUND_STOP_S_MAX)
        if not ended or self._db.is_closed:
            return  # The lease lapses
        try:
            if self._enabled:
                lanes = _OURS if self._calls_far() else Lane
                self._db.jobs.look_again()
                self._work(lanes, self._monotonic() + BACKGROUND_CLOSE_S)
            drive(self._db.store, self._lease.give_up())
        except Exception as error:
            self._tell(error)

    def run_pending(self, seconds: float | None = None) -> bool:
        """Does all that is due now by the database's clock, on this thread, looking at everything again; with
        `seconds`, begins no further piece after that time. Returns whether nothing is left that is due: False also
        when another process does the background work. Raises what a piece raised, and StatorError after `stop` or in
        a forked child."""
        if self._stopped:
            raise StatorError("The database was closed, or opened before a fork; open it anew.")
        self._db.jobs.look_again()
        return self._work(Lane, None if seconds is None else self._monotonic() + seconds)

    # Working

    def _work(self, lanes: Iterable[Lane], until: float | None) -> bool:
        """Steps of these lanes until nothing is due (True), another process holds the lease, or the time is over."""
        lanes = tuple(lanes)
        while True:
            looking = False
            for lane in lanes:
                if until is not None and self._monotonic() >= until:
                    return False
                more = self._step(lane, until)
                if more is None or self._lease.is_elsewhere:
                    return False
                looking = looking or more
            if not looking and not any(map(self._db.jobs.is_due, lanes)):
                return True

    def _step(self, lane: Lane, until: float | None = None) -> bool | None:
        """One step; whether more remains. None: another thread is at one of this lane, and was until the time came."""
        turn = self._stepping[lane]
        if not turn.acquire(timeout=-1 if until is None else max(until - self._monotonic(), 0.0)):
            return None
        try:
            return drive(self._db.store, self._lease.guard(lambda: self._db.jobs.step(lane)))
        finally:
            turn.release()

    def _calls_far(self) -> bool:
        """Whether a step on objects may take long: a call to an S3 endpoint does, one to a folder does not."""
        return self._db.options.s3_endpoint is not None

    # The threads

    def _begin(self) -> None:
        if self._stopped or not self._enabled:
            return
        with self._beginning:
            if not self._stopped and not self._runs:
                self._runs = self._own.begin(self, Background._turn)

    def _turn(self) -> float | None:
        """One piece of each of the thread's lanes; returns when to take the next, in seconds. None: never."""
        if self._stopped or self._db.is_closed:
            return None
        started = self._monotonic()
        more = [self._tried(partial(self._step, lane)) for lane in _OURS]
        self._tried(self._see_to_objects)
        return self._rest(started) if any(more) else self._poll_s

    def _tried(self, step: Callable[[], bool | None]) -> bool | None:
        """What the step returned; None when it failed, which is told."""
        try:
            return step()
        except Exception as error:
            self._tell(error)
            return None

    def _see_to_objects(self) -> bool:
        """Begins the second thread when there is something for it, and keeps the lease while it waits for a call."""
        if self._objects.is_alive:
            drive(self._db.store, self._lease.hold())
        elif self._db.jobs.is_due(Lane.OBJECTS) and not self._lease.is_elsewhere:
            with self._beginning:
                if not self._stopped:
                    self._objects.begin(self, Background._objects_turn)
        return False

    def _objects_turn(self) -> float | None:
        if self._stopped or self._db.is_closed:
            return None
        started = self._monotonic()
        more = self._tried(partial(self._step, Lane.OBJECTS))
        if more is None:
            return self._poll_s
        return self._rest(started) if more else None

    def _rest(self, started: float) -> float:
        return min(max(self._monotonic() - started, BACKGROUND_PAUSE_S_MIN), BACKGROUND_PAUSE_S_MAX)

    def _tell(self, error: Exception) -> None:
        """Logs what went wrong, once while it stays the same."""
        if self._db.is_closed:
            return
        text = f"{type(error).__name__}: {error}"
        if text != self._told:
            self._told = text
            import logging

            logger = logging.getLogger("stator")
            logger.warning("a background step failed and will be tried again: %s", text, exc_info=error)

    def _forget_after_fork(self) -> None:
        """In a forked child, where the threads are not and a lock may be held for ever."""
        self._runs = False
        self._stopped = True


class _Hand:
    """A daemon thread that takes turns. It holds its Background only during a turn, so that one that nobody has any
    more ends by itself."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: threading.Thread | None = None
        self.bell = threading.Event()

    @property
    def is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def begin(self, background: Background, turn: Callable[[Background], float | None]) -> bool:
        """False when the process may have no further thread: its own work goes on."""
        arguments = (weakref.ref(background), turn, self.bell)
        thread = threading.Thread(target=_take_turns, args=arguments, name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return False
        self._thread = thread
        return True

    def end(self, within_s: float) -> bool:
        """Waits that long for the turn under way; returns whether the thread has ended."""
        self.bell.set()
        if self._thread is None or self._thread is threading.current_thread():
            return True
        self._thread.join(within_s)
        return not self._thread.is_alive()


def _take_turns(
    owner: weakref.ref[Background],
    turn: Callable[[Background], float | None],
    bell: threading.Event,
) -> None:
    while (background := owner()) is not None:
        bell.clear()
        pause_s = turn(background)
        del background
        if pause_s is None:
            return
        bell.wait(pause_s)


_open: weakref.WeakSet[Background] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    for background in list(_open):
        background.stop()


def _after_fork_in_child() -> None:
    for background in list(_open):
        background._forget_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
