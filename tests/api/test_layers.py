"""Which of the service's two layers of validation words a refusal: by the operation, what is missing, and the depth."""

from __future__ import annotations

from typing import Any

import pytest

from stator.api.shapes import check, explain
from stator.errors import ValidationException

KEY = {"pk": {"S": "a"}}
ENUM = "Member must satisfy enum value set: "
NEWER_VALUES = f"Failed to satisfy constraint: {ENUM}[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
NEWER_OPERATOR = f"Failed to satisfy constraint: {ENUM}[ALL, OR]"
OLDER_VALUES = f"Value 'X' at 'returnValues' failed to satisfy constraint: {ENUM}[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"  # noqa: E501
OLDER_OPERATOR = f"Value 'X' at 'conditionalOperator' failed to satisfy constraint: {ENUM}[OR, AND]"
NO_NAME = "Value null at 'tableName' failed to satisfy constraint: Member must not be null"
ONLY_OLD = "ReturnValues can only be ALL_OLD or NONE"
WRITES = {"PutItem": "Item", "UpdateItem": "Key", "DeleteItem": "Key"}


def _maps(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "leaf"}
    for _ in range(depth):
        value = {"M": {"n": value}}
    return value


def _lists(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "leaf"}
    for _ in range(depth):
        value = {"L": [value]}
    return value


def _write(operation: str, **more: Any) -> dict[str, Any]:
    return {"TableName": "abc", WRITES[operation]: KEY, **more}


def _refusal(operation: str, request: dict[str, Any]) -> str:
    with pytest.raises(ValidationException) as refused:
        check(operation, request)
    return refused.value.message


def _one(message: str) -> str:
    return f"1 validation error detected: {message}"


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize(
    ("member", "newer", "older"),
    [
        ("ReturnValues", NEWER_VALUES, OLDER_VALUES),
        ("ConditionalOperator", NEWER_OPERATOR, OLDER_OPERATOR),
    ],
)
def test_a_write_too_deep_for_the_newer_layer_gets_the_older_words(
    operation: str, member: str, newer: str, older: str
) -> None:
    request = _write(operation, **{member: "X"})
    assert _refusal(operation, request) == _one(newer)
    for nested in (_maps, _lists):
        for depth, message in ((40, newer), (62, newer), (63, older), (90, older)):
            deep = {**request, "ExpressionAttributeValues": {":v": nested(depth)}}
            assert _refusal(operation, deep) == _one(message)


@pytest.mark.parametrize("operation", ["PutItem", "DeleteItem"])
def test_what_a_write_cannot_return_is_told_here_only_when_the_write_is_too_deep(operation: str) -> None:
    request = _write(operation, ReturnValues="ALL_NEW")
    assert check(operation, request) == request == explain(operation, request)
    deep = {**request, "ExpressionAttributeValues": {":v": _maps(63)}}
    assert _refusal(operation, deep) == ONLY_OLD
    fine = {**deep, "ReturnValues": "ALL_OLD"}
    assert check(operation, fine) == fine


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_without_a_required_member_gets_the_older_words(operation: str) -> None:
    request = {WRITES[operation]: KEY, "ReturnValues": "X"}
    assert _refusal(operation, request) == f"2 validation errors detected: {NO_NAME}; {OLDER_VALUES}"


def test_a_query_tells_its_wrong_operator_alone_unless_something_is_missing() -> None:
    wrong = {"ConditionalOperator": "X", "Select": "X"}
    assert _refusal("Query", {"TableName": "abc", **wrong}) == NEWER_OPERATOR
    message = _refusal("Query", wrong)
    assert message.startswith("3 validation errors detected: ")
    assert NO_NAME in message
    assert OLDER_OPERATOR in message


def test_a_scan_is_always_worded_by_the_older_layer() -> None:
    assert _refusal("Scan", {"TableName": "abc", "ConditionalOperator": "X"}) == _one(OLDER_OPERATOR)


def test_the_echo_of_a_huge_map_is_cut_in_the_newer_layer_too() -> None:
    keys = [{"pk": {"S": "x" * 100_000}}]
    message = _refusal("BatchGetItem", {"RequestItems": {"a;": {"Keys": keys}}})
    assert len(message) < 70_000
    assert "...' at 'requestItems'" in message
