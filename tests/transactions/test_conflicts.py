"""Conflicts that are asked for: true in shape, with nothing written, and drawn so that a run repeats."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from actions import PLAIN, check, create_tables, get, key, put, read, save, stored, update, values, write
from doors import Door, InProcessDoor, Refusal, http_door

from stator.clock import seeded_random
from stator.engine.database import Database, Options
from stator.engine.like_aws import LikeAws
from stator.storage.memory import MemoryStore

Members = dict[str, Any]

ITEM = key("a") | {"n": {"N": "1"}}
V = values(v={"N": "1"})
WORDS = "Transaction is ongoing for the item"


def database(rate: float, seed: int = 0) -> Database:
    return Database(MemoryStore(), Options(like_aws=LikeAws(conflict_rate=rate)), rng=seeded_random(seed))


@pytest.fixture(params=["in process", "http"])
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    """Every write meets a conflict."""
    if request.param == "http":
        with http_door(database(1.0)) as over_http:
            create_tables(over_http)
            yield over_http
        return
    in_process = InProcessDoor(database(1.0))
    create_tables(in_process)
    yield in_process


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("PutItem", {"Item": ITEM}),
        ("UpdateItem", {"Key": key("a"), "UpdateExpression": "ADD n :v", **V}),
        ("DeleteItem", {"Key": key("b")}),
    ],
)
def test_a_write_of_one_item_is_refused_and_writes_nothing(
    door: Door, operation: str, request_: Members
) -> None:
    door.call("BatchWriteItem", {"RequestItems": {PLAIN: [{"PutRequest": {"Item": key("b")}}]}})
    with pytest.raises(Refusal) as refused:
        door.call(operation, {"TableName": PLAIN, **request_})
    assert (refused.value.code, refused.value.message) == ("TransactionConflictException", WORDS)
    assert (stored(door, key("a")), stored(door, key("b"))) == (None, key("b"))


def test_a_request_that_is_wrong_is_refused_for_that(door: Door) -> None:
    with pytest.raises(Refusal, match="ValidationException"):
        door.call("DeleteItem", {"TableName": PLAIN, "Key": {}})
    with pytest.raises(Refusal, match="cannot include multiple operations"):
        write(door, check(key("a")), put(key("a")))


@pytest.mark.parametrize(("transact", "action"), [(write, put), (read, get)])
def test_a_transaction_is_canceled_for_one_of_its_items(door: Door, transact: Any, action: Any) -> None:
    with pytest.raises(Refusal) as refused:
        transact(door, *(action(key(pk)) for pk in "abc"))
    assert refused.value.code == "TransactionCanceledException"
    reasons = refused.value.members["CancellationReasons"]
    assert sorted(reason["Code"] for reason in reasons) == ["None", "None", "TransactionConflict"]
    assert {"Code": "TransactionConflict", "Message": WORDS} in reasons
    codes = ", ".join(reason["Code"] for reason in reasons)
    assert refused.value.message.endswith(f"[{codes}]")
    assert [stored(door, key(pk)) for pk in "abc"] == [None] * 3


def test_a_repeat_meets_no_conflict_for_it_writes_nothing() -> None:
    easy = database(0.0)
    door = InProcessDoor(easy)
    create_tables(door)
    write(door, put(ITEM), ClientRequestToken="t")
    hard = Database(easy.store, Options(like_aws=LikeAws(conflict_rate=1.0)), clock=easy.clock)
    assert write(InProcessDoor(hard), put(ITEM), ClientRequestToken="t") == {}


def conflicts(rate: float, seed: int) -> list[bool]:
    door = InProcessDoor(database(rate, seed))
    create_tables(door)
    met = []
    for number in range(200):
        try:
            if number % 2:
                save(door, key(str(number)))
            else:
                write(door, update(key(str(number)), "ADD n :v", **V))
        except Refusal:
            met.append(True)
            assert stored(door, key(str(number))) is None
        else:
            met.append(False)
            assert stored(door, key(str(number))) is not None
    return met


def test_a_share_of_all_writes_meets_a_conflict_and_the_seed_says_which() -> None:
    met = conflicts(0.3, seed=1)
    assert 40 < sum(met) < 80
    assert conflicts(0.3, seed=1) == met
    assert conflicts(0.3, seed=2) != met
    assert not any(conflicts(0.0, seed=1))


def test_a_client_that_tries_again_gets_through_and_nothing_is_done_twice() -> None:
    door = InProcessDoor(database(0.5, seed=3))
    create_tables(door)
    for number in range(50):
        done = False
        while not done:
            with suppress(Refusal):
                write(door, update(key("n"), "ADD n :v", **V), ClientRequestToken=f"t{number}")
                done = True
    assert stored(door, key("n")) == key("n") | {"n": {"N": "50"}}
