"""A table of songs that the shell's tests share, in process and behind an endpoint."""

from __future__ import annotations

from typing import Any

from stator.client.transport import Transport

TABLE: dict[str, Any] = {
    "TableName": "songs",
    "KeySchema": [
        {"AttributeName": "artist", "KeyType": "HASH"},
        {"AttributeName": "title", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "artist", "AttributeType": "S"},
        {"AttributeName": "title", "AttributeType": "S"},
        {"AttributeName": "released", "AttributeType": "N"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-year",
            "KeySchema": [
                {"AttributeName": "released", "KeyType": "HASH"},
                {"AttributeName": "title", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
SONGS = [
    ("Codeine", "D", 1990),
    ("Low", "Lullaby", 1994),
    ("Low", "Two-Step", 1999),
    ("Low", "Will the Night", 1999),
    ("Slint", "Washer", 1991),
]


def fill(transport: Transport) -> None:
    transport.call("CreateTable", TABLE)
    for artist, title, released in SONGS:
        item = {"artist": {"S": artist}, "title": {"S": title}, "released": {"N": str(released)}}
        transport.call("PutItem", {"TableName": "songs", "Item": item})
