"""The live wall: who has met whom at an event in the last minute. Connections are written by `connections`, with a
moment when they are forgotten; the wall's listeners are told by the stream of bizLiveConnections (`feeds`)."""

from __future__ import annotations

from typing import Final

from systems.biztech.context import Context
from systems.biztech.design.realtime import LiveConnection

SHOWN_MAX: Final = 50


class Wall:
    """Safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._design = context.design

    def recent(self, event_id: str, limit: int = SHOWN_MAX) -> list[LiveConnection]:
        """Who met lately, the newest first; whoever is forgotten by now is left out, though it may still be stored."""
        found: list[LiveConnection] = []
        for live in self._design.live_connections(event_id):
            found.append(live)
            if len(found) == limit:
                break
        return found
