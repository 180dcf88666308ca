"""StartBulkPutItems: what it reads and puts, what it reports, and what it answers. Sources are written by hand here."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from bulk_session import (
    NEW_ONLY,
    TABLE,
    asking,
    book,
    counts,
    described,
    folder,
    items,
    line,
    lines,
    put_all,
    reported,
)
from doors import Door, InProcessDoor, Refusal

from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.storage.contract import drive
from stator.storage.memory import MemoryStore

ION = rb"""$ion_1_0 {Item:{Id:1.,Title:"One",Sizes:$dynamodb_NS::[1.,2.5]}}
{Item:{Id:2.,Title:"Two"},ConditionExpression:"attribute_not_exists(#i) OR Title = :t",
 ExpressionAttributeNames:{'#i':"Id"},ExpressionAttributeValues:{':t':"Old"}}
"""


def zstd(content: bytes) -> bytes:
    return bytes(pytest.importorskip("zstandard").ZstdCompressor().compress(content))


@pytest.mark.parametrize("compression", ["NONE", "GZIP", "ZSTD"])
@pytest.mark.parametrize("form", ["DYNAMODB_JSON", "ION"])
def test_items_of_both_formats_join_those_that_are_there(door: Door, s3: Path, form: str, compression: str):
    if form == "ION":
        pytest.importorskip("amazon.ion")
    two = line(
        book(2, Title={"S": "Two"}),
        ConditionExpression="attribute_not_exists(#i) OR Title = :t",
        ExpressionAttributeNames={"#i": "Id"},
        ExpressionAttributeValues={":t": {"S": "Old"}},
    )
    one = book(1, Title={"S": "One"}, Sizes={"NS": ["1", "2.5"]})
    plain = ION if form == "ION" else (line(one) + two).encode()
    content = {"NONE": bytes, "GZIP": gzip.compress, "ZSTD": zstd}[compression](plain)
    (s3 / "source" / "data").write_bytes(content)
    door.call("PutItem", {"TableName": "books", "Item": book(2, Title={"S": "Old"})})
    door.call("PutItem", {"TableName": "books", "Item": book(3)})
    shown = put_all(door, {"InputFormat": form, "InputCompressionType": compression})
    assert counts(shown) == ("COMPLETED", 2, 0)
    assert shown["ProcessedInputBytes"] == shown["TotalInputBytes"] == len(content)
    assert items(door) == [one, book(2, Title={"S": "Two"}), book(3)]


def test_only_objects_below_the_prefix_are_put(door: Door, s3: Path):
    for number, name in enumerate(("yes1", "yes/2", "no")):
        path = s3 / "source" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(line(book(number)))
    assert counts(put_all(door, {"S3KeyPrefix": "yes"})) == ("COMPLETED", 2, 0)
    assert items(door) == [book(0), book(1)]


def test_a_condition_that_is_false_is_no_error_and_is_reported_with_what_is_there(door: Door, s3: Path):
    door.call("PutItem", {"TableName": "books", "Item": book(1, Title={"S": "old"})})
    must_be_there = {"ConditionExpression": "attribute_exists(Id)"}
    content = line(book(1), **NEW_ONLY) + line(book(2), **NEW_ONLY) + line(book(3), **must_be_there)
    (s3 / "source" / "data").write_text(content)
    shown = put_all(door)
    assert counts(shown) == ("COMPLETED", 3, 0)
    assert items(door) == [book(1, Title={"S": "old"}), book(2)]
    errors, refusals = reported(s3, shown)
    assert errors == []
    assert refusals == [
        {"S3Key": "data", "RecordNumber": 1, "Item": book(1), "ExistingItem": book(1, Title={"S": "old"})},
        {"S3Key": "data", "RecordNumber": 3, "Item": book(3)},
    ]


BAD = [
    ({"Item": {"Title": {"S": "no key"}}}, "One or more parameter values were invalid: Missing the key Id in the item"),
    (
        {"Item": {"Id": {"S": "2"}}},
        "One or more parameter values were invalid: Type mismatch for key Id expected: N actual: S",
    ),
    (
        {"Item": book(2, Shelf={"N": "1"})},
        "One or more parameter values were invalid: Type mismatch for Index Key Shelf Expected: S Actual: N "
        "IndexName: by-shelf",
    ),
    ({"Item": book(2, Big={"S": "x" * 410_000})}, "Item size has exceeded the maximum allowed size"),
    ({"Item": book(2, Title={"S": 5})}, "not a"),
    ({"Item": book(2, Title={"S": "\ud800"})}, "not an item"),
    ({"Item": book(2), "Condition": "attribute_not_exists(Id)"}, "not a record of a bulk put"),
    ({"Item": book(2), "ConditionExpression": 5}, "not a record of a bulk put"),
    (
        {"Item": book(2), "ConditionExpression": "attribute_not_exist(Id)"},
        "Invalid ConditionExpression: Invalid function name; function: attribute_not_exist",
    ),
    (
        {"Item": book(2), "ConditionExpression": "Title = :t"},
        "Invalid ConditionExpression: An expression attribute value used in expression is not defined; "
        "attribute value: :t",
    ),
    (
        {"Item": book(2), "ExpressionAttributeNames": {"#t": "Title"}},
        "ExpressionAttributeNames can only be specified when using expressions",
    ),
    (
        {"Item": book(2), **NEW_ONLY, "ExpressionAttributeNames": {"#t": "Title"}},
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#t}",
    ),
    (
        {"Item": book(2), "ConditionExpression": "attribute_exists(Id.x)"},
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: Id",
    ),
]


@pytest.mark.parametrize(("bad", "message"), BAD)
def test_a_record_that_cannot_be_put_is_reported_and_the_others_are_put(
    door: Door, s3: Path, bad: dict[str, Any], message: str
):
    (s3 / "source" / "data").write_text(line(book(1)) + json.dumps(bad) + "\n" + line(book(3)))
    shown = put_all(door)
    assert counts(shown) == ("COMPLETED_WITH_ERRORS", 3, 1)
    assert "FailureCode" not in shown
    assert items(door) == [book(1), book(3)]
    ((report,), refusals) = reported(s3, shown)
    assert (report["S3Key"], report["RecordNumber"], report["ErrorCode"]) == ("data", 2, "ValidationException")
    assert report["ErrorMessage"].startswith(message)
    assert refusals == []
    # What is no text cannot be shown again
    assert report.get("Record") == (None if "\\ud800" in json.dumps(bad) else bad)


@pytest.mark.parametrize(
    ("source", "content"),
    [
        ({}, b'{"Id": {"N": "3"}}\n'),
        ({}, b"{\n"),
        ({}, b"\xff\xfe"),
        ({"InputCompressionType": "GZIP"}, b"no gzip"),
        ({"InputCompressionType": "ZSTD"}, b"no zstd"),
        ({"InputFormat": "ION"}, b"{Item:{Id:"),
    ],
)
def test_an_object_that_makes_no_sense_is_one_error_and_is_left(
    door: Door, s3: Path, source: dict[str, str], content: bytes
):
    pytest.importorskip("amazon.ion")
    pytest.importorskip("zstandard")
    (s3 / "source" / "broken").write_bytes(content)
    shown = put_all(door, source)
    assert counts(shown) == ("COMPLETED_WITH_ERRORS", 1, 1)
    ((report,), _) = reported(s3, shown)
    assert (report["S3Key"], report["RecordNumber"], report["ErrorCode"]) == ("broken", 1, "UnreadableObject")


@pytest.mark.parametrize(
    ("wanted", "expected"), [(["ERROR"], (1, 0)), (["CONDITION_CHECK_FAILURE"], (0, 1)), (["ERROR"] * 2, (1, 0))]
)
def test_only_what_is_asked_for_is_reported(door: Door, s3: Path, wanted: list[str], expected: tuple[int, int]):
    (s3 / "source" / "data").write_text(line(book(1)) + line(book(1), **NEW_ONLY) + line({"Title": {"S": "bad"}}))
    shown = put_all(door, {}, {"OutputType": wanted, "S3KeyPrefix": "some/where"})
    assert counts(shown) == ("COMPLETED_WITH_ERRORS", 3, 1)
    errors, refusals = reported(s3, shown)
    assert (len(errors), len(refusals)) == expected


def test_the_manifests_name_every_file_and_sum_up(door: Door, s3: Path):
    (s3 / "source" / "data").write_text(line(book(1)) + line(book(1), **NEW_ONLY) + line({"Title": {"S": "bad"}}))
    shown = put_all(door)
    root = folder(s3, shown)
    files = lines([root / "manifest-files.json"])
    assert sorted(Path(file["dataFileS3Key"]).parent.name for file in files) == ["condition-check-failure", "error"]
    for file in files:
        content = (s3 / "reports" / file["dataFileS3Key"]).read_bytes()
        assert file["itemCount"] == len(content.splitlines()) == 1
        assert file["md5Checksum"] == base64.b64encode(hashlib.md5(content).digest()).decode()
    summary = json.loads((root / "manifest-summary.json").read_text())
    assert summary["bulkOperationStatus"] == "COMPLETED_WITH_ERRORS"
    assert (summary["processedItemCount"], summary["failedItemCount"], summary["reportedItemCount"]) == (3, 1, 2)
    for name in ("manifest-files", "manifest-summary"):
        digest = hashlib.md5((root / f"{name}.json").read_bytes()).digest()
        assert (root / f"{name}.md5").read_text() == base64.b64encode(digest).decode()


def test_the_answer_is_the_beginning_and_the_description_the_whole(door: Door, s3: Path, clock: ManualClock):
    (s3 / "source" / "data").write_text(line(book(1, Shelf={"S": "a"})) + line(book(2)))
    members = {"ClientToken": "token", "MaxWriteRequestUnits": 2000, "PerformanceTier": "ACCELERATED"}
    started = door.call("StartBulkPutItems", asking(**members))["BulkOperationDescription"]
    table = door.call("DescribeTable", {"TableName": "books"})["Table"]
    arn = started["BulkOperationArn"]
    assert arn.startswith(table["TableArn"] + "/bulk-operation/")
    begun = {
        "BulkOperationArn": arn,
        "BulkOperationStatus": "IN_PROGRESS",
        "TableDetails": [{"TableName": "books", "TableId": table["TableId"]}],
        **members,
        "InputS3Configuration": {
            "S3Bucket": "source",
            "InputFormat": "DYNAMODB_JSON",
            "InputCompressionType": "NONE",
        },
        "OutputS3Configuration": {"S3Bucket": "reports", "OutputType": ["ERROR", "CONDITION_CHECK_FAILURE"]},
        "StartTime": clock.now(),
        "ProcessedItemCount": 0,
        "ProcessedInputBytes": 0,
        "FailedItemCount": 0,
        "BulkOperationUsage": [{"TableName": "books", "BulkPutBytes": 0, "Table": {"BulkPutBytes": 0}}],
    }
    assert started == begun
    size = (s3 / "source" / "data").stat().st_size
    own = 2 * len("Id1?") + len("Shelfa")
    entry = len("Id1?") + len("Shelfa")
    shown = described(door, arn)
    usage = shown.pop("BulkOperationUsage")
    assert shown == {
        **{name: value for name, value in begun.items() if name != "BulkOperationUsage"},
        "BulkOperationStatus": "COMPLETED",
        "EndTime": clock.now(),
        "ProcessedItemCount": 2,
        "ProcessedInputBytes": size,
        "TotalInputBytes": size,
    }
    assert usage == [
        {
            "TableName": "books",
            "BulkPutBytes": own + entry,
            "Table": {"BulkPutBytes": own},
            "GlobalSecondaryIndexes": {"by-shelf": {"BulkPutBytes": entry}},
        }
    ]


def test_a_put_does_what_every_put_does(door: Door, s3: Path, clock: ManualClock, db: Database):
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    door.call("UpdateTable", {"TableName": "books", "StreamSpecification": stream})
    door.call(
        "UpdateTimeToLive",
        {"TableName": "books", "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": True}},
    )
    door.call(
        "UpdateContinuousBackups",
        {"TableName": "books", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
    )
    door.call("PutItem", {"TableName": "books", "Item": book(1, Shelf={"S": "a"})})
    clock.advance(10)
    before = clock.now()
    clock.advance(10)
    until = {"N": str(int(clock.now()) + 5)}
    (s3 / "source" / "data").write_text(line(book(1, Shelf={"S": "b"})) + line(book(2, until=until)))
    assert counts(put_all(door)) == ("COMPLETED", 2, 0)
    by_shelf = {
        "TableName": "books",
        "IndexName": "by-shelf",
        "KeyConditionExpression": "Shelf = :s",
    }
    for shelf, found in (("a", 0), ("b", 1)):
        assert door.call("Query", {**by_shelf, "ExpressionAttributeValues": {":s": {"S": shelf}}})["Count"] == found
    assert [(each[0], each[2]) for each in _changes(db)] == [
        ("INSERT", book(1, Shelf={"S": "a"})),
        ("MODIFY", book(1, Shelf={"S": "b"})),
        ("INSERT", book(2, until=until)),
    ]
    door.call(
        "RestoreTableToPointInTime",
        {"SourceTableName": "books", "TargetTableName": "then", "RestoreDateTime": before},
    )
    assert door.call("Scan", {"TableName": "then"})["Items"] == [book(1, Shelf={"S": "a"})]
    clock.advance(10)
    drive(db.store, db.jobs.step())
    assert items(door) == [book(1, Shelf={"S": "b"})]


def _changes(db: Database) -> list[tuple[str, Any, Any]]:
    """What the stream says, as (event, old image, new image), by item."""
    door = InProcessDoor(db)
    (stream,) = door.call("ListStreams", {"TableName": "books"})["Streams"]
    arn = stream["StreamArn"]
    found = []
    for shard in door.call("DescribeStream", {"StreamArn": arn})["StreamDescription"]["Shards"]:
        asked = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = door.call("GetShardIterator", asked)["ShardIterator"]
        for record in door.call("GetRecords", {"ShardIterator": iterator})["Records"]:
            change = record["dynamodb"]
            found.append((record["eventName"], change.get("OldImage"), change.get("NewImage")))
    return sorted(found, key=lambda change: (change[2]["Id"]["N"], change[0]))


def test_a_token_finds_what_it_began_for_eight_hours(door: Door, s3: Path, clock: ManualClock):
    (s3 / "source" / "data").write_text(line(book(1)))
    asked = asking(ClientToken="one")
    first = door.call("StartBulkPutItems", asked)["BulkOperationDescription"]["BulkOperationArn"]
    door.call("DeleteItem", {"TableName": "books", "Key": book(1)})
    clock.advance(8 * 3600 - 1)
    again = door.call("StartBulkPutItems", asked)["BulkOperationDescription"]
    assert (again["BulkOperationArn"], again["BulkOperationStatus"]) == (first, "COMPLETED")
    assert items(door) == []
    with pytest.raises(Refusal) as refusal:
        door.call("StartBulkPutItems", asking({"S3KeyPrefix": "other"}, ClientToken="one"))
    assert refusal.value.code == "IdempotentParameterMismatchException"
    clock.advance(2)
    third = door.call("StartBulkPutItems", asked)["BulkOperationDescription"]["BulkOperationArn"]
    assert third != first
    assert items(door) == [book(1)]


@pytest.mark.parametrize("parts", [({"S3Bucket": "nowhere"}, {}), ({}, {"S3Bucket": "nowhere"})])
def test_a_missing_bucket_fails_the_operation_before_anything_is_put(door: Door, s3: Path, parts: tuple[Any, Any]):
    (s3 / "source" / "data").write_text(line(book(1)))
    shown = put_all(door, *parts)
    assert counts(shown) == ("FAILED", 0, 0)
    assert (shown["FailureCode"], shown["FailureMessage"]) == (
        "S3NoSuchBucket",
        "The specified bucket does not exist",
    )
    assert "TotalInputBytes" not in shown
    assert items(door) == []


def test_an_empty_bucket_is_complete_at_once(door: Door):
    assert counts(put_all(door)) == ("COMPLETED", 0, 0)


REFUSED = [
    (
        {"TableName": "nope"},
        "ResourceNotFoundException",
        "Requested resource not found: Table: nope not found",
    ),
    (
        {"MaxWriteRequestUnits": 1023},
        "ValidationException",
        "1 validation error detected: Value '1023' at 'maxWriteRequestUnits' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1024",
    ),
    (
        {"OutputS3Configuration": {"OutputType": ["ERROR"]}},
        "ValidationException",
        "One or more parameter values were invalid: OutputS3Configuration.S3Bucket must be given",
    ),
    (
        {"OutputS3Configuration": {"S3Bucket": "reports", "OutputType": []}},
        "ValidationException",
        "One or more parameter values were invalid: OutputS3Configuration.OutputType must have one or both of ERROR "
        "and CONDITION_CHECK_FAILURE",
    ),
    (
        {"OutputS3Configuration": {"S3Bucket": "reports", "OutputType": ["ERROR"], "S3SseKmsKeyId": "k"}},
        "ValidationException",
        "One or more parameter values were invalid: S3SseKmsKeyId can only be given when S3SseAlgorithm is KMS",
    ),
]


@pytest.mark.parametrize(("members", "code", "message"), REFUSED)
def test_what_cannot_be_is_refused_in_words(door: Door, members: dict[str, Any], code: str, message: str):
    with pytest.raises(Refusal) as refusal:
        door.call("StartBulkPutItems", asking(**members))
    assert (refusal.value.code, refusal.value.message) == (code, message)
    assert door.call("ListBulkOperations", {})["BulkOperationsSummaryList"] == []


@pytest.mark.parametrize("operation", ["DescribeBulkOperation", "CancelBulkOperation"])
def test_an_operation_that_never_was_is_not_found(door: Door, operation: str):
    table = door.call("DescribeTable", {"TableName": "books"})["Table"]["TableArn"]
    with pytest.raises(Refusal) as refusal:
        door.call(operation, {"BulkOperationArn": f"{table}/bulk-operation/01700000000000-00000001"})
    assert refusal.value.code == "ResourceNotFoundException"
    with pytest.raises(Refusal) as refusal:
        door.call(operation, {"BulkOperationArn": f"{table}/export/01700000000000-00000001"})
    assert refusal.value.code == "ValidationException"


def test_the_newest_are_listed_first_in_pages_and_for_ninety_days(door: Door, clock: ManualClock):
    arns = []
    for _ in range(12):
        arns.append(put_all(door)["BulkOperationArn"])
        clock.advance(1)
    newest = arns[::-1]
    page = door.call("ListBulkOperations", {})
    rest = door.call("ListBulkOperations", {"NextToken": page["NextToken"], "MaxResults": 25})
    summaries = page["BulkOperationsSummaryList"] + rest["BulkOperationsSummaryList"]
    assert len(page["BulkOperationsSummaryList"]) == 10
    assert [each["BulkOperationArn"] for each in summaries] == newest
    assert "NextToken" not in rest
    assert summaries[-1] == {
        "BulkOperationArn": arns[0],
        "BulkOperationStatus": "COMPLETED",
        "StartTime": clock.now() - 12,
        "EndTime": clock.now() - 12,
    }
    clock.advance(90 * 24 * 3600 - 6)
    listed = door.call("ListBulkOperations", {"MaxResults": 25})["BulkOperationsSummaryList"]
    assert [each["BulkOperationArn"] for each in listed] == newest[:6]


def test_without_a_place_for_objects_it_is_refused_with_what_to_set():
    door = InProcessDoor(Database(MemoryStore(), Options()))
    door.call("CreateTable", TABLE)
    with pytest.raises(Refusal, match="--s3-folder"):
        door.call("StartBulkPutItems", asking())
