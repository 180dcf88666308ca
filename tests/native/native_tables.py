"""The table of the native client's tests, and credentials that nobody checks."""

from __future__ import annotations

from typing import Any

CREDENTIALS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "x", "region_name": "us-east-1"}
KEYS = {"id": "S", "at": "N"}


def schema(name: str, **more: Any) -> dict[str, Any]:
    """CreateTable's arguments for a table with the keys `id` and `at`."""
    return {
        "TableName": name,
        "KeySchema": [
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": kind} for key, kind in KEYS.items()],
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }
