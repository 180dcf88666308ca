"""Provisioned capacity: what is let in, what it costs, what is refused and how, and how it comes back."""

from __future__ import annotations

from typing import Any

import pytest
from doors import Door, InProcessDoor, Refusal
from throttled_tables import (
    ARN,
    BY_KIND,
    OF_INDEXES,
    OF_TABLE,
    create,
    exceeded,
    get,
    item,
    key,
    put,
    refusal,
    units,
)

from stator.clock import ManualClock
from stator.engine.database import Database
from stator.storage.memory import MemoryStore

PUT = {"TableName": "music", "Item": item()}
GET = {"TableName": "music", "Key": key(), "ConsistentRead": True}


def is_throttled(door: Door, operation: str, request: dict[str, Any]) -> bool:
    try:
        door.call(operation, request)
    except Refusal as refused:
        if refused.code != "ProvisionedThroughputExceededException":
            raise
        return True
    return False


def let_in(door: Door, operation: str, request: dict[str, Any], most: int = 5000) -> int:
    """How often a request is answered before it is refused."""
    for count in range(most):
        if is_throttled(door, operation, request):
            return count
    return most


def test_a_table_begins_with_one_second_of_its_units_and_then_says_what_was_exceeded(door: Door) -> None:
    create(door, ProvisionedThroughput=units(2, 3))
    assert let_in(door, "PutItem", {"TableName": "music", "Item": item(size=900)}) == 3
    refused = refusal(door, "PutItem", PUT)
    assert (refused.code, refused.message) == ("ProvisionedThroughputExceededException", OF_TABLE)
    assert refused.members == {"ThrottlingReasons": exceeded("Write")}
    assert let_in(door, "GetItem", GET) == 2
    refused = refusal(door, "GetItem", GET)
    assert (refused.code, refused.message) == ("ProvisionedThroughputExceededException", OF_TABLE)
    assert refused.members == {"ThrottlingReasons": exceeded("Read")}


def test_units_come_back_by_the_second_and_300_seconds_of_them_are_kept(
    door: Door, clock: ManualClock
) -> None:
    create(door, ProvisionedThroughput=units(1, 2))
    assert let_in(door, "PutItem", PUT) == 2
    clock.advance(1)
    assert let_in(door, "PutItem", PUT) == 2
    clock.advance(0.5)
    assert let_in(door, "PutItem", PUT) == 1
    clock.advance(10)
    assert let_in(door, "PutItem", PUT) == 20
    clock.advance(86_400)
    assert let_in(door, "PutItem", PUT) == 600


def test_a_request_that_is_let_in_is_paid_in_full_by_those_that_follow(
    door: Door, clock: ManualClock
) -> None:
    create(door, ProvisionedThroughput=units(1, 1))
    put(door, size=10 * 1024)
    for _ in range(9):
        assert is_throttled(door, "PutItem", PUT)
        clock.advance(1)
    assert is_throttled(door, "PutItem", PUT)
    clock.advance(0.5)
    put(door)


@pytest.mark.parametrize(
    ("operation", "request_", "kind"),
    [
        ("PutItem", PUT, "Write"),
        ("DeleteItem", {"TableName": "music", "Key": key()}, "Write"),
        ("UpdateItem", {"TableName": "music", "Key": key()}, "Write"),
        ("GetItem", GET, "Read"),
        ("Scan", {"TableName": "music"}, "Read"),
        (
            "Query",
            {
                "TableName": "music",
                "KeyConditionExpression": "pk = :p",
                "ExpressionAttributeValues": {":p": {"S": "p"}},
            },
            "Read",
        ),
        ("BatchGetItem", {"RequestItems": {"music": {"Keys": [key()]}}}, "Read"),
        ("BatchWriteItem", {"RequestItems": {"music": [{"PutRequest": {"Item": item()}}]}}, "Write"),
        ("ExecuteStatement", {"Statement": "SELECT * FROM music"}, "Read"),
        ("ExecuteStatement", {"Statement": "INSERT INTO music VALUE {'pk': 'p', 'sk': 'new'}"}, "Write"),
    ],
)
def test_every_operation_on_items_is_refused_by_an_exhausted_table(
    door: Door, clock: ManualClock, operation: str, request_: dict[str, Any], kind: str
) -> None:
    create(door, ProvisionedThroughput=units(1, 1))
    put(door, size=3000)
    get(door)
    refused = refusal(door, operation, request_)
    assert (refused.code, refused.message) == ("ProvisionedThroughputExceededException", OF_TABLE)
    assert refused.members == {"ThrottlingReasons": exceeded(kind)}
    clock.advance(60)
    door.call(operation, request_)


def test_a_refused_write_writes_nothing_and_pays_nothing(door: Door, clock: ManualClock) -> None:
    create(door, ProvisionedThroughput=units(10, 1))
    put(door, other="first")
    for _ in range(5):
        refusal(door, "PutItem", {"TableName": "music", "Item": item(other="second")})
    assert get(door)["Item"]["other"] == {"S": "first"}
    clock.advance(0.1)
    put(door, other="third")


def test_a_failed_condition_pays_for_the_item_that_was_there(door: Door, clock: ManualClock) -> None:
    create(door, ProvisionedThroughput=units(10, 4))
    put(door, size=3900)
    clock.advance(1)
    assert refusal(door, "PutItem", {**PUT, "ConditionExpression": "attribute_not_exists(pk)"}).code == (
        "ConditionalCheckFailedException"
    )
    assert is_throttled(door, "PutItem", PUT)


def test_throttling_comes_before_the_condition(door: Door) -> None:
    create(door, ProvisionedThroughput=units(10, 1))
    put(door)
    refused = refusal(door, "PutItem", {**PUT, "ConditionExpression": "attribute_not_exists(pk)"})
    assert refused.code == "ProvisionedThroughputExceededException"


def test_what_is_wrong_with_a_request_is_told_before_throttling(door: Door) -> None:
    create(door, ProvisionedThroughput=units(1, 1))
    put(door)
    get(door)
    assert refusal(door, "PutItem", {"TableName": "music", "Item": {}}).code == "ValidationException"
    assert refusal(door, "GetItem", {"TableName": "music", "Key": {}}).code == "ValidationException"
    assert refusal(door, "GetItem", {"TableName": "absent", "Key": key()}).code == "ResourceNotFoundException"


@pytest.mark.parametrize(("consistent", "times"), [(True, 4), (False, 8)])
def test_reads_pay_by_size_and_consistency(
    door: Door, clock: ManualClock, consistent: bool, times: int
) -> None:
    create(door, ProvisionedThroughput=units(8, 100))
    put(door, size=7000)
    assert let_in(door, "GetItem", {**GET, "ConsistentRead": consistent}) == times
    clock.advance(1)
    assert let_in(door, "Scan", {"TableName": "music", "ConsistentRead": consistent}) == times


def test_a_local_index_draws_on_its_tables_units(door: Door, clock: ManualClock) -> None:
    create(door, ProvisionedThroughput=units(1, 4))
    put(door, when="now")
    put(door, "b", when="now")
    assert is_throttled(door, "PutItem", PUT)
    by_when = {
        "TableName": "music",
        "IndexName": "by-when",
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "p"}},
    }
    assert let_in(door, "Query", by_when) == 2
    assert refusal(door, "Query", by_when).members == {"ThrottlingReasons": exceeded("Read")}
    assert is_throttled(door, "GetItem", GET)


def test_a_global_index_has_units_of_its_own_to_read(door: Door) -> None:
    create(door, index={"ProvisionedThroughput": units(1, 10)}, ProvisionedThroughput=units(5, 10))
    by_kind = {"TableName": "music", "IndexName": "by-kind"}
    assert let_in(door, "Scan", by_kind) == 2
    refused = refusal(door, "Scan", by_kind)
    assert (refused.message, refused.members) == (
        OF_INDEXES,
        {"ThrottlingReasons": exceeded("Read", BY_KIND)},
    )
    assert let_in(door, "GetItem", GET) == 5


def test_a_global_index_refuses_the_writes_that_change_it_and_no_others(
    door: Door, clock: ManualClock
) -> None:
    create(door, index={"ProvisionedThroughput": units(1, 1)}, ProvisionedThroughput=units(50, 50))
    put(door, kind="rock")
    refused = refusal(door, "PutItem", {"TableName": "music", "Item": item("b", kind="rock")})
    assert (refused.code, refused.message) == ("ProvisionedThroughputExceededException", OF_INDEXES)
    assert refused.members == {"ThrottlingReasons": exceeded("Write", BY_KIND)}
    assert "Item" not in door.call("GetItem", {"TableName": "music", "Key": key("b")})
    put(door, "c")
    put(door, kind="rock")
    clock.advance(1)
    put(door, "b", kind="rock")


def test_a_write_that_an_index_refuses_costs_the_table_nothing(door: Door) -> None:
    create(door, index={"ProvisionedThroughput": units(1, 1)}, ProvisionedThroughput=units(1, 3))
    put(door, kind="rock")
    for _ in range(3):
        refusal(door, "PutItem", {"TableName": "music", "Item": item("b", kind="rock")})
    put(door, "c")
    put(door, "d")
    assert is_throttled(door, "PutItem", PUT)


def test_raised_capacity_counts_at_once_and_debts_stay(door: Door, clock: ManualClock) -> None:
    create(door, ProvisionedThroughput=units(1, 1))
    put(door, size=10 * 1024)
    door.call("UpdateTable", {"TableName": "music", "ProvisionedThroughput": units(1, 10)})
    assert is_throttled(door, "PutItem", PUT)
    clock.advance(1)
    assert let_in(door, "PutItem", PUT) == 1


def test_lowered_capacity_keeps_no_more_than_its_own_300_seconds(door: Door, clock: ManualClock) -> None:
    create(door, ProvisionedThroughput=units(1, 10))
    put(door)
    clock.advance(1000)
    door.call("UpdateTable", {"TableName": "music", "ProvisionedThroughput": units(1, 1)})
    assert let_in(door, "PutItem", PUT) == 300


def test_a_table_made_again_begins_anew(door: Door) -> None:
    create(door, ProvisionedThroughput=units(1, 1))
    put(door, size=10 * 1024)
    door.call("DeleteTable", {"TableName": "music"})
    create(door, ProvisionedThroughput=units(1, 1))
    put(door)


def test_a_table_on_demand_is_not_throttled(door: Door) -> None:
    create(door)
    assert let_in(door, "PutItem", PUT, most=200) == 200


def test_unless_it_is_told_so_a_server_throttles_no_provisioned_table(clock: ManualClock) -> None:
    door = InProcessDoor(Database(MemoryStore(), clock=clock))
    create(door, index={"ProvisionedThroughput": units(1, 1)}, ProvisionedThroughput=units(1, 1))
    assert let_in(door, "PutItem", {"TableName": "music", "Item": item(kind="k")}, most=200) == 200


def test_the_table_says_which_it_is(door: Door) -> None:
    create(door, ProvisionedThroughput=units(1, 1))
    put(door)
    assert refusal(door, "PutItem", PUT).members["ThrottlingReasons"][0]["resource"] == ARN
