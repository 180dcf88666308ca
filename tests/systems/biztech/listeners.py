"""WebSocket clients that keep what they were sent, and the ways in which they end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

WAIT_S_MAX = 20.0


class Listener:
    """`heard`: its messages in the order in which they came."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[dict[str, Any]] = []
        self._has_ended = False
        self._came = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def at(cls, url: str) -> Listener:
        return cls(await connect(url, proxy=None, max_queue=None))

    async def until(self, is_so: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """What was heard, once it is so."""
        async with asyncio.timeout(WAIT_S_MAX), self._came:
            await self._came.wait_for(lambda: is_so(self.heard) or self._has_ended)
        assert is_so(self.heard), f"the connection ended after {self.heard}"
        return self.heard

    async def heard_of(self, count: int) -> list[dict[str, Any]]:
        return await self.until(lambda heard: len(heard) >= count)

    async def send(self, message: Any) -> None:
        await self.connection.send(json.dumps(message))

    def kill(self) -> None:
        """Without a close: the line is cut."""
        self.connection.transport.abort()

    async def leave(self) -> None:
        await self.connection.close()

    async def ended(self) -> int:
        """The code that the connection was closed with."""
        async with asyncio.timeout(WAIT_S_MAX):
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code

    async def _read(self) -> None:
        try:
            async for message in self.connection:
                async with self._came:
                    self.heard.append(json.loads(message))
                    self._came.notify_all()
        except ConnectionClosed:
            pass
        finally:
            async with self._came:
                self._has_ended = True
                self._came.notify_all()
