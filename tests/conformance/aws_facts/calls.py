"""Short ways to write the calls that cases make."""

from __future__ import annotations

from typing import Any

from aws_facts.case import Call

Value = dict[str, Any]
Attributes = dict[str, Value]


def S(text: str) -> Value:  # noqa: N802
    return {"S": text}


def N(number: str | int) -> Value:  # noqa: N802
    return {"N": str(number)}


def B(base64: str) -> Value:  # noqa: N802
    return {"B": base64}


def nested(depth: int) -> Value:
    """A text inside `depth` maps."""
    value = S("leaf")
    for _ in range(depth):
        value = {"M": {"n": value}}
    return value


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def put(table: str, item: Attributes, **more: Any) -> Call:
    return "PutItem", {"TableName": table, "Item": item, **more}


def get(table: str, key: Attributes, **more: Any) -> Call:
    return "GetItem", {"TableName": table, "Key": key, **more}


def delete(table: str, key: Attributes, **more: Any) -> Call:
    return "DeleteItem", {"TableName": table, "Key": key, **more}


def update(
    table: str,
    key: Attributes,
    expression: str | None = None,
    values: Attributes | None = None,
    names: dict[str, str] | None = None,
    **more: Any,
) -> Call:
    written = _given(
        UpdateExpression=expression, ExpressionAttributeValues=values, ExpressionAttributeNames=names
    )
    return "UpdateItem", {"TableName": table, "Key": key, **written, **more}


def query(
    table: str,
    condition: str | None = None,
    values: Attributes | None = None,
    names: dict[str, str] | None = None,
    **more: Any,
) -> Call:
    written = _given(
        KeyConditionExpression=condition, ExpressionAttributeValues=values, ExpressionAttributeNames=names
    )
    return "Query", {"TableName": table, **written, **more}


def scan(table: str, **more: Any) -> Call:
    return "Scan", {"TableName": table, **more}


def batch_get(table: str, keys: list[Attributes], **more: Any) -> Call:
    return "BatchGetItem", {"RequestItems": {table: {"Keys": keys, **more}}}


def batch_put(table: str, *items: Attributes, **more: Any) -> Call:
    return "BatchWriteItem", {
        "RequestItems": {table: [{"PutRequest": {"Item": item}} for item in items]},
        **more,
    }


def batch_delete(table: str, *keys: Attributes) -> Call:
    return "BatchWriteItem", {"RequestItems": {table: [{"DeleteRequest": {"Key": key}} for key in keys]}}


def pair(pk: str, sk: str, **attributes: Value) -> Attributes:
    return {"pk": S(pk), "sk": S(sk), **attributes}
