"""Batches and transactions at the limit: what is left undone, and what is refused as a whole."""

from __future__ import annotations

from typing import Any

from doors import Door
from throttled_tables import BY_KIND, OF_INDEXES, OF_TABLE, create, exceeded, item, key, put, refusal, units

from stator.clock import ManualClock

Members = dict[str, Any]
CANCELED = "Transaction cancelled, please refer cancellation reasons for specific reasons "


def puts(*names: str, **attributes: str) -> list[Members]:
    return [{"PutRequest": {"Item": item(name, **attributes)}} for name in names]


def read(door: Door, *names: str) -> Members:
    asked = {"music": {"Keys": [key(name) for name in names], "ConsistentRead": True}}
    return door.call("BatchGetItem", {"RequestItems": asked, "ReturnConsumedCapacity": "TOTAL"})


def scanned(door: Door, clock: ManualClock) -> list[str]:
    clock.advance(1000)
    return sorted(each["sk"]["S"] for each in door.call("Scan", {"TableName": "music"})["Items"])


def test_a_batch_write_leaves_undone_what_there_are_no_units_for(door: Door, clock: ManualClock) -> None:
    create(door, ProvisionedThroughput=units(1, 3))
    request = {"RequestItems": {"music": puts(*"abcde")}, "ReturnConsumedCapacity": "TOTAL"}
    answer = door.call("BatchWriteItem", request)
    assert answer["UnprocessedItems"] == {"music": puts("d", "e")}
    assert answer["ConsumedCapacity"] == [{"TableName": "music", "CapacityUnits": 3.0}]
    refused = refusal(door, "BatchWriteItem", {"RequestItems": answer["UnprocessedItems"]})
    assert (refused.code, refused.message) == ("ProvisionedThroughputExceededException", OF_TABLE)
    assert refused.members == {"ThrottlingReasons": exceeded("Write")}
    clock.advance(1)
    assert door.call("BatchWriteItem", {"RequestItems": answer["UnprocessedItems"]})["UnprocessedItems"] == {}
    assert scanned(door, clock) == list("abcde")


def test_an_index_leaves_undone_the_writes_that_change_it(door: Door, clock: ManualClock) -> None:
    create(door, index={"ProvisionedThroughput": units(1, 1)}, ProvisionedThroughput=units(1, 50))
    mixed = [*puts("a", "b", kind="rock"), *puts("c")]
    answer = door.call("BatchWriteItem", {"RequestItems": {"music": mixed}})
    assert answer["UnprocessedItems"] == {"music": puts("b", kind="rock")}
    refused = refusal(door, "BatchWriteItem", {"RequestItems": answer["UnprocessedItems"]})
    assert (refused.message, refused.members) == (
        OF_INDEXES,
        {"ThrottlingReasons": exceeded("Write", BY_KIND)},
    )
    assert scanned(door, clock) == ["a", "c"]


def test_one_tables_limit_is_not_anothers(door: Door, clock: ManualClock) -> None:
    create(door, ProvisionedThroughput=units(1, 1))
    create(door, "free")
    put(door, size=5000)
    request = {
        "RequestItems": {"music": puts("a"), "free": puts("a", "b")},
        "ReturnConsumedCapacity": "TOTAL",
    }
    answer = door.call("BatchWriteItem", request)
    assert answer["UnprocessedItems"] == {"music": puts("a")}
    assert answer["ConsumedCapacity"] == [{"TableName": "free", "CapacityUnits": 2.0}]


def test_a_batch_read_leaves_undone_what_there_are_no_units_for(door: Door, clock: ManualClock) -> None:
    create(door, ProvisionedThroughput=units(3, 100))
    for name in "abcde":
        put(door, name)
    answer = read(door, *"abcde")
    assert [each["sk"]["S"] for each in answer["Responses"]["music"]] == list("abc")
    assert answer["UnprocessedKeys"] == {"music": {"Keys": [key("d"), key("e")], "ConsistentRead": True}}
    assert answer["ConsumedCapacity"] == [{"TableName": "music", "CapacityUnits": 3.0}]
    refused = refusal(door, "BatchGetItem", {"RequestItems": answer["UnprocessedKeys"]})
    assert (refused.code, refused.members) == (
        "ProvisionedThroughputExceededException",
        {"ThrottlingReasons": exceeded("Read")},
    )
    clock.advance(2)
    assert door.call("BatchGetItem", {"RequestItems": answer["UnprocessedKeys"]})["UnprocessedKeys"] == {}


def test_a_batch_read_of_another_table_goes_on(door: Door) -> None:
    create(door, ProvisionedThroughput=units(1, 1))
    create(door, "free")
    read(door, "a")
    asked = {"music": {"Keys": [key()]}, "free": {"Keys": [key()]}}
    answer = door.call("BatchGetItem", {"RequestItems": asked})
    assert answer == {"Responses": {"music": [], "free": []}, "UnprocessedKeys": {"music": {"Keys": [key()]}}}


def test_a_transaction_at_the_limit_is_cancelled_and_says_where(door: Door, clock: ManualClock) -> None:
    create(door, ProvisionedThroughput=units(1, 4))
    create(door, "free")
    actions = [
        {"Put": {"TableName": "free", "Item": item()}},
        *({"Put": {"TableName": "music", "Item": item(name)}} for name in "abc"),
    ]
    refused = refusal(door, "TransactWriteItems", {"TransactItems": actions})
    reason = {"Code": "ProvisionedThroughputExceeded", "Message": OF_TABLE}
    assert (refused.code, refused.message) == (
        "TransactionCanceledException",
        CANCELED + "[None, None, None, ProvisionedThroughputExceeded]",
    )
    assert refused.members == {"CancellationReasons": [{"Code": "None"}] * 3 + [reason]}
    assert door.call("TransactWriteItems", {"TransactItems": actions[:3]}) == {}
    assert scanned(door, clock) == ["a", "b"]


def test_a_transaction_pays_twice(door: Door) -> None:
    create(door, ProvisionedThroughput=units(4, 4))
    actions = [{"Put": {"TableName": "music", "Item": item(name)}} for name in "ab"]
    door.call("TransactWriteItems", {"TransactItems": actions})
    assert refusal(door, "PutItem", {"TableName": "music", "Item": item()}).message == OF_TABLE
    gets = [{"Get": {"TableName": "music", "Key": key(name)}} for name in "ab"]
    door.call("TransactGetItems", {"TransactItems": gets})
    refused = refusal(door, "TransactGetItems", {"TransactItems": gets})
    reasons = [{"Code": "ProvisionedThroughputExceeded", "Message": OF_TABLE}, {"Code": "None"}]
    assert refused.members == {"CancellationReasons": reasons}


def test_a_batch_of_statements_tells_each_its_own(door: Door, clock: ManualClock) -> None:
    create(door, ProvisionedThroughput=units(1, 2))
    statements = [{"Statement": f"INSERT INTO music VALUE {{'pk': 'p', 'sk': '{name}'}}"} for name in "abc"]
    responses = door.call("BatchExecuteStatement", {"Statements": statements})["Responses"]
    assert [each.get("Error", {}).get("Code") for each in responses] == [
        None,
        None,
        "ProvisionedThroughputExceeded",
    ]
    assert scanned(door, clock) == ["a", "b"]
