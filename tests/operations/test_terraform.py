"""The calls that Terraform's provider 6 makes around a table: creating it, reading it, changing it, destroying it.

The provider reads everything there is to a table after each change, and calls nothing drift that it did not set.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from doors import Door, Refusal

Members = dict[str, Any]

NAME = "GameScores"
ARN = f"arn:aws:dynamodb:us-east-1:000000000000:table/{NAME}"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
                "Action": "dynamodb:GetItem",
                "Resource": ARN,
            }
        ],
    }
)
TABLE: Members = {
    "TableName": NAME,
    "AttributeDefinitions": [
        {"AttributeName": "UserId", "AttributeType": "S"},
        {"AttributeName": "GameTitle", "AttributeType": "S"},
        {"AttributeName": "TopScore", "AttributeType": "N"},
    ],
    "KeySchema": [
        {"AttributeName": "UserId", "KeyType": "HASH"},
        {"AttributeName": "GameTitle", "KeyType": "RANGE"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "GameTitleIndex",
            "KeySchema": [
                {"AttributeName": "GameTitle", "KeyType": "HASH"},
                {"AttributeName": "TopScore", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["UserId"]},
        }
    ],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    "SSESpecification": {"Enabled": True, "SSEType": "KMS"},
    "TableClass": "STANDARD",
    "DeletionProtectionEnabled": False,
    "Tags": [{"Key": "Name", "Value": "scores"}, {"Key": "Environment", "Value": "test"}],
}


def refusal(door: Door, operation: str, request: Members) -> str:
    with pytest.raises(Refusal) as refused:
        door.call(operation, request)
    return refused.value.code


def read(door: Door) -> Members:
    """What the provider reads of a table, each by its own operation."""
    table = door.call("DescribeTable", {"TableName": NAME})["Table"]
    arn = table["TableArn"]
    backups = door.call("DescribeContinuousBackups", {"TableName": NAME})["ContinuousBackupsDescription"]
    insights = door.call("DescribeContributorInsights", {"TableName": NAME})
    of_index = door.call("DescribeContributorInsights", {"TableName": NAME, "IndexName": "GameTitleIndex"})
    return {
        "table": table,
        "ttl": door.call("DescribeTimeToLive", {"TableName": NAME})["TimeToLiveDescription"],
        "recovery": backups["PointInTimeRecoveryDescription"],
        "tags": {
            each["Key"]: each["Value"]
            for each in door.call("ListTagsOfResource", {"ResourceArn": arn})["Tags"]
        },
        "kinesis": door.call("DescribeKinesisStreamingDestination", {"TableName": NAME})[
            "KinesisDataStreamDestinations"
        ],
        "insights": {insights["ContributorInsightsStatus"], of_index["ContributorInsightsStatus"]},
    }


def test_a_table_is_created_read_changed_and_destroyed(door: Door) -> None:
    assert refusal(door, "DescribeTable", {"TableName": NAME}) == "ResourceNotFoundException"
    assert door.call("CreateTable", TABLE)["TableDescription"]["TableStatus"] == "CREATING"
    state = read(door)
    table = state.pop("table")
    assert (table["TableStatus"], table["DeletionProtectionEnabled"]) == ("ACTIVE", False)
    assert table["WarmThroughput"] == {
        "ReadUnitsPerSecond": 12000,
        "WriteUnitsPerSecond": 4000,
        "Status": "ACTIVE",
    }
    assert table["SSEDescription"]["Status"] == "ENABLED"
    assert table["LatestStreamArn"].startswith(f"{ARN}/stream/")
    assert not {"Replicas", "GlobalTableVersion", "RestoreSummary"} & table.keys()
    assert state == {
        "ttl": {"TimeToLiveStatus": "DISABLED"},
        "recovery": {"PointInTimeRecoveryStatus": "DISABLED"},
        "tags": {"Name": "scores", "Environment": "test"},
        "kinesis": [],
        "insights": {"DISABLED"},
    }
    assert refusal(door, "GetResourcePolicy", {"ResourceArn": ARN}) == "PolicyNotFoundException"

    turn_on(door)
    changed = read(door)
    assert changed["ttl"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "Expires"}
    assert changed["recovery"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert changed["recovery"]["RecoveryPeriodInDays"] == 7
    assert changed["tags"] == {"Name": "scores", "Owner": "games"}
    assert changed["table"]["DeletionProtectionEnabled"] is True
    assert changed["table"]["WarmThroughput"]["ReadUnitsPerSecond"] == 15000
    assert json.loads(door.call("GetResourcePolicy", {"ResourceArn": ARN})["Policy"]) == json.loads(POLICY)
    assert read(door) == changed

    assert refusal(door, "DeleteTable", {"TableName": NAME}) == "ValidationException"
    door.call("UpdateTable", {"TableName": NAME, "DeletionProtectionEnabled": False})
    door.call("DeleteResourcePolicy", {"ResourceArn": ARN})
    assert door.call("DeleteTable", {"TableName": NAME})["TableDescription"]["TableStatus"] == "DELETING"
    assert refusal(door, "DescribeTable", {"TableName": NAME}) == "ResourceNotFoundException"


def turn_on(door: Door) -> None:
    """One change a call, as the provider makes them."""
    expiry = {"Enabled": True, "AttributeName": "Expires"}
    door.call("UpdateTimeToLive", {"TableName": NAME, "TimeToLiveSpecification": expiry})
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    door.call("UpdateContinuousBackups", {"TableName": NAME, "PointInTimeRecoverySpecification": recovery})
    door.call("UntagResource", {"ResourceArn": ARN, "TagKeys": ["Environment"]})
    door.call("TagResource", {"ResourceArn": ARN, "Tags": [{"Key": "Owner", "Value": "games"}]})
    door.call("UpdateTable", {"TableName": NAME, "WarmThroughput": {"ReadUnitsPerSecond": 15000}})
    door.call("UpdateTable", {"TableName": NAME, "DeletionProtectionEnabled": True})
    door.call("PutResourcePolicy", {"ResourceArn": ARN, "Policy": POLICY})


def test_a_provisioned_tables_capacity_is_changed_and_then_made_on_demand(door: Door) -> None:
    units = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    index = {**TABLE["GlobalSecondaryIndexes"][0], "ProvisionedThroughput": units}
    provisioned = {
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": units,
        "GlobalSecondaryIndexes": [index],
    }
    door.call("CreateTable", {**TABLE, **provisioned})
    more = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 2}
    door.call(
        "UpdateTable",
        {
            "TableName": NAME,
            "ProvisionedThroughput": more,
            "GlobalSecondaryIndexUpdates": [
                {"Update": {"IndexName": "GameTitleIndex", "ProvisionedThroughput": more}}
            ],
        },
    )
    table = read(door)["table"]
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert table["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["WriteCapacityUnits"] == 2
    door.call("UpdateTable", {"TableName": NAME, "BillingMode": "PAY_PER_REQUEST"})
    assert read(door)["table"]["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_a_class_and_an_index_are_changed(door: Door) -> None:
    door.call("CreateTable", TABLE)
    door.call("UpdateTable", {"TableName": NAME, "TableClass": "STANDARD_INFREQUENT_ACCESS"})
    gone = [{"Delete": {"IndexName": "GameTitleIndex"}}]
    door.call("UpdateTable", {"TableName": NAME, "GlobalSecondaryIndexUpdates": gone})
    table = door.call("DescribeTable", {"TableName": NAME})["Table"]
    assert table["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert "GlobalSecondaryIndexes" not in table
    assert {each["AttributeName"] for each in table["AttributeDefinitions"]} == {"UserId", "GameTitle"}
