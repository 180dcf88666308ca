"""The tables that transactions are tried on, and actions on them in few words."""

from __future__ import annotations

from typing import Any

from doors import Door

Members = dict[str, Any]

PLAIN = "plain"  # pk (S)
PAIRS = "pairs"  # pk (S), sk (N); a local index by rank (N), a global one by kind (S)


def create_tables(door: Door) -> None:
    door.call(
        "CreateTable",
        {
            "TableName": PLAIN,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": definitions(pk="S"),
            "KeySchema": key_schema("pk"),
        },
    )
    door.call(
        "CreateTable",
        {
            "TableName": PAIRS,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": definitions(pk="S", sk="N", rank="N", kind="S"),
            "KeySchema": key_schema("pk", "sk"),
            "LocalSecondaryIndexes": [index("by-rank", "pk", "rank")],
            "GlobalSecondaryIndexes": [index("by-kind", "kind")],
        },
    )


def definitions(**types: str) -> list[Members]:
    return [{"AttributeName": name, "AttributeType": type_} for name, type_ in types.items()]


def key_schema(*names: str) -> list[Members]:
    return [
        {"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


def index(name: str, *keys: str) -> Members:
    return {"IndexName": name, "KeySchema": key_schema(*keys), "Projection": {"ProjectionType": "ALL"}}


def key(pk: str) -> Members:
    """In PLAIN."""
    return {"pk": {"S": pk}}


def pair(pk: str, sk: int = 1) -> Members:
    """In PAIRS."""
    return {"pk": {"S": pk}, "sk": {"N": str(sk)}}


def put(item: Members, table: str = PLAIN, **members: Any) -> Members:
    return {"Put": {"TableName": table, "Item": item, **members}}


def update(key: Members, expression: str, table: str = PLAIN, **members: Any) -> Members:
    return {"Update": {"TableName": table, "Key": key, "UpdateExpression": expression, **members}}


def delete(key: Members, table: str = PLAIN, **members: Any) -> Members:
    return {"Delete": {"TableName": table, "Key": key, **members}}


def check(
    key: Members, condition: str = "attribute_exists(pk)", table: str = PLAIN, **members: Any
) -> Members:
    return {"ConditionCheck": {"TableName": table, "Key": key, "ConditionExpression": condition, **members}}


def get(key: Members, table: str = PLAIN, **members: Any) -> Members:
    return {"Get": {"TableName": table, "Key": key, **members}}


def write(door: Door, *actions: Members, **members: Any) -> Members:
    return door.call("TransactWriteItems", {"TransactItems": list(actions), **members})


def read(door: Door, *gets: Members, **members: Any) -> Members:
    return door.call("TransactGetItems", {"TransactItems": list(gets), **members})


def stored(door: Door, key: Members, table: str = PLAIN) -> Members | None:
    request = {"TableName": table, "Key": key, "ConsistentRead": True}
    return door.call("GetItem", request).get("Item")


def save(door: Door, item: Members, table: str = PLAIN) -> None:
    door.call("PutItem", {"TableName": table, "Item": item})


def values(**given: Members) -> Members:
    """ExpressionAttributeValues, to be given as members of an action."""
    return {"ExpressionAttributeValues": {f":{name}": value for name, value in given.items()}}


def nested(levels: int) -> Members:
    """A text inside so many maps."""
    value: Members = {"S": "leaf"}
    for _ in range(levels):
        value = {"M": {"n": value}}
    return value
