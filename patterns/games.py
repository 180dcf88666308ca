"""A game of several players: rooms that fill and are never overfull, who plays where, and what a player owns."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import AwareDatetime

from patterns.pattern import Pattern, Weighed
from stator.model import Attr, Design, Entity, Gsi, Stored, Table, collection, get, query, ref


class Player(Entity):
    stored = Stored({"pk": "PLAYER#{player_id}", "sk": "PLAYER"})

    player_id: str
    coins: int


class Owned(Entity):
    stored = Stored({"pk": "PLAYER#{player_id}", "sk": "OWNED#{thing}"})

    player_id: str
    thing: str


class Match(Entity):
    stored = Stored(
        {
            "pk": "MATCH#{match_id}",
            "sk": "MATCH",
            "gsi1pk": "OPEN#{open_map}",
            "gsi1sk": "{created_at}",
        }
    )

    match_id: str
    created_at: AwareDatetime
    places: int
    open_map: str | None = None


class Seat(Entity):
    stored = Stored(
        {
            "pk": "MATCH#{match_id}",
            "sk": "SEAT#{player_id}",
            "gsi1pk": "PLAYER#{player_id}",
            "gsi1sk": "{joined_at}",
        }
    )

    match_id: str
    player_id: str
    joined_at: AwareDatetime
    points: int = 0


class Arena(Design):
    table = Table("arena", pk="pk", sk="sk", indexes=[Gsi("gsi1", "gsi1pk", "gsi1sk")])
    entities = (Player, Owned, Match, Seat)

    @get(Match)
    def match(self, match_id: str) -> None:
        """A match, and how many places it has left."""

    @collection(Match, Seat)
    def everything_of(self, match_id: str) -> None:
        """A match with all who play."""

    @query(Match)
    def open_matches(self, open_map: str) -> None:
        """The matches on a map that have places, the oldest first."""

    @query(Seat, newest_first=True)
    def matches_of(self, player_id: str) -> None:
        """A player's matches, newest first."""

    @collection(Player, Owned)
    def player_with_things(self, player_id: str) -> None:
        """A player and all that the player owns."""


START = datetime(2030, 1, 1, tzinfo=UTC)


def join(arena: Arena, match_id: str, player_id: str) -> None:
    """A seat and the place that it takes, all or none: not twice by one player, and not one too many."""
    with arena.transaction() as both:
        both.create(Seat(match_id=match_id, player_id=player_id, joined_at=START))
        both.update(ref(Match, match_id=match_id), add={"places": -1}, if_=Attr("places").gt(0))


def buy(arena: Arena, player_id: str, thing: str, price: int) -> None:
    """What is bought and what it costs, all or none."""
    with arena.transaction() as both:
        both.create(Owned(player_id=player_id, thing=thing))
        both.update(ref(Player, player_id=player_id), add={"coins": -price}, if_=Attr("coins").gte(price))


def lobby(arena: Arena) -> object:
    """The matches on a map that one can join."""
    return arena.open_matches("desert")


def joined(arena: Arena) -> object:
    """Two players join: the match with all who play is one query."""
    join(arena, "m1", "ann")
    join(arena, "m1", "bo")
    return arena.everything_of("m1")


def too_many(arena: Arena) -> None:
    """A third finds no place, and gets no seat."""
    join(arena, "m1", "cy")


def begun(arena: Arena) -> object:
    """A full match leaves the lobby: without the attribute it is not in the index."""
    arena.update(ref(Match, match_id="m1"), remove=["open_map"], if_=Attr("places").eq(0))
    return [arena.match("m1"), *arena.open_matches("desert")]


def scored(arena: Arena) -> object:
    """Points are added; a player's matches come by the index, newest first."""
    arena.update(ref(Seat, match_id="m1", player_id="ann"), add={"points": 10})
    return arena.matches_of("ann")


def bought(arena: Arena) -> object:
    """A player buys a hat."""
    buy(arena, "ann", "hat", 60)
    return arena.player_with_things("ann")


def bought_too_much(arena: Arena) -> None:
    """What is too dear is refused, and nothing is handed over."""
    buy(arena, "ann", "boat", 60)


PATTERN = Pattern(
    title="Games: matches, seats and what players own",
    problem="Many players want the last seat at once, and a player's coins are spent from two devices. A seat is an "
    "item that is made together with the place that it takes; a thing together with the coins.",
    design=Arena,
    items=(
        Player(player_id="ann", coins=100),
        Match(match_id="m1", created_at=START, places=2, open_map="desert"),
    ),
    examples=(lobby, joined, too_many, begun, scored, bought, bought_too_much),
    why=(
        "The key of a seat holds match and player, so that nobody sits twice; the condition lets nobody sit too "
        "many.",
        "One index serves two questions: open matches of a map, and a player's matches.",
        "All of a match, or all that a player has, is one query of one partition.",
    ),
    trade_offs=Weighed(
        scale="Each match and each player is a partition. The lobby of a map is one partition of the index: at "
        "over 1,000 new matches a second it is sharded.",
        cost="Each seat is a transaction of two, and an entry of the index: five units.",
        consistency="Places and coins are exact. The lobby is eventually consistent: who joins a match that has "
        "just filled is refused and takes the next.",
        simplicity="Players who join the same match at once meet conflicts, which are tried again. A full match "
        "leaves the lobby by an update of its own; if that is lost, the next who tries to join finds it full.",
    ),
    not_when=(
        "What moves many times a second, as positions do: keep it in the game server's memory, and store results.",
        "Players are matched by several qualities at once: a matchmaking service; the table keeps what it decides.",
    ),
)
