"""Runs an operation's steps on the loop: a turn given away comes back through `Turns`, as what a call aside returned
does; a work's result through the store. What `storage.contract.drive` does on a plain thread. Steps may have been begun
on another thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from stator.server.admission import Admission
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
    no step had to wait. `body_bytes`: of the request, which `admission` counts while it waits to be written."""

    __slots__ = (
        "_admission",
        "_body_bytes",
        "_end_read",
        "_finish",
        "_held",
        "_inside",
        "_is_over",
        "_result",
        "_steps",
        "_store",
        "_turns",
        "_wrote",
    )

    def __init__(
        self,
        steps: Steps[Any],
        store: Submits,
        turns: Turns,
        finish: Finish,
        admission: Admission | None = None,
        body_bytes: int = 0,
    ) -> None:
        self._steps = steps
        self._store = store
        self._turns = turns
        self._finish = finish
        self._inside = False
        self._result: tuple[Any, BaseException | None] | None = None
        self._wrote = False
        self._is_over = False
        self._admission = admission
        self._body_bytes = body_bytes
        self._held = 0
        self._end_read: Callable[[], None] | None = None

    def start_in_turn(self) -> None:
        """Instead of `start`, for steps of which the first may be long."""
        self._pause()

    def start(self) -> None:
        if not self._is_over:
            self._resume(None, None)

    def go_on(self, step: Step) -> None:
        """Instead of `start`, for steps that were begun and have yielded `step`."""
        if step is None:
            self._pause()
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
        self._steps.close()
        self._end(None, AbandonedError())

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
            self._end(end.value, None)
        except Exception as raised:
            self._end(None, raised)
        else:
            if step is None:
                self._pause()
            else:
                self._wait_for(step)

    def _end(self, answer: Any, error: BaseException | None) -> None:
        self._is_over = True
        if self._held:
            assert self._admission is not None
            self._admission.release_write(self._held)
        if self._end_read is not None:
            self._end_read()
        self._finish(answer, error)

    def _pause(self) -> None:
        """Gives the turn away. A read that does so for the first time goes on when few enough others run."""
        if self._admission is None or self._wrote or self._end_read is not None:
            self._turns.add(self.start)
        else:
            self._end_read = self._admission.begin_read(self.start)

    def _wait_for(self, step: Work | Aside) -> None:
        try:
            if not self._wrote and self._admission is not None:
                self._held = self._admission.admit_write(self._body_bytes)
            self._wrote = True
            if isinstance(step, Aside):
                self._turns.aside(step.run, self._resume)
            else:
                self._store.submit(step, self._resume)
        except Exception as refused:
            self._result = (None, refused)
