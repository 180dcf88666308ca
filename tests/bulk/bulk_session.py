"""What the tests of bulk puts ask for, and what they see."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from doors import Door

TABLE = {
    "TableName": "books",
    "AttributeDefinitions": [
        {"AttributeName": "Id", "AttributeType": "N"},
        {"AttributeName": "Shelf", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-shelf",
            "KeySchema": [{"AttributeName": "Shelf", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
NEW_ONLY = {"ConditionExpression": "attribute_not_exists(Id)"}
INPUT = {"S3Bucket": "source", "InputFormat": "DYNAMODB_JSON"}
OUTPUT = {"S3Bucket": "reports", "OutputType": ["ERROR", "CONDITION_CHECK_FAILURE"]}


def book(id: int, **attributes: Any) -> dict[str, Any]:
    return {"Id": {"N": str(id)}, **attributes}


def line(item: dict[str, Any], **members: Any) -> str:
    return json.dumps({"Item": item, **members}) + "\n"


def asking(
    source: dict[str, Any] | None = None, output: dict[str, Any] | None = None, **members: Any
) -> dict[str, Any]:
    return {
        "TableName": "books",
        "InputS3Configuration": {**INPUT, **(source or {})},
        "OutputS3Configuration": {**OUTPUT, **(output or {})},
        **members,
    }


def described(door: Door, arn: str) -> dict[str, Any]:
    shown: dict[str, Any] = door.call("DescribeBulkOperation", {"BulkOperationArn": arn})["BulkOperationDescription"]
    return shown


def put_all(door: Door, *parts: dict[str, Any], **members: Any) -> dict[str, Any]:
    """What DescribeBulkOperation says of a new bulk put."""
    started = door.call("StartBulkPutItems", asking(*parts, **members))["BulkOperationDescription"]
    return described(door, started["BulkOperationArn"])


def counts(shown: dict[str, Any]) -> tuple[str, int, int]:
    """Status, and the records processed and failed."""
    return shown["BulkOperationStatus"], shown["ProcessedItemCount"], shown["FailedItemCount"]


def items(door: Door) -> list[dict[str, Any]]:
    """By number."""
    found = door.call("Scan", {"TableName": "books"})["Items"]
    return sorted(found, key=lambda item: float(item["Id"]["N"]))


def folder(s3: Path, shown: dict[str, Any]) -> Path:
    prefix = shown["OutputS3Configuration"].get("S3KeyPrefix", "")
    return s3 / "reports" / prefix / "AWSDynamoDB" / shown["BulkOperationArn"].rpartition("/")[2]


def lines(files: Iterable[Path]) -> list[dict[str, Any]]:
    """What files of lines say, in the order of their names."""
    return [json.loads(each) for file in sorted(files) for each in file.read_text().splitlines()]


def reported(s3: Path, shown: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The reports of errors, and of conditions that were false."""
    root = folder(s3, shown)
    return lines((root / "error").glob("*.json")), lines((root / "condition-check-failure").glob("*.json"))
