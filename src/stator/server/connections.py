"""All connections of a server: how many there are, what they hold together, and a clock that moves once a second.

The clock is coarse so that a request costs no system call for its timeouts.
"""

from __future__ import annotations

import asyncio

from stator.clock import Clock
from stator.server.bounds import Bounds
from stator.server.connection import Connection

# Connections beyond the limit that are told so; those beyond these are closed without a word
_REFUSALS_MAX = 256


class Connections:
    """`now` is monotonic seconds as of the last sweep."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock, bounds: Bounds) -> None:
        self.loop = loop
        self.bounds = bounds
        self.now = clock.monotonic()
        self._clock = clock
        self._open: set[Connection] = set()
        self._held = 0

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection) -> bool:
        """False when the connection is one too many and must be refused."""
        self._open.add(connection)
        count = len(self._open)
        if count > self.bounds.connections_max + _REFUSALS_MAX:
            connection.abort()
        return count <= self.bounds.connections_max

    def remove(self, connection: Connection) -> None:
        self._open.discard(connection)

    def hold(self, added: int) -> bool:
        """Charges bytes of arriving bodies; false when they no longer fit."""
        self._held += added
        return added <= 0 or self._held <= self.bounds.bodies_bytes_max

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
