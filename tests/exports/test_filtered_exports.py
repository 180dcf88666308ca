"""FilterSpecification: which items an export has, and what of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from doors import Door, Refusal
from export_session import exported, lines

from stator.clock import ManualClock

RECOVERY = {"TableName": "books", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
TABLE = {
    "TableName": "books",
    "AttributeDefinitions": [
        {"AttributeName": "Id", "AttributeType": "S"},
        {"AttributeName": "Part", "AttributeType": "N"},
    ],
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}, {"AttributeName": "Part", "KeyType": "RANGE"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def book(id: str, part: int, **attributes: Any) -> dict[str, Any]:
    return {"Id": {"S": id}, "Part": {"N": str(part)}, **attributes}


def put(door: Door, *items: dict[str, Any]) -> None:
    for item in items:
        door.call("PutItem", {"TableName": "books", "Item": item})


@pytest.fixture
def books(door: Door) -> Door:
    door.call("CreateTable", TABLE)
    door.call("UpdateContinuousBackups", RECOVERY)
    for id in ("a", "b"):
        put(door, *(book(id, part, Title={"S": f"{id}{part}"}, Size={"N": str(part * 10)}) for part in range(4)))
    return door



SELECTED: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"]),
    ({"FilterExpression": "#s >= :n", "ExpressionAttributeNames": {"#s": "Size"},
      "ExpressionAttributeValues": {":n": {"N": "20"}}}, ["a2", "a3", "b2", "b3"]),
    ({"FilterExpression": "Id = :i AND Part < :n",
      "ExpressionAttributeValues": {":i": {"S": "b"}, ":n": {"N": "2"}}}, ["b0", "b1"]),
    ({"KeyConditionExpression": "Id = :i", "ExpressionAttributeValues": {":i": {"S": "a"}}}, ["a0", "a1", "a2", "a3"]),
    ({"KeyConditionExpression": "Id = :i AND Part BETWEEN :m AND :n",
      "ExpressionAttributeValues": {":i": {"S": "a"}, ":m": {"N": "1"}, ":n": {"N": "2"}}}, ["a1", "a2"]),
    ({"KeyConditionExpression": "Id = :i AND Part = :m",
      "ExpressionAttributeValues": {":i": {"S": "a"}, ":m": {"N": "3"}}}, ["a3"]),
    ({"KeyConditionExpression": "Id = :i AND Part > :m", "FilterExpression": "NOT contains(Title, :t)",
      "ExpressionAttributeValues": {":i": {"S": "b"}, ":m": {"N": "1"}, ":t": {"S": "2"}}}, ["b3"]),
    ({"KeyConditionExpression": "Id = :i", "ExpressionAttributeValues": {":i": {"S": "c"}}}, []),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "titles"), SELECTED)
def test_an_export_has_what_its_filter_selects(
    books: Door, s3: Path, asked: dict[str, Any], titles: list[str]
) -> None:
    shown = exported(books, FilterSpecification=asked)
    assert shown["ExportStatus"] == "COMPLETED"
    assert shown["FilterSpecification"] == asked
    found = [json.loads(line)["Item"] for line in lines(s3 / "target", shown)]
    assert sorted(item["Title"]["S"] for item in found) == titles
    assert all(set(item) == {"Id", "Part", "Title", "Size"} for item in found)


def test_a_projection_says_what_of_an_item_is_exported(books: Door, s3: Path) -> None:
    put(books, book("c", 0, Inner={"M": {"x": {"N": "1"}, "y": {"N": "2"}}}), book("c", 1, Title={"S": "t"}))
    asked = {
        "KeyConditionExpression": "Id = :i",
        "ExpressionAttributeValues": {":i": {"S": "c"}},
        "ProjectionExpression": "#i.y, Title",
        "ExpressionAttributeNames": {"#i": "Inner"},
    }
    shown = exported(books, FilterSpecification=asked)
    assert [json.loads(line) for line in lines(s3 / "target", shown)] == [
        {"Item": {"Inner": {"M": {"y": {"N": "2"}}}}},
        {"Item": {"Title": {"S": "t"}}},
    ]


def test_a_filter_does_not_lessen_what_is_billed_and_a_key_condition_does(books: Door) -> None:
    whole = exported(books)["BilledSizeBytes"]
    value = {":i": {"S": "a"}}
    filtered = exported(
        books, FilterSpecification={"FilterExpression": "Id = :i", "ExpressionAttributeValues": value}
    )
    conditioned = exported(
        books, FilterSpecification={"KeyConditionExpression": "Id = :i", "ExpressionAttributeValues": value}
    )
    assert (filtered["ItemCount"], filtered["BilledSizeBytes"]) == (4, whole)
    assert (conditioned["ItemCount"], conditioned["BilledSizeBytes"] * 2) == (4, whole)


def test_the_filter_of_an_incremental_export_looks_at_what_an_item_became(
    books: Door, s3: Path, clock: ManualClock
) -> None:
    clock.advance(60)
    since = clock.now()
    put(books, book("a", 0, Title={"S": "in"}, Size={"N": "1"}), book("a", 1, Title={"S": "out"}))
    put(books, book("b", 2, Title={"S": "in"}))
    for key in (book("a", 2), book("a", 3)):
        books.call("DeleteItem", {"TableName": "books", "Key": key})
    clock.advance(1000)
    bounds = {"ExportFromTime": since, "ExportToTime": clock.now()}
    asked = {
        "KeyConditionExpression": "Id = :i",
        "FilterExpression": "Title IN (:in, :gone)",
        "ProjectionExpression": "Title",
        "ExpressionAttributeValues": {":i": {"S": "a"}, ":in": {"S": "in"}, ":gone": {"S": "a3"}},
    }
    shown = exported(
        books,
        ExportType="INCREMENTAL_EXPORT",
        IncrementalExportSpecification=bounds,
        FilterSpecification=asked,
    )
    time = {"WriteTimestampMicros": {"N": f"{round(since)}000000"}}
    assert [json.loads(line) for line in lines(s3 / "target", shown)] == [
        {
            "Metadata": time,
            "Keys": book("a", 0),
            "OldImage": {"Title": {"S": "a0"}},
            "NewImage": {"Title": {"S": "in"}},
        },
        {"Metadata": time, "Keys": book("a", 3), "OldImage": {"Title": {"S": "a3"}}},
    ]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"FilterExpression": "a = "}, "Invalid FilterExpression: Syntax error; token: \"<EOF>\", near: \"=\""),
    ({"FilterExpression": "a = :v"}, "Invalid FilterExpression: An expression attribute value used in expression is "
     "not defined; attribute value: :v"),
    ({"KeyConditionExpression": "Part = :v", "ExpressionAttributeValues": {":v": {"N": "1"}}},
     "Query condition missed key schema element: Id"),
    ({"KeyConditionExpression": "Id > :v", "ExpressionAttributeValues": {":v": {"S": "1"}}},
     "Query key condition not supported"),
    ({"KeyConditionExpression": "Id = :v", "FilterExpression": "Part = :v",
      "ExpressionAttributeValues": {":v": {"S": "1"}}},
     "Filter Expression can only contain non-primary key attributes: Primary key attribute: Part"),
    ({"ProjectionExpression": "a, a.b"}, "Invalid ProjectionExpression: Two document paths overlap with each other; "
     "must remove or rewrite one of these paths; path one: [a], path two: [a, b]"),
    ({"ExpressionAttributeNames": {"#a": "a"}},
     "ExpressionAttributeNames can only be specified when using expressions"),
    ({"FilterExpression": "attribute_exists(a)", "ExpressionAttributeNames": {"#a": "a"}},
     "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "message"), REFUSED)
def test_a_filter_is_refused_as_a_querys(books: Door, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(Refusal) as refusal:
        exported(books, FilterSpecification=asked)
    assert (refusal.value.code, refusal.value.message) == ("ValidationException", message)


def test_a_filter_in_ion_selects_as_in_json(books: Door, s3: Path) -> None:
    asked = {"ProjectionExpression": "Id", "FilterExpression": "Title = :t"}
    shown = exported(
        books,
        ExportFormat="ION",
        FilterSpecification={**asked, "ExpressionAttributeValues": {":t": {"S": "a1"}}},
    )
    assert lines(s3 / "target", shown) == [b"$ion_1_0 {Item:{'Id':\"a\"}}"]
