"""What comes later: described and listed as AWS does it for a table that has it off, refused when turned on."""

from __future__ import annotations

from typing import Any

import pytest
from doors import Door, Refusal

TABLE: dict[str, Any] = {
    "TableName": "music",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "global",
            "KeySchema": [{"AttributeName": "sk", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "local",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/music"
KINESIS = "arn:aws:kinesis:us-east-1:000000000000:stream/changes"
NOT_FOUND = "Requested resource not found: Table: music not found"
STATE = "Table is not in a valid state to enable Kinesis Streaming Destination: "
GLOBAL = "Global table with name: 'music' does not exist."
OF_2017 = (
    "One or more parameter values were invalid: DynamoDB global tables version 2017.11.29 is not supported. We "
    "recommend using DynamoDB global tables version 2019.11.21, instead of version 2017.11.29 (Legacy)."
)
NAME_LENGTH = "TableName must be at least 3 characters long and at most 255 characters long"
REPLICATION = [{"RegionName": "us-east-1"}, {"RegionName": "us-west-2"}]
VECTOR = {"IndexName": "vectors", "SearchVector": [{"N": "1"}], "TopK": 1}
ENABLE, DISABLE = ({"ContributorInsightsAction": action} for action in ("ENABLE", "DISABLE"))

ANSWERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "DescribeKinesisStreamingDestination",
        {"TableName": "music"},
        {"TableName": "music", "KinesisDataStreamDestinations": []},
    ),
    (
        "DescribeKinesisStreamingDestination",
        {"TableName": ARN},
        {"TableName": "music", "KinesisDataStreamDestinations": []},
    ),
    (
        "DescribeContributorInsights",
        {"TableName": "music"},
        {"TableName": "music", "ContributorInsightsStatus": "DISABLED"},
    ),
    (
        "DescribeContributorInsights",
        {"TableName": "music", "IndexName": "global"},
        {"TableName": "music", "IndexName": "global", "ContributorInsightsStatus": "DISABLED"},
    ),
    (
        "ListContributorInsights",
        {"TableName": "music", "MaxResults": 1},
        {"ContributorInsightsSummaries": []},
    ),
    ("ListContributorInsights", {}, {"ContributorInsightsSummaries": []}),
    (
        "UpdateContributorInsights",
        {"TableName": "music", **DISABLE},
        {"TableName": "music", "ContributorInsightsStatus": "DISABLED"},
    ),
    ("ListGlobalTables", {}, {"GlobalTables": []}),
    ("ListGlobalTables", {"RegionName": "us-east-1", "Limit": 1}, {"GlobalTables": []}),
]
VALIDATION, MISSING = "ValidationException", "ResourceNotFoundException"
GONE = "GlobalTableNotFoundException"
REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "EnableKinesisStreamingDestination",
        {"TableName": "music", "StreamArn": KINESIS},
        VALIDATION,
        "EnableKinesisStreamingDestination is not supported by Stator: the changes of a table are read from its stream "
        "(StreamSpecification), not from Kinesis",
    ),
    (
        "DisableKinesisStreamingDestination",
        {"TableName": "music", "StreamArn": KINESIS},
        VALIDATION,
        STATE + "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.",
    ),
    (
        "DisableKinesisStreamingDestination",
        {
            "TableName": "music",
            "StreamArn": KINESIS,
            "EnableKinesisStreamingConfiguration": {"ApproximateCreationDateTimePrecision": "MILLISECOND"},
        },
        VALIDATION,
        "Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters",
    ),
    *(
        (
            "UpdateKinesisStreamingDestination",
            {"TableName": "music", "StreamArn": KINESIS, **configuration},
            VALIDATION,
            "Streaming destination cannot be updated with given parameters: UpdateKinesisStreamingConfiguration cannot "
            "be null or contain only null values",
        )
        for configuration in ({}, {"UpdateKinesisStreamingConfiguration": {}})
    ),
    (
        "UpdateKinesisStreamingDestination",
        {
            "TableName": "music",
            "StreamArn": KINESIS,
            "UpdateKinesisStreamingConfiguration": {"ApproximateCreationDateTimePrecision": "MICROSECOND"},
        },
        VALIDATION,
        STATE
        + "Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. TableName: music",
    ),
    (
        "EnableKinesisStreamingDestination",
        {"TableName": "music", "StreamArn": ""},
        VALIDATION,
        "1 validation error detected: Value '' at 'streamArn' failed to satisfy constraint: Member must have length "
        "greater than or equal to 37",
    ),
    (
        "UpdateContributorInsights",
        {"TableName": "music", **ENABLE},
        VALIDATION,
        "ContributorInsightsAction ENABLE is not supported by Stator: contributor insights are rules of CloudWatch, "
        "which is not here; they stay DISABLED",
    ),
    *(
        (
            operation,
            {"TableName": "music", "IndexName": index, **action},
            MISSING,
            f"Requested resource not found: Index: {index} not found for table: music",
        )
        for operation, action in (("DescribeContributorInsights", {}), ("UpdateContributorInsights", ENABLE))
        for index in ("ghost", "local")
    ),
    *(
        (
            "DescribeContributorInsights",
            {"TableName": "music", "IndexName": index},
            VALIDATION,
            "IndexName must be at least 3 characters long and at most 255 characters long",
        )
        for index in ("", "ab", "x" * 256)
    ),
    (
        "ListContributorInsights",
        {"NextToken": "x"},
        VALIDATION,
        "Invalid Request: Provided nextToken is invalid: x",
    ),
    ("CreateGlobalTable", {"GlobalTableName": "music", "ReplicationGroup": REPLICATION}, VALIDATION, OF_2017),
    ("DescribeGlobalTable", {"GlobalTableName": "music"}, GONE, f"Global table not found: {GLOBAL}"),
    ("DescribeGlobalTableSettings", {"GlobalTableName": "music"}, GONE, GLOBAL),
    ("UpdateGlobalTableSettings", {"GlobalTableName": "music"}, GONE, GLOBAL),
    *(
        (operation, {"GlobalTableName": "", **members}, VALIDATION, NAME_LENGTH)
        for operation, members in (
            ("DescribeGlobalTable", {}),
            ("DescribeGlobalTableSettings", {}),
            ("UpdateGlobalTableSettings", {}),
            ("CreateGlobalTable", {"ReplicationGroup": REPLICATION}),
        )
    ),
    (
        "UpdateGlobalTable",
        {"GlobalTableName": "music", "ReplicaUpdates": [{"Create": {"RegionName": "us-west-2"}}]},
        VALIDATION,
        OF_2017,
    ),
    (
        "UpdateGlobalTable",
        {"GlobalTableName": "music", "ReplicaUpdates": [{"Delete": {"RegionName": "us-west-2"}}]},
        GONE,
        f"Global table not found: {GLOBAL}",
    ),
    *(
        (
            "UpdateGlobalTable",
            {"GlobalTableName": "music", "ReplicaUpdates": updates},
            VALIDATION,
            "One or more parameter values were invalid",
        )
        for updates in ([], [{}])
    ),
    ("DescribeTableReplicaAutoScaling", {"TableName": "music"}, MISSING, GLOBAL),
    ("UpdateTableReplicaAutoScaling", {"TableName": "music"}, MISSING, GLOBAL),
    (
        "SearchVectors",
        {"TableName": "music", **VECTOR},
        VALIDATION,
        "SearchVectors is not supported by Stator: the table does not have the specified index: vectors, and cannot "
        "have vector indexes",
    ),
]
OF_TABLES: list[tuple[str, dict[str, Any]]] = [
    ("DescribeKinesisStreamingDestination", {}),
    ("EnableKinesisStreamingDestination", {"StreamArn": KINESIS}),
    ("DisableKinesisStreamingDestination", {"StreamArn": KINESIS}),
    ("DescribeContributorInsights", {}),
    ("ListContributorInsights", {}),
    ("UpdateContributorInsights", ENABLE),
]


@pytest.mark.parametrize(("operation", "request_", "answer"), ANSWERS)
def test_what_is_off_is_described_so(
    door: Door, operation: str, request_: dict[str, Any], answer: dict[str, Any]
) -> None:
    door.call("CreateTable", TABLE)
    assert door.call(operation, request_) == answer


@pytest.mark.parametrize(("operation", "request_", "code", "message"), REFUSALS)
def test_what_cannot_be_is_refused(
    door: Door, operation: str, request_: dict[str, Any], code: str, message: str
) -> None:
    door.call("CreateTable", TABLE)
    with pytest.raises(Refusal) as refused:
        door.call(operation, request_)
    assert (refused.value.code, refused.value.message) == (code, message)


@pytest.mark.parametrize(("operation", "members"), OF_TABLES)
def test_a_table_that_is_not_there_is_named(door: Door, operation: str, members: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        door.call(operation, {"TableName": "music", **members})
    assert (refused.value.code, refused.value.message) == (MISSING, NOT_FOUND)
