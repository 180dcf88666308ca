"""Heavy neighbours: writes go on beside scans, backups and exports, and neither file nor memory grows without end."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from probed import Probed, probed
from raw_http import RawClient, head, request

from stator.server.listening import raise_file_limit

SOAK = bool(os.environ.get("SOAK"))
MB = 1 << 20
ITEMS, PUTS, CROWD = (50_000, 20_000, 2000) if SOAK else (2000, 320, 240)
SCHEMA = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
SCAN = {
    "TableName": "loaded",
    "FilterExpression": "n < :n",
    "ExpressionAttributeValues": {":n": {"N": "0"}},
}
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/loaded"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("load") / "data.db"
    return path


@pytest.fixture(scope="module")
def server(file: Path) -> Iterator[Probed]:
    buckets = file.parent / "buckets"
    (buckets / "exported").mkdir(parents=True)
    with probed(str(file), str(buckets)) as server:
        with server.client() as client:
            assert client.call("CreateTable", {"TableName": "loaded", **SCHEMA}).status == 200
            for _ in write(client, range(ITEMS)):
                pass
            enabled = {
                "TableName": "loaded",
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            }
            assert client.call("UpdateContinuousBackups", enabled).status == 200
        yield server


def put(number: int, turn: int) -> bytes:
    item = {"pk": {"S": f"{number}"}, "n": {"N": f"{turn}"}, "text": {"S": f"{turn:08}" * 120}}
    return request("PutItem", {"TableName": "loaded", "Item": item})


def write(client: RawClient, numbers: range, at_once: int = 32) -> Iterator[float]:
    """Puts items of 1 KB, some at once; yields how long each lot took to be durable."""
    for start in range(numbers.start, numbers.stop, at_once):
        lot = range(start, min(start + at_once, numbers.stop))
        begun = perf_counter()
        client.send(b"".join(put(number % ITEMS, number) for number in lot))
        for _ in lot:
            assert client.answer().status == 200
        yield perf_counter() - begun


def scans(client: RawClient) -> None:
    assert client.call("Scan", SCAN).json["ScannedCount"] > 100


def backs_up(client: RawClient) -> None:
    made = client.call("CreateBackup", {"TableName": "loaded", "BackupName": "again"}).json
    arn = made["BackupDetails"]["BackupArn"]
    described: Any = {}
    while described.get("BackupStatus") != "AVAILABLE":
        found = client.call("DescribeBackup", {"BackupArn": arn}).json
        described = found["BackupDescription"]["BackupDetails"]
    assert client.call("DeleteBackup", {"BackupArn": arn}).status == 200


def exports(client: RawClient) -> None:
    asked = {"TableArn": ARN, "S3Bucket": "exported"}
    made = client.call("ExportTableToPointInTime", asked)
    assert made.status == 200, made.body
    described = made.json["ExportDescription"]
    while described["ExportStatus"] == "IN_PROGRESS":
        found = client.call("DescribeExport", {"ExportArn": described["ExportArn"]})
        described = found.json["ExportDescription"]
    assert described["ExportStatus"] == "COMPLETED", described


def test_writes_go_on_beside_scans_backups_and_exports_and_the_file_stays_small(
    server: Probed, file: Path
) -> None:
    stop = threading.Event()
    done: dict[str, int] = {}

    def again(name: str, do: Callable[[RawClient], None]) -> None:
        with server.client() as client:
            while not stop.is_set():
                do(client)
                done[name] = done.get(name, 0) + 1

    neighbours = [("scans", scans)] * 4 + [("backups", backs_up), ("exports", exports)]
    threads = [threading.Thread(target=again, args=each) for each in neighbours]
    before = file.stat().st_size
    server.report()
    for thread in threads:
        thread.start()
    waits, wal = [], 0
    with server.client() as client:
        for wait in write(client, range(ITEMS, ITEMS + PUTS)):
            waits.append(wait)
            wal = max(wal, Path(f"{file}-wal").stat().st_size)
        report = server.report()
        while len(done) < 3:
            list(write(client, range(32)))
    stop.set()
    for thread in threads:
        thread.join()
    after = file.stat().st_size
    waits.sort()
    print(f"{done}, waits {waits[len(waits) // 2]:.3f} {waits[-1]:.3f} s, log {wal / MB:.0f} MB, "
          f"file {before / MB:.0f} to {after / MB:.0f} MB, {report}")  # fmt: skip
    assert done.keys() == {"scans", "backups", "exports"}
    assert report.own_s < server.measure_s / 2
    assert waits[-1] < 5
    assert wal < 160 * MB
    # The table, backups that are yet to be cleared away, and what recovery keeps of each put, in two images
    assert after < before + ITEMS * 2000 * (4 + done["backups"]) + PUTS * 4000


def test_a_crowd_with_traffic_on_some_is_held_in_bounded_memory(server: Probed) -> None:
    raise_file_limit(CROWD + 100)
    with server.client() as client:
        large = {"pk": {"S": "large"}, "n": {"N": "1"}, "text": {"S": "x" * 390_000}}
        assert client.call("PutItem", {"TableName": "loaded", "Item": large}).status == 200
    unread = request("GetItem", {"TableName": "loaded", "Key": {"pk": {"S": "large"}}}) * 20
    before = server.report().resident_bytes
    crowd = [RawClient(server.endpoint, read_buffer=4096) for _ in range(CROWD)]
    slow_writers = crowd[1::4]
    for number, client in enumerate(crowd):
        match number % 4:
            case 1:
                client.send(head("PutItem", {"Content-Length": "900000"}) + b'{"TableName":')
            case 2:
                client.send(unread)
    get = {"TableName": "loaded", "Key": {"pk": {"S": "7"}}}
    for turn in range(3):
        for client in slow_writers:
            client.send(b" ")
        for client in crowd[::4]:
            assert client.call("GetItem", get).json["Item"]["pk"] == {"S": "7"}
        for client in crowd[3::4]:
            item = {"pk": {"S": f"crowd {turn}"}, "n": {"N": "1"}}
            assert client.call("PutItem", {"TableName": "loaded", "Item": item}).status == 200
    report = server.report()
    print(f"{(report.resident_bytes - before) / MB:.0f} MB more for {CROWD} connections, {report}")
    assert report.resident_bytes - before < 400 * MB
    # A turn serves each connection that is ready: in the long run hundreds that ask for 390 KB at once
    assert report.own_s < server.measure_s * max(1, CROWD / 200)
    for client in crowd:
        client.reset()
    server.until(lambda report: not report.connections)
