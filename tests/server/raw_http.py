"""A client that speaks bytes: sends what a test says, and reads answers one by one."""

from __future__ import annotations

import json
import socket
import struct
import zlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SIGNED = {
    "Host": "localhost",
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=aa",
}


def head(operation: str, headers: dict[str, str] | None = None, first: str = "POST / HTTP/1.1") -> bytes:
    lines = {**SIGNED, "X-Amz-Target": f"DynamoDB_20120810.{operation}", **(headers or {})}
    return (first + "\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items() if v) + "\r\n").encode()


def request(
    operation: str, body: Any = None, headers: dict[str, str] | None = None, first: str = "POST / HTTP/1.1"
) -> bytes:
    data = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
    return head(operation, {"Content-Length": str(len(data)), **(headers or {})}, first) + data


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def check(self) -> Answer:
        """What every answer carries."""
        assert len(self.headers["x-amzn-requestid"]) == 52
        assert int(self.headers["x-amz-crc32"]) == zlib.crc32(self.body)
        return self


class RawClient:
    def __init__(self, endpoint: str, read_buffer: int | None = None) -> None:
        where = urlsplit(endpoint)
        self.socket = socket.socket()
        if read_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, read_buffer)
        self.socket.settimeout(10)
        self.socket.connect((where.hostname, where.port))
        self._left = b""

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> RawClient:
        self.socket.sendall(data)
        return self

    def call(self, *arguments: Any, **named: Any) -> Answer:
        return self.send(request(*arguments, **named)).answer()

    def answer(self, bodyless: bool = False, patient: bool = False) -> Answer:
        """The next answer, whole and checked. `bodyless`: to HEAD, whose answer has a length and no body. `patient`:
        after whatever only looks whether this client is still there."""
        text = self._until(b"\r\n\r\n").decode("latin-1")
        while patient and text.startswith("HTTP/1.1 100 "):
            text = self._until(b"\r\n\r\n").decode("latin-1")
        first, *lines = text.rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = b"" if bodyless else self._exactly(int(headers["content-length"]))
        found = Answer(int(first.split(" ")[1]), headers, body)
        return found if bodyless else found.check()

    def interim(self) -> bytes:
        """The next head alone: 100 Continue."""
        return self._until(b"\r\n\r\n")

    def at_end(self) -> bool:
        """Whether the server has closed and nothing is left to read."""
        if self._left:
            return False
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def reset(self) -> None:
        """Goes away at once, as a killed client does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._left:
            self._more()
        found, _, self._left = self._left.partition(mark)
        return found + mark

    def _exactly(self, size: int) -> bytes:
        while len(self._left) < size:
            self._more()
        found, self._left = self._left[:size], self._left[size:]
        return found

    def _more(self) -> None:
        data = self.socket.recv(1 << 20)
        assert data, f"the server closed after {self._left!r}"
        self._left += data
