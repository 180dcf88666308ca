"""Bytes that are HTTP, nearly HTTP, or none, cut anywhere: answered in AWS's shape and closed, nothing logged."""

from __future__ import annotations

import json
import os
import socket
import zlib
from collections.abc import Iterator
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_http import SIGNED, RawClient, head, request

from stator.clock import SystemClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.server.bounds import Bounds
from stator.server.requestlog import RequestLog
from stator.storage.memory import MemoryStore

EXAMPLES = 8000 if os.environ.get("SOAK") else 400
STATUSES = {200, 400, 403, 404, 405, 408, 413, 417, 431, 503, 505}
LIST = request("ListTables", {})


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    said: list[str] = []
    db = Database(MemoryStore())
    log = RequestLog(said.append, SystemClock())
    with BackgroundServer(db, log=log, bounds=Bounds(body_bytes_max=1 << 20)) as endpoint:
        yield endpoint
    db.close()
    assert said == []


def exchange(endpoint: str, pieces: list[bytes], bodyless: frozenset[int] = frozenset()) -> list[int]:
    """Sends the pieces and an end; the statuses of the whole answers that came, all of AWS's shape, until the close."""
    with RawClient(endpoint) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for piece in pieces:
                client.send(piece)
            client.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has answered and closed
        received = b""
        try:
            while more := client.socket.recv(1 << 20):
                received += more
        except ConnectionResetError:
            pass
    return statuses(received, bodyless)


def statuses(received: bytes, bodyless: frozenset[int]) -> list[int]:
    found: list[int] = []
    while received:
        first, mark, received = received.partition(b"\r\n\r\n")
        assert mark, first
        line, *lines = first.decode("latin-1").split("\r\n")
        version, status, _ = line.split(" ", 2)
        assert version == "HTTP/1.1", line
        if status == "100":
            continue
        headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
        assert len(headers["x-amzn-requestid"]) == 52
        length = int(headers["content-length"])
        if len(found) in bodyless:
            length = 0
        body, received = received[:length], received[length:]
        assert len(body) == length
        if length:
            assert int(headers["x-amz-crc32"]) == zlib.crc32(body)
        assert b"Traceback" not in body
        assert int(status) in STATUSES, (line, body)
        if headers.get("content-type", "").startswith("application/"):
            answer = json.loads(body)
            assert ("__type" in answer) is (int(status) >= 400)
        found.append(int(status))
    return found


def chunked(body: bytes, sizes: list[int], extension: bytes = b"", trailer: bytes = b"") -> bytes:
    parts = []
    for size in sizes:
        part, body = body[:size], body[size:]
        if part:
            parts.append(b"%x%b\r\n%b\r\n" % (len(part), extension, part))
    if body:
        parts.append(b"%x\r\n%b\r\n" % (len(body), body))
    return b"".join([*parts, b"0\r\n", trailer, b"\r\n"])


CHUNKED = {"Transfer-Encoding": "chunked"}


@settings(max_examples=EXAMPLES // 4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(1, 40), max_size=20),
    st.sampled_from([b"", b";a=b", b';x="y"']),
    st.sampled_from([b"", b"X-Trailer: 1\r\n", b"Host: evil\r\nX-Amz-Target: DynamoDB_20120810.Scan\r\n"]),
    st.lists(st.integers(1, 200), max_size=8),
    st.integers(1, 4),
)
def test_whole_requests_are_answered_however_they_are_cut(
    endpoint: str, sizes: list[int], extension: bytes, trailer: bytes, cuts: list[int], count: int
) -> None:
    body = json.dumps({"ExclusiveStartTableName": "x" * 200, "Limit": 10}).encode()
    data = (head("ListTables", CHUNKED) + chunked(body, sizes, extension, trailer) + LIST) * count
    pieces = []
    for cut in cuts:
        pieces.append(data[:cut])
        data = data[cut:]
    assert exchange(endpoint, [*pieces, data]) == [200] * (2 * count)


def test_a_request_that_comes_a_byte_at_a_time_is_answered(endpoint: str) -> None:
    data = head("ListTables", CHUNKED) + chunked(b'{"Limit":1}', [1] * 11) + LIST
    assert exchange(endpoint, [bytes([each]) for each in data]) == [200, 200]


def with_lines(*lines: bytes, first: bytes = b"POST / HTTP/1.1", body: bytes = b"{}") -> bytes:
    """A signed request of ListTables with more header lines."""
    signed = {**SIGNED, "X-Amz-Target": "DynamoDB_20120810.ListTables"}
    common = [f"{name}: {value}".encode() for name, value in signed.items()]
    return b"\r\n".join([first, *common, *lines, b"", body])


TWO = b"Content-Length: 2"
# What is sent -> the statuses that answer it, before the connection closes
ODD: dict[str, tuple[bytes, list[int]]] = {
    "nothing": (b"", []),
    "empty lines before": (b"\r\n\r\n" + LIST, [200]),
    "half a line": (b"POST / HT", [400]),
    "half a head": (LIST[:80], [400]),
    "half a body": (with_lines(b"Content-Length: 200"), [400]),
    "half a chunk": (head("ListTables", CHUNKED) + b"5\r\n{}", [400]),
    "no end of chunks": (head("ListTables", CHUNKED) + b"2\r\n{}\r\n", [400]),
    "no size of a chunk": (head("ListTables", CHUNKED) + b"zz\r\n", [400]),
    "a chunk size of 80 bits": (head("ListTables", CHUNKED) + b"f" * 20 + b"\r\n", [400]),
    "a negative chunk size": (head("ListTables", CHUNKED) + b"-2\r\n{}\r\n0\r\n\r\n", [400]),
    "a negative length": (with_lines(b"Content-Length: -2"), [400]),
    "a length with a sign": (with_lines(b"Content-Length: +2"), [400]),
    "a length in hexadecimal": (with_lines(b"Content-Length: 0x2"), [400]),
    "a length of 80 bits": (with_lines(b"Content-Length: " + b"9" * 25), [400]),
    "a length beyond the limit": (with_lines(b"Content-Length: 99999999"), [413]),
    "two lengths": (with_lines(TWO, b"Content-Length: 3"), [400]),
    "a length and chunks": (with_lines(TWO, b"Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n"), [400]),
    "a length in the trailers": (
        head("ListTables", CHUNKED) + chunked(b"{}", [2], trailer=b"Content-Length: 2\r\n"), [400]
    ),
    "chunks twice": (with_lines(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"), [400]),
    "an unknown coding": (with_lines(b"Transfer-Encoding: gzip", body=b""), [400]),
    "a folded header": (with_lines(b"X-A: 1\r\n 2", TWO), [400]),
    "a space before the colon": (with_lines(b"X-A : 1", TWO), [400]),
    "a NUL in a header": (with_lines(b"X-A: a\0b", TWO), [400]),
    "a NUL in a name": (with_lines(b"X-\0A: b", TWO), [400]),
    "a NUL in the target": (with_lines(TWO, first=b"POST /\0 HTTP/1.1"), [400]),
    "no colon": (with_lines(b"Nothing", TWO), [400]),
    "bytes beyond ASCII": (with_lines(b"X-A: \xff\xfe", TWO), [200]),
    "line ends without returns": (with_lines(TWO).replace(b"\r\n", b"\n"), [400]),
    "a huge header": (with_lines(b"X-A: " + b"a" * 100_000, TWO), [431]),
    "a huge name": (with_lines(b"X" * 100_000 + b": 1", TWO), [431]),
    "a huge target": (with_lines(TWO, first=b"POST /" + b"a" * 100_000 + b" HTTP/1.1"), [431]),
    "very many headers": (with_lines(*[b"X-%d: 1" % number for number in range(20_000)], TWO), [431]),
    "an endless first line": (b"A" * 200_000, [400]),
    "HTTP/1.0": (with_lines(TWO, first=b"POST / HTTP/1.0"), [200]),
    "HTTP/1.0 that stays": (with_lines(TWO, b"Connection: keep-alive", first=b"POST / HTTP/1.0") * 2, [200, 200]),
    "HTTP/0.9": (b"GET /\r\n", [400]),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
    "HTTP/3.7": (with_lines(TWO, first=b"POST / HTTP/3.7"), [400]),
    "TLS": (bytes.fromhex("16030100a5010000a10303") + b"\x11" * 160, [400]),
    "an absolute target": (with_lines(TWO, first=b"POST http://localhost/ HTTP/1.1"), [200]),
    "a target of another host": (with_lines(TWO, first=b"POST http://evil.example/ HTTP/1.1"), [200]),
    "a target without a slash": (with_lines(TWO, first=b"POST * HTTP/1.1"), [200]),
    "CONNECT": (with_lines(TWO, first=b"CONNECT a:1 HTTP/1.1"), [405]),
    "an unknown method": (with_lines(TWO, first=b"BREW / HTTP/1.1"), [400]),
    "an upgrade": (with_lines(b"Connection: upgrade", b"Upgrade: websocket", TWO) + LIST, [200, 200]),
    "an upgrade to HTTP/2": (
        with_lines(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMA", TWO),
        [200],
    ),
    "an expectation": (with_lines(b"Expect: 100-continue", TWO) + LIST, [200, 200]),
    "an expectation and no body": (with_lines(b"Expect: 100-continue", b"Content-Length: 5", body=b""), [400]),
    "another expectation": (with_lines(b"Expect: tea", b"Content-Length: 500"), [417]),
    "two hosts": (with_lines(b"Host: evil.example", TWO), [403]),
    "another host": (with_lines(TWO).replace(b"Host: localhost", b"Host: evil.example"), [403]),
    "no host": (with_lines(TWO).replace(b"Host: localhost\r\n", b""), [400]),
    "an empty host": (with_lines(TWO).replace(b"Host: localhost", b"Host:"), [403]),
    "a close, and more": (with_lines(b"Connection: close", TWO) + LIST, [200]),
    "something behind": (LIST + b"\0\0\0\0", [200, 400]),
    "a good one, a bad one, a good one": (LIST + b"bad\r\n\r\n" + LIST, [200, 400]),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), ODD.values(), ids=ODD.keys())
def test_an_odd_request_is_answered_and_the_connection_closed(
    endpoint: str, data: bytes, expected: list[int]
) -> None:
    assert exchange(endpoint, [data]) == expected


@pytest.mark.parametrize(("data", "expected"), ODD.values(), ids=ODD.keys())
def test_an_odd_request_is_answered_alike_when_it_comes_in_pieces(
    endpoint: str, data: bytes, expected: list[int]
) -> None:
    cut = len(data) // 2
    assert exchange(endpoint, [data[:7], data[7:cut], data[cut:-1], data[-1:]]) == expected


_FRAGMENTS = [
    b"\r\n", b"\r\n\r\n", b"\n", b"\0", b": ", b"Content-Length: 1\r\n", b"Transfer-Encoding: chunked\r\n",
    b"0\r\n\r\n", b"ffffffff\r\n", b"POST / HTTP/1.1\r\n", b"GET / HTTP/1.0\r\n\r\n", b"Expect: 100-continue\r\n",
    b"Upgrade: h2c\r\nConnection: upgrade\r\n", b" ", b"Host: localhost\r\n",
    b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\n", b"{}", b"\xff", b"Connection: close\r\n",
]  # fmt: skip


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_damaged_streams_are_answered_and_closed(endpoint: str, seed: int) -> None:
    chances = Random(seed)
    parts = [
        LIST,
        head("ListTables", CHUNKED) + chunked(b'{"Limit":5}', [3, 4]),
        request("GetItem", {"a": 1}),
    ]
    data = bytearray(b"".join(chances.choices(parts, k=chances.randrange(1, 4))))
    for _ in range(chances.randrange(1, 6)):
        at = chances.randrange(len(data) + 1)
        gone = chances.choice((0, 0, 1, 5))
        data[at : at + gone] = chances.choice((chances.choice(_FRAGMENTS), chances.randbytes(2), b""))
    cuts = sorted(chances.randrange(len(data) + 1) for _ in range(chances.randrange(3)))
    edges = [0, *cuts, len(data)]
    pieces = [bytes(data[start:stop]) for start, stop in pairwise(edges)]
    # Where HEAD may have been asked, the lengths of answers say nothing
    if b"HEAD " in data:
        with RawClient(endpoint) as client:
            client.send(bytes(data))
            client.socket.shutdown(socket.SHUT_WR)
            assert b"HTTP/1.1 500" not in client.socket.recv(1 << 20)
    else:
        exchange(endpoint, pieces)
