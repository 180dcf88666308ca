"""A listener's side of the gateway: connects, asks how things stand, and gives each message to a function; connects
again when the connection is lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from stator.errors import StatorError

Status = Callable[[str], None]
SHOW: Final = json.dumps({"action": "show"})
_DELAY_S: Final = 0.1
_DELAY_S_MAX: Final = 5.0
_SERVER_FAULT: Final = 500


class ListeningError(StatorError):
    """The gateway does not take this listener: connecting again is of no use."""


def address(gateway: str, channel: str, value: str) -> str:
    """`("ws://localhost:8765", "prices", "kickstart;2026")` -> the URL to listen at."""
    return f"{gateway.rstrip('/')}/{channel}/{quote(value, safe=';')}"


async def listen(
    url: str, take: Callable[[Mapping[str, Any]], object], tell: Status = lambda status: None
) -> None:
    """For ever, until it is cancelled. `tell` is called with "connecting" and "connected". Raises ListeningError."""
    delay_s = _DELAY_S
    tell("connecting")
    while True:
        try:
            async with connect(url, max_queue=None) as connection:
                delay_s = _DELAY_S
                tell("connected")
                try:
                    await connection.send(SHOW)
                    async for message in connection:
                        take(json.loads(message))
                finally:
                    tell("connecting")
        except InvalidURI as error:
            raise ListeningError(f"{url} is no address; one is ws://host:port") from error
        except InvalidStatus as error:
            if error.response.status_code < _SERVER_FAULT:
                said = error.response.body.decode(errors="replace").strip()
                raise ListeningError(f"{url}: {said or error}") from error
        except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake):
            pass  # it is not there, or not yet
        await asyncio.sleep(delay_s)
        delay_s = min(2 * delay_s, _DELAY_S_MAX)
