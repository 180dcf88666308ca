"""Reads that take long: others are answered beside them, and a client that leaves takes its read with it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from probed import Probed, probed
from raw_http import RawClient, request

from stator.clock import SystemClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.server.requestlog import RequestLog
from stator.storage.contract import Steps, Work
from stator.storage.memory import MemoryStore

SCANS = 32
SOAK = bool(os.environ.get("SOAK"))
ITEMS, GETS = (100_000, 1000) if SOAK else (12_000, 200)
SCAN = {
    "TableName": "tiny",
    "FilterExpression": "v < :v OR v = :w",
    "ExpressionAttributeValues": {":v": {"N": "0"}, ":w": {"N": "-1"}},
}
GET = {"TableName": "tiny", "Key": {"pk": {"S": "1"}}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probed]:
    path: Path = tmp_path_factory.mktemp("long") / "data.db"
    with probed(str(path)) as server:
        with server.client() as client:
            schema = [{"AttributeName": "pk", "KeyType": "HASH"}]
            made = client.call(
                "CreateTable",
                {
                    "TableName": "tiny",
                    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                    "KeySchema": schema,
                    "BillingMode": "PAY_PER_REQUEST",
                },
            )
            assert made.status == 200
            fill(client)
        yield server


def fill(client: RawClient) -> None:
    batches = [
        request("BatchWriteItem", {"RequestItems": {"tiny": [put(n) for n in range(start, start + 25)]}})
        for start in range(0, ITEMS, 25)
    ]
    for start in range(0, len(batches), 16):
        client.send(b"".join(batches[start : start + 16]))
        for _ in batches[start : start + 16]:
            assert client.answer().status == 200


def put(number: int) -> dict[str, Any]:
    return {"PutRequest": {"Item": {"pk": {"S": f"{number}"}, "v": {"N": f"{number}"}}}}


def test_items_are_read_beside_many_filtered_scans_with_no_long_wait(server: Probed) -> None:
    stop = threading.Event()
    scanned: list[int] = []

    def scan() -> None:
        with server.client() as client:
            while not stop.is_set():
                scanned.append(client.call("Scan", SCAN).json["ScannedCount"])

    threads = [threading.Thread(target=scan) for _ in range(SCANS)]
    for thread in threads:
        thread.start()
    with server.client() as client:
        server.until(lambda report: report.in_flight == SCANS)
        waits = []
        for _ in range(GETS):
            start = perf_counter()
            assert client.call("GetItem", GET).status == 200
            waits.append(perf_counter() - start)
        report = server.report()
    stop.set()
    for thread in threads:
        thread.join()
    waits.sort()
    print(f"median {waits[GETS // 2] * 1e3:.1f} ms, 99 % {waits[-GETS // 100] * 1e3:.1f} ms, {report}")
    assert report.own_s < server.measure_s / 4
    assert min(scanned) >= min(ITEMS, 30_000)


def test_scans_that_arrive_together_share_the_turns_from_their_first_step_on(server: Probed) -> None:
    """They all ran within the turn that received them, one after the other."""
    clients = [server.client() for _ in range(SCANS)]
    short = {**SCAN, "Limit": 120}
    for client in clients:
        assert client.call("Scan", short).status == 200
    server.report()
    for client in clients:
        client.send(request("Scan", short) * 16)
    for client in clients:
        assert {client.answer().json["ScannedCount"] for _ in range(16)} == {120}
        client.socket.close()
    report = server.report()
    print(report, server.measure_s)
    assert report.own_s < server.measure_s / 8


def test_scans_whose_clients_are_gone_leave_nothing_behind(server: Probed) -> None:
    clients = [server.client() for _ in range(SCANS)]
    for client in clients:
        client.send(request("Scan", SCAN))
    server.until(lambda report: report.in_flight > SCANS // 2)
    for client in clients:
        client.reset()
    assert server.until(lambda report: not report.in_flight).snapshots == 0
    server.until(lambda report: not report.connections)


class Endless:
    """Operations that would go on for ever: `Scan` reads, `UpdateTable` writes first."""

    def __init__(self) -> None:
        self.turns = 0
        self.ended = threading.Event()
        self.may_end = threading.Event()

    def scan(self, *_: Any) -> Steps[dict[str, Any]]:
        try:
            while True:
                self.turns += 1
                yield None
        finally:
            self.ended.set()

    def update(self, *_: Any) -> Steps[dict[str, Any]]:
        yield Work(lambda tx: tx.put(b"begun", b""))
        while not self.may_end.is_set():
            self.turns += 1
            yield None
        yield Work(lambda tx: tx.put(b"ended", b""))
        self.ended.set()
        return {}


@pytest.fixture
def endless() -> Iterator[tuple[Endless, Database, str, list[str]]]:
    endless, db, lines = Endless(), Database(MemoryStore()), list[str]()
    operations = {"Scan": endless.scan, "UpdateTable": endless.update}
    log = RequestLog(lines.append, SystemClock(), as_json=True)
    server = BackgroundServer(db, operations=operations, log=log)
    yield endless, db, server.start(), lines
    server.stop()
    db.close()


def turns_pass(endless: Endless) -> None:
    seen = endless.turns
    while endless.turns == seen:
        pass


@pytest.mark.parametrize("large", [False, True])
def test_a_read_ends_with_its_client(endless: tuple[Endless, Database, str, list[str]], large: bool) -> None:
    endless_, _, endpoint, lines = endless
    client = RawClient(endpoint)
    body = json.dumps({"TableName": "any", "Unknown": ["x"] * (20_000 if large else 1)}).encode()
    client.send(request("Scan", body))
    turns_pass(endless_)
    client.reset()
    assert endless_.ended.wait(10)
    while not any('"ClientGone"' in line for line in lines):
        pass


def test_a_write_goes_on_without_its_client(endless: tuple[Endless, Database, str, list[str]]) -> None:
    endless_, db, endpoint, _ = endless
    client = RawClient(endpoint)
    client.send(request("UpdateTable", {"TableName": "any"}))
    turns_pass(endless_)
    client.reset()
    turns_pass(endless_)
    turns_pass(endless_)
    endless_.may_end.set()
    assert endless_.ended.wait(10)
    while db.store.get(b"ended") is None:
        pass


def test_a_client_that_only_ends_its_sending_still_gets_its_answer(server: Probed) -> None:
    with server.client() as client:
        client.send(request("Scan", SCAN))
        client.socket.shutdown(1)
        assert client.answer(patient=True).json["Count"] == 0
        assert client.at_end()
