"""A scheduler that a test turns by hand: nothing runs until it is told to, and the helper is a queue too."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from stator.storage.contract import Store, Transaction, Work

Call = Callable[[], None]
Then = Callable[[BaseException | None], None]


class HandLoop:
    """`ready` is what `soon` was given, `delayed` what `later` was, `helper` what `blocking` was."""

    def __init__(self) -> None:
        self.ready: deque[Call] = deque()
        self.delayed: deque[tuple[float, Call]] = deque()
        self.helper: deque[tuple[Call, Then]] = deque()

    def soon(self, call: Call) -> None:
        self.ready.append(call)

    def later(self, delay_s: float, call: Call) -> None:
        self.delayed.append((delay_s, call))

    def blocking(self, call: Call, then: Then) -> None:
        self.helper.append((call, then))

    def turn(self) -> None:
        for _ in range(len(self.ready)):
            self.ready.popleft()()

    def help(self) -> None:
        """Runs the oldest call of the helper, and what follows it."""
        call, then = self.helper.popleft()
        call()
        then(None)

    def wait(self) -> float:
        """Runs the oldest delayed call; returns its delay."""
        delay_s, call = self.delayed.popleft()
        call()
        return delay_s

    def run(self) -> None:
        """Until nothing is left to do now."""
        while self.ready or self.helper:
            self.turn()
            if self.helper:
                self.help()


class Answers(list[tuple[Any, BaseException | None]]):
    """Collects what `done` was called with, in order."""

    def done(self, result: Any, error: BaseException | None) -> None:
        self.append((result, error))


def submit(store: Store, answers: Answers, run: Callable[[Transaction], Any]) -> None:
    store.submit(Work(run), answers.done)
