"""Errors -> the status and bytes of AWS's JSON 1.0 protocol.

A fault's body is {"__type": prefix#Code, "message": text, ...}. Some families spell it "Message", and an error without
a text has no such member: the classes of `stator.errors` know. What is not the caller's error is InternalServerError,
and its body says nothing of the inside.
"""

from __future__ import annotations

from typing import Any

import msgspec

from stator.errors import InternalServerError, ServiceError

# What answers a request that is not of the protocol at all: another method, or a body of another content type.
NOT_FOUND_STATUS = 404
NOT_FOUND_BODY = b"<UnknownOperationException/>\n"

_encode = msgspec.json.Encoder().encode


class NotOfTheProtocolError(Exception):
    """A request that AWS answers with status 404 and `NOT_FOUND_BODY`."""


def encode_fault(error: ServiceError) -> tuple[int, bytes]:
    """The HTTP status and the body. Members in `error.extra` may be msgspec.Raw."""
    body: dict[str, Any] = {"__type": f"{error.type_prefix}#{error.code}"}
    if error.message:
        body[error.message_member] = error.message
    body.update(error.extra)
    return error.status, _encode(body)


def encode_exception(error: BaseException) -> tuple[int, bytes]:
    """`encode_fault` for whatever an operation raised; the caller logs what is not a ServiceError."""
    if isinstance(error, ServiceError):
        return encode_fault(error)
    if isinstance(error, NotOfTheProtocolError):
        return NOT_FOUND_STATUS, NOT_FOUND_BODY
    return encode_fault(InternalServerError("Internal server error"))
