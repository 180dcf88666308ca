"""The two ways into a database that every case goes: in process, and over HTTP as a client that knows no SDK."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec

from stator.client.in_process import InProcess
from stator.engine.database import Database
from stator.errors import ServiceError
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore

_AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261010/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host;x-amz-date;x-amz-target, Signature=00"
)


class Refusal(Exception):
    """What a caller sees of an error: its code, its message, and its other members."""

    def __init__(self, code: str, message: str, members: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.members = members or {}


class Door(Protocol):
    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer. Raises Refusal."""
        ...


class InProcessDoor:
    def __init__(self, db: Database | None = None) -> None:
        self._client = InProcess(db or Database(MemoryStore()))

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._client.call(operation, request)
        except ServiceError as error:
            members = msgspec.json.decode(msgspec.json.encode(error.extra))
            raise Refusal(error.code, error.message, members) from error


class HttpDoor:
    """One connection, kept alive."""

    def __init__(self, endpoint: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "X-Amz-Date": "20261010T000000Z",
            "Authorization": _AUTHORIZATION,
        }
        self._connection.request("POST", "/", json.dumps(request), headers)
        response = self._connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
        if response.status != 200:
            code = answer.pop("__type").partition("#")[2]
            raise Refusal(code, answer.pop("message", answer.pop("Message", "")), answer)
        return answer

    def close(self) -> None:
        self._connection.close()


@contextmanager
def http_door(db: Database | None = None) -> Iterator[HttpDoor]:
    """A door into a database, a fresh one unless it is given, of its own server."""
    with BackgroundServer(db or Database(MemoryStore())) as endpoint:
        door = HttpDoor(endpoint)
        try:
            yield door
        finally:
            door.close()
