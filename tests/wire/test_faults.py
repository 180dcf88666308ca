"""Errors as bytes: the prefix of `__type`, the spelling of "message", and what never leaves the house."""

from __future__ import annotations

import json

import msgspec
import pytest

from stator import errors
from stator.wire.faults import NotOfTheProtocolError, encode_exception, encode_fault

DYNAMODB = "com.amazonaws.dynamodb.v20120810#"
VALIDATE = "com.amazon.coral.validate#"
SERVICE = "com.amazon.coral.service#"


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (
            errors.ValidationException("why"),
            400,
            {"__type": f"{VALIDATE}ValidationException", "message": "why"},
        ),
        (
            errors.SerializationException("why"),
            400,
            {"__type": f"{SERVICE}SerializationException", "Message": "why"},
        ),
        (errors.SerializationException(), 400, {"__type": f"{SERVICE}SerializationException"}),
        (errors.UnknownOperationException(), 400, {"__type": f"{SERVICE}UnknownOperationException"}),
        (
            errors.MissingAuthenticationTokenException("why"),
            400,
            {"__type": f"{SERVICE}MissingAuthenticationTokenException", "message": "why"},
        ),
        (
            errors.ResourceNotFoundException("why"),
            400,
            {"__type": f"{DYNAMODB}ResourceNotFoundException", "message": "why"},
        ),
        (
            errors.ConditionalCheckFailedException("why", Item=msgspec.Raw(b'{"a":{"S":"b"}}')),
            400,
            {
                "__type": f"{DYNAMODB}ConditionalCheckFailedException",
                "message": "why",
                "Item": {"a": {"S": "b"}},
            },
        ),
        (
            errors.TransactionCanceledException("why", CancellationReasons=[{"Code": "None"}]),
            400,
            {
                "__type": f"{DYNAMODB}TransactionCanceledException",
                "Message": "why",
                "CancellationReasons": [{"Code": "None"}],
            },
        ),
        (errors.ServiceUnavailable("why"), 503, {"__type": f"{SERVICE}ServiceUnavailable", "message": "why"}),
    ],
)
def test_a_fault_is_spelled_as_its_family_is(
    error: errors.ServiceError, status: int, body: dict[str, object]
) -> None:
    answered, encoded = encode_fault(error)
    assert (answered, json.loads(encoded)) == (status, body)


def test_an_unknown_operation_is_byte_for_byte_the_services() -> None:
    assert encode_fault(errors.UnknownOperationException())[1] == (
        b'{"__type":"com.amazon.coral.service#UnknownOperationException"}'
    )


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("secret"), errors.CorruptionError("secret"), KeyError("secret")]
)
def test_what_is_not_the_callers_error_says_nothing_of_the_inside(error: Exception) -> None:
    assert encode_exception(error) == (
        500,
        b'{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"Internal server error"}',
    )


def test_what_is_not_of_the_protocol_gets_a_page() -> None:
    assert encode_exception(NotOfTheProtocolError()) == (404, b"<UnknownOperationException/>\n")


def test_a_modelled_error_stays_itself_among_exceptions() -> None:
    error = errors.ValidationException("why")
    assert encode_exception(error) == encode_fault(error)
