"""Who listens, and what the wall shows: WebSocket connections and recent connections between people.

Access patterns here: a listener of the wall and those of an event (index byEvent); who met lately at an event (index
recent); a listener of the voting and those in a role (index role).
"""

from __future__ import annotations

from stator.model import Gsi, Stored, Table, at_least, get, query
from systems.biztech.design.attributes import ClubEntity, LiveEntity, Moment


class WallSocket(LiveEntity):
    """`endpoint`: where a message to it is posted, as in `{endpoint}/@connections/{connection_id}`."""

    stored = Stored(table="bizWallSockets", per_partition=100)

    connection_id: str
    event_id: str
    endpoint: str
    connected_at: Moment


class LiveConnection(LiveEntity):
    """For the wall's animation. `created_at`: epoch milliseconds; `ttl`: epoch seconds, when it is forgotten."""

    stored = Stored(
        {"sk": "ts#{created_at:13}#{uuid}"}, table="bizLiveConnections", expires="ttl", per_partition=500
    )

    event_id: str
    created_at: int
    uuid: str
    from_profile: str
    to_profile: str
    from_name: str
    to_name: str
    ttl: int | None = None


class Socket(ClubEntity):
    """Of the sticker and voting system. `role`: admin, voter, ...; `endpoint`: as a wall socket's."""

    stored = Stored(table="bizSockets", per_partition=500)

    connection_id: str
    role: str
    endpoint: str
    user_id: str | None = None
    connected_at: Moment


TABLES = (
    Table("bizWallSockets", pk="connectionId", type_attribute=None, indexes=(Gsi("byEvent", "eventId"),)),
    Table(
        "bizLiveConnections",
        pk="eventId",
        sk="sk",
        type_attribute=None,
        ttl="ttl",
        stream="NEW_AND_OLD_IMAGES",
        indexes=(Gsi("recent", "eventId", ("createdAt", "N")),),
    ),
    Table("bizSockets", pk="connectionID", type_attribute=None, indexes=(Gsi("role", "role"),)),
)
ENTITIES = (WallSocket, LiveConnection, Socket)


class RealTimePatterns:
    @get(WallSocket)
    def wall_socket(self, connection_id: str) -> None:
        """A listener of the wall."""

    @query(WallSocket, index="byEvent")
    def wall_sockets_at(self, event_id: str) -> None:
        """Who listens to an event's wall."""

    @query(LiveConnection, index="recent", newest_first=True, since=at_least("created_at"))
    def live_connections(self, event_id: str, since: int | None = None) -> None:
        """Who met lately at an event, newest first."""

    @get(Socket)
    def socket(self, connection_id: str) -> None:
        """A listener of the voting."""

    @query(Socket, index="role")
    def sockets_of(self, role: str) -> None:
        """The listeners of a role."""
