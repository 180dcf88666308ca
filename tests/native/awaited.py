"""An async database as if it were a sync one: each call is run to its end on a loop of its own. So the same cases
run on both."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any


class Awaited:
    """Stands for an async object: what its methods return is awaited, and wrapped when it is such an object
    itself."""

    def __init__(self, real: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._real = real
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if type(self._real).__name__ == "AsyncTable" and not hasattr(type(self._real), name):
            self._loop.run_until_complete(self._real.load())
        return self._settled(getattr(self._real, name))

    def _settled(self, value: Any) -> Any:
        if inspect.iscoroutine(value):
            return self._settled(self._loop.run_until_complete(value))
        if callable(value) and not isinstance(value, type):
            return lambda *positional, **named: self._settled(value(*positional, **named))
        if type(value).__module__.startswith("stator.client.native") or inspect.isasyncgen(value):
            return Awaited(value, self._loop)
        return value

    def __iter__(self) -> Iterator[Any]:
        walk = self._real.__aiter__()
        while True:
            try:
                value = self._loop.run_until_complete(anext(walk))
            except StopAsyncIteration:
                return
            yield self._settled(value)

    def __next__(self) -> Any:
        try:
            return self._loop.run_until_complete(anext(self._real))
        except StopAsyncIteration:
            raise StopIteration from None

    def __enter__(self) -> Any:
        self._loop.run_until_complete(self._real.__aenter__())
        return self

    def __exit__(self, *error: Any) -> None:
        self._loop.run_until_complete(self._real.__aexit__(*error))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Awaited) and bool(self._real == other._real)

    __hash__ = None  # type: ignore[assignment]
