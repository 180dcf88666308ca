"""Exports and imports of a server whose S3 is an endpoint: one that works, and one that keeps silent."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from doors import HttpDoor
from s3_endpoint import client_of

from stator.engine import object_endpoints
from stator.engine.database import Database, Options
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/books"
TABLE = {
    "TableName": "books",
    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
RECOVERY = {"TableName": "books", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
ITEMS = 50


@contextmanager
def doors_to(url: str) -> Iterator[tuple[HttpDoor, HttpDoor]]:
    """Two connections to a server with a table, whose S3 is there."""
    with BackgroundServer(Database(MemoryStore(), Options(s3_endpoint=url))) as endpoint:
        door, other = HttpDoor(endpoint), HttpDoor(endpoint)
        door.call("CreateTable", TABLE)
        door.call("UpdateContinuousBackups", RECOVERY)
        for id in range(ITEMS):
            door.call("PutItem", {"TableName": "books", "Item": {"Id": {"N": str(id)}}})
        yield door, other
        door.close()
        other.close()


def over(door: HttpDoor, operation: str, named: dict[str, str], status: str) -> dict[str, Any]:
    """What the operation says of a transfer once that is over."""
    while True:
        (shown,) = door.call(operation, named).values()
        if shown[status] != "IN_PROGRESS":
            found: dict[str, Any] = shown
            return found


def exported(door: HttpDoor, bucket: str, **members: Any) -> dict[str, Any]:
    asked = {"TableArn": ARN, "S3Bucket": bucket, **members}
    arn = door.call("ExportTableToPointInTime", asked)["ExportDescription"]["ExportArn"]
    return over(door, "DescribeExport", {"ExportArn": arn}, "ExportStatus")


def test_what_is_exported_to_an_endpoint_is_imported_from_it(s3_session: str) -> None:
    client = client_of(s3_session)
    client.create_bucket(Bucket="transfers")
    with doors_to(s3_session) as (door, _):
        shown = exported(door, "transfers", S3Prefix="some/prefix", S3SseAlgorithm="KMS", S3SseKmsKeyId="key")
        assert (shown["ExportStatus"], shown["ItemCount"]) == ("COMPLETED", ITEMS)
        listed = [each["Key"] for each in client.list_objects_v2(Bucket="transfers")["Contents"]]
        folder = shown["ExportManifest"].rpartition("/")[0]
        assert all(key.startswith(f"{folder}/") for key in listed)
        (data,) = [key for key in listed if key.endswith(".gz")]
        read = client.get_object(Bucket="transfers", Key=data)
        assert (read["ServerSideEncryption"], read["SSEKMSKeyId"]) == ("aws:kms", "key")
        found = [json.loads(line)["Item"] for line in gzip.decompress(read["Body"].read()).splitlines()]
        assert sorted(int(item["Id"]["N"]) for item in found) == list(range(ITEMS))
        begun = door.call(
            "ImportTable",
            {
                "S3BucketSource": {"S3Bucket": "transfers", "S3KeyPrefix": f"{folder}/data/"},
                "InputFormat": "DYNAMODB_JSON",
                "InputCompressionType": "GZIP",
                "TableCreationParameters": {**TABLE, "TableName": "again"},
            },
        )
        named = {"ImportArn": begun["ImportTableDescription"]["ImportArn"]}
        imported = over(door, "DescribeImport", named, "ImportStatus")
        assert (imported["ImportStatus"], imported["ImportedItemCount"]) == ("COMPLETED", ITEMS)
        assert door.call("Scan", {"TableName": "again", "Select": "COUNT"})["Count"] == ITEMS


def test_a_bucket_that_an_endpoint_does_not_have_fails_the_export(s3_session: str) -> None:
    with doors_to(s3_session) as (door, _):
        shown = exported(door, "no-such-bucket")
        assert (shown["ExportStatus"], shown["FailureCode"]) == ("FAILED", "S3NoSuchBucket")


def test_an_endpoint_that_keeps_silent_holds_up_nothing_but_its_export(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("botocore")
    monkeypatch.setattr(object_endpoints, "S3_ATTEMPTS", 1)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "example")
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{silent.getsockname()[1]}"
    with doors_to(url) as (door, other), ThreadPoolExecutor(1) as aside:
        asked = {"TableArn": ARN, "S3Bucket": "bucket"}
        answer = aside.submit(other.call, "ExportTableToPointInTime", asked)
        held, _ = silent.accept()
        assert door.call("GetItem", {"TableName": "books", "Key": {"Id": {"N": "1"}}}) == {"Item": {"Id": {"N": "1"}}}
        door.call("PutItem", {"TableName": "books", "Item": {"Id": {"N": "1000"}}})
        (export,) = door.call("ListExports", {})["ExportSummaries"]
        assert export["ExportStatus"] == "IN_PROGRESS"
        silent.close()
        held.close()
        shown = over(door, "DescribeExport", {"ExportArn": export["ExportArn"]}, "ExportStatus")
        assert (shown["ExportStatus"], shown["FailureCode"]) == ("FAILED", "S3InternalError")
        assert answer.result()["ExportDescription"]["ExportArn"] == export["ExportArn"]
