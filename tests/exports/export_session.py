"""What the tests of exports ask for, and what they find in the bucket."""

from __future__ import annotations

import gzip
import hashlib
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

from doors import Door

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/books"
TABLE = {
    "TableName": "books",
    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
RECOVERY = {"TableName": "books", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}


def make(door: Door) -> None:
    door.call("CreateTable", TABLE)
    door.call("UpdateContinuousBackups", RECOVERY)


def put(door: Door, id: int, **attributes: Any) -> None:
    door.call("PutItem", {"TableName": "books", "Item": {"Id": {"N": str(id)}, **attributes}})


def exported(door: Door, **members: Any) -> dict[str, Any]:
    """What DescribeExport says of a new export."""
    asked = {"TableArn": ARN, "S3Bucket": "target", **members}
    arn = door.call("ExportTableToPointInTime", asked)["ExportDescription"]["ExportArn"]
    shown: dict[str, Any] = door.call("DescribeExport", {"ExportArn": arn})["ExportDescription"]
    return shown


def md5(content: bytes) -> str:
    return b64encode(hashlib.md5(content).digest()).decode()


def lines(bucket: Path, shown: dict[str, Any]) -> list[bytes]:
    """All lines of the data files that the manifests name, each file held to its checksums."""
    summary_file = bucket / shown["ExportManifest"]
    summary = json.loads(summary_file.read_bytes())
    assert (summary_file.parent / "manifest-summary.md5").read_text() == md5(summary_file.read_bytes())
    manifest = bucket / summary["manifestFilesS3Key"]
    assert (manifest.parent / "manifest-files.md5").read_text() == md5(manifest.read_bytes())
    found: list[bytes] = []
    for entry in map(json.loads, manifest.read_bytes().splitlines()):
        content = (bucket / entry["dataFileS3Key"]).read_bytes()
        assert entry["md5Checksum"] == md5(content)
        assert entry["etag"] == hashlib.md5(hashlib.md5(content).digest()).hexdigest() + "-1"
        rows = gzip.decompress(content).splitlines()
        assert entry["itemCount"] == len(rows)
        found += rows
    assert summary["itemCount"] == shown["ItemCount"] == len(found)
    return found


def items(bucket: Path, shown: dict[str, Any]) -> list[dict[str, Any]]:
    """By number."""
    found = [json.loads(line)["Item"] for line in lines(bucket, shown)]
    return sorted(found, key=lambda item: float(item["Id"]["N"]))
