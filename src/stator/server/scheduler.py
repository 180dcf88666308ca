"""The loop as a store and long operations see it: the end of a turn, a delay, helper threads, and fair turns.

`LoopScheduler` is `storage.contract.Scheduler`. A helper is one thread and a queue, not an executor: a commit waits
for it, and an executor's future and wake-up cost several times as much.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from time import perf_counter
from typing import Any

from stator.limits import TURN_S_MAX
from stator.storage.contract import Done

Call = Callable[[], None]
Then = Callable[[BaseException | None], None]


class Helper:
    """A thread that runs calls in their order, from the first one on. Used on the loop's thread; `close` ends it after
    what was handed to it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, name: str) -> None:
        self._loop = loop
        self._name = name
        self._tasks: SimpleQueue[tuple[Call, Then] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def do(self, call: Call, then: Then) -> None:
        """Runs `call`, then `then` with its error or None on the loop."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        self._tasks.put((call, then))

    def close(self) -> None:
        thread = self._thread
        self.leave()
        if thread is not None:
            thread.join()

    def leave(self) -> None:
        """As `close`, without waiting: what was handed to it may outlive the loop, and is then not answered."""
        if self._thread is not None:
            self._tasks.put(None)
            self._thread = None

    def _run(self) -> None:
        wake = self._loop.call_soon_threadsafe
        while (task := self._tasks.get()) is not None:
            call, then = task
            del task
            error: BaseException | None = None
            try:
                call()
            except BaseException as caught:
                error = caught
            try:
                wake(then, error)
            except RuntimeError:
                # The loop was closed: nobody waits any more
                return
            # What they hold is not kept until the next call comes
            del call, then, error


class LoopScheduler:
    """Made and used on the loop's thread, but for `soon`. `close` ends the helper after what was handed to it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread = threading.get_ident()
        helper = Helper(loop, "stator-commit")
        self.blocking = helper.do
        self.close = helper.close

    def soon(self, call: Call) -> None:
        if threading.get_ident() == self._thread:
            self._loop.call_soon(call)
        else:
            self._loop.call_soon_threadsafe(call)

    def later(self, delay_s: float, call: Call) -> None:
        self._loop.call_later(delay_s, call)


class Turns:
    """Runs the next steps of long operations, one after the other, for at most 2 ms in a turn of the loop, so that
    many scans together hold up a point read no longer than one of them does. Their calls that may block run on a
    thread of their own, one after the other: a commit does not wait for them, nor `leave`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._helper = Helper(loop, "stator-aside")
        self.leave = self._helper.leave
        self._waiting: deque[Call] = deque()
        self._due = False

    def add(self, call: Call) -> None:
        """`call` runs in a later turn; it never raises."""
        self._waiting.append(call)
        if not self._due:
            self._due = True
            self._loop.call_soon(self._turn)

    def aside(self, call: Callable[[], Any], done: Done) -> None:
        """Runs `call` on the helper thread, then `done` on the loop with its result, or None and its error."""
        results: list[Any] = []
        self._helper.do(
            lambda: results.append(call()), lambda error: done(results[0] if results else None, error)
        )

    def _turn(self) -> None:
        stop = perf_counter() + TURN_S_MAX
        waiting = self._waiting
        for _ in range(len(waiting)):
            waiting.popleft()()
            if perf_counter() >= stop:
                break
        self._due = bool(waiting)
        if waiting:
            self._loop.call_soon(self._turn)
