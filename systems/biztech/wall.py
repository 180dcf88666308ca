"""The live wall: who has met whom at an event in the last minute. Connections are written by `connections`, with a
moment when they are forgotten; the wall's listeners are told by the stream of bizLiveConnections (`feeds`)."""

from __future__ import annotations

from typing import Final

from systems.biztech.connections import LIVE_S
from systems.biztech.context import Context
from systems.biztech.design.realtime import LiveConnection

SHOWN_MAX: Final = 50


class Wall:
    """Safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def recent(self, event_id: str, limit: int = SHOWN_MAX) -> list[LiveConnection]:
        """Who met lately, the newest first. What is forgotten by now is left out, though it may still be stored; and
        no more is read than a minute can hold, however long DynamoDB takes to delete the rest."""
        since = self._context.now_ms() - LIVE_S * 1000
        found: list[LiveConnection] = []
        for live in self._context.design.live_connections(event_id, since=since):
            found.append(live)
            if len(found) == limit:
                break
        return found
