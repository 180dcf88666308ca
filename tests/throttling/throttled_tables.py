"""Tables with little capacity, and calls that use it up."""

from __future__ import annotations

from typing import Any

import pytest
from doors import Door, Refusal

Members = dict[str, Any]

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/music"
BY_KIND = f"{ARN}/index/by-kind"
OF_TABLE = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
OF_INDEXES = (
    "The level of configured provisioned throughput for one or more global secondary indexes of the table was "
    "exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with "
    "the UpdateTable API"
)
ON_DEMAND = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"


def units(read: int, write: int) -> Members:
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def most(**members: int) -> Members:
    return {f"Max{word.capitalize()}RequestUnits": number for word, number in members.items()}


def create(door: Door, name: str = "music", index: Members | None = None, **members: Any) -> None:
    """`index`: the capacity members of a global index by `kind`; a local one by `when` is there as well."""
    defined = {"pk": "S", "sk": "S", "when": "S", **({} if index is None else {"kind": "S"})}
    request = {
        "TableName": name,
        "AttributeDefinitions": [
            {"AttributeName": key, "AttributeType": kind} for key, kind in defined.items()
        ],
        "KeySchema": keys("pk", "sk"),
        "LocalSecondaryIndexes": [
            {"IndexName": "by-when", "KeySchema": keys("pk", "when"), "Projection": {"ProjectionType": "ALL"}}
        ],
        **members,
    }
    if "ProvisionedThroughput" not in members:
        request["BillingMode"] = "PAY_PER_REQUEST"
    if index is not None:
        of_index = {
            "IndexName": "by-kind",
            "KeySchema": keys("kind"),
            "Projection": {"ProjectionType": "ALL"},
        }
        request["GlobalSecondaryIndexes"] = [{**of_index, **index}]
    door.call("CreateTable", request)


def keys(*names: str) -> list[Members]:
    return [
        {"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


def item(sk: str = "a", size: int = 0, **attributes: str) -> Members:
    """About `size` bytes."""
    given = {"pk": "p", "sk": sk, **attributes}
    filler = {"filler": "x" * max(size - 30, 0)} if size else {}
    return {name: {"S": text} for name, text in {**given, **filler}.items()}


def key(sk: str = "a") -> Members:
    return {"pk": {"S": "p"}, "sk": {"S": sk}}


def put(door: Door, sk: str = "a", size: int = 0, **attributes: str) -> None:
    door.call("PutItem", {"TableName": "music", "Item": item(sk, size, **attributes)})


def get(door: Door, **members: Any) -> Members:
    return door.call("GetItem", {"TableName": "music", "Key": key(), "ConsistentRead": True, **members})


def refusal(door: Door, operation: str, request: Members) -> Refusal:
    with pytest.raises(Refusal) as refused:
        door.call(operation, request)
    return refused.value


def exceeded(operation: str, place: str = ARN) -> list[Members]:
    """ThrottlingReasons of provisioned capacity."""
    kind = "Table" if place == ARN else "Index"
    return [{"reason": f"{kind}{operation}ProvisionedThroughputExceeded", "resource": place}]


def over_most(operation: str, place: str = ARN) -> list[Members]:
    """throttlingReasons of an on-demand maximum."""
    kind = "Table" if place == ARN else "Index"
    return [{"reason": f"{kind}{operation}MaxOnDemandThroughputExceeded", "resource": place}]
