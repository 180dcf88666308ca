"""One source for the sync and the async client: what a method does is a generator of *instructions*, which a driver
carries out and sends their results into.

    Send    an operation to call: its answer is sent in, or its error thrown in
    Pause   seconds to wait

`driven` and `adriven` run them; `Driver` is the sync driver, `stator.client.native.asynchronous` has the async one.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from stator.client.native.arguments import Dialect, Shaping
from stator.client.native.faults import modelled
from stator.client.transport import Transport
from stator.errors import ServiceError, UnreachableError

T = TypeVar("T")


@dataclass(slots=True)
class Send:
    """`request` is in the wire's shapes."""

    operation: str
    request: dict[str, Any]


@dataclass(slots=True)
class Pause:
    seconds: float


Calls = Generator[Send | Pause, Any, T]
"""What a method does; returns what the method returns."""

Call = Callable[[str, dict[str, Any]], dict[str, Any]]


def driven(steps: Generator[Any, Any, T], do: Callable[[Any], Any]) -> T:
    """Runs the steps to their end: what `do` returns of each is sent in, a database's error thrown in."""
    try:
        step = next(steps)
        while True:
            try:
                result = do(step)
            except (ServiceError, UnreachableError) as error:
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        value: T = end.value
        return value


async def adriven(steps: Generator[Any, Any, T], do: Callable[[Any], Awaitable[Any]]) -> T:
    """As `driven`, awaiting what `do` returns."""
    try:
        step = next(steps)
        while True:
            try:
                result = await do(step)
            except (ServiceError, UnreachableError) as error:
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        value: T = end.value
        return value


class Sends(Protocol):
    """What a driver is made for: a way to send, and to wait."""

    def run(self, calls: Calls[T]) -> T: ...


class Driver:
    """Runs calls on the calling thread. Safe to share between threads."""

    def __init__(self, transport: Transport, sleep: Callable[[float], None] = time.sleep) -> None:
        self._send: Call = getattr(transport, "answer", transport.call)
        self._send_made: Call = getattr(transport, "answer_made", self._send)
        self._sleep = sleep

    def run(self, calls: Calls[T]) -> T:
        """Returns what the method returns. Raises errors.ServiceError as `faults.modelled` makes it."""
        return driven(calls, self._do)

    def _do(self, step: Send | Pause) -> Any:
        if isinstance(step, Pause):
            self._sleep(step.seconds)
            return None
        try:
            return self._send(step.operation, step.request)
        except ServiceError as error:
            raise modelled(error, step.operation) from error.__cause__

    def one(self, operation: str, shaping: Shaping, arguments: dict[str, Any]) -> dict[str, Any]:
        """`run` of a single call: most methods are one, and the generator would cost them a microsecond."""
        request = shaping.request(arguments)
        send = self._send
        if len(request) == 2 and shaping.made_by is not None and type(request.get(shaping.made_by)) is dict:
            send = self._send_made
        try:
            answer = send(operation, request)
        except ServiceError as error:
            raise modelled(error, operation) from error.__cause__
        return shaping.answer(answer)


def one(dialect: Dialect, operation: str, arguments: dict[str, Any]) -> Calls[dict[str, Any]]:
    """The calls of a method that is one operation."""
    shaping = dialect.of(operation)
    answer = yield Send(operation, shaping.request(arguments))
    return shaping.answer(answer)
