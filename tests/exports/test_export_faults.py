"""Every call of an export fails once, and its process is killed at every place: it completes, or says why it failed.

Whatever lies in the bucket under a key is a whole object; a completed export's manifests name every item once.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from doors import InProcessDoor
from export_session import ARN, lines, make, md5
from failing_objects import Countdown, Killed, World, disk_error

from stator.clock import ManualClock
from stator.storage.contract import drive

STEP = 1 if os.environ.get("SOAK") else 5
ITEMS = 70
PUTS = 25
KINDS = ["FULL_EXPORT", "INCREMENTAL_EXPORT"]


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stator.api.exports.EXPORT_FIRST_ITEMS", 0)
    for name in ("stator.engine.exports.EXPORT_FILE_ROWS", "stator.engine.exports.JOB_STEP_ROWS"):
        monkeypatch.setattr(name, 30)
    monkeypatch.setattr("stator.engine.copies.JOB_STEP_ROWS", 30)
    monkeypatch.setattr("stator.engine.export_changes.JOB_STEP_ROWS", 30)


def begun(root: Path, kind: str) -> tuple[World, str]:
    """A world in which an export has begun, of which no step is taken yet; and the export's ARN."""
    root.mkdir()
    (root / "target").mkdir()
    world = World(root, ManualClock())
    door = InProcessDoor(world.process())
    make(door)
    since = world.clock.now() + 1
    world.clock.advance(1)
    for first in range(0, ITEMS, PUTS):
        puts = [{"PutRequest": {"Item": {"Id": {"N": str(id)}}}} for id in range(first, min(first + PUTS, ITEMS))]
        door.call("BatchWriteItem", {"RequestItems": {"books": puts}})
    world.clock.advance(1000)
    asked: dict[str, Any] = {"TableArn": ARN, "S3Bucket": "target", "ExportType": kind}
    if kind == "INCREMENTAL_EXPORT":
        asked["IncrementalExportSpecification"] = {"ExportFromTime": since, "ExportToTime": world.clock.now()}
    arn: str = door.call("ExportTableToPointInTime", asked)["ExportDescription"]["ExportArn"]
    return world, arn


def described(world: World, arn: str) -> dict[str, Any]:
    shown: dict[str, Any] = InProcessDoor(world.process()).call("DescribeExport", {"ExportArn": arn})
    return shown["ExportDescription"]  # type: ignore[no-any-return]


def check_complete(world: World, arn: str, shown: dict[str, Any]) -> None:
    """All items once, in as many files as an export that nothing happens to has, and no row left behind."""
    assert shown["ExportStatus"] == "COMPLETED"
    found = [json.loads(line) for line in lines(world.root / "target", shown)]
    ids = [int((line.get("Item") or line["Keys"])["Id"]["N"]) for line in found]
    assert sorted(ids) == list(range(ITEMS))
    assert len(list(world.root.rglob("*.gz"))) == 3
    assert not list(world.root.rglob(".stator-*"))


def check_rest(world: World) -> None:
    """What every export leaves, complete or failed: whole objects, and a table that can be exported and deleted."""
    for path in world.root.rglob("*.gz"):
        assert all(map(json.loads, gzip.decompress(path.read_bytes()).splitlines()))
    for path in world.root.rglob("*.md5"):
        assert path.read_text() == md5(path.with_suffix(".json").read_bytes())
    door = InProcessDoor(world.process())
    again = door.call("ExportTableToPointInTime", {"TableArn": ARN, "S3Bucket": "target"})
    world.finish_jobs()
    shown = described(world, again["ExportDescription"]["ExportArn"])
    assert (shown["ExportStatus"], shown["ItemCount"]) == ("COMPLETED", ITEMS)
    door.call("DeleteTable", {"TableName": "books"})
    world.finish_jobs()


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_whose_nth_call_fails_says_so_or_completes(tmp_path: Path, kind: str) -> None:
    outcomes = []
    for n in range(1, 1000):
        world, arn = begun(tmp_path / str(n), kind)
        countdown = Countdown(n, disk_error)
        world.finish_jobs(world.process(countdown))
        shown = described(world, arn)
        if not countdown.is_over:
            check_complete(world, arn, shown)
            break
        outcomes.append((shown["ExportStatus"], shown["FailureCode"], shown["FailureMessage"]))
        assert "ExportManifest" not in shown
        assert "ItemCount" not in shown
        if n % STEP == 0:
            check_rest(world)
    # _started, three files, two manifests with a checksum each: before and after
    assert outcomes == [("FAILED", "S3InternalError", "Input/output error")] * 16


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_that_is_killed_at_its_nth_call_goes_on(tmp_path: Path, kind: str) -> None:
    for n in range(1, 1000):
        world, arn = begun(tmp_path / str(n), kind)
        countdown = Countdown(n)
        try:
            world.finish_jobs(world.process(countdown))
        except Killed:
            assert described(world, arn)["ExportStatus"] == "IN_PROGRESS"
        world.finish_jobs()
        check_complete(world, arn, described(world, arn))
        if n % STEP == 0:
            check_rest(world)
        if not countdown.is_over:
            break
    assert n == 17


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_that_is_killed_at_its_nth_step_goes_on(tmp_path: Path, kind: str) -> None:
    for n in range(1, 1000, STEP):
        world, arn = begun(tmp_path / str(n), kind)
        was_killed = world.jobs_until_killed(Countdown(n))
        world.finish_jobs()
        check_complete(world, arn, described(world, arn))
        if not was_killed:
            check_rest(world)
            break
    assert n > 30


def test_an_export_that_is_killed_at_every_step_in_turn_completes(tmp_path: Path) -> None:
    world, arn = begun(tmp_path / "s3", "FULL_EXPORT")
    lives = 0
    while world.process().jobs.pending():
        # Each process lives one place longer, so that all of them together come to the end
        lives += 1
        world.jobs_until_killed(Countdown(lives))
    check_complete(world, arn, described(world, arn))
    check_rest(world)
    assert lives > 5


def test_a_bucket_that_goes_away_ends_the_export_and_is_not_made_again(tmp_path: Path) -> None:
    world, arn = begun(tmp_path / "s3", "FULL_EXPORT")
    db = world.process()
    while not list(world.root.rglob("*.gz")):
        drive(world.store, db.jobs.step())
    (world.root / "target").rename(tmp_path / "elsewhere")
    world.finish_jobs(db)
    shown = described(world, arn)
    assert (shown["ExportStatus"], shown["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
    assert shown["FailureMessage"] == "The specified bucket does not exist"
    assert not (world.root / "target").exists()
