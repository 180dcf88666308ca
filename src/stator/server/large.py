"""Requests whose decoding and checking would hold up the loop: done on a helper thread, one after the other.

The thread takes a request as far as its operation's first step, and the loop goes on from there. Whoever sends large
requests waits for others who do; nobody else waits for any of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from stator.errors import ServiceUnavailable
from stator.limits import LARGE_BODIES_BYTES_MAX
from stator.server.scheduler import Helper

T = TypeVar("T")


class _Outcome(Generic[T]):
    result: T | None = None


class LargeRequests:
    """Used on the loop's thread. `close` ends the helper after what was handed to it."""

    def __init__(self, helper: Helper, bytes_max: int = LARGE_BODIES_BYTES_MAX) -> None:
        self._helper = helper
        self._bytes_max = bytes_max
        self._bytes = 0

    def begin(
        self, size: int, run: Callable[[], T], then: Callable[[T | None, BaseException | None], None]
    ) -> None:
        """Runs `run` on the helper, for a body of `size` bytes, then `then` with its result or error on the loop.

        Raises ServiceUnavailable when as much is waiting as may."""
        if self._bytes and self._bytes + size > self._bytes_max:
            raise ServiceUnavailable("The server is reading as many large requests as it can. Try again.")
        self._bytes += size
        outcome: _Outcome[T] = _Outcome()

        def call() -> None:
            outcome.result = run()

        def end(error: BaseException | None) -> None:
            self._bytes -= size
            then(outcome.result, error)

        self._helper.do(call, end)

    def close(self) -> None:
        self._helper.close()
