"""boto3's two doors into a database, and tables in it."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count
from typing import Any

import boto3
from botocore.config import Config

import stator.boto3
from stator.engine.database import Database
from stator.server.background import BackgroundServer

KINDS = ("in process", "over HTTP")
ONE_ATTEMPT = Config(retries={"total_max_attempts": 1, "mode": "standard"}, max_pool_connections=32)
CREDENTIALS = {"aws_access_key_id": "example", "aws_secret_access_key": "example"}

_numbers = count(1)


class Door:
    """Clients and resources of boto3 that reach one empty database."""

    def __init__(self, session: Any, **everywhere: Any) -> None:
        self.session = session
        self.everywhere = everywhere

    def client(self, service: str = "dynamodb", **kwargs: Any) -> Any:
        return self.session.client(service, **{"config": ONE_ATTEMPT, **self.everywhere, **kwargs})

    def resource(self, **kwargs: Any) -> Any:
        return self.session.resource("dynamodb", **{"config": ONE_ATTEMPT, **self.everywhere, **kwargs})


def open_door(kind: str, db: Database, until: ExitStack) -> Door:
    if kind == "in process":
        return Door(stator.boto3.Session(db, region_name="us-east-1", **CREDENTIALS))
    endpoint = until.enter_context(BackgroundServer(db))
    return Door(boto3.Session(region_name="us-east-1", **CREDENTIALS), endpoint_url=endpoint)


def new_table(client: Any, key: str = "pk:S", **members: Any) -> str:
    """Makes a table, `"pk:S sk:N"` being a key of a text and a number, and waits for it. Its name."""
    name = f"table-{next(_numbers)}"
    parts = [part.split(":") for part in key.split()]
    client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": part[0], "KeyType": kind}
            for part, kind in zip(parts, ("HASH", "RANGE"), strict=False)
        ],
        AttributeDefinitions=[{"AttributeName": part[0], "AttributeType": part[1]} for part in parts],
        BillingMode="PAY_PER_REQUEST",
        **members,
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 20})
    return name
