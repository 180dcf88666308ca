"""Runs an operation's steps on the loop: a turn given away comes back through `Turns`, a work's result through the
store. What `storage.contract.drive` does on a plain thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from stator.server.scheduler import Turns
from stator.storage.contract import Done, Steps, Work

Finish = Callable[[Any, BaseException | None], None]


class Submits(Protocol):
    """The one thing asked of a store here."""

    def submit(self, work: Work, done: Done) -> None: ...


class Journey:
    """One run of steps. `finish` is called once, with the answer or with None and the error; while `start` runs when
    no step had to wait."""

    __slots__ = ("_finish", "_inside", "_result", "_steps", "_store", "_turns")

    def __init__(self, steps: Steps[Any], store: Submits, turns: Turns, finish: Finish) -> None:
        self._steps = steps
        self._store = store
        self._turns = turns
        self._finish = finish
        self._inside = False
        self._result: tuple[Any, BaseException | None] | None = None

    def start(self) -> None:
        self._resume(None, None)

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
            self._finish(end.value, None)
        except Exception as raised:
            self._finish(None, raised)
        else:
            if step is None:
                self._turns.add(self.start)
            else:
                self._submit(step)

    def _submit(self, work: Work) -> None:
        try:
            self._store.submit(work, self._resume)
        except Exception as refused:
            self._result = (None, refused)
