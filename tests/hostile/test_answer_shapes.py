"""The check of answers finds what is wrong with one; and what it has found."""

from __future__ import annotations

import json
from typing import Any

import pytest
from answer_shapes import check_shapes
from doors import InProcessDoor
from requests_of import CREATE

from stator.api.shapes import DYNAMODB

ITEM: dict[str, Any] = {"Item": {"pk": {"S": "a"}}}
WRONG: list[tuple[str, str, int, dict[str, Any]]] = [
    ("an unknown member", "GetItem", 200, {**ITEM, "Items": []}),
    ("a value of two kinds", "GetItem", 200, {"Item": {"pk": {"S": "a", "N": "1"}}}),
    ("a number that is no text", "GetItem", 200, {"Item": {"pk": {"N": 1}}}),
    ("no base64", "GetItem", 200, {"Item": {"pk": {"B": "?"}}}),
    ("a text for a number", "Query", 200, {"Count": "1"}),
    ("a boolean for a number", "Query", 200, {"Count": True}),
    ("an object for a list", "Query", 200, {"Items": {}}),
    ("an unknown enum", "DescribeTable", 200, {"Table": {"TableStatus": "GONE"}}),
    (
        "a missing member",
        "DescribeBackup",
        200,
        {"BackupDescription": {"BackupDetails": {"BackupName": "x"}}},
    ),
    ("members where there are none", "UntagResource", 200, {"Tags": []}),
    ("another operation's error", "GetItem", 400, {"__type": "x#BackupNotFoundException", "message": "x"}),
    ("an error that is none", "GetItem", 400, {"__type": "x#KeyError", "message": "x"}),
    ("an error's unknown member", "PutItem", 400, {"__type": "x#ConditionalCheckFailedException", "Key": {}}),
]


@pytest.mark.parametrize(
    ("operation", "status", "answer"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG]
)
def test_what_aws_would_not_answer_is_found(operation: str, status: int, answer: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        check_shapes(DYNAMODB, operation, status, json.dumps(answer).encode())


def test_what_aws_answers_is_let_through() -> None:
    check_shapes(DYNAMODB, "GetItem", 200, json.dumps(ITEM).encode())
    refused = {"__type": "x#ConditionalCheckFailedException", "message": "x", **ITEM}
    check_shapes(DYNAMODB, "PutItem", 400, json.dumps(refused).encode())


def test_a_throttled_statement_of_a_batch_has_only_the_members_of_its_error() -> None:
    """It had throttlingReasons as well, which the service's model knows on whole requests alone."""
    door = InProcessDoor()
    door.call("CreateTable", {**CREATE, "OnDemandThroughput": {"MaxWriteRequestUnits": 1}})
    insert = {"Statement": "INSERT INTO hostile VALUE {'pk': ?}"}
    for number in range(1000):
        answer = door.call(
            "BatchExecuteStatement", {"Statements": [{**insert, "Parameters": [{"S": f"{number}"}]}]}
        )
        error = answer["Responses"][0].get("Error")
        if error is not None:
            assert error == {"Code": "ThrottlingError", "Message": error["Message"]}
            return
    raise AssertionError("it was never throttled")
