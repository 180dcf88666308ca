"""Requests for every operation there is: valid ones, and each with one wrong thing in one place.

What may be in a request comes from the model, so an operation that is added is tested as soon as it is there.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from stator.api.pending import IMPLEMENTED
from stator.api.shapes.model import Shape, service

OPERATIONS = sorted((name, operation) for name, operations in IMPLEMENTED.items() for operation in operations)

KEY = {"pk": {"S": "a"}}
ITEM = {**KEY, "list": {"L": [{"N": "1"}, {"M": {"x": {"B": "QUE="}}}]}, "set": {"SS": ["a", "b"]}}
TABLE = "hostile"
VALUE = {":v": {"S": "x"}}
_SCHEMA = [{"AttributeName": "pk", "KeyType": "HASH"}]
_INDEX = {"IndexName": "index", "KeySchema": _SCHEMA, "Projection": {"ProjectionType": "ALL"}}

CREATE = {
    "TableName": TABLE,
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": _SCHEMA,
    "BillingMode": "PAY_PER_REQUEST",
}

VALID: dict[str, Any] = {
    "BatchGetItem": {"RequestItems": {TABLE: {"Keys": [KEY], "ProjectionExpression": "pk"}}},
    "BatchWriteItem": {
        "RequestItems": {
            TABLE: [{"PutRequest": {"Item": ITEM}}, {"DeleteRequest": {"Key": {"pk": {"S": "b"}}}}]
        }
    },
    "CreateTable": {**CREATE, "TableName": "created", "GlobalSecondaryIndexes": [_INDEX]},
    "DeleteItem": {
        "TableName": TABLE,
        "Key": KEY,
        "ConditionExpression": "pk <> :v",
        "ExpressionAttributeValues": VALUE,
    },
    "DeleteTable": {"TableName": "deleted"},
    "DescribeTable": {"TableName": TABLE},
    "GetItem": {
        "TableName": TABLE,
        "Key": KEY,
        "ProjectionExpression": "#l[1]",
        "ExpressionAttributeNames": {"#l": "list"},
    },
    "ListTables": {"Limit": 10, "ExclusiveStartTableName": "aaa"},
    "PutItem": {
        "TableName": TABLE,
        "Item": ITEM,
        "Expected": {"a": {"Value": {"S": "x"}}, "b": {"ComparisonOperator": "NULL"}},
        "ConditionalOperator": "OR",
        "ReturnValues": "ALL_OLD",
    },
    "Query": {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :v",
        "FilterExpression": "size(#l) > :n",
        "ExpressionAttributeNames": {"#l": "list"},
        "ExpressionAttributeValues": {**VALUE, ":n": {"N": "0"}},
        "Limit": 5,
        "ExclusiveStartKey": {"pk": {"S": "x"}},
    },
    "Scan": {
        "TableName": TABLE,
        "ScanFilter": {"list": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"N": "1"}]}},
        "Segment": 0,
        "TotalSegments": 1,
        "ExclusiveStartKey": KEY,
    },
    "UpdateItem": {
        "TableName": TABLE,
        "Key": KEY,
        "UpdateExpression": "SET #l[0] = :v ADD n :n",
        "ExpressionAttributeNames": {"#l": "list"},
        "ExpressionAttributeValues": {**VALUE, ":n": {"N": "1"}},
        "ReturnValues": "ALL_NEW",
    },
    "UpdateTable": {"TableName": TABLE, "BillingMode": "PAY_PER_REQUEST"},
}

_DEEP: Any = {}
for _ in range(60):
    _DEEP = {"M": {"a": _DEEP}}

WRONG: list[Any] = [
    None, True, 0, -1, 1.5, 2**63, -(2**80), 1e300, "", "x", "a\0b", "\U0001f600", "9" * 400, [], [None], [1, "a"],
    [[]], {}, {"": None}, {"a": None}, {"S": "x", "N": "1"}, {"N": "x"}, {"N": "1e999999999999"}, {"B": "?"},
    {"NULL": False}, {"SS": ["a", "a"]}, {"L": [None]}, {"M": {"": {"S": ""}}}, _DEEP,
]  # fmt: skip


def sample(shapes: dict[str, Shape], name: str, depth: int = 0) -> Any:
    """A value of a shape, with every member that there may be, down to a depth."""
    shape = shapes[name]
    if name == "AttributeValue":
        return {"S": "x"}
    match shape.kind:
        case "structure":
            members = shape.members if depth < 5 else {each: shape.members[each] for each in shape.required}
            return {member: sample(shapes, inner, depth + 1) for member, inner in members.items()}
        case "list":
            return [sample(shapes, shape.element, depth + 1)]
        case "map":
            return {"name": sample(shapes, shape.element, depth + 1)}
        case "boolean":
            return True
        case "integer" | "long" | "double" | "float" | "timestamp":
            return shape.min or 1
        case "blob":
            return "QUE="
    return shape.enum[0] if shape.enum else TABLE


def samples(service_name: str, operation: str) -> list[Any]:
    """Requests to start from: one that succeeds, where it is written above, and one that has all members."""
    model = service(service_name)
    made = sample(model.shapes, model.operations[operation].input)
    if isinstance(made, dict) and "TableName" in made:
        made["TableName"] = TABLE
    return [made] + ([VALID[operation]] if operation in VALID else [])


def wrong_requests(service_name: str, operation: str) -> Iterator[tuple[str, Any]]:
    """(where and what, request): each place of each sample with each wrong value, or without the place."""
    for number, whole in enumerate(samples(service_name, operation)):
        for path in places(whole):
            for wrong in WRONG:
                yield f"{number} {path} = {str(wrong)[:60]}", changed(whole, path, wrong)
            if path:
                yield f"{number} {path} gone", without(whole, path)


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*here, key))


def changed(whole: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copied = copy.deepcopy(whole)
    _at(copied, path[:-1])[path[-1]] = value
    return copied


def without(whole: Any, path: tuple[Any, ...]) -> Any:
    copied = copy.deepcopy(whole)
    del _at(copied, path[:-1])[path[-1]]
    return copied


def _at(whole: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        whole = whole[key]
    return whole
