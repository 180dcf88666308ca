"""Whoever runs the server reads in its log that a policy which was just put protects nothing."""

from __future__ import annotations

import json
from typing import Any

from doors import HttpDoor

from stator.clock import ManualClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.server.requestlog import RequestLog
from stator.storage.memory import MemoryStore

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/{}"
NOT_ENFORCED = "resource policies are kept and not enforced: whoever reaches this server may do everything"


def policy(name: str) -> str:
    root = {"AWS": "arn:aws:iam::000000000000:root"}
    allowed = {
        "Effect": "Allow",
        "Principal": root,
        "Action": "dynamodb:GetItem",
        "Resource": ARN.format(name),
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


def create(door: HttpDoor, name: str, **members: Any) -> None:
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}]
    defined = [{"AttributeName": "pk", "AttributeType": "S"}]
    request = {
        "TableName": name,
        "AttributeDefinitions": defined,
        "KeySchema": keys,
        "BillingMode": "PAY_PER_REQUEST",
    }
    door.call("CreateTable", {**request, **members})


def test_putting_a_policy_leaves_a_warning_and_reading_one_none() -> None:
    lines: list[str] = []
    log = RequestLog(lines.append, ManualClock())
    with BackgroundServer(Database(MemoryStore()), log=log) as endpoint:
        door = HttpDoor(endpoint)
        create(door, "one", ResourcePolicy=policy("one"))
        create(door, "two")
        door.call("PutResourcePolicy", {"ResourceArn": ARN.format("two"), "Policy": policy("two")})
        door.call("GetResourcePolicy", {"ResourceArn": ARN.format("two")})
        door.close()
    log.flush()
    warnings = [line.partition(" ")[2] for text in lines for line in text.splitlines() if " warning " in line]
    assert warnings == [
        f'warning operation="{operation}" table="{table}" warning="{NOT_ENFORCED}"'
        for operation, table in (("CreateTable", "one"), ("PutResourcePolicy", "two"))
    ]
