"""A program that serves a database may also use it from its own threads: their works join the loop's groups."""

from __future__ import annotations

import threading
from pathlib import Path

from doors import HttpDoor

from stator.client.in_process import InProcess
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage import open_store

TABLE = {
    "TableName": "shared",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
}
ADD = {
    "TableName": "shared",
    "Key": {"pk": {"S": "sum"}},
    "UpdateExpression": "ADD n :one",
    "ExpressionAttributeValues": {":one": {"N": "1"}},
}


def test_threads_beside_a_server_lose_no_write_of_theirs_or_of_its_clients(tmp_path: Path) -> None:
    db = Database(open_store(str(tmp_path / "stator.db")))
    try:
        with BackgroundServer(db) as endpoint:
            inside, outside = InProcess(db), HttpDoor(endpoint)
            outside.call("CreateTable", TABLE)
            threads = [threading.Thread(target=_add_often, args=(inside,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            for _ in range(25):
                outside.call("UpdateItem", ADD)
            for thread in threads:
                thread.join(timeout=30)
            found = outside.call("GetItem", {"TableName": "shared", "Key": {"pk": {"S": "sum"}}})
            outside.close()
        assert found["Item"]["n"] == {"N": "125"}
    finally:
        db.close()


def _add_often(inside: InProcess) -> None:
    for _ in range(25):
        inside.call("UpdateItem", ADD)
