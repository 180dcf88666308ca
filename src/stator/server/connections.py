"""All connections of a server: how many there are, what they hold together, and a clock that moves once a second.

The clock is coarse so that a request costs no system call for its timeouts.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from stator.clock import Clock
from stator.server.bounds import Bounds

# Connections beyond the limit that are told so; those beyond these are closed without a word
_REFUSALS_MAX = 256


class Client(Protocol):
    """A connection, or what stands for one where another server has the connections."""

    def abort(self) -> None: ...

    def drain(self) -> None: ...

    def sweep(self, now: float) -> None: ...


class Connections:
    """`now` is monotonic seconds as of the last sweep."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock, bounds: Bounds) -> None:
        self.loop = loop
        self.bounds = bounds
        self.now = clock.monotonic()
        self._clock = clock
        self._open: set[Client] = set()
        self._held = 0
        # By connection, the longest there first
        self._unsent: dict[Client, int] = {}
        self._unsent_bytes = 0

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Client) -> bool:
        """False when the connection is one too many and must be refused."""
        self._open.add(connection)
        count = len(self._open)
        if count > self.bounds.connections_max + _REFUSALS_MAX:
            connection.abort()
        return count <= self.bounds.connections_max

    def remove(self, connection: Client) -> None:
        self._open.discard(connection)

    def hold(self, added: int) -> bool:
        """Charges bytes of bodies that arrive or wait; false when they no longer fit."""
        self._held += added
        return added <= 0 or self._held <= self.bounds.bodies_bytes_max

    @property
    def holds_too_much(self) -> bool:
        return self._held > self.bounds.bodies_bytes_max

    def keep_unsent(self, connection: Client, unsent: int) -> None:
        """Notes what a client has yet to take, 0 once it has taken enough. When all of them together are too much,
        ends the connections that have had something unsent for longest."""
        before = self._unsent.pop(connection, 0) if not unsent else self._unsent.get(connection, 0)
        self._unsent_bytes += unsent - before
        if unsent:
            self._unsent[connection] = unsent
        while self._unsent_bytes > self.bounds.unsent_bytes_max and len(self._unsent) > 1:
            slowest = next(iter(self._unsent))
            self._unsent_bytes -= self._unsent.pop(slowest)
            slowest.abort()

    def sweep(self) -> None:
        self.now = self._clock.monotonic()
        for connection in tuple(self._open):
            connection.sweep(self.now)

    def drain(self) -> None:
        for connection in tuple(self._open):
            connection.drain()

    def abort(self) -> None:
        for connection in tuple(self._open):
            connection.abort()
