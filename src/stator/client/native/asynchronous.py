"""Runs calls on an asyncio loop without blocking it.

In process a read runs on the loop, in bounded steps with a turn of the loop between them; a write is handed to a
thread that waits for its group's commit, so that many awaited writes share one sync. A call to a database elsewhere
is a thread's as a whole. A call that is cancelled stops being waited for: a write that had begun may still be done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from stator.client.in_process import InProcess, explained
from stator.client.native.arguments import Shaping
from stator.client.native.calls import Calls, Pause, Send, adriven
from stator.client.native.faults import modelled
from stator.client.transport import Transport
from stator.errors import CorruptionError, ServiceError
from stator.limits import ASYNC_CALLS_MAX
from stator.storage.contract import Aside, Steps, Store, Work

T = TypeVar("T")


class AsyncDriver:
    """Used on one loop at a time."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._pool = ThreadPoolExecutor(ASYNC_CALLS_MAX, "stator-async")
        self._in_process = transport if isinstance(transport, InProcess) else None

    async def run(self, calls: Calls[T]) -> T:
        """As `calls.Driver.run`."""
        return await adriven(calls, self._do)

    async def _do(self, step: Send | Pause) -> Any:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return None
        try:
            return await self._send(step.operation, step.request)
        except ServiceError as error:
            raise modelled(error, step.operation) from error.__cause__

    async def one(self, operation: str, shaping: Shaping, arguments: dict[str, Any]) -> dict[str, Any]:
        """As `calls.Driver.one`."""
        request = shaping.request(arguments)
        try:
            answer = await self._send(operation, request)
        except ServiceError as error:
            raise modelled(error, operation) from error.__cause__
        return shaping.answer(answer)

    async def close(self) -> None:
        """Closes the transport, after what was begun. Idempotent."""
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    def _close(self) -> None:
        self._pool.shutdown(wait=True)
        self._transport.close()

    async def _send(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if self._in_process is None:
            return await self._aside(lambda: self._transport.call(operation, request))
        try:
            outcome = self._in_process.begin(operation, request)
            answer = outcome if isinstance(outcome, dict) else await self._drive(self._in_process, outcome)
        except (ServiceError, CorruptionError) as error:
            raise explained(error)  # noqa: B904 (its cause is set)
        return self._in_process.finished(operation, answer)

    async def _drive(self, transport: InProcess, steps: Steps[dict[str, Any]]) -> dict[str, Any]:
        store = transport.db.store
        try:
            step = next(steps)
            while True:
                if step is None:
                    await asyncio.sleep(0)
                    step = next(steps)
                    continue
                try:
                    result = await self._aside(
                        step.run if isinstance(step, Aside) else _transaction(store, step)
                    )
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
        except StopIteration as end:
            answer: dict[str, Any] = end.value
            return answer

    async def _aside(self, call: Callable[[], T]) -> T:
        try:
            future = asyncio.get_running_loop().run_in_executor(self._pool, call)
        except RuntimeError:
            # The pool is shut down: the transport says so in its words
            return call()
        return await future


def _transaction(store: Store, work: Work) -> Callable[[], Any]:
    return lambda: store.transact(work.run, work.decides, work.shares)
