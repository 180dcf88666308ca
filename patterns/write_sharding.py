"""A partition key with too many writes, spread over several keys, and read back as one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from heapq import merge
from zlib import crc32

from pydantic import AwareDatetime

from patterns.pattern import Pattern, Weighed
from stator.model import Design, Entity, Stored, Table, get, query


class Vote(Entity):
    stored = Stored({"pk": "VOTES#{day}#{shard:2}", "sk": "{at}#{vote_id}"}, item_bytes=200, writes_per_s=500)

    day: date
    shard: int
    at: AwareDatetime
    vote_id: str
    choice: str


class Votes(Design):
    table = Table("votes", pk="pk", sk="sk")
    entities = (Vote,)

    @query(Vote)
    def votes_of(self, day: date, shard: int) -> None:
        """A day's votes in one shard, in the order of time."""

    @get(Vote)
    def vote(self, day: date, shard: int, at: datetime, vote_id: str) -> None:
        """One vote: its shard is computed from its id."""


SHARDS = 4
DAY = date(2030, 1, 1)


def shard_of(vote_id: str) -> int:
    """Always the same for an id, so that one item can be found again."""
    return crc32(vote_id.encode()) % SHARDS


def vote(number: int) -> Vote:
    at = datetime(2030, 1, 1, 12, number, tzinfo=UTC)
    return Vote(day=DAY, shard=shard_of(f"v{number}"), at=at, vote_id=f"v{number}", choice="tea")


def cast(votes: Votes) -> object:
    """A vote goes to the shard that its id names."""
    return votes.create(vote(7))


def one_vote(votes: Votes) -> object:
    """One vote, by its id and its time, in one request."""
    return votes.vote(DAY, shard_of("v2"), datetime(2030, 1, 1, 12, 2, tzinfo=UTC), "v2")


def whole_day(votes: Votes) -> object:
    """A day's votes in the order of time: a query for each shard, merged."""
    shards = [votes.votes_of(DAY, shard) for shard in range(SHARDS)]
    return list(merge(*shards, key=lambda each: each.at))


PATTERN = Pattern(
    title="Write sharding",
    problem="Everyone votes today, and the day is the partition key: one partition takes 1,000 write units a "
    "second, whatever the table has. A shard number in the key, computed from the item's id, spreads "
    "one logical key over several partitions.",
    design=Votes,
    items=tuple(vote(number) for number in range(1, 6)),
    examples=(cast, one_vote, whole_day),
    why=(
        "N shards take N times the writes of one partition, without any coordination.",
        "A shard that is computed from the id, and not drawn, finds a single item with one GetItem.",
        "Each shard is ordered by time, so a merge of N streams is ordered and needs no sort.",
    ),
    trade_offs=Weighed(
        scale="N shards take N times 1,000 write units a second, and N times 3,000 read units.",
        cost="Writes cost what they cost without shards. A read of the whole is N queries, each rounded up by "
        "itself: for small results that is N times the price.",
        consistency="Each shard is read at a moment of its own, so the whole is of no single one; a page over all "
        "has N cursors.",
        simplicity="N is part of every key: to raise it, old days must keep the number that they were written with.",
    ),
    not_when=(
        "The partition is below 1,000 write units a second: adaptive capacity does the rest.",
        "A key that spreads by itself is at hand, such as the user's id.",
    ),
)
