"""ExportTableToPointInTime: what lies in the bucket afterwards, and what is answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from doors import Door, InProcessDoor, Refusal
from export_session import ARN, TABLE, exported, items, lines, make, put

from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.storage.contract import drive
from stator.storage.memory import MemoryStore


def test_an_export_is_laid_out_as_aws_lays_it_out(door: Door, s3: Path, clock: ManualClock):
    make(door)
    put(door, 1, Title={"S": "one"})
    clock.advance(10)
    shown = exported(door, S3Prefix="2020-Nov", ClientToken="token")
    id = shown["ExportArn"].rpartition("/")[2]
    folder = s3 / "target" / "2020-Nov" / "AWSDynamoDB" / id
    assert sorted(path.name for path in folder.iterdir()) == [
        "_started",
        "data",
        "manifest-files.json",
        "manifest-files.md5",
        "manifest-summary.json",
        "manifest-summary.md5",
    ]
    assert (folder / "_started").read_bytes() == b""
    table_id = door.call("DescribeTable", {"TableName": "books"})["Table"]["TableId"]
    assert json.loads((folder / "manifest-summary.json").read_bytes()) == {
        "version": "2020-06-30",
        "exportArn": shown["ExportArn"],
        "startTime": "2023-11-14T22:13:30.000Z",
        "endTime": "2023-11-14T22:13:30.000Z",
        "tableArn": ARN,
        "tableId": table_id,
        "exportTime": "2023-11-14T22:13:30.000Z",
        "s3Bucket": "target",
        "s3Prefix": "2020-Nov",
        "s3SseAlgorithm": "AES256",
        "s3SseKmsKeyId": None,
        "manifestFilesS3Key": f"2020-Nov/AWSDynamoDB/{id}/manifest-files.json",
        "billedSizeBytes": 12,
        "itemCount": 1,
        "outputFormat": "DYNAMODB_JSON",
        "exportType": "FULL_EXPORT",
    }
    assert lines(s3 / "target", shown) == [b'{"Item":{"Id":{"N":"1"},"Title":{"S":"one"}}}']
    assert shown["ExportStatus"] == "COMPLETED"
    assert shown["ClientToken"] == "token"


def test_an_export_has_the_items_as_they_were_at_its_time(door: Door, s3: Path, clock: ManualClock):
    make(door)
    for id in (1, 2):
        put(door, id, Title={"S": "then"})
    then = clock.now()
    clock.advance(60)
    put(door, 1, Title={"S": "now"})
    put(door, 3)
    door.call("DeleteItem", {"TableName": "books", "Key": {"Id": {"N": "2"}}})
    was = items(s3 / "target", exported(door, ExportTime=then))
    assert was == [{"Id": {"N": str(id)}, "Title": {"S": "then"}} for id in (1, 2)]
    assert [item["Id"]["N"] for item in items(s3 / "target", exported(door))] == ["1", "3"]


def test_the_present_state_can_be_exported_as_soon_as_recovery_is_on(
    door: Door, s3: Path, clock: ManualClock
):
    clock.advance(0.5)
    make(door)
    put(door, 1)
    assert items(s3 / "target", exported(door)) == [{"Id": {"N": "1"}}]


def test_a_table_without_items_has_one_empty_file(door: Door, s3: Path):
    make(door)
    shown = exported(door)
    assert lines(s3 / "target", shown) == []
    assert len(list((s3 / "target").rglob("*.json.gz"))) == 1


ATTRIBUTES = {
    "S": {"S": "a\"b'c\\d\n\x01é"},
    "it's": {"N": "-3.5"},
    "Big": {"N": "1234567890123456789012345678901234567800000"},
    "Small": {"N": "0.00000000000000000000000000000000000000000000012"},
    "B": {"B": "AAEC"},
    "SS": {"SS": ["x", "y"]},
    "NS": {"NS": ["1", "2.5"]},
    "BS": {"BS": ["YQ==", "Yg=="]},
    "M": {"M": {"L": {"L": [{"NULL": True}, {"BOOL": False}, {"M": {}}, {"L": []}]}}},
}


def test_an_export_in_ion_is_written_in_dynamodbs_mapping(door: Door, s3: Path):
    simpleion = pytest.importorskip("amazon.ion.simpleion")
    make(door)
    put(door, 1, S={"S": "x"}, NS={"NS": ["1"]}, B={"B": "AAEC"}, Nothing={"NULL": True})
    shown = exported(door, ExportFormat="ION")
    (line,) = lines(s3 / "target", shown)
    assert line == (
        b"$ion_1_0 {Item:{'Id':1.,'S':\"x\",'NS':$dynamodb_NS::[1.],'B':{{AAEC}},'Nothing':null}}"
    )
    assert simpleion.loads(line)["Item"]["S"] == "x"


@pytest.mark.parametrize("form", ["DYNAMODB_JSON", "ION"])
def test_what_was_exported_can_be_imported(door: Door, s3: Path, form: str):
    pytest.importorskip("amazon.ion")
    make(door)
    put(door, 1, **ATTRIBUTES)
    shown = exported(door, ExportFormat=form)
    folder = shown["ExportManifest"].rpartition("/")[0]
    door.call(
        "ImportTable",
        {
            "S3BucketSource": {"S3Bucket": "target", "S3KeyPrefix": f"{folder}/data/"},
            "InputFormat": form,
            "InputCompressionType": "GZIP",
            "TableCreationParameters": {**TABLE, "TableName": "again"},
        },
    )
    before, after = (door.call("Scan", {"TableName": name})["Items"] for name in ("books", "again"))
    assert after == before


VIEWS = ["NEW_AND_OLD_IMAGES", "NEW_IMAGE"]


@pytest.mark.parametrize("view", VIEWS)
def test_an_incremental_export_has_each_changed_item_once(door: Door, s3: Path, clock: ManualClock, view: str):
    def titled(id: int, title: str) -> dict[str, Any]:
        return {"Id": {"N": str(id)}, "Title": {"S": title}}

    make(door)
    for id in (1, 2, 3):
        put(door, id, Title={"S": "before"})
    clock.advance(60)
    since = clock.now()
    put(door, 1, Title={"S": "first"})
    put(door, 4, Title={"S": "new"})
    put(door, 5, Title={"S": "short-lived"})
    clock.advance(600)
    put(door, 1, Title={"S": "last"})
    for id in (2, 5):
        door.call("DeleteItem", {"TableName": "books", "Key": {"Id": {"N": str(id)}}})
    clock.advance(600)
    until = clock.now()
    put(door, 1, Title={"S": "after"})
    put(door, 3, Title={"S": "after"})
    clock.advance(60)
    put(door, 6)
    bounds = {"ExportFromTime": since, "ExportToTime": until, "ExportViewType": view}
    shown = exported(door, ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification=bounds)
    assert shown["IncrementalExportSpecification"] == bounds
    found = sorted(map(json.loads, lines(s3 / "target", shown)), key=lambda line: float(line["Keys"]["Id"]["N"]))
    micros = [{"WriteTimestampMicros": {"N": f"{round(since + later)}000000"}} for later in (0, 600)]
    expected = [
        {
            "Metadata": micros[1],
            "Keys": {"Id": {"N": "1"}},
            "OldImage": titled(1, "before"),
            "NewImage": titled(1, "last"),
        },
        {"Metadata": micros[1], "Keys": {"Id": {"N": "2"}}, "OldImage": titled(2, "before")},
        {"Metadata": micros[0], "Keys": {"Id": {"N": "4"}}, "NewImage": titled(4, "new")},
    ]
    if view == "NEW_IMAGE":
        expected = [{name: line[name] for name in line if name != "OldImage"} for line in expected]
    assert found == expected
    data = [path.parent.relative_to(s3 / "target") for path in s3.rglob("*.gz")]
    assert data == [Path("AWSDynamoDB/data")]


def test_a_table_without_recovery_cannot_be_exported(door: Door, s3: Path):
    door.call("CreateTable", TABLE)
    with pytest.raises(Refusal) as refusal:
        exported(door)
    assert refusal.value.code == "PointInTimeRecoveryUnavailableException"
    assert refusal.value.message == "Point in time recovery is not enabled for table 'books'"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"ExportTime": 1_600_000_000}, "InvalidExportTimeException"),
        ({"ExportTime": 1_800_000_000}, "InvalidExportTimeException"),
        ({"TableArn": ARN + "-not"}, "TableNotFoundException"),
        ({"ExportType": "INCREMENTAL_EXPORT"}, "ValidationException"),
        ({"IncrementalExportSpecification": {"ExportFromTime": 1_700_000_000}}, "ValidationException"),
        (
            {
                "ExportType": "INCREMENTAL_EXPORT",
                "IncrementalExportSpecification": {"ExportFromTime": 1_700_000_000},
            },
            "ValidationException",
        ),
        (
            {
                "ExportType": "INCREMENTAL_EXPORT",
                "IncrementalExportSpecification": {
                    "ExportFromTime": 1_600_000_000,
                    "ExportToTime": 1_600_001_000,
                },
            },
            "InvalidExportTimeException",
        ),
    ],
)
def test_what_is_refused(door: Door, s3: Path, members: dict[str, Any], code: str):
    make(door)
    with pytest.raises(Refusal) as refusal:
        exported(door, **members)
    assert refusal.value.code == code


def test_a_missing_bucket_fails_the_export(door: Door, s3: Path):
    make(door)
    shown = exported(door, S3Bucket="nowhere")
    assert (shown["ExportStatus"], shown["FailureCode"]) == ("FAILED", "S3NoSuchBucket")


def test_a_token_again_finds_the_same_export_and_nothing_else(door: Door, s3: Path):
    make(door)
    first = exported(door, ClientToken="once")
    assert exported(door, ClientToken="once")["ExportArn"] == first["ExportArn"]
    with pytest.raises(Refusal) as refusal:
        exported(door, ClientToken="once", S3Prefix="else")
    assert refusal.value.code == "ExportConflictException"


def test_exports_are_listed_in_pages(door: Door, s3: Path):
    make(door)
    arns = [exported(door)["ExportArn"] for _ in range(3)]
    page = door.call("ListExports", {"MaxResults": 2, "TableArn": ARN})
    rest = door.call("ListExports", {"NextToken": page["NextToken"]})
    assert [each["ExportArn"] for each in page["ExportSummaries"] + rest["ExportSummaries"]] == arns
    assert "NextToken" not in rest


def test_an_export_that_never_was_is_not_found(door: Door):
    with pytest.raises(Refusal) as refusal:
        door.call("DescribeExport", {"ExportArn": f"{ARN}/export/01700000000000-00000001"})
    assert refusal.value.code == "ExportNotFoundException"


def test_an_incremental_export_goes_on_in_a_new_process_at_every_step(
    s3: Path, monkeypatch: pytest.MonkeyPatch, clock: ManualClock
):
    monkeypatch.setattr("stator.api.exports.EXPORT_FIRST_ITEMS", 0)
    monkeypatch.setattr("stator.engine.exports.EXPORT_FILE_ROWS", 256)
    store = MemoryStore()

    def fresh() -> Database:
        return Database(store, Options(s3_folder=str(s3)), clock=clock)

    door = InProcessDoor(fresh())
    make(door)
    for id in range(600):
        put(door, id)
    clock.advance(10)
    since = clock.now()
    for id in range(300, 900):
        put(door, id, Title={"S": "changed"})
    clock.advance(1000)
    bounds = {"ExportFromTime": since, "ExportToTime": clock.now()}
    asked = {"TableArn": ARN, "S3Bucket": "target", "ExportType": "INCREMENTAL_EXPORT"}
    answer = door.call("ExportTableToPointInTime", {**asked, "IncrementalExportSpecification": bounds})
    while fresh().jobs.pending():
        put(door, 0, Title={"S": str(clock.now())})
        drive(store, fresh().jobs.step())
        clock.advance(1)
    arn = answer["ExportDescription"]["ExportArn"]
    shown = door.call("DescribeExport", {"ExportArn": arn})["ExportDescription"]
    found = [json.loads(line) for line in lines(s3 / "target", shown)]
    assert sorted(int(line["Keys"]["Id"]["N"]) for line in found) == list(range(300, 900))
    assert all(("OldImage" in line) == (int(line["Keys"]["Id"]["N"]) < 600) for line in found)
    door.call("DeleteTable", {"TableName": "books"})


def test_a_new_process_at_every_step_exports_every_item_once(s3: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stator.api.exports.EXPORT_FIRST_ITEMS", 0)
    monkeypatch.setattr("stator.engine.exports.EXPORT_FILE_ROWS", 256)
    store, clock = MemoryStore(), ManualClock()

    def fresh() -> Database:
        return Database(store, Options(s3_folder=str(s3)), clock=clock)

    door = InProcessDoor(fresh())
    make(door)
    for id in range(700):
        put(door, id)
    asked = {"TableArn": ARN, "S3Bucket": "target"}
    arn = door.call("ExportTableToPointInTime", asked)["ExportDescription"]["ExportArn"]
    written = 700
    while fresh().jobs.pending():
        drive(store, fresh().jobs.step())
        put(door, written)
        written += 1
    shown = door.call("DescribeExport", {"ExportArn": arn})["ExportDescription"]
    assert [int(item["Id"]["N"]) for item in items(s3 / "target", shown)] == list(range(700))
    assert len(list((s3 / "target").rglob("*.json.gz"))) == 3
