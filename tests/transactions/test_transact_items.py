"""What transactions do, and what they cost."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import pytest
from actions import (
    PAIRS,
    PLAIN,
    check,
    delete,
    get,
    key,
    pair,
    put,
    read,
    save,
    stored,
    update,
    values,
    write,
)
from doors import Door, Refusal

from stator.engine import items

Members = dict[str, Any]


def text(size: int) -> Members:
    return {"a": {"S": "x" * size}}


def test_all_actions_of_a_transaction_are_done_across_tables(door: Door) -> None:
    save(door, key("changed") | {"n": {"N": "1"}})
    save(door, pair("gone"), PAIRS)
    save(door, key("seen"))
    answer = write(
        door,
        put(key("new") | text(1)),
        update(key("changed"), "ADD n :v", **values(v={"N": "2"})),
        delete(pair("gone"), PAIRS),
        check(key("seen")),
    )
    assert answer == {}
    assert stored(door, key("new")) == key("new") | text(1)
    assert stored(door, key("changed")) == key("changed") | {"n": {"N": "3"}}
    assert stored(door, pair("gone"), PAIRS) is None
    assert stored(door, key("seen")) == key("seen")


def test_an_update_makes_an_item_that_is_not_there(door: Door) -> None:
    write(
        door,
        update(
            key("made"), "SET a = :v", ConditionExpression="attribute_not_exists(pk)", **values(v={"S": "x"})
        ),
    )
    assert stored(door, key("made")) == key("made") | text(1)


def test_names_and_values_without_an_expression_are_not_looked_at(door: Door) -> None:
    names = {"ExpressionAttributeNames": {"#a": "a"}}
    save(door, key("deleted"))
    write(door, put(key("named"), **names, **values(v={"S": "x"})), delete(key("deleted"), **names, **values(v={"S": ""})))
    assert stored(door, key("deleted")) is None
    assert read(door, get(key("named"), **names)) == {"Responses": [{"Item": key("named")}]}


def test_an_item_of_exactly_400_kb_fits(door: Door) -> None:
    item = key("full") | {"a": {"S": "x" * (409_600 - 2 - 4 - 1)}}
    write(door, put(item))
    write(door, update(key("full"), "SET a = :v", **values(v=item["a"])))
    assert stored(door, key("full")) == item


def test_indexes_follow_a_transaction_and_nothing_of_a_canceled_one(door: Door) -> None:
    def of_kind(kind: str) -> list[Members]:
        query = {"TableName": PAIRS, "IndexName": "by-kind", "KeyConditionExpression": "kind = :k"}
        items: list[Members] = door.call("Query", query | values(k={"S": kind}))["Items"]
        return items

    item = pair("indexed") | {"kind": {"S": "first"}}
    write(door, put(item, PAIRS))
    assert of_kind("first") == [item]
    move = update(pair("indexed"), "SET kind = :v", PAIRS, **values(v={"S": "second"}))
    with pytest.raises(Refusal, match="None, ConditionalCheckFailed"):
        write(door, move, check(key("nowhere")))
    assert of_kind("first") == [item]
    write(door, move)
    assert (of_kind("first"), of_kind("second")) == ([], [item | {"kind": {"S": "second"}}])


def test_items_are_read_in_the_order_asked_and_an_absent_one_is_empty(door: Door) -> None:
    save(door, key("read") | {"a": {"S": "x"}, "m": {"M": {"b": {"N": "1"}, "c": {"N": "2"}}}})
    save(door, pair("read", 7), PAIRS)
    answer = read(
        door,
        get(key("absent")),
        get(pair("read", 7), PAIRS),
        get(key("read"), ProjectionExpression="#a, m.b", ExpressionAttributeNames={"#a": "a"}),
        get(pair("read", 8), PAIRS, ProjectionExpression="pk"),
    )
    assert answer == {
        "Responses": [
            {},
            {"Item": pair("read", 7)},
            {"Item": {"a": {"S": "x"}, "m": {"M": {"b": {"N": "1"}}}}},
            {},
        ]
    }


def total(units: float, member: str, table: str = PLAIN) -> Members:
    return {"TableName": table, "CapacityUnits": units, member: units}


def parts(table: float, member: str, **indexes: float) -> Members:
    """Of PAIRS, under INDEXES."""
    names = {
        "by_kind": ("GlobalSecondaryIndexes", "by-kind"),
        "by_rank": ("LocalSecondaryIndexes", "by-rank"),
    }
    answer: Members = total(table + sum(indexes.values()), member, PAIRS)
    answer["Table"] = {"CapacityUnits": table, member: table}
    for name, units in indexes.items():
        kind, index = names[name]
        answer[kind] = {index: {"CapacityUnits": units, member: units}}
    return answer


WRITE = "WriteCapacityUnits"
READ = "ReadCapacityUnits"

# What it is, items that are there, the actions, ReturnConsumedCapacity, what is consumed.
COSTS: list[tuple[str, list[Members], list[Members], str, list[Members] | None]] = [
    ("not asked for", [], [put(key("c"))], "NONE", None),
    ("a small put", [], [put(key("c"))], "TOTAL", [total(2, WRITE)]),
    ("two, each rounded up", [], [put(key("c") | text(10)), put(key("d") | text(1500))], "TOTAL", [total(6, WRITE)]),
    ("a condition costs nothing", [], [put(key("c"), ConditionExpression="attribute_not_exists(b)")], "TOTAL", [total(2, WRITE)]),
    ("a put over a larger item", [put(key("c") | text(3000))], [put(key("c"))], "TOTAL", [total(6, WRITE)]),
    ("a delete, by what was there", [put(key("c") | text(3000))], [delete(key("c"))], "TOTAL", [total(6, WRITE)]),
    ("a delete of nothing", [], [delete(key("c"))], "TOTAL", [total(2, WRITE)]),
    ("a check, by what is there", [put(key("c") | text(3000))], [check(key("c"))], "TOTAL", [total(6, WRITE)]),
    ("a check of nothing", [], [check(key("c"), "attribute_not_exists(pk)")], "TOTAL", [total(2, WRITE)]),
    ("a put that changes nothing", [put(key("c"))], [put(key("c"))], "TOTAL", [total(2, WRITE)]),
    (
        "tables, in the order of the actions",
        [],
        [put(pair("c"), PAIRS), put(key("c")), delete(pair("d"), PAIRS)],
        "TOTAL",
        [total(4, WRITE, PAIRS), total(2, WRITE)],
    ),
    (
        "index rows, which cost once",
        [],
        [put(pair("c") | {"kind": {"S": "k"}, "rank": {"N": "1"}}, PAIRS)],
        "INDEXES",
        [parts(2, WRITE, by_kind=1, by_rank=1)],
    ),
    (
        "an index row that moves",
        [put(pair("c") | {"kind": {"S": "k"}}, PAIRS)],
        [put(pair("c") | {"kind": {"S": "l"}}, PAIRS)],
        "INDEXES",
        [parts(2, WRITE, by_kind=2)],
    ),
    (
        "index rows of two actions",
        [],
        [put(pair("c") | {"kind": {"S": "k"}}, PAIRS), put(pair("d") | {"kind": {"S": "k"}}, PAIRS)],
        "INDEXES",
        [parts(4, WRITE, by_kind=2)],
    ),
    (
        "index rows in the total",
        [],
        [put(pair("c") | {"kind": {"S": "k"}}, PAIRS)],
        "TOTAL",
        [total(3, WRITE, PAIRS)],
    ),
]  # fmt: skip


@pytest.fixture
def clean(door: Door) -> Door:
    write(door, *(delete(key(pk)) for pk in "cd"), *(delete(pair(pk), PAIRS) for pk in "cd"))
    return door


@pytest.mark.parametrize(("there", "actions", "wanted", "consumed"), [case[1:] for case in COSTS], ids=[case[0] for case in COSTS])  # fmt: skip
def test_a_write_consumes_twice_what_its_actions_would_alone(
    clean: Door, there: list[Members], actions: list[Members], wanted: str, consumed: list[Members] | None
) -> None:
    if there:
        write(clean, *there)
    answer = write(clean, *actions, ReturnConsumedCapacity=wanted)
    assert answer == ({} if consumed is None else {"ConsumedCapacity": consumed})


@pytest.mark.parametrize(
    ("gets", "wanted", "consumed"),
    [
        ([get(key("absent"))], "NONE", None),
        ([get(key("absent"))], "TOTAL", [total(2, READ)]),
        ([get(key("c")), get(key("absent"))], "TOTAL", [total(6, READ)]),
        ([get(key("c"), ProjectionExpression="pk")], "TOTAL", [total(4, READ)]),
        ([get(pair("c"), PAIRS)], "INDEXES", [parts(2, READ)]),
        ([get(pair("c"), PAIRS), get(key("c"))], "TOTAL", [total(2, READ, PAIRS), total(4, READ)]),
    ],
)
def test_a_read_consumes_twice_what_its_gets_would_alone(
    clean: Door, gets: list[Members], wanted: str, consumed: list[Members] | None
) -> None:
    write(clean, put(key("c") | text(5000)), put(pair("c"), PAIRS))
    assert read(clean, *gets, ReturnConsumedCapacity=wanted).get("ConsumedCapacity") == consumed


def test_item_collections_are_estimated_once_each_where_there_are_local_indexes(door: Door) -> None:
    save(door, pair("m3"), PAIRS)
    answer = write(
        door,
        put(pair("m1", 1), PAIRS),
        put(key("m1")),
        put(pair("m2", 1), PAIRS),
        put(pair("m1", 2), PAIRS),
        check(pair("m3"), table=PAIRS),
        ReturnItemCollectionMetrics="SIZE",
    )
    assert answer == {
        "ItemCollectionMetrics": {
            PAIRS: [{"ItemCollectionKey": key(pk), "SizeEstimateRangeGB": [0, 1]} for pk in ("m1", "m2")]
        }
    }


def test_an_item_collection_that_grows_too_large_is_a_reason(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "ITEM_COLLECTION_BYTES_MAX", 1000)
    with pytest.raises(Refusal) as refused:
        write(door, put(pair("grown", 1) | text(600), PAIRS), put(key("kept")), put(pair("grown", 2) | text(600), PAIRS))  # fmt: skip
    assert refused.value.members["CancellationReasons"] == [
        {"Code": "None"},
        {"Code": "None"},
        {"Code": "ItemCollectionSizeLimitExceeded", "Message": "Collection size exceeded."},
    ]
    assert stored(door, key("kept")) is None
    assert stored(door, pair("grown", 1), PAIRS) is None
