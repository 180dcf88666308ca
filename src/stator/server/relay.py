"""Requests on their way from a process that only reads to the one that writes, and their answers back.

Both ends hold one stream socket. A frame, in either direction:

    size of the rest (4, big-endian) | number of the request (4) | content

The content of a request is its head and body as MessagePack, that of an answer its bytes from the status line on.
Number 0 comes once from the reading end, empty, when it answers requests. A request's number a second time, empty:
its client is gone. Answers come in any order, one for every request. What waits is bounded by the connections, each of
which has one request under way.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from stator.server.messages import Request

if TYPE_CHECKING:
    from stator.server.connection import Service

Reply = Callable[[bytes], None]

_FRAME = struct.Struct(">II")
_READY = 0
_NUMBERS = (1 << 32) - 1
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[bytes, bytes, dict[bytes, bytes], bytes, bool]).decode


def _drop(_answer: bytes) -> None:
    """The reply to a client that is gone."""


class _Frames:
    """Bytes as they arrive -> whole frames."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def of(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        pending = self._pending
        pending += data
        place = 0
        while len(pending) - place >= _FRAME.size:
            size, number = _FRAME.unpack_from(pending, place)
            end = place + 4 + size
            if len(pending) < end:
                break
            yield number, bytes(memoryview(pending)[place + _FRAME.size : end])
            place = end
        if place:
            del pending[:place]


class _End(asyncio.Protocol):
    def __init__(self) -> None:
        self._frames = _Frames()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def _send(self, number: int, content: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(_FRAME.pack(4 + len(content), number) + content)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class ToWriter(_End):
    """The reading end. `lost` is called when the writer's end is gone; what waits is then never answered."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__()
        self._lost = lost
        self._waiting: dict[int, Reply] = {}
        self._number = 0

    @property
    def in_flight(self) -> int:
        return len(self._waiting)

    def ready(self) -> None:
        """Tells the writer that this process answers requests."""
        self._send(_READY, b"")

    def pass_on(self, request: Request, reply: Reply) -> None:
        self._number = self._number % _NUMBERS + 1
        self._waiting[self._number] = reply
        content = _encode((request.method, request.target, request.headers, request.body, request.old))
        self._send(self._number, content)
        request.abandon = partial(self._abandon, self._number)

    def _abandon(self, number: int) -> None:
        if number in self._waiting:
            self._waiting[number] = _drop
            self._send(number, b"")

    def data_received(self, data: bytes) -> None:
        for number, answer in self._frames.of(data):
            self._waiting.pop(number)(answer)

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        self._waiting.clear()
        self._lost()


class FromReader(_End):
    """The writer's end. `ready` and `lost` are called when the process at the other end is."""

    def __init__(self, service: Service, ready: Callable[[], None], lost: Callable[[], None]) -> None:
        super().__init__()
        self._service = service
        self._ready = ready
        self._lost = lost
        self._running: dict[int, Request] = {}

    def data_received(self, data: bytes) -> None:
        for number, content in self._frames.of(data):
            if number == _READY:
                self._ready()
            elif content:
                self._answer(number, content)
            else:
                self._abandon(number)

    def _answer(self, number: int, content: bytes) -> None:
        method, target, headers, body, old = _decode(content)
        request = Request(method, target, headers, body, old, closes=False)
        answer = self._service.answer(request, lambda whole: self._answered(number, whole))
        if answer is None:
            self._running[number] = request
        else:
            self._send(number, answer)

    def _answered(self, number: int, whole: bytes) -> None:
        self._running.pop(number, None)
        self._send(number, whole)

    def _abandon(self, number: int) -> None:
        request = self._running.get(number)
        if request is not None and request.abandon is not None:
            request.abandon()

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        for number in list(self._running):
            self._abandon(number)
        self._lost()
