"""A request's body -> a checked request, as `stator.api.shapes` promises it.

One pass in C for a body without fault; what that refuses is decoded again without types and explained in AWS's words.
A body that is no JSON text, or is nested past what the interpreter may recurse (over 100 levels of values), is AWS's
bare SerializationException. Of a member given twice the last stands.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from stator.api.repeated import Repeated
from stator.api.shapes import DYNAMODB, decode_hook, explain, request_type
from stator.errors import SerializationException
from stator.limits import REPEATED_BYTES_MAX, REPEATED_TEXT_BYTES_MAX

# What a request and what is kept with it weigh: so much, and so much for each byte of its text
_REPEATED_BYTES = 1500
_BYTES_A_LETTER = 4

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


class RepeatedRequests:
    """Requests of one operation by their text, the ones read lately: at most `bytes_max` of texts and what is kept
    with them, by an estimate. One thread's.

    Two halves, as large as each other: what is asked for comes into the younger; when that is full it becomes the
    elder, and what lay there and was not asked for again is gone."""

    def __init__(self, operation: str, bytes_max: int = REPEATED_BYTES_MAX) -> None:
        self._operation = operation
        self._half_bytes = bytes_max // 2
        self._room = self._half_bytes
        self._younger: dict[bytes, Repeated] = {}
        self._elder: dict[bytes, Repeated] = {}

    def decode(self, body: bytes) -> dict[str, Any]:
        """As `decode_request`; the same object for the same text."""
        request = self._younger.get(body)
        if request is not None:
            return request
        request = self._elder.get(body)
        if request is None:
            decoded = decode_request(self._operation, body)
            if len(body) > REPEATED_TEXT_BYTES_MAX:
                return decoded
            request = Repeated(decoded)
        self._younger[body] = request
        self._room -= _REPEATED_BYTES + _BYTES_A_LETTER * len(body)
        if self._room < 0:
            self._elder, self._younger = self._younger, {}
            self._room = self._half_bytes
        return request


def parse_json(body: bytes) -> Any:
    """Any JSON value. Raises a SerializationException without a message for what is none."""
    try:
        value = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        raise SerializationException from None
    if value is None:
        raise SerializationException
    return value
