"""One call after another of every family of operations, made through both doors: what they answer is the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from boto3_doors import Door
from botocore.exceptions import ClientError

Doors = Callable[..., tuple[Door, Door]]
Call = tuple[str, dict[str, Any]]

T: dict[str, Any] = {"TableName": "orders"}
A = {"pk": {"S": "a"}, "sk": {"N": "1"}}
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/orders"
VALUE = {":v": {"S": "a"}}

CALLS: list[Call] = [
    (
        "create_table",
        {
            **T,
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "N"},
            ],
            "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
            "Tags": [{"Key": "team", "Value": "x"}],
        },
    ),
    ("describe_table", T),
    ("describe_table", {"TableName": ARN}),
    ("list_tables", {}),
    ("put_item", {**T, "Item": A | {"b": {"B": b"\xff\x00"}}, "ReturnConsumedCapacity": "INDEXES"}),
    ("put_item", {**T, "Item": A, "ReturnValues": "ALL_OLD"}),
    ("put_item", {**T, "Item": A, "ConditionExpression": "attribute_not_exists(pk)"}),
    ("put_item", {**T, "Item": {"pk": {"N": "1"}, "sk": {"N": "1"}}}),
    ("put_item", {**T, "Item": A | {"n": {"N": "no number"}}}),
    (
        "update_item",
        {
            **T,
            "Key": A,
            "UpdateExpression": "SET n = if_not_exists(n, :v)",
            "ReturnValues": "ALL_NEW",
            "ExpressionAttributeValues": {":v": {"N": "1.50"}},
        },
    ),
    ("update_item", {**T, "Key": A, "UpdateExpression": "SET pk = :v", "ExpressionAttributeValues": VALUE}),
    ("get_item", {**T, "Key": A, "ConsistentRead": True, "ReturnConsumedCapacity": "TOTAL"}),
    ("get_item", {**T, "Key": A, "ProjectionExpression": "n"}),
    ("get_item", {**T, "Key": {"pk": {"S": "a"}}}),
    ("query", {**T, "KeyConditionExpression": "pk = :v", "ExpressionAttributeValues": VALUE}),
    ("query", {**T, "KeyConditionExpression": "pk = :v AND", "ExpressionAttributeValues": VALUE}),
    (
        "scan",
        {**T, "Limit": 1, "FilterExpression": "sk > :v", "ExpressionAttributeValues": {":v": {"N": "0"}}},
    ),
    ("scan", {**T, "Segment": 2, "TotalSegments": 2}),
    (
        "batch_write_item",
        {"RequestItems": {"orders": [{"PutRequest": {"Item": A}}, {"PutRequest": {"Item": A}}]}},
    ),
    ("batch_write_item", {"RequestItems": {"orders": [{"DeleteRequest": {"Key": A}}]}}),
    ("batch_get_item", {"RequestItems": {"orders": {"Keys": [A]}}}),
    ("transact_write_items", {"TransactItems": [{"Put": {**T, "Item": A}}], "ClientRequestToken": "once"}),
    ("transact_write_items", {"TransactItems": [{"Put": {**T, "Item": A}}], "ClientRequestToken": "once"}),
    ("transact_write_items", {"TransactItems": [{"Delete": {**T, "Key": A}}], "ClientRequestToken": "once"}),
    ("transact_get_items", {"TransactItems": [{"Get": {**T, "Key": A}}]}),
    ("execute_statement", {"Statement": "SELECT * FROM \"orders\" WHERE pk = 'a'"}),
    ("execute_statement", {"Statement": "SELEKT"}),
    (
        "batch_execute_statement",
        {"Statements": [{"Statement": "DELETE FROM orders WHERE pk = 'a' AND sk = 9"}]},
    ),
    ("update_time_to_live", {**T, "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "ttl"}}),
    ("describe_time_to_live", T),
    ("update_table", {**T, "BillingMode": "PAY_PER_REQUEST"}),
    ("update_table", {**T, "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}),
    ("tag_resource", {"ResourceArn": ARN, "Tags": [{"Key": "a", "Value": "b"}]}),
    ("list_tags_of_resource", {"ResourceArn": ARN}),
    ("untag_resource", {"ResourceArn": ARN, "TagKeys": ["a"]}),
    ("get_resource_policy", {"ResourceArn": ARN}),
    ("create_backup", {**T, "BackupName": "first"}),
    ("list_backups", T),
    ("describe_continuous_backups", T),
    (
        "update_continuous_backups",
        {**T, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
    ),
    ("describe_limits", {}),
    ("describe_contributor_insights", T),
    ("describe_kinesis_streaming_destination", T),
    ("list_exports", {}),
    ("list_imports", {}),
    ("list_global_tables", {}),
    ("describe_export", {"ExportArn": ARN + "/export/01489602797149-73d8d5bc"}),
    ("delete_item", {**T, "Key": A, "ReturnValues": "ALL_OLD"}),
    ("delete_table", T),
    ("delete_table", T),
]
OF_ONE_RUN = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{14}-[0-9a-f]{8}|\d{4}-\d\d-\d\dT[\d:.]+")


def tame(value: Any) -> Any:
    """Without what is another in each database: moments and ids."""
    if isinstance(value, dict):
        return {name: tame(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [tame(inner) for inner in value]
    if isinstance(value, datetime):
        return "a moment"
    return OF_ONE_RUN.sub("*", value) if isinstance(value, str) else value


def outcome(client: Any, call: Call) -> Any:
    method, request = call
    try:
        answer = getattr(client, method)(**request)
    except ClientError as error:
        answer = {"class": type(error).__name__, "text": str(error), **error.response}
    metadata = answer.pop("ResponseMetadata")
    headers = [(name, value) for name, value in metadata["HTTPHeaders"].items() if name in SAME_HEADERS]
    return [tame(answer), metadata["HTTPStatusCode"], list(metadata["HTTPHeaders"]), headers]


SAME_HEADERS = ("server", "content-type", "connection")


def test_every_answer_and_refusal_is_the_same_through_both_doors(doors: Doors) -> None:
    inside, over_http = (door.client() for door in doors())
    differing = {}
    for call in CALLS:
        first, second = outcome(inside, call), outcome(over_http, call)
        if first != second:
            differing[call[0]] = (first, second)
    assert differing == {}


@pytest.mark.parametrize("operation", ["list_streams", "describe_stream", "get_records"])
def test_refusals_of_streams_are_the_same(doors: Doors, operation: str) -> None:
    requests = {
        "list_streams": {"TableName": "nothing"},
        "describe_stream": {"StreamArn": ARN + "/stream/2026-01-01T00:00:00.000"},
        "get_records": {"ShardIterator": "not one"},
    }
    call = (operation, requests[operation])
    first, second = (outcome(door.client("dynamodbstreams"), call) for door in doors())
    assert first == second
