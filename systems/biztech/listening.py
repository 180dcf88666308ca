"""A listener's side of the gateway: connects, asks how things stand, and gives each message to a function; connects
again when the connection is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, InvalidURI

from stator.errors import StatorError

Status = Callable[[str], None]
SHOW: Final = json.dumps({"action": "show"})


class ListeningError(StatorError):
    """The gateway does not take this listener: connecting again is of no use."""


def address(gateway: str, channel: str, value: str) -> str:
    """`("ws://localhost:8765", "prices", "kickstart;2026")` -> the URL to listen at."""
    return f"{gateway.rstrip('/')}/{channel}/{quote(value, safe=';')}"


async def listen(
    url: str, take: Callable[[Mapping[str, Any]], object], tell: Status = lambda status: None
) -> None:
    """For ever, until it is cancelled. `tell` is called with "connected" and "connecting". Raises ListeningError."""
    tell("connecting")
    try:
        async for connection in connect(url, max_queue=None):
            tell("connected")
            try:
                await connection.send(SHOW)
                async for message in connection:
                    take(json.loads(message))
            except ConnectionClosed:
                pass
            tell("connecting")
    except InvalidStatus as error:
        said = error.response.body.decode(errors="replace").strip()
        raise ListeningError(f"{url}: {said or error}") from error
    except InvalidURI as error:
        raise ListeningError(f"{url} is no address; one is ws://host:port") from error
