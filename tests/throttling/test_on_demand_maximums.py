"""On-demand maximums: a table or index that sets one is held to it, whatever the server was told."""

from __future__ import annotations

from typing import Any

import pytest
from doors import Door, InProcessDoor
from throttled_tables import BY_KIND, ON_DEMAND, create, get, item, key, most, over_most, put, refusal, units

from stator.clock import ManualClock
from stator.engine.database import Database
from stator.storage.memory import MemoryStore

PUT = {"TableName": "music", "Item": item()}
GET = {"TableName": "music", "Key": key(), "ConsistentRead": True}


@pytest.fixture
def door(clock: ManualClock) -> InProcessDoor:
    """Into a database that was told nothing."""
    return InProcessDoor(Database(MemoryStore(), clock=clock))


def check(door: Door, operation: str, request: dict[str, Any], reasons: list[dict[str, str]]) -> None:
    refused = refusal(door, operation, request)
    assert (refused.code, refused.message) == ("ThrottlingException", ON_DEMAND)
    assert refused.members == {"throttlingReasons": reasons}


def test_writes_beyond_the_maximum_are_refused_and_reads_are_not(door: Door, clock: ManualClock) -> None:
    create(door, OnDemandThroughput=most(write=2))
    put(door)
    put(door)
    check(door, "PutItem", PUT, over_most("Write"))
    for _ in range(100):
        get(door)
    clock.advance(1)
    put(door)


def test_reads_beyond_the_maximum_are_refused_and_writes_are_not(door: Door) -> None:
    create(door, OnDemandThroughput=most(read=1))
    get(door)
    check(door, "GetItem", GET, over_most("Read"))
    for _ in range(100):
        put(door)


def test_an_index_has_a_maximum_of_its_own(door: Door) -> None:
    create(door, index={"OnDemandThroughput": most(read=1, write=1)})
    put(door, kind="rock")
    check(
        door, "PutItem", {"TableName": "music", "Item": item("b", kind="rock")}, over_most("Write", BY_KIND)
    )
    put(door, "c")
    by_kind = {"TableName": "music", "IndexName": "by-kind"}
    door.call("Scan", by_kind)
    door.call("Scan", by_kind)
    check(door, "Scan", by_kind, over_most("Read", BY_KIND))
    get(door)


def test_a_maximum_counts_from_its_update_and_is_gone_when_it_is_cleared(door: Door) -> None:
    create(door)
    for _ in range(100):
        put(door)
    door.call("UpdateTable", {"TableName": "music", "OnDemandThroughput": most(write=1)})
    put(door)
    check(door, "PutItem", PUT, over_most("Write"))
    door.call("UpdateTable", {"TableName": "music", "OnDemandThroughput": most(write=-1)})
    put(door)


def test_a_provisioned_table_has_no_maximum_left(door: Door) -> None:
    create(door, OnDemandThroughput=most(write=1))
    put(door)
    request = {"TableName": "music", "BillingMode": "PROVISIONED", "ProvisionedThroughput": units(1, 1)}
    door.call("UpdateTable", request)
    for _ in range(10):
        put(door)
