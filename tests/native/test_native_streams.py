"""A table's stream as one sequence: in order over shards' replacement, from each start, and on from a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from native_tables import schema

import stator
from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.errors import StatorError
from stator.storage.contract import drive
from stator.storage.memory import MemoryStore

SHARD_S = 4 * 3600.0
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


class Life:
    """A database whose time moves when it is told, with its upkeep done."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.engine = Database(MemoryStore(), Options(stream_shards=2, stream_shard_s=SHARD_S), self.clock)
        self.db = stator.open(self.engine)
        self.table = self.db.create_table(**schema("Streamed", StreamSpecification=STREAM))

    def put(self, start: int, stop: int) -> None:
        for at in range(start, stop):
            self.table.put_item(Item={"id": f"i{at % 7}", "at": 0, "value": at})

    def pass_time(self, seconds: float = SHARD_S + 60) -> None:
        self.clock.advance(seconds)
        while drive(self.engine.store, self.engine.jobs.step()):
            pass


@pytest.fixture
def life() -> Iterator[Life]:
    life = Life()
    yield life
    life.engine.close()


def values(records: Any) -> list[int]:
    return [record["dynamodb"]["NewImage"]["value"] for record in records]


def in_order(found: list[int]) -> bool:
    """Whether the changes of each item come in their order."""
    return all(
        of_item == sorted(of_item)
        for of_item in ([value for value in found if value % 7 == item] for item in range(7))
    )


def test_records_have_plain_values(table: Any) -> None:
    table.put_item(Item={"id": "a", "at": 1, "b": b"x"})
    table.delete_item(Key={"id": "a", "at": 1})
    first, second = table.stream(follow=False)
    assert (first["eventName"], second["eventName"]) == ("INSERT", "REMOVE")
    assert first["dynamodb"]["NewImage"] == second["dynamodb"]["OldImage"] == {"id": "a", "at": 1, "b": b"x"}
    assert second["dynamodb"]["Keys"] == {"id": "a", "at": 1}


def test_a_stream_goes_on_from_its_checkpoint_on_every_target(table: Any) -> None:
    for value in range(30):
        table.put_item(Item={"id": f"i{value % 7}", "at": 0, "value": value})
    stream = table.stream(follow=False, limit=4)
    before = values(next(stream) for _ in range(11))
    after = values(table.stream(checkpoint=stream.checkpoint, follow=False))
    assert sorted(before + after) == list(range(30))
    assert in_order(before + after)


def test_latest_begins_now(table: Any) -> None:
    table.put_item(Item={"id": "a", "at": 1})
    with table.stream("LATEST", follow=False) as stream:
        table.put_item(Item={"id": "a", "at": 2})
        assert [record["dynamodb"]["Keys"]["at"] for record in stream] == [2]


def test_parents_come_before_children_when_shards_are_replaced(life: Life) -> None:
    for part in range(4):
        life.put(part * 50, part * 50 + 50)
        life.pass_time()
    shards = life.db.client.describe_stream(StreamArn=life.table.latest_stream_arn)["StreamDescription"][
        "Shards"
    ]
    assert len(shards) > 4
    found = values(life.table.stream(follow=False))
    assert sorted(found) == list(range(200))
    assert in_order(found)


@pytest.mark.parametrize("taken", [1, 49, 50, 51, 99, 149])
def test_a_checkpoint_holds_over_the_replacement_of_shards(life: Life, taken: int) -> None:
    life.put(0, 100)
    life.pass_time()
    life.put(100, 150)
    stream = life.table.stream(follow=False)
    before = values(next(stream) for _ in range(taken))
    life.pass_time()
    life.put(150, 180)
    after = values(life.table.stream(checkpoint=stream.checkpoint, follow=False))
    assert sorted(before + after) == list(range(180))
    assert in_order(before + after)


def test_a_checkpoint_of_latest_before_any_record_leaves_none_out(life: Life) -> None:
    life.put(0, 10)
    life.clock.advance(60)
    checkpoint = life.table.stream("LATEST").checkpoint
    life.put(10, 20)
    life.pass_time()
    life.put(20, 30)
    assert sorted(values(life.table.stream(checkpoint=checkpoint, follow=False))) == list(range(10, 30))


def test_an_iterator_that_expired_is_asked_for_anew(life: Life) -> None:
    life.put(0, 10)
    stream = life.table.stream(follow=False, limit=1)
    before = values(next(stream) for _ in range(3))
    life.clock.advance(20 * 60)
    assert sorted(before + values(stream)) == list(range(10))


def test_following_waits_for_records(life: Life) -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        life.put(len(pauses) * 10, len(pauses) * 10 + 1)

    life.db._driver._sleep = sleep
    stream = life.table.stream(poll_s=0.5)
    assert values(next(stream) for _ in range(3)) == [10, 20, 30]
    assert pauses == [0.5, 0.5, 0.5]


def test_a_stream_that_was_turned_off_ends(life: Life) -> None:
    life.put(0, 10)
    stream = life.table.stream()
    life.table.update(StreamSpecification={"StreamEnabled": False})
    assert sorted(values(stream)) == list(range(10))


def test_what_cannot_be_read_is_said(life: Life) -> None:
    bare = life.db.create_table(**schema("Bare"))
    with pytest.raises(StatorError, match="The table Bare has no stream"):
        bare.stream()
    with pytest.raises(StatorError, match="allowed: 'TRIM_HORIZON' or 'LATEST'"):
        life.table.stream("NOW")
    with pytest.raises(StatorError, match="not one that a stream gave"):
        life.table.stream(checkpoint="x")
