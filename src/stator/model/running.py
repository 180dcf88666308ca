"""What a design does, once for sync and async: generators of requests, which a runner sends.

Ask     a method of the native client with its arguments: its answer is sent in, or its error thrown in
Pause   seconds to wait
"""

from __future__ import annotations

import asyncio
import inspect
import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, TypeVar

from stator.client.native.calls import Pause, adriven, driven
from stator.model.faults import ArgumentError

T = TypeVar("T")

_DELAY_S: Final = 0.025
_DELAY_S_MAX: Final = 2.0
_OF_THE_DATABASE: Final = frozenset(("batch_get_item", "batch_write_item"))
"""Methods that do more on the database than on its client: they ask again for what is left unprocessed."""


@dataclass(slots=True)
class Ask:
    method: str
    arguments: dict[str, Any]


Asks = Generator[Ask | Pause, Any, T]


@dataclass(slots=True)
class Runner:
    """`db`: stator.open's or stator.open_async's. `attempts_max`: how often is tried what meets a conflict."""

    db: Any
    sleep: Callable[[float], None] = time.sleep
    rng: random.Random = field(default_factory=random.Random)
    attempts_max: int = 8
    is_async: bool = field(init=False)
    is_rehearsal: ClassVar[bool] = False

    def __post_init__(self) -> None:
        self.is_async = hasattr(self.db, "__aenter__")

    def run(self, asks: Asks[T]) -> T:
        if self.is_async:
            asks.close()
            raise ArgumentError(
                "this design is on an async database: use the method whose name begins with 'a'"
            )
        return driven(asks, self._do)

    async def arun(self, asks: Asks[T]) -> T:
        """As `run`. On a database that is not async the calls block the loop."""
        return await adriven(asks, self._ado)

    def delay(self, attempt: int) -> Pause:
        """A random delay below a bound that doubles; `attempt` counts from 1."""
        return Pause(self.rng.random() * min(_DELAY_S * 2**attempt, _DELAY_S_MAX))

    def _do(self, step: Ask | Pause) -> Any:
        if isinstance(step, Pause):
            self.sleep(step.seconds)
            return None
        try:
            return self._method(step)(**step.arguments)
        except UnicodeEncodeError as error:
            raise _no_text(error) from error

    async def _ado(self, step: Ask | Pause) -> Any:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return None
        try:
            answer = self._method(step)(**step.arguments)
            return await answer if inspect.isawaitable(answer) else answer
        except UnicodeEncodeError as error:
            raise _no_text(error) from error

    def _method(self, step: Ask) -> Callable[..., Any]:
        holder = self.db if step.method in _OF_THE_DATABASE else self.db.meta.client
        method: Callable[..., Any] = getattr(holder, step.method)
        return method


def _no_text(error: UnicodeEncodeError) -> ArgumentError:
    return ArgumentError(f"{error.object[:40]!r} holds half a surrogate pair, which is no text")
