"""A disk that stalls: writes are throttled before they fill the memory, reads go on, and in the end all is answered."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from answer_shapes import check_shapes
from answers import check_answer
from raw_http import RawClient, request
from requests_of import CREATE

from stator.api.shapes import DYNAMODB
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.server.bounds import Bounds
from stator.storage import open_store

SOAK = bool(os.environ.get("SOAK"))
CLIENTS, VALUE = (2000, 100_000) if SOAK else (120, 50_000)
WRITES_BYTES = 12 << 20 if SOAK else 1 << 20


class StalledDisk:
    """A session whose commits wait while `stalled` says so."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.flows = threading.Event()
        self.flows.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def commit(self) -> None:
        assert self.flows.wait(60)
        self._session.commit()


class Stalling:
    """A server on a file whose disk may stall."""

    def __init__(self, db: Database, bounds: Bounds) -> None:
        store: Any = db.store
        self.disk = store._writer._session = StalledDisk(store._writer._session)
        self.background = BackgroundServer(db, bounds=bounds)
        self.endpoint = self.background.start()

    def writes_bytes(self) -> int:
        found: int = self.background.run(lambda: self.background.server._service._admission.writes_bytes)
        return found

    def until_full(self) -> None:
        """Until no further `put` fits."""
        while self.writes_bytes() < WRITES_BYTES - VALUE - 3000:
            pass


@pytest.fixture
def stalling(tmp_path: Any) -> Iterator[Stalling]:
    db = Database(open_store(str(tmp_path / "data.db"), "full"))
    stalling = Stalling(db, Bounds(writes_bytes_max=WRITES_BYTES))
    with RawClient(stalling.endpoint) as client:
        assert client.call("CreateTable", CREATE).status == 200
        assert client.call("PutItem", {"TableName": "hostile", "Item": {"pk": {"S": "read"}}}).status == 200
    yield stalling
    stalling.disk.flows.set()
    stalling.background.stop()
    db.close()


def put(number: int) -> bytes:
    item = {"pk": {"S": f"{number}"}, "text": {"S": "x" * VALUE}}
    return request("PutItem", {"TableName": "hostile", "Item": item})


def test_writes_are_throttled_while_the_disk_stalls_and_the_others_are_all_answered(
    stalling: Stalling,
) -> None:
    clients = [RawClient(stalling.endpoint) for _ in range(CLIENTS)]
    stalling.disk.flows.clear()
    for number, client in enumerate(clients):
        client.send(put(number))
    with RawClient(stalling.endpoint) as reader:
        # Each connection is served in its turn: by the time of this answer most of the writes have been looked at
        got = reader.call("GetItem", {"TableName": "hostile", "Key": {"pk": {"S": "read"}}})
        assert got.json == {"Item": {"pk": {"S": "read"}}}
        assert stalling.writes_bytes() <= WRITES_BYTES
        stalling.until_full()
        large = request(
            "PutItem", {"TableName": "hostile", "Item": {"pk": {"S": "late"}, "t": {"S": "x" * 2 * VALUE}}}
        )
        refused = reader.send(large).answer()
        assert refused.json["__type"].endswith("#ThrottlingException")
        assert (refused.status, stalling.writes_bytes() <= WRITES_BYTES) == (400, True)
    stalling.disk.flows.set()
    counts: Counter[str] = Counter()
    for number, client in enumerate(clients):
        answer = client.answer()
        check_answer(answer.status, answer.body)
        check_shapes(DYNAMODB, "PutItem", answer.status, answer.body)
        code = answer.json.get("__type", "written").rpartition("#")[2]
        counts[code] += 1
        found = client.call("GetItem", {"TableName": "hostile", "Key": {"pk": {"S": f"{number}"}}})
        assert ("Item" in found.json) is (code == "written")
        client.socket.close()
    assert set(counts) == {"written", "ThrottlingException"}
    assert counts["written"] >= WRITES_BYTES // (VALUE + 3000)
    assert stalling.writes_bytes() == 0


def test_a_throttled_write_is_written_when_it_is_tried_again(stalling: Stalling) -> None:
    stalling.disk.flows.clear()
    clients = [RawClient(stalling.endpoint) for _ in range(CLIENTS)]
    for number, client in enumerate(clients):
        client.send(put(number))
    stalling.until_full()
    stalling.disk.flows.set()
    for number, client in enumerate(clients):
        while client.answer().status != 200:
            client.send(put(number))
        client.socket.close()


@pytest.mark.parametrize(
    "operation", ["BatchWriteItem", "TransactWriteItems", "ExecuteStatement", "UpdateItem", "CreateTable"]
)
def test_every_kind_of_write_is_throttled_whole(stalling: Stalling, operation: str) -> None:
    text = {"S": "x" * WRITES_BYTES}
    key = {"pk": {"S": "late"}}
    asked: dict[str, Any] = {
        "BatchWriteItem": {"RequestItems": {"hostile": [{"PutRequest": {"Item": key}}]}},
        "TransactWriteItems": {"TransactItems": [{"Put": {"TableName": "hostile", "Item": key}}]},
        "ExecuteStatement": {"Statement": "INSERT INTO hostile VALUE {'pk': 'late'}"},
        "UpdateItem": {"TableName": "hostile", "Key": key},
        "CreateTable": {**CREATE, "TableName": "late"},
    }
    stalling.disk.flows.clear()
    with RawClient(stalling.endpoint) as first, RawClient(stalling.endpoint) as second:
        first.send(put(1))
        while not stalling.writes_bytes():
            pass
        answer = second.send(request(operation, {**asked[operation], "Unknown": text["S"]})).answer()
        assert answer.json["__type"].endswith("#ThrottlingException"), answer.body
        stalling.disk.flows.set()
        assert first.answer().status == 200
        found = second.call("GetItem", {"TableName": "hostile", "Key": key}).json
        assert found == {}
        assert second.call(operation, asked[operation]).status == 200
