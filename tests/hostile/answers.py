"""What every answer must be like, whatever was asked: AWS's shape, never a fault of ours."""

from __future__ import annotations

import json
from typing import Any

from raw_http import RawClient, request

from stator.api.operations import service_of


def ask(client: RawClient, operation: str, body: Any) -> bytes:
    """The bytes of a request, whichever service has the operation."""
    return request(operation, body, {"X-Amz-Target": f"{service_of(operation)}.{operation}"})


def check_answer(status: int, body: bytes, about: str = "") -> None:
    """The request id and the checksum are the client's to check."""
    answer = json.loads(body)
    assert isinstance(answer, dict), about
    if status == 200:
        assert "__type" not in answer, about
        return
    assert status == 400, f"{about}: {status} {body[:300]!r}"
    prefix, mark, code = answer.pop("__type").partition("#")
    assert mark, about
    assert prefix.startswith("com.amazon"), about
    assert code.isidentifier(), about
    assert code != "InternalServerError", f"{about}: {body[:300]!r}"
    for text in (answer.get("message", ""), answer.get("Message", "")):
        assert "Traceback" not in text, f"{about}: {text}"
