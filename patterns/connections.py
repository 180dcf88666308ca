"""WebSocket connections: found by their id, by their user and by their room, gone when they are not renewed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime

from patterns.lambdas import Handler, Record, feed, handler_for
from patterns.pattern import Pattern, Wait, Weighed
from stator.model import Design, Entity, Gsi, Stored, Table, get, query, ref


class Connection(Entity):
    stored = Stored(
        {
            "pk": "CONNECTION#{connection_id}",
            "gsi1pk": "ROOM#{room}",
            "gsi1sk": "{connection_id}",
            "gsi2pk": "USER#{user_id}",
            "gsi2sk": "{connected_at}",
        },
        expires="expires_at",
    )

    connection_id: str
    user_id: str
    room: str | None = None
    connected_at: AwareDatetime
    expires_at: AwareDatetime


class Chat(Design):
    table = Table(
        "connections",
        pk="pk",
        ttl="expires_at",
        stream="OLD_IMAGE",
        indexes=[Gsi("byRoom", "gsi1pk", "gsi1sk"), Gsi("byUser", "gsi2pk", "gsi2sk")],
    )
    entities = (Connection,)

    @get(Connection)
    def connection(self, connection_id: str) -> None:
        """A connection that is alive."""

    @query(Connection)
    def in_room(self, room: str) -> None:
        """Who a message to a room goes to."""

    @query(Connection, newest_first=True)
    def of_user(self, user_id: str) -> None:
        """A user's connections, the newest first."""


OPENED = datetime(2030, 1, 1, tzinfo=UTC)
ALIVE_FOR = timedelta(minutes=10)


def opened(connection_id: str, user_id: str, room: str | None, at: datetime = OPENED) -> Connection:
    return Connection(
        connection_id=connection_id,
        user_id=user_id,
        room=room,
        connected_at=at,
        expires_at=at + ALIVE_FOR,
    )


def presence_of(chat: Chat, send: Callable[[str, str], None]) -> Handler:
    """A Lambda handler for the stream: who is in a room is told who has left it, or was silent until it expired.
    Told twice, it means the same."""

    def tell(record: Record) -> None:
        gone = record["dynamodb"].get("OldImage", {})
        if record["eventName"] != "REMOVE" or "room" not in gone:
            return
        user_id, how = gone["user_id"]["S"], "was lost" if "userIdentity" in record else "left"
        there = chat.in_room(gone["room"]["S"]).all()
        if user_id in {each.user_id for each in there}:  # by another connection
            return
        for each in there:
            send(each.connection_id, f"{user_id} {how}")

    return handler_for(tell)


def connect(chat: Chat) -> object:
    """`$connect`: the connection is stored; in no room, so the index of rooms does not have it."""
    chat.create(opened("c4", "bo", None, at=OPENED + timedelta(minutes=1)))
    return chat.of_user("bo")


def message(chat: Chat) -> object:
    """Who sent a message: a connection by its id."""
    return chat.connection("c1")


def join(chat: Chat) -> object:
    """A connection joins a room: one update, and the index has it."""
    chat.update(ref(Connection, connection_id="c4"), {"room": "lobby"})
    return chat.in_room("lobby")


def renew(chat: Chat) -> object:
    """A heartbeat puts the expiry off; it does not bring back what has expired."""
    return chat.update(ref(Connection, connection_id="c1"), {"expires_at": OPENED + 2 * ALIVE_FOR})


def leave(chat: Chat) -> object:
    """`$disconnect`: the item goes, and both indexes with it; a second time nothing happens."""
    chat.erase(ref(Connection, connection_id="c2"))
    chat.erase(ref(Connection, connection_id="c2"))
    return chat.in_room("lobby")


def who_is_left(chat: Chat) -> object:
    """A `$disconnect` that never came: what was not renewed is gone to the second, though it may still be stored."""
    return chat.in_room("lobby")


def presence(chat: Chat) -> object:
    """A function is fed by the stream: those who are in the room are told who has left it."""
    told: list[str] = []
    handler = presence_of(chat, lambda connection_id, text: told.append(f"to {connection_id}: {text}"))
    feed(chat.db, chat.table_name("connections"), handler)
    return told


PATTERN = Pattern(
    title="Connection/session tracking (e.g. WebSocket use cases)",
    problem="A function is called with a connection's id and keeps no state; to send to a room or a user it "
    "needs their connections. Each connection is an item by its id, with an index by room and one by "
    "user; since a disconnect may never be told, each item expires unless it is renewed.",
    design=Chat,
    items=(opened("c1", "ann", "lobby"), opened("c2", "bo", "lobby"), opened("c3", "cy", "games")),
    examples=(connect, message, join, renew, leave, Wait(900), who_is_left, presence),
    why=(
        "All that `$disconnect` knows is the connection's id: as the whole key it is enough to remove everything.",
        "The index of rooms is sparse: a connection in no room is not in it and costs nothing there.",
        "Expiry is checked on each read: DynamoDB deletes expired items within days, not at the second.",
        "The stream tells of each removal, expiry too, so that presence and counts follow without polling.",
    ),
    trade_offs=Weighed(
        scale="Connections spread by their ids. A room is one partition of the index: a room of 100,000 is read in "
        "pages, and joined below 1,000 a second.",
        cost="Each heartbeat is a write to the item and to both indexes, which hold all attributes: longer leases "
        "are cheaper.",
        consistency="Indexes are eventually consistent: a message may miss who has just joined, or meet who has "
        "just left, whom the gateway then reports as gone.",
        simplicity="Nothing has to clean up: what is not renewed is not returned, and is deleted later for nothing.",
    ),
    not_when=(
        "One process holds all connections: a dict is enough.",
        "Rooms are huge and each message goes to all: a publish and subscribe service.",
    ),
)
