"""What can be listened to: the prices of an event, its wall, and the voting by role.

    /prices/{event}    a row in bizBtxSockets      the prices, as they change
    /wall/{event}      a row in bizWallSockets     who met whom, and what is forgotten
    /voting/{role}     a row in bizSockets         the stickers that are put and taken away

A channel writes a listener's row when it comes and removes it when it leaves; and it can show a newcomer how things
stand. The value after the slash may be a query parameter as well: `/prices?event=kickstart%3B2026`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stator.model import Entity, ref
from systems.biztech.club import BizTech
from systems.biztech.design.exchange import BtxSocket
from systems.biztech.design.realtime import Socket, WallSocket
from systems.biztech.messages import connection_message, price_message

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Channel:
    """`row` is what a listener is in the database; `field`: which of its fields holds what is listened to, and
    `parameter` what that is called in a URL. `shown(value)`: how things stand, as messages, the oldest first.

    All methods read or write the database, on any thread."""

    club: BizTech
    name: str
    parameter: str
    row: type[Entity]
    field: str
    shown: Callable[[str], list[Message]]

    def join(self, connection_id: str, value: str, endpoint: str) -> None:
        """Idempotent, as `leave` is."""
        moment = self.club.context.moment()
        fields = {self.field: value, "endpoint": endpoint, "connected_at": moment}
        self.club.design.put(self.row(**{"connection_id": connection_id, **fields}))

    def leave(self, connection_id: str) -> None:
        self.club.design.erase(ref(self.row, connection_id=connection_id))

    def value_of(self, connection_id: str) -> str | None:
        """What a listener listens to; None: it is none of this channel's."""
        rows = self.club.design.get_many(self.row, [{"connection_id": connection_id}])
        return getattr(rows[0], self.field) if rows else None


def channels_of(club: BizTech) -> tuple[Channel, ...]:
    def prices(event: str) -> list[Message]:
        return [price_message(project) for project in club.exchange.projects(event)]

    def wall(event: str) -> list[Message]:
        newest = club.wall.recent(event)
        return [connection_message(each) for each in reversed(newest)]

    return (
        Channel(club, "prices", "event", BtxSocket, "event_id", prices),
        Channel(club, "wall", "event", WallSocket, "event_id", wall),
        Channel(club, "voting", "role", Socket, "role", lambda role: []),
    )
