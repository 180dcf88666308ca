"""A request's body -> a checked request, as `stator.api.shapes` promises it.

One pass in C for a body without fault; what that refuses is decoded again without types and explained in AWS's words.
A body that is no JSON text, or is nested past what the interpreter may recurse (over 100 levels of values), is AWS's
bare SerializationException. Of a member given twice the last stands.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from stator.api.shapes import DYNAMODB, decode_hook, explain, request_type
from stator.errors import SerializationException

Decoder = msgspec.json.Decoder[dict[str, Any]]


@cache
def _decoder(operation: str, service: str) -> Decoder:
    """Made when an operation is first called. The cache is bounded by the model's operations."""
    return msgspec.json.Decoder(request_type(operation, service), dec_hook=decode_hook)


def decode_request(operation: str, body: bytes, service: str = DYNAMODB) -> dict[str, Any]:
    """The request in `body`. `operation` must be one of the model's. Raises SerializationException and
    ValidationException."""
    try:
        return _decoder(operation, service).decode(body)
    except (ValueError, RecursionError):
        # msgspec's errors, and those of the UTF-8 codec, are ValueErrors.
        return explain(operation, parse_json(body), service)


def parse_json(body: bytes) -> Any:
    """Any JSON value. Raises a SerializationException without a message for what is none."""
    try:
        value = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        raise SerializationException from None
    if value is None:
        raise SerializationException
    return value
