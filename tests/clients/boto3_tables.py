"""How the boto3 tests say a table: `"pk:S sk:N"` is a key of a text and a number."""

from __future__ import annotations

from itertools import count
from typing import Any

from botocore.config import Config

# One attempt: a retry would hide an answer that should not have been given.
ONE_ATTEMPT = Config(retries={"total_max_attempts": 1, "mode": "standard"}, max_pool_connections=32)

_numbers = count(1)


def new_name() -> str:
    """A table name that no other test of this process has."""
    return f"table-{next(_numbers)}"


def schema(key: str) -> list[dict[str, str]]:
    names = [part.split(":")[0] for part in key.split()]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def attributes(*keys: str) -> list[dict[str, str]]:
    kinds = dict(part.split(":") for key in keys for part in key.split())
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()]


def index(name: str, key: str) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": schema(key), "Projection": {"ProjectionType": "ALL"}}
