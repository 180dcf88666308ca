"""While an object store does not answer, expiry and the jobs that need none go on: in a server, and in process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from objects_that_wait import SilentObjects
from processes import NOW, Process, SeenByOthers, settled

from stator.client.background import Background
from stator.clock import ManualClock
from stator.engine.database import Options
from stator.engine.jobs import Lane
from stator.limits import JOBS_LOOKED_AT, LEASE_S
from stator.server.background import BackgroundServer
from stator.server.bounds import Bounds
from stator.storage.contract import drive

INDEX = {
    "IndexName": "by_g",
    "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
GROUPED = [{"AttributeName": "g", "AttributeType": "S"}]


@pytest.fixture(autouse=True)
def _leave_all_to_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    for where in ("imports.IMPORT", "exports.EXPORT", "tables.operations.BACKFILL"):
        monkeypatch.setattr(f"stator.api.{where}_FIRST_ITEMS", 0)


@contextmanager
def by_a_server(process: Process) -> Iterator[None]:
    with BackgroundServer(process.db, bounds=Bounds(jobs_poll_s=0.01)):
        yield


@contextmanager
def by_threads(process: Process) -> Iterator[None]:
    background = Background(process.db, poll_s=0.01)
    background.start()
    yield
    background.stop()


def begin_import(process: Process, root: Path, name: str = "imported") -> None:
    (root / "bucket").mkdir(exist_ok=True)
    (root / "bucket" / "some.json").write_text(json.dumps({"Item": {"pk": {"S": "a"}}}))
    process.call(
        "ImportTable",
        S3BucketSource={"S3Bucket": "bucket"},
        InputFormat="DYNAMODB_JSON",
        TableCreationParameters={
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )


def has_index(process: Process) -> bool:
    table = process.call("DescribeTable", TableName="music")["Table"]
    indexes = table.get("GlobalSecondaryIndexes", [])
    return bool(indexes) and indexes[0]["IndexStatus"] == "ACTIVE"


def status(process: Process, name: str = "imported") -> str:
    found: str = process.call("DescribeTable", TableName=name)["Table"]["TableStatus"]
    return found


@pytest.mark.parametrize("driven", [by_a_server, by_threads])
def test_a_call_that_is_out_holds_up_neither_expiry_nor_a_backfill(driven, tmp_path: Path) -> None:
    process = Process(SeenByOthers(), options=Options(s3_folder=str(tmp_path)))
    objects = process.db.objects = SilentObjects(tmp_path)
    process.let_expire()
    process.put("kept", g={"S": "x"})
    begin_import(process, tmp_path)
    with driven(process):
        assert objects.asked.wait(30)
        process.put("over", ttl=process.clock.now() - 5)
        process.call(
            "UpdateTable",
            TableName="music",
            AttributeDefinitions=GROUPED,
            GlobalSecondaryIndexUpdates=[{"Create": INDEX}],
        )
        settled(lambda: process.scanned() == ["kept"] and has_index(process))
        assert status(process) == "CREATING"
        objects.answers.set()
        settled(lambda: status(process) == "ACTIVE")
    assert process.scanned("imported") == ["a"]


@pytest.mark.parametrize("driven", [by_a_server, by_threads])
def test_the_lease_is_kept_while_a_call_is_out_for_longer_than_it_holds(driven, tmp_path: Path) -> None:
    clock = ManualClock(float(NOW))
    process = Process(SeenByOthers(), clock, Options(s3_folder=str(tmp_path)))
    objects = process.db.objects = SilentObjects(tmp_path)
    begin_import(process, tmp_path)
    with driven(process):
        assert objects.asked.wait(30)
        first = process.holding
        assert first is not None
        for _ in range(4):
            clock.advance(LEASE_S / 2)
            wanted = clock.now() + LEASE_S
            settled(lambda: process.holding is not None and process.holding.until == wanted)  # noqa: B023
        now = process.holding
        assert now is not None
        assert now.owner == first.owner
        objects.answers.set()
        settled(lambda: status(process) == "ACTIVE")


def test_jobs_that_wait_for_objects_hide_none_behind_them(tmp_path: Path) -> None:
    """However many there are in the queue before it."""
    process = Process(SeenByOthers(), options=Options(s3_folder=str(tmp_path)))
    for number in range(JOBS_LOOKED_AT + 1):
        begin_import(process, tmp_path, f"imported{number}")
    process.make_table()
    process.call("DeleteTable", TableName="music")
    assert process.db.jobs.is_due(Lane.STORE)
    while drive(process.store, process.db.jobs.step(Lane.STORE)):
        pass
    assert not process.db.jobs.is_due(Lane.STORE)
    assert process.db.jobs.is_due(Lane.OBJECTS)


def test_an_export_waits_in_its_lane_while_its_items_are_copied_in_another(tmp_path: Path) -> None:
    (tmp_path / "bucket").mkdir()
    process = Process(SeenByOthers(), options=Options(s3_folder=str(tmp_path)))
    process.make_table()
    recovery = {"PointInTimeRecoveryEnabled": True}
    process.call("UpdateContinuousBackups", TableName="music", PointInTimeRecoverySpecification=recovery)
    process.put("a")
    table = process.call("DescribeTable", TableName="music")["Table"]["TableArn"]
    asked = process.call("ExportTableToPointInTime", TableArn=table, S3Bucket="bucket")
    assert not process.db.jobs.is_due(Lane.OBJECTS)
    while process.step(Lane.STORE):
        pass
    assert process.db.jobs.is_due(Lane.OBJECTS)
    while process.step(Lane.OBJECTS):
        pass
    arn = asked["ExportDescription"]["ExportArn"]
    shown = process.call("DescribeExport", ExportArn=arn)["ExportDescription"]
    assert (shown["ExportStatus"], shown["ItemCount"]) == ("COMPLETED", 1)
