"""A bulk put goes in steps: whoever takes the next one, after whatever crash, every record is put, counted and reported
once; and it keeps its rate, stops when it is told to, and leaves room for others."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bulk_session import NEW_ONLY, TABLE, asking, book, counts, described, items, line, put_all, reported
from doors import InProcessDoor, Refusal

from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.engine.verification import verify
from stator.storage.contract import Aside, Steps, drive
from stator.storage.memory import MemoryStore

RECORDS = 40
STEP = 1 if os.environ.get("SOAK") else 13


class Killed(Exception):
    """The process is gone."""


class World:
    """A store, a folder and a clock, which outlive the processes that use them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for bucket in ("source", "reports"):
            (root / bucket).mkdir(parents=True, exist_ok=True)
        self.store = MemoryStore()
        self.clock = ManualClock()
        self.door = InProcessDoor(self.process())
        self.door.call("CreateTable", TABLE)

    def process(self) -> Database:
        return Database(self.store, Options(s3_folder=str(self.root)), clock=self.clock)

    def source(self, name: str, content: str, compression: str = "NONE") -> None:
        text = content.encode()
        (self.root / "source" / name).write_bytes(gzip.compress(text) if compression == "GZIP" else text)

    def begin(self, *parts: dict[str, Any], **members: Any) -> str:
        asked = asking(*parts, **members)
        arn: str = self.door.call("StartBulkPutItems", asked)["BulkOperationDescription"]["BulkOperationArn"]
        return arn

    def described(self, arn: str) -> dict[str, Any]:
        return described(InProcessDoor(self.process()), arn)

    def finish(self) -> None:
        db = self.process()
        while drive(self.store, db.jobs.step()):
            pass


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def _job_takes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer comes before the first step."""
    monkeypatch.setattr("stator.api.bulk.BULK_FIRST_ITEMS", 0)


@pytest.fixture
def _small_steps(monkeypatch: pytest.MonkeyPatch, _job_takes_all: None) -> None:
    # By two, for the table has an index
    monkeypatch.setattr("stator.engine.import_reading.JOB_STEP_ROWS", 30)
    monkeypatch.setattr("stator.engine.bulk_records.EXPORT_FILE_BYTES", 300)


def mixed(part: int) -> str:
    """Of each five records three are put, one finds its item there, and one is refused. Put twice, the first three
    would be refused by their conditions."""
    text = ""
    for n in range(part * RECORDS, (part + 1) * RECORDS):
        match n % 5:
            case 3:
                text += line(book(-1), **NEW_ONLY)
            case 4:
                text += line({"Title": {"S": str(n)}})
            case _:
                text += line(book(n, Shelf={"S": "a"}), **NEW_ONLY)
    return text


def begun(root: Path, compression: str) -> tuple[World, str]:
    world = World(root)
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    world.door.call("UpdateTable", {"TableName": "books", "StreamSpecification": stream})
    world.door.call("PutItem", {"TableName": "books", "Item": book(-1)})
    for part in range(2):
        world.source(str(part), mixed(part), compression)
    return world, world.begin({"InputCompressionType": compression})


def check_complete(world: World, arn: str) -> None:
    shown = world.described(arn)
    put = [n for n in range(2 * RECORDS) if n % 5 < 3]
    assert counts(shown) == ("COMPLETED_WITH_ERRORS", 2 * RECORDS, 2 * RECORDS // 5)
    sizes = sum((world.root / "source" / str(part)).stat().st_size for part in range(2))
    assert shown["ProcessedInputBytes"] == shown["TotalInputBytes"] == sizes
    assert [int(item["Id"]["N"]) for item in items(world.door)] == [-1, *put]
    (usage,) = shown["BulkOperationUsage"]
    assert usage["Table"]["BulkPutBytes"] == sum(2 + 1 + (n > 0) + len("Shelfa") for n in put)
    assert usage["GlobalSecondaryIndexes"]["by-shelf"] == usage["Table"]
    errors, refusals = reported(world.root, shown)
    assert [report["Record"]["Item"]["Title"]["S"] for report in errors] == [
        str(n) for n in range(2 * RECORDS) if n % 5 == 4
    ]
    assert [(report["S3Key"], report["RecordNumber"]) for report in refusals] == [
        (str(n // RECORDS), n % RECORDS + 1) for n in range(2 * RECORDS) if n % 5 == 3
    ]
    assert sorted(changed(world)) == sorted([-1, *put])


def changed(world: World) -> Iterator[int]:
    """The numbers of the items that the stream has a record of."""
    door = world.door
    arn = door.call("ListStreams", {})["Streams"][0]["StreamArn"]
    for shard in door.call("DescribeStream", {"StreamArn": arn})["StreamDescription"]["Shards"]:
        asked = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = door.call("GetShardIterator", asked)["ShardIterator"]
        for record in door.call("GetRecords", {"ShardIterator": iterator})["Records"]:
            yield int(record["dynamodb"]["Keys"]["Id"]["N"])


@pytest.mark.usefixtures("_small_steps")
@pytest.mark.parametrize("compression", ["NONE", "GZIP"])
def test_a_new_process_at_every_step_puts_every_record_once(tmp_path: Path, compression: str):
    world, arn = begun(tmp_path, compression)
    progress, steps = [0], 0
    while world.process().jobs.pending():
        drive(world.store, world.process().jobs.step())
        shown = world.described(arn)
        progress.append(shown["ProcessedItemCount"])
        assert list(verify(world.store)) == []
        steps += 1
    assert steps > 10
    assert progress == sorted(progress)
    check_complete(world, arn)


def _cut_off(store: MemoryStore, steps: Steps[bool], room: int, after: bool) -> tuple[bool, int]:
    """Drives steps until `room` of them were begun, and there kills the process: before what it asked for is done, or
    after. Returns the answer and the room that is left."""
    try:
        step = next(steps)
        while True:
            room -= 1
            if room == 0 and not after:
                raise Killed
            if step is None:
                result = None
            elif isinstance(step, Aside):
                result = step.run()
            else:
                result = store.transact(step.run, step.decides, step.shares)
            if room == 0:
                raise Killed
            step = steps.send(result)
    except StopIteration as end:
        return end.value, room


@pytest.mark.usefixtures("_small_steps")
@pytest.mark.parametrize("after", [False, True])
def test_a_process_that_is_killed_anywhere_is_followed_by_one_that_goes_on(tmp_path: Path, after: bool):
    for n in range(1, 1000, STEP):
        world, arn = begun(tmp_path / str(n), "NONE")
        db, room, more = world.process(), n, True
        try:
            while more:
                more, room = _cut_off(world.store, db.jobs.step(), room, after)
        except Killed:
            world.finish()
            check_complete(world, arn)
            continue
        check_complete(world, arn)
        break
    assert n > 20


@pytest.mark.usefixtures("_small_steps")
def test_a_step_taken_twice_counts_once(tmp_path: Path):
    world, arn = begun(tmp_path, "NONE")
    one, other = world.process(), world.process()
    while one.jobs.pending():
        late = other.jobs.step()
        work = next(late)
        while work is None or isinstance(work, Aside):
            work = late.send(None if work is None else work.run())
        drive(world.store, one.jobs.step())
        with pytest.raises(StopIteration):
            late.send(world.store.transact(work.run, work.decides, work.shares))
    check_complete(world, arn)


@pytest.mark.usefixtures("_job_takes_all")
def test_reports_of_large_items_are_spread_over_transactions(world: World):
    large = {"S": "x" * 200_000}
    for n in range(12):
        world.door.call("PutItem", {"TableName": "books", "Item": book(n, Large=large)})
    world.source("data", "".join(line(book(n), **NEW_ONLY) for n in range(13)))
    arn = world.begin()
    progress = []
    db = world.process()
    while drive(world.store, db.jobs.step()):
        progress.append(world.described(arn)["ProcessedItemCount"])
    assert progress[:3] == [2, 4, 6]
    shown = world.described(arn)
    assert counts(shown) == ("COMPLETED", 13, 0)
    _, refusals = reported(world.root, shown)
    assert [report["RecordNumber"] for report in refusals] == list(range(1, 13))
    assert all(report["ExistingItem"]["Large"] == large for report in refusals)
    assert world.door.call("GetItem", {"TableName": "books", "Key": book(12)})["Item"] == book(12)


def test_a_rate_is_kept_and_others_go_on_meanwhile(world: World):
    world.source("data", "".join(line(book(n)) for n in range(5000)))
    arn = world.begin(MaxWriteRequestUnits=1024)
    db = world.process()
    put = []
    for _ in range(5):
        while drive(world.store, db.jobs.step()):
            pass
        put.append(world.described(arn)["ProcessedItemCount"])
        assert db.jobs.pending() == (put[-1] < 5000)
        if len(put) == 2:
            world.door.call("DeleteTable", {"TableName": _other(world)})
        world.clock.advance(1)
    # Of the first second's, by steps of 128, and then what each second lets through
    assert put[:4] == [1152, 2176, 3200, 4224]
    assert counts(world.described(arn)) == ("COMPLETED", 5000, 0)
    assert not db.jobs.pending()


def _other(world: World) -> str:
    world.door.call("CreateTable", {**TABLE, "TableName": "other"})
    return "other"


def test_a_clock_that_is_turned_back_does_not_stop_it(world: World):
    world.source("data", "".join(line(book(n)) for n in range(2000)))
    arn = world.begin(MaxWriteRequestUnits=1024)
    world.clock.advance(-3600)
    for _ in range(3):
        world.finish()
        world.clock.advance(1)
    assert counts(world.described(arn)) == ("COMPLETED", 2000, 0)


def test_one_that_waits_for_its_rate_is_cancelled_at_once(world: World):
    world.source("data", "".join(line(book(n)) for n in range(2000)))
    arn = world.begin(MaxWriteRequestUnits=1024)
    answer = world.door.call("CancelBulkOperation", {"BulkOperationArn": arn})
    assert answer["BulkOperationStatus"] == "CANCELLING"
    assert counts(world.described(arn)) == ("CANCELLED", 1152, 0)


@pytest.mark.usefixtures("_small_steps")
def test_a_cancelled_one_stops_and_keeps_what_it_put_and_reports_it(tmp_path: Path):
    world, arn = begun(tmp_path, "NONE")
    drive(world.store, world.process().jobs.step())
    asked = {"BulkOperationArn": arn}
    for _ in range(2):
        assert world.door.call("CancelBulkOperation", asked) == {**asked, "BulkOperationStatus": "CANCELLING"}
    assert world.described(arn)["BulkOperationStatus"] == "CANCELLING"
    world.finish()
    shown = world.described(arn)
    assert counts(shown) == ("CANCELLED", 15, 3)
    assert shown["FailureCode"] == "UserCancelled"
    assert "TotalInputBytes" not in shown
    assert len(items(world.door)) == 1 + 9
    assert list(map(len, reported(tmp_path, shown))) == [3, 3]
    with pytest.raises(Refusal) as refusal:
        world.door.call("CancelBulkOperation", asked)
    assert refusal.value.message == "The bulk operation is CANCELLED and cannot be cancelled"


@pytest.mark.usefixtures("_small_steps")
def test_a_table_that_is_deleted_fails_it_and_one_of_its_name_stays_empty(tmp_path: Path):
    world, arn = begun(tmp_path, "NONE")
    drive(world.store, world.process().jobs.step())
    world.door.call("DeleteTable", {"TableName": "books"})
    world.door.call("CreateTable", TABLE)
    world.finish()
    shown = world.described(arn)
    assert counts(shown) == ("FAILED", 15, 3)
    assert shown["FailureCode"] == "ResourceNotFoundException"
    assert items(world.door) == []


@pytest.mark.usefixtures("_small_steps")
def test_an_object_that_is_taken_away_fails_it_with_what_s3_says(tmp_path: Path):
    world, arn = begun(tmp_path, "NONE")
    drive(world.store, world.process().jobs.step())
    (tmp_path / "source" / "0").unlink()
    world.finish()
    shown = world.described(arn)
    assert counts(shown) == ("FAILED", 15, 3)
    assert shown["FailureCode"].startswith("S3")
    assert list(map(len, reported(tmp_path, shown))) == [3, 3]


@pytest.mark.usefixtures("_small_steps")
def test_reports_that_cannot_be_written_fail_it(tmp_path: Path):
    world, arn = begun(tmp_path, "NONE")
    drive(world.store, world.process().jobs.step())
    (tmp_path / "reports").rename(tmp_path / "gone")
    world.finish()
    shown = world.described(arn)
    assert (shown["BulkOperationStatus"], shown["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
    assert not world.process().jobs.pending()


@pytest.mark.usefixtures("_job_takes_all")
def test_an_index_that_is_made_meanwhile_has_every_item(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stator.api.tables.operations.BACKFILL_FIRST_ITEMS", 0)
    world.source("data", "".join(line(book(n, Shelf={"S": "a"}, Row={"S": "r"})) for n in range(1000)))
    arn = world.begin()
    db = world.process()
    drive(world.store, db.jobs.step())
    index = {
        "IndexName": "by-row",
        "KeySchema": [{"AttributeName": "Row", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    attributes = [*TABLE["AttributeDefinitions"], {"AttributeName": "Row", "AttributeType": "S"}]
    created = {"AttributeDefinitions": attributes, "GlobalSecondaryIndexUpdates": [{"Create": index}]}
    world.door.call("UpdateTable", {"TableName": "books", **created})
    with pytest.raises(Refusal) as refusal:
        world.begin()
    assert refusal.value.code == "ResourceInUseException"
    world.finish()
    assert counts(world.described(arn)) == ("COMPLETED", 1000, 0)
    asked = {"TableName": "books", "IndexName": "by-row", "Select": "COUNT"}
    found = InProcessDoor(world.process()).call("Scan", asked)
    assert found["Count"] == 1000


def test_an_item_collection_that_is_full_refuses_its_item_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stator.engine.items.ITEM_COLLECTION_BYTES_MAX", 1000)
    world = World(tmp_path)
    sorted_keys = [*TABLE["KeySchema"], {"AttributeName": "Shelf", "KeyType": "RANGE"}]
    local = {
        "IndexName": "by-size",
        "KeySchema": [TABLE["KeySchema"][0], {"AttributeName": "Size", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    world.door.call("DeleteTable", {"TableName": "books"})
    table = {**TABLE, "KeySchema": sorted_keys, "LocalSecondaryIndexes": [local]}
    del table["GlobalSecondaryIndexes"]
    attributes = [*TABLE["AttributeDefinitions"], {"AttributeName": "Size", "AttributeType": "N"}]
    world.door.call("CreateTable", {**table, "AttributeDefinitions": attributes})
    sizes = (300, 800, 300)
    for n, size in enumerate(sizes):
        world.source(str(n), line(book(1, Shelf={"S": str(n)}, Text={"S": "x" * size}, Size={"N": "1"})))
    shown = put_all(world.door)
    assert counts(shown) == ("COMPLETED_WITH_ERRORS", 3, 2)
    errors, _ = reported(tmp_path, shown)
    assert {report["ErrorCode"] for report in errors} == {"ItemCollectionSizeLimitExceededException"}
    assert [item["Shelf"]["S"] for item in items(world.door)] == ["0"]
    assert shown["BulkOperationUsage"][0]["LocalSecondaryIndexes"].keys() == {"by-size"}


@pytest.mark.usefixtures("_job_takes_all")
def test_nothing_is_left_behind_but_its_record(tmp_path: Path):
    world, _ = begun(tmp_path, "NONE")
    before = {key[:4] for key in _keys(world)}
    world.finish()
    assert {key[:4] for key in _keys(world)} <= before
    assert not world.process().jobs.pending()
    assert json.loads(next((tmp_path / "reports").rglob("manifest-summary.json")).read_text())


def _keys(world: World) -> list[bytes]:
    with world.store.snapshot() as snapshot:
        rows, _ = snapshot.range(b"", b"\xff" * 8, 1 << 20)
    return [key for key, _ in rows]
