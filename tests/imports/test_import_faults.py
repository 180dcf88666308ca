"""Every call of an import fails once, and its process is killed at every place: every record counts once, or the import
says why it failed and keeps the items that it counted."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doors import InProcessDoor
from failing_objects import Countdown, Killed, World, disk_error
from import_session import asking, counts, items

from stator.clock import ManualClock

STEP = 1 if os.environ.get("SOAK") else 3
RECORDS = 40
OBJECTS = 2
FORMS = ["NONE", "GZIP"]


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stator.api.imports.IMPORT_FIRST_ITEMS", 0)
    monkeypatch.setattr("stator.engine.import_reading.JOB_STEP_ROWS", 15)


def begun(root: Path, compression: str) -> tuple[World, str]:
    """A world in which an import has begun, of which no step is taken yet; and the import's ARN."""
    (root / "source").mkdir(parents=True)
    for part in range(OBJECTS):
        records = [{"Item": {"Id": {"N": str(part * RECORDS + n)}, "T": {"S": "x" * n}}} for n in range(RECORDS)]
        content = "\n".join(map(json.dumps, records)).encode()
        path = root / "source" / str(part)
        path.write_bytes(gzip.compress(content, mtime=0) if compression == "GZIP" else content)
    world = World(root, ManualClock())
    answer = InProcessDoor(world.process()).call("ImportTable", asking(InputCompressionType=compression))
    return world, answer["ImportTableDescription"]["ImportArn"]


def described(world: World, arn: str) -> dict[str, Any]:
    shown: dict[str, Any] = InProcessDoor(world.process()).call("DescribeImport", {"ImportArn": arn})
    return shown["ImportTableDescription"]  # type: ignore[no-any-return]


def check_complete(world: World, arn: str) -> None:
    whole = RECORDS * OBJECTS
    assert counts(described(world, arn)) == ("COMPLETED", whole, whole, 0)
    assert [int(item["Id"]["N"]) for item in items(InProcessDoor(world.process()))] == list(range(whole))


def nth(tmp_path: Path, compression: str) -> Iterator[tuple[int, World, str]]:
    """Worlds to meet trouble at the n-th place, for every n, or every third in a short run."""
    for n in range(1, 1000, STEP):
        yield n, *begun(tmp_path / str(n), compression)


@pytest.mark.parametrize("compression", FORMS)
def test_an_import_whose_nth_call_fails_says_so_and_keeps_what_it_counted(
    tmp_path: Path, compression: str
) -> None:
    imported = set()
    for n, world, arn in nth(tmp_path, compression):
        countdown = Countdown(n, disk_error)
        world.finish_jobs(world.process(countdown))
        if not countdown.is_over:
            check_complete(world, arn)
            break
        shown = described(world, arn)
        assert (shown["ImportStatus"], shown["FailureCode"]) == ("FAILED", "S3InternalError")
        assert shown["ErrorCount"] == 0
        door = InProcessDoor(world.process())
        assert shown["ImportedItemCount"] == shown["ProcessedItemCount"] == len(items(door))
        assert door.call("DescribeTable", {"TableName": "books"})["Table"]["TableStatus"] == "ACTIVE"
        imported.add(shown["ImportedItemCount"])
    assert n > 15
    assert len(imported) > 3


@pytest.mark.parametrize("compression", FORMS)
def test_an_import_that_is_killed_at_its_nth_call_goes_on(tmp_path: Path, compression: str) -> None:
    for n, world, arn in nth(tmp_path, compression):
        countdown = Countdown(n)
        try:
            world.finish_jobs(world.process(countdown))
        except Killed:
            assert described(world, arn)["ImportStatus"] == "IN_PROGRESS"
        world.finish_jobs()
        check_complete(world, arn)
        if not countdown.is_over:
            break
    assert n > 15


@pytest.mark.parametrize("compression", FORMS)
def test_an_import_that_is_killed_at_its_nth_step_goes_on(tmp_path: Path, compression: str) -> None:
    for n, world, arn in nth(tmp_path, compression):
        was_killed = world.jobs_until_killed(Countdown(n))
        world.finish_jobs()
        check_complete(world, arn)
        if not was_killed:
            break
    assert n > 30


def test_an_object_that_goes_away_before_it_is_read_ends_the_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, arn = begun(tmp_path / "s3", "NONE")
    db = world.process()
    read = db.objects.read

    def read_and_remove(bucket: str, key: str) -> Any:
        if key == "0":
            (world.root / "source" / "1").unlink()
        return read(bucket, key)

    monkeypatch.setattr(db.objects, "read", read_and_remove)
    world.finish_jobs(db)
    shown = described(world, arn)
    assert (shown["ImportStatus"], shown["FailureCode"]) == ("FAILED", "S3NoSuchKey")
    assert shown["ImportedItemCount"] == RECORDS == len(items(InProcessDoor(world.process())))
