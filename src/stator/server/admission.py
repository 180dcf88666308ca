"""How much runs or waits at once, all connections together: so that memory has a bound whatever clients do.

Writes: the requests that wait to be durable hold so many bytes at most; one more is throttled before it begins, which
every SDK takes as a reason to try again later. Reads of several turns: so many have pages in the making; the others
wait in the order they came, holding no more than what they ask. All on the loop's thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from stator.errors import ThrottlingException
from stator.server.bounds import Bounds
from stator.server.scheduler import Turns

# What a write's steps, values and ticket take beside its body
_WRITE_BYTES = 2048
_TOO_MANY = "The server has as many writes waiting for its disk as it takes. Try again."


class _Read:
    __slots__ = ("is_over", "runs", "start")

    def __init__(self, start: Callable[[], None]) -> None:
        self.start = start
        self.runs = False
        self.is_over = False


class Admission:
    """`writes_bytes` is what waits now."""

    def __init__(self, turns: Turns, bounds: Bounds) -> None:
        self.writes_bytes = 0
        self._turns = turns
        self._writes_bytes_max = bounds.writes_bytes_max
        self._reads_max = bounds.reads_max
        self._running = 0
        self._waiting: deque[_Read] = deque()

    def admit_write(self, body_bytes: int) -> int:
        """What to release once it is answered. Raises ThrottlingException, unless nothing else waits."""
        held = body_bytes + _WRITE_BYTES
        if self.writes_bytes and self.writes_bytes + held > self._writes_bytes_max:
            raise ThrottlingException(_TOO_MANY)
        self.writes_bytes += held
        return held

    def release_write(self, held: int) -> None:
        self.writes_bytes -= held

    def begin_read(self, start: Callable[[], None]) -> Callable[[], None]:
        """Runs `start` in a later turn, when few enough reads run. What it returns is to be called once that read has
        ended, also when it had not begun."""
        read = _Read(start)
        if self._running < self._reads_max:
            self._run(read)
        else:
            self._waiting.append(read)
        return lambda: self._end(read)

    def _run(self, read: _Read) -> None:
        read.runs = True
        self._running += 1
        self._turns.add(read.start)

    def _end(self, read: _Read) -> None:
        if not read.runs:
            read.is_over = True
            return
        self._running -= 1
        while self._waiting:
            following = self._waiting.popleft()
            if not following.is_over:
                self._run(following)
                return
