"""Calls of a server from Python: to prepare tables and to check answers, never to measure.

Needs no SDK. One `Caller` is one connection; not shared between threads.
"""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from benchmarks.errors import BenchmarkError
from benchmarks.lua import HEADERS, TARGET


class Caller:
    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def call(self, operation: str, body: str) -> bytes:
        """The body of the answer; anything but a 200 is an error."""
        self._connection.request("POST", "/", body.encode(), HEADERS | {"X-Amz-Target": TARGET + operation})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise BenchmarkError(f"{operation} was answered {answer.status}: {content[:500].decode()}")
        return content

    def ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.call(operation, json.dumps(request)))
        return answer

    def close(self) -> None:
        self._connection.close()
