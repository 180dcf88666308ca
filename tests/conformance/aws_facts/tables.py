"""The tables that cases use: each is made when a case names it."""

from __future__ import annotations

from typing import Any

Table = dict[str, Any]

_ALL = {"ProjectionType": "ALL"}


def keys(hash_name: str, range_name: str | None = None) -> list[dict[str, str]]:
    schema = [{"AttributeName": hash_name, "KeyType": "HASH"}]
    if range_name is not None:
        schema.append({"AttributeName": range_name, "KeyType": "RANGE"})
    return schema


def attributes(**types: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def index(
    name: str, schema: list[dict[str, str]], projection: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": schema, "Projection": projection or _ALL}


def table(types: dict[str, str], schema: list[dict[str, str]], **more: Any) -> Table:
    return {
        "AttributeDefinitions": attributes(**types),
        "KeySchema": schema,
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }


def including(*names: str) -> dict[str, Any]:
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(names)}


TABLES: dict[str, Table] = {
    "plain": table({"pk": "S"}, keys("pk")),
    "numbered": table({"pk": "N"}, keys("pk")),
    "binary": table({"pk": "B"}, keys("pk")),
    "pairs": table({"pk": "S", "sk": "S"}, keys("pk", "sk")),
    "number-pairs": table({"pk": "S", "sk": "N"}, keys("pk", "sk")),
    "binary-pairs": table({"pk": "S", "sk": "B"}, keys("pk", "sk")),
    "indexed": table(
        {"pk": "S", "sk": "S", "one": "S", "two": "S"},
        keys("pk", "sk"),
        LocalSecondaryIndexes=[
            index("local1", keys("pk", "one")),
            index("local2", keys("pk", "two"), including("one")),
        ],
        GlobalSecondaryIndexes=[
            index("global1", keys("one")),
            index("global2", keys("one", "two"), including("data")),
        ],
    ),
    "binary-indexed": table(
        {"pk": "S", "bin": "B"}, keys("pk"), GlobalSecondaryIndexes=[index("by-bin", keys("bin"))]
    ),
    "keys-indexed": table(
        {"pk": "S", "group": "S"},
        keys("pk"),
        GlobalSecondaryIndexes=[index("by-group", keys("group"), {"ProjectionType": "KEYS_ONLY"})],
    ),
    "charged": table(
        {"pk": "S", "sk": "S", "group": "S", "label": "S"},
        keys("pk", "sk"),
        GlobalSecondaryIndexes=[index("by-group", keys("group"), including("shown"))],
        LocalSecondaryIndexes=[index("by-label", keys("pk", "label"))],
    ),
    "many-keyed": table(
        {"pk": "S", "h": "S", "a": "S", "b": "S", "c": "S", "d": "S"},
        keys("pk"),
        GlobalSecondaryIndexes=[
            index("by-many", [*keys("h"), *({"AttributeName": name, "KeyType": "RANGE"} for name in "abcd")])
        ],
    ),
}
