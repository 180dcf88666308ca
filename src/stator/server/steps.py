"""Runs an operation's steps on the loop: a turn given away comes back through `Turns`, as what a call aside returned
does; a work's result through the store. What `storage.contract.drive` does on a plain thread. Steps may have been begun
on another thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from stator.server.scheduler import Turns
from stator.storage.contract import Aside, Done, Step, Steps, Work

Finish = Callable[[Any, BaseException | None], None]


class Submits(Protocol):
    """The one thing asked of a store here."""

    def submit(self, work: Work, done: Done) -> None: ...


@dataclass(slots=True)
class Begun:
    """An operation up to its first step, or to its answer if it had none (`steps` is then None)."""

    answer: Any = None
    steps: Steps[Any] | None = None
    step: Step = None


def begin(outcome: Any) -> Begun:
    """What an operation's handler returned, an answer or steps, taken to where it must wait."""
    if type(outcome) is dict:
        return Begun(outcome)
    try:
        return Begun(None, outcome, next(outcome))
    except StopIteration as end:
        return Begun(end.value)


class AbandonedError(Exception):
    """The error of steps that nobody waits for any more."""


class Journey:
    """One run of steps. `finish` is called once, with the answer or with None and the error; while `start` runs when
    no step had to wait."""

    __slots__ = ("_finish", "_inside", "_is_over", "_result", "_steps", "_store", "_turns", "_wrote")

    def __init__(self, steps: Steps[Any], store: Submits, turns: Turns, finish: Finish) -> None:
        self._steps = steps
        self._store = store
        self._turns = turns
        self._finish = finish
        self._inside = False
        self._result: tuple[Any, BaseException | None] | None = None
        self._wrote = False
        self._is_over = False

    def start(self) -> None:
        if not self._is_over:
            self._resume(None, None)

    def go_on(self, step: Step) -> None:
        """Instead of `start`, for steps that were begun and have yielded `step`."""
        if step is None:
            self._turns.add(self.start)
            return
        self._inside = True
        self._wait_for(step)
        self._inside = False
        if self._result is not None:
            self._resume(*self._result)

    def abandon(self) -> None:
        """Ends steps that wait for their turn, with an AbandonedError. What has begun to write, or
        to call aside, goes on."""
        if self._inside or self._wrote or self._is_over:
            return
        self._is_over = True
        self._steps.close()
        self._finish(None, AbandonedError())

    def _resume(self, value: Any, error: BaseException | None) -> None:
        """Goes on until steps wait. A store that is done within `submit` calls this again inside itself: its result
        is then taken by the loop below, so that no number of works deepens the stack."""
        if self._inside:
            self._result = (value, error)
            return
        self._inside = True
        try:
            while True:
                self._result = None
                self._step(value, error)
                if self._result is None:
                    return
                value, error = self._result
        finally:
            self._inside = False

    def _step(self, value: Any, error: BaseException | None) -> None:
        try:
            step = self._steps.send(value) if error is None else self._steps.throw(error)
        except StopIteration as end:
            self._is_over = True
            self._finish(end.value, None)
        except Exception as raised:
            self._is_over = True
            self._finish(None, raised)
        else:
            if step is None:
                self._turns.add(self.start)
            else:
                self._wait_for(step)

    def _wait_for(self, step: Work | Aside) -> None:
        self._wrote = True
        try:
            if isinstance(step, Aside):
                self._turns.aside(step.run, self._resume)
            else:
                self._store.submit(step, self._resume)
        except Exception as refused:
            self._result = (None, refused)
