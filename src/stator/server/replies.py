"""The bytes of answers that no operation makes, and what a connection changes in an answer's head."""

from __future__ import annotations

import msgspec

from stator.wire.answers import JSON_1_0, response_head

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TYPE = "com.amazon.coral.service#"
_KINDS = {403: "AccessDeniedException", 500: "InternalServerError", 503: "ServiceUnavailable"}


def whole(request_id: str, status: int, body: bytes, content_type: bytes = JSON_1_0, date: str = "") -> bytes:
    return response_head(status, body, request_id, content_type=content_type, date=date) + body


def refusal(request_id: str, status: int, text: str, date: str = "") -> bytes:
    """An answer about HTTP itself, in the shape of a service error so that an SDK shows its text. 413 comes without
    a text, as AWS's has no body."""
    if not text:
        return whole(request_id, status, b"", b"", date)
    kind = _KINDS.get(status, "SerializationException")
    member = "Message" if kind == "SerializationException" else "message"
    return whole(request_id, status, msgspec.json.encode({"__type": _TYPE + kind, member: text}), date=date)


def closing(answer: bytes) -> bytes:
    """The answer as the last one of its connection."""
    return answer.replace(b"\r\nConnection: keep-alive\r\n", b"\r\nConnection: close\r\n", 1)


def with_lines(answer: bytes, lines: bytes) -> bytes:
    """The answer with more header lines, each with its line end."""
    cut = answer.index(b"\r\n") + 2
    return answer[:cut] + lines + answer[cut:]


def without_body(answer: bytes) -> bytes:
    """What HEAD gets: the head alone, its Content-Length telling of the body."""
    return answer[: answer.index(b"\r\n\r\n") + 4]
