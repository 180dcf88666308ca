"""Two processes that each opened the file themselves, with no server: the same database for both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import stator
from stator.client.in_process import InProcess
from stator.engine.database import Database
from stator.errors import ServiceError
from stator.storage import open_store

# Each line it reads is how often to call an operation, and with what; it answers each with a line.
OTHER = """
import json, sys
from stator.client.in_process import InProcess
from stator.engine.database import Database
from stator.errors import ServiceError
from stator.storage import open_store

db = Database(open_store(sys.argv[1], "relaxed"))
client = InProcess(db)
for line in sys.stdin:
    count, operation, request = json.loads(line)
    try:
        for _ in range(count):
            answer = client.call(operation, request)
    except ServiceError as error:
        answer = {"error": error.code}
    print(json.dumps(answer), flush=True)
db.close()
"""


class Other:
    def __init__(self, path: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(stator.__file__).resolve().parents[1])},
        )

    def begin(self, operation: str, request: dict[str, Any], count: int = 1) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([count, operation, request]) + "\n")
        self.process.stdin.flush()

    def end(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def call(self, operation: str, **request: Any) -> Any:
        self.begin(operation, request)
        return self.end()

    def close(self) -> None:
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0


ADD: dict[str, Any] = {
    "TableName": "shared",
    "Key": {"pk": {"S": "a"}},
    "UpdateExpression": "ADD n :one",
    "ExpressionAttributeValues": {":one": {"N": "1"}},
}
TABLE: dict[str, Any] = {
    "TableName": "shared",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def test_two_processes_that_opened_one_file_are_one_database(tmp_path: Path) -> None:
    path = str(tmp_path / "data.db")
    db = Database(open_store(path, "relaxed"))
    client = InProcess(db)
    other = Other(path)

    def refusal(operation: str, request: dict[str, Any]) -> str:
        try:
            client.call(operation, request)
        except ServiceError as error:
            return error.code
        return ""

    client.call("CreateTable", TABLE)
    assert other.call("CreateTable", **TABLE) == {"error": "ResourceInUseException"}
    other.begin("UpdateItem", ADD, 400)
    for _ in range(400):
        client.call("UpdateItem", ADD)
    other.end()
    total = {"Item": {"pk": {"S": "a"}, "n": {"N": "800"}}}
    asked = {"TableName": "shared", "Key": {"pk": {"S": "a"}}}
    assert client.call("GetItem", asked) == other.call("GetItem", **asked) == total

    index = {
        "IndexName": "by_g",
        "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    other.call(
        "UpdateTable",
        TableName="shared",
        AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )
    item = {"pk": {"S": "b"}, "g": {"S": "x"}}
    client.call("PutItem", {"TableName": "shared", "Item": item})
    assert other.call("Scan", TableName="shared", IndexName="by_g")["Items"] == [item]

    other.call("DeleteTable", TableName="shared")
    assert refusal("PutItem", {"TableName": "shared", "Item": item}) == "ResourceNotFoundException"
    client.call("CreateTable", TABLE)
    assert other.call("Scan", TableName="shared") == {"Count": 0, "ScannedCount": 0, "Items": []}
    other.close()
    db.close()
