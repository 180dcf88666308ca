"""A table to work with, and the command as tests run it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stator.cli import main
from stator.client.connecting import connect
from stator.client.transport import Transport

Item = dict[str, Any]

ODD_ITEMS: list[Item] = [
    {"pk": {"S": "numbers"}, "sk": {"N": "0"}, "n": {"N": "1" + "0" * 125}, "m": {"N": "-0.00000000000000000001"}},
    {"pk": {"S": "numbers"}, "sk": {"N": "1"}, "n": {"N": "12345678901234567890123456789012345678"}},
    {"pk": {"S": "sets"}, "sk": {"N": "2"}, "a": {"SS": ["", "a", "b"]}, "b": {"NS": ["1.5"]}, "c": {"BS": ["YQ=="]}},
    {"pk": {"S": "binary"}, "sk": {"N": "3"}, "b": {"B": "AAEC/w=="}, "e": {"B": ""}},
    {"pk": {"S": "nothing"}, "sk": {"N": "4"}, "a": {"NULL": True}, "b": {"BOOL": False}, "d": {"L": []}},
    {"pk": {"S": "text"}, "sk": {"N": "5"}, "a": {"S": 'a "cell"\r\n,\0\u2028'}, "b": {"S": '"'}, "c": {"S": ""}},
    {"pk": {"S": "tags"}, "sk": {"N": "6"}, "a": {"M": {"$B": {"S": "YQ=="}}}, "b": {"M": {"$$SS": {"L": []}}}},
    {"pk": {"S": "maps"}, "sk": {"N": "7"}, "a": {"M": {"$ref": {"S": "x"}}}, "b": {"M": {"Ü": {"M": {}}}}},
]  # fmt: skip


def run(arguments: Sequence[object]) -> int:
    return main([str(each) for each in arguments])


def make_table(transport: Transport, name: str = "Shop", **more: Any) -> None:
    request = {
        "TableName": name,
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }
    transport.call("CreateTable", request)


def put(transport: Transport, items: Sequence[Item], name: str = "Shop") -> None:
    for item in items:
        transport.call("PutItem", {"TableName": name, "Item": item})


def plain_items(count: int) -> list[Item]:
    return [
        {"pk": {"S": f"p{number % 7}"}, "sk": {"N": str(number)}, "x": {"S": "y" * 20}}
        for number in range(count)
    ]


def items_of(transport: Transport, name: str = "Shop") -> list[Item]:
    answer = transport.call("Scan", {"TableName": name, "ConsistentRead": True})
    assert "LastEvaluatedKey" not in answer
    items: list[Item] = answer["Items"]
    return sorted(items, key=lambda item: (item["pk"]["S"], float(item["sk"]["N"])))


def file_with(path: Path, items: Sequence[Item], **more: Any) -> Path:
    """A new file whose table Shop has these items."""
    transport = connect(str(path), background=False, durability="relaxed")
    try:
        make_table(transport, **more)
        put(transport, items)
    finally:
        transport.close()
    return path


def items_in(path: Path, name: str = "Shop") -> list[Item]:
    transport = connect(str(path), background=False)
    try:
        return items_of(transport, name)
    finally:
        transport.close()
