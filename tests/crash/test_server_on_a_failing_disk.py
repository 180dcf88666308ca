"""A disk that is full, or refuses a write, under a server: whose write met it is told so, and the server goes on."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from faulty_disk import Fault, FaultyDisk
from stator_process import HEADERS

from stator.clock import SystemClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.server.requestlog import RequestLog
from stator.storage.sqlite.store import SqliteStore

Ask = Callable[..., tuple[int, dict[str, Any]]]

TABLE = {
    "TableName": "music",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def item(number: int) -> dict[str, Any]:
    return {"pk": {"S": f"{number}"}, "text": {"S": "x" * 5000}}


@pytest.mark.parametrize("fault", [Fault.ONCE, Fault.FULL])
def test_a_write_that_meets_it_is_answered_with_500_and_all_others_are_kept(
    fault: Fault, tmp_path: Path
) -> None:
    path = str(tmp_path / "data.db")
    disk = FaultyDisk(f"served-{fault.value}", fault, 1 << 60)
    db = Database(SqliteStore(path, vfs=disk.name))
    said: list[str] = []
    server = BackgroundServer(db, log=RequestLog(said.append, SystemClock()))
    connection = http.client.HTTPConnection(urlsplit(server.start()).netloc)

    def ask(operation: str, request: Any) -> tuple[int, dict[str, Any]]:
        headers = {**HEADERS, "X-Amz-Target": f"DynamoDB_20120810.{operation}"}
        connection.request("POST", "/", json.dumps(request), headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())

    assert ask("CreateTable", TABLE)[0] == 200
    kept = set()
    for number in range(40):
        fails = number % 4 == 3
        disk.fails_at = disk.calls + 1 + number % 3 if fails else 1 << 60
        status, answer = ask("PutItem", {"TableName": "music", "Item": item(number)})
        if status == 200:
            kept.add(f"{number}")
        else:
            assert fails
            assert (status, answer["__type"].partition("#")[2]) == (500, "InternalServerError")
            assert path not in json.dumps(answer)
        disk.repair()
        assert (ask("GetItem", {"TableName": "music", "Key": {"pk": {"S": f"{number}"}}})[1] == {}) is (
            status != 200
        )
    assert 30 <= len(kept) < 40
    assert len([line for line in said if "StoreF" in line]) == 40 - len(kept)
    connection.close()
    server.stop()
    db.close()
    disk.unregister()
    again = SqliteStore(path, "relaxed")
    with BackgroundServer(Database(again)) as endpoint:
        connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)
        found = ask("Scan", {"TableName": "music"})[1]["Items"]
        connection.close()
    again.close()
    assert sorted(found, key=lambda each: int(each["pk"]["S"])) == [
        item(int(number)) for number in sorted(kept, key=int)
    ]
