"""Random operations against a plain dict, and pages of every limit against the whole, on table and indexes."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Caller = Callable[[str, dict[str, Any]], dict[str, Any]]
Item = dict[str, Any]

TABLE = {
    "TableName": "model",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
        {"AttributeName": "local", "AttributeType": "S"},
        {"AttributeName": "g1", "AttributeType": "S"},
        {"AttributeName": "g2", "AttributeType": "N"},
        {"AttributeName": "g3", "AttributeType": "B"},
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by-local",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "local", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-g",
            "KeySchema": [
                {"AttributeName": "g1", "KeyType": "HASH"},
                {"AttributeName": "g2", "KeyType": "RANGE"},
                {"AttributeName": "g3", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}

PARTITIONS = st.sampled_from(["a", "b", "é\0"])
NUMBERS = st.sampled_from(["-1.5", "0", "1", "2", "10", "1E+40"])
TEXTS = st.sampled_from(["", "a", "a\0", "a\0b", "ab", "é"])
KEYS = st.fixed_dictionaries(
    {"pk": st.builds(lambda s: {"S": s}, PARTITIONS), "sk": st.builds(lambda n: {"N": n}, NUMBERS)}
)
EXTRAS = st.fixed_dictionaries(
    {},
    optional={
        "local": st.builds(lambda s: {"S": s}, TEXTS.filter(bool)),
        "g1": st.builds(lambda s: {"S": s}, TEXTS.filter(bool)),
        "g2": st.builds(lambda n: {"N": n}, NUMBERS),
        "g3": st.builds(lambda b: {"B": b}, st.sampled_from(["AA==", "AAE=", "/w=="])),
        "other": st.builds(lambda s: {"S": s}, TEXTS),
    },
)
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS, EXTRAS),
        st.tuples(st.just("set"), KEYS, EXTRAS),
        st.tuples(st.just("delete"), KEYS, st.just({})),
    ),
    max_size=24,
)


def number(value: Item) -> Decimal:
    return Decimal(value["N"])


def key_of(item: Item) -> tuple[str, Decimal]:
    return item["pk"]["S"], number(item["sk"])


def plain(item: Item) -> Item:
    """An item with its numbers as Decimals, so that spellings of one number are equal."""
    return {
        name: ({"N": number(value).normalize()} if "N" in value else value) for name, value in item.items()
    }


def apply(call: Caller, model: dict[Any, Item], operation: str, key: Item, extras: Item) -> None:
    where = key_of(key)
    if operation == "put":
        call("PutItem", {"TableName": "model", "Item": {**key, **extras}})
        model[where] = {**key, **extras}
    elif operation == "delete":
        old = call("DeleteItem", {"TableName": "model", "Key": key, "ReturnValues": "ALL_OLD"}).get(
            "Attributes"
        )
        before = model.pop(where, None)
        assert (old and plain(old)) == (before and plain(before))
    else:
        request: Item = {"TableName": "model", "Key": key, "ReturnValues": "ALL_NEW"}
        if extras:
            names = list(extras)
            request["UpdateExpression"] = "SET " + ", ".join(f"#{i} = :{i}" for i in range(len(names)))
            request["ExpressionAttributeNames"] = {f"#{i}": name for i, name in enumerate(names)}
            request["ExpressionAttributeValues"] = {f":{i}": extras[name] for i, name in enumerate(names)}
        model[where] = {**model.get(where, key), **extras}
        assert plain(call("UpdateItem", request)["Attributes"]) == plain(model[where])


def pages(call: Caller, operation: str, request: Item, limit: int | None) -> list[Item]:
    """All items of a Query or Scan, page by page, each page within its limit."""
    items: list[Item] = []
    start = None
    while True:
        asked = {
            **request,
            **({"Limit": limit} if limit else {}),
            **({"ExclusiveStartKey": start} if start else {}),
        }
        page = call(operation, asked)
        assert page["Count"] == page["ScannedCount"] == len(page["Items"])
        assert limit is None or page["Count"] <= limit
        items += page["Items"]
        start = page.get("LastEvaluatedKey")
        if start is None:
            return items


def binary(value: Item) -> bytes:
    return b64decode(value["B"])


QUERIES: list[tuple[str, Item, Callable[[Item], bool], Callable[[Item], Any], tuple[str, ...] | None]] = [
    (
        "table",
        {"KeyConditionExpression": "pk = :v", "ExpressionAttributeValues": {":v": {"S": "a"}}},
        lambda item: item["pk"]["S"] == "a",
        lambda item: number(item["sk"]),
        None,
    ),
    (
        "local index",
        {
            "IndexName": "by-local",
            "KeyConditionExpression": "pk = :v AND begins_with(#l, :p)",
            "ExpressionAttributeNames": {"#l": "local"},
            "ExpressionAttributeValues": {":v": {"S": "a"}, ":p": {"S": "a"}},
        },
        lambda item: item["pk"]["S"] == "a" and item.get("local", {"S": ""})["S"].startswith("a"),
        lambda item: (item["local"]["S"].encode(), number(item["sk"])),
        ("pk", "sk", "local"),
    ),
    (
        "global index",
        {
            "IndexName": "by-g",
            "KeyConditionExpression": "g1 = :v AND g2 BETWEEN :lo AND :hi",
            "ExpressionAttributeValues": {":v": {"S": "a"}, ":lo": {"N": "-2"}, ":hi": {"N": "2"}},
        },
        lambda item: (
            all(name in item for name in ("g1", "g2", "g3"))
            and item["g1"]["S"] == "a"
            and -2 <= number(item["g2"]) <= 2
        ),
        lambda item: (number(item["g2"]), binary(item["g3"])),
        None,
    ),
]


def check_queries(call: Caller, model: dict[Any, Item]) -> None:
    for _, request, chosen, order, names in QUERIES:
        expected = sorted(filter(chosen, model.values()), key=order)
        if names:
            expected = [{name: item[name] for name in names} for item in expected]
        for forward in (True, False):
            asked = {"TableName": "model", "ScanIndexForward": forward, **request}
            whole = pages(call, "Query", asked, None)
            ordered = [order(item) for item in expected]
            assert [order(item) for item in whole] == (ordered if forward else ordered[::-1])
            assert sorted(map(repr, map(plain, map(by_name, whole)))) == sorted(
                map(repr, map(plain, map(by_name, expected)))
            )
            for limit in range(1, len(expected) + 2):
                assert pages(call, "Query", asked, limit) == whole


def by_name(item: Item) -> Item:
    return dict(sorted(item.items()))


def check_scans(call: Caller, model: dict[Any, Item]) -> None:
    request = {"TableName": "model"}
    whole = pages(call, "Scan", request, None)
    assert {key_of(item): plain(item) for item in whole} == {key: plain(item) for key, item in model.items()}
    for limit in range(1, len(whole) + 2):
        assert pages(call, "Scan", request, limit) == whole
    parts = [
        item
        for segment in range(3)
        for item in pages(call, "Scan", {**request, "Segment": segment, "TotalSegments": 3}, 2)
    ]
    assert parts == whole


def check_description(call: Caller, model: dict[Any, Item]) -> None:
    table = call("DescribeTable", {"TableName": "model"})["Table"]
    assert table["ItemCount"] == len(model)
    indexed = [item for item in model.values() if all(name in item for name in ("g1", "g2", "g3"))]
    assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == len(indexed)
    assert (table["TableSizeBytes"] == 0) == (not model)


@pytest.mark.usefixtures("door")
class TestAgainstADict:
    @settings(max_examples=60)
    @given(operations=OPERATIONS)
    def test_any_operations_leave_what_a_dict_would_hold(self, door: Caller, operations: list[Any]) -> None:
        door("CreateTable", TABLE)
        try:
            model: dict[Any, Item] = {}
            for operation, key, extras in operations:
                apply(door, model, operation, key, extras)
            check_queries(door, model)
            check_scans(door, model)
            check_description(door, model)
        finally:
            door("DeleteTable", {"TableName": "model"})
