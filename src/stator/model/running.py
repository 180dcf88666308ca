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
from typing import Any, Final, TypeVar

from stator.errors import ServiceError, UnreachableError
from stator.model.faults import ArgumentError

T = TypeVar("T")

_DELAY_S: Final = 0.025
_DELAY_S_MAX: Final = 2.0


@dataclass(slots=True)
class Ask:
    method: str
    arguments: dict[str, Any]


@dataclass(slots=True)
class Pause:
    seconds: float


Asks = Generator[Ask | Pause, Any, T]


@dataclass(slots=True)
class Runner:
    """`db`: stator.open's or stator.open_async's. `attempts_max`: how often is tried what meets a conflict."""

    db: Any
    sleep: Callable[[float], None] = time.sleep
    rng: random.Random = field(default_factory=random.Random)
    attempts_max: int = 8

    @property
    def is_async(self) -> bool:
        return hasattr(self.db, "__aenter__")

    def run(self, asks: Asks[T]) -> T:
        if self.is_async:
            asks.close()
            raise ArgumentError(
                "this design is on an async database: use the method whose name begins with 'a'"
            )
        try:
            step = next(asks)
            while True:
                if isinstance(step, Pause):
                    self.sleep(step.seconds)
                    step = next(asks)
                    continue
                try:
                    answer = self._method(step)(**step.arguments)
                except (ServiceError, UnreachableError) as error:
                    step = asks.throw(error)
                else:
                    step = asks.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    async def arun(self, asks: Asks[T]) -> T:
        """As `run`. On a database that is not async the calls block the loop."""
        try:
            step = next(asks)
            while True:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    step = next(asks)
                    continue
                try:
                    answer = self._method(step)(**step.arguments)
                    if inspect.isawaitable(answer):
                        answer = await answer
                except (ServiceError, UnreachableError) as error:
                    step = asks.throw(error)
                else:
                    step = asks.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    def delay(self, attempt: int) -> Pause:
        """A random delay below a bound that doubles; `attempt` counts from 1."""
        return Pause(self.rng.random() * min(_DELAY_S * 2**attempt, _DELAY_S_MAX))

    def _method(self, step: Ask) -> Callable[..., Any]:
        own = getattr(self.db, step.method, None)
        method: Callable[..., Any] = own or getattr(self.db.meta.client, step.method)
        return method
