"""What the tests of imports ask for, and what they see."""

from __future__ import annotations

from typing import Any

from doors import Door

TABLE = {
    "TableName": "books",
    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def asking(**members: Any) -> dict[str, Any]:
    return {
        "S3BucketSource": {"S3Bucket": "source"},
        "InputFormat": "DYNAMODB_JSON",
        "TableCreationParameters": TABLE,
        **members,
    }


def imported(door: Door, **members: Any) -> dict[str, Any]:
    """What DescribeImport says of a new import."""
    arn = door.call("ImportTable", asking(**members))["ImportTableDescription"]["ImportArn"]
    shown: dict[str, Any] = door.call("DescribeImport", {"ImportArn": arn})["ImportTableDescription"]
    return shown


def items(door: Door, table: str = "books") -> list[dict[str, Any]]:
    """By number."""
    found = door.call("Scan", {"TableName": table})["Items"]
    return sorted(found, key=lambda item: float(item["Id"]["N"]))


def counts(shown: dict[str, Any]) -> tuple[str, int, int, int]:
    """Status, and the records processed, imported and refused."""
    return (
        shown["ImportStatus"],
        shown["ProcessedItemCount"],
        shown["ImportedItemCount"],
        shown["ErrorCount"],
    )
