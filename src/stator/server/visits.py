"""One request of an ASGI server: its body within `Bounds`, its answer, or a refusal that says why.

What `connection` does where Stator reads the HTTP itself, this does where another server has the connection: the same
service, the same limits on what one client can make the process hold, the same answers. Framing is the other server's,
and so are the headers that are about its connection: `Connection`, `Date` and `Server`.

Everything runs on the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from stator.errors import StatorError
from stator.server.connection import Service
from stator.server.connections import Connections
from stator.server.messages import Refusal, Request
from stator.server.origins import HostCheck

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# What is handed to the server at once: it waits for its client between two
_PIECE_BYTES = 64 * 1024
_LENGTH_DIGITS_MAX = 18
_OF_THE_SERVER = frozenset((b"connection", b"date", b"server"))


class _ClientGone(Exception):
    """Nobody waits for an answer."""


class Visit:
    """`run` once. To the `Connections` that count it and sweep over it, it is a connection with one request."""

    def __init__(
        self,
        connections: Connections,
        service: Service,
        hosts: HostCheck,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        self._connections = connections
        self._bounds = connections.bounds
        self._service = service
        self._hosts = hosts
        self._scope = scope
        self._receive = receive
        self._send = send
        self._headers: dict[bytes, bytes] = {}
        self._held = 0
        # Around what waits for the client, while something does; and since when, by the connections' clock
        self._patience: asyncio.Timeout | None = None
        self._since = connections.now
        self._received = 0
        self._is_sending = False

    async def run(self) -> None:
        """Raises StatorError when the client does not take its answer: the server then ends the connection."""
        connections = self._connections
        try:
            if connections.add(self):
                answer = await self._answer()
            else:
                text = "The server has as many requests as it takes. Try again."
                answer = self._service.refuse(503, text)
            if answer:
                await self._deliver(answer)
        except _ClientGone:
            return
        finally:
            connections.hold(-self._held)
            connections.keep_unsent(self, 0)
            connections.remove(self)

    # Connections call these

    def abort(self) -> None:
        """Waits for the client no longer."""
        patience, self._patience = self._patience, None
        if patience is not None:
            patience.reschedule(0.0)

    def drain(self) -> None:
        """One request is all there is, and it has begun."""

    def sweep(self, now: float) -> None:
        elapsed = now - self._since
        bounds = self._bounds
        if self._is_sending:
            too_long = elapsed > bounds.write_s_max
        else:
            too_long = self._received < (elapsed - bounds.body_grace_s) * bounds.body_bytes_per_s_min
        if too_long:
            self.abort()

    # The request

    async def _answer(self) -> bytes:
        try:
            self._check_head()
            return await self._run(self._request(await self._body()))
        except Refusal as refusal:
            return self._service.refuse(refusal.status, refusal.text)

    def _check_head(self) -> None:
        given = self._scope["headers"]
        if sum([len(name) + len(value) for name, value in given]) > self._bounds.head_bytes_max:
            text = f"The request's headers are larger than {self._bounds.head_bytes_max} bytes."
            raise Refusal(431, text)
        headers = self._headers = dict(given)
        length = headers.get(b"content-length", b"")
        if length.isdigit() and (
            len(length) > _LENGTH_DIGITS_MAX or int(length) > self._bounds.body_bytes_max
        ):
            raise Refusal(413, "")
        host = headers.get(b"host")
        if not self._hosts.allows(host):
            name = "" if host is None else host.decode("latin-1")
            raise Refusal(
                403,
                f"The host '{name}' is not served here. Use localhost or an IP address in the endpoint, "
                "or give the app this name in allowed_hosts.",
            )

    async def _body(self) -> bytes:
        """Raises Refusal, and _ClientGone."""
        try:
            async with asyncio.timeout(None) as self._patience:
                first = await self._part()
                if not first.get("more_body", False):
                    return first.get("body", b"")  # type: ignore[no-any-return]
                return await self._rest(first)
        except TimeoutError as error:
            raise Refusal(408, "The request's body arrives too slowly.") from error
        finally:
            self._patience = None

    async def _rest(self, message: Message) -> bytes:
        parts = [message.get("body", b"")]
        while message.get("more_body", False):
            if not self._hold(self._received):
                raise Refusal(
                    503, "The server is receiving as many large requests as it can hold. Try again."
                )
            message = await self._part()
            parts.append(message.get("body", b""))
        return b"".join(parts)

    async def _part(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request":
            raise _ClientGone
        self._received += len(message.get("body", b""))
        if self._received > self._bounds.body_bytes_max:
            raise Refusal(413, "")
        return message

    def _request(self, body: bytes) -> Request:
        scope = self._scope
        target = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
        query = scope.get("query_string", b"")
        return Request(
            scope["method"].encode(),
            target + b"?" + query if query else target,
            self._headers,
            body,
            scope.get("http_version") == "1.0",
            False,
        )

    async def _run(self, request: Request) -> bytes:
        """The whole answer; empty when the request was abandoned."""
        pending: asyncio.Future[bytes] = self._connections.loop.create_future()

        def reply(answer: bytes) -> None:
            if not pending.done():
                pending.set_result(answer)

        answer = self._service.answer(request, reply)
        if answer is not None:
            return answer
        self._hold(self._received)
        watch = self._connections.loop.create_task(self._look_for_client(request))
        try:
            return await pending
        except asyncio.CancelledError:
            _abandon(request)
            raise
        finally:
            watch.cancel()

    async def _look_for_client(self, request: Request) -> None:
        """What the request has begun to write goes on without its client; what it only reads ends."""
        while (await self._receive())["type"] == "http.request":
            continue
        _abandon(request)

    def _hold(self, held: int) -> bool:
        """Charges the body to the budget of all of them; false when they hold as much as they may."""
        added, self._held = held - self._held, held
        return self._connections.hold(added)

    # The answer

    async def _deliver(self, answer: bytes) -> None:
        self._is_sending = True
        status, headers, body = parts_of(answer)
        if self._scope["method"] == "HEAD":
            body = b""
        self._since = self._connections.now
        try:
            async with asyncio.timeout(None) as self._patience:
                await self._send({"type": "http.response.start", "status": status, "headers": headers})
                if len(body) > _PIECE_BYTES:
                    body = await self._deliver_pieces(body)
                await self._send({"type": "http.response.body", "body": body, "more_body": False})
        except TimeoutError as error:
            raise StatorError("The client does not take its answer: the connection is given up.") from error
        finally:
            self._patience = None

    async def _deliver_pieces(self, body: bytes) -> bytes:
        """Delivers all but the last piece, which is returned."""
        view = memoryview(body)
        place = 0
        while len(body) - place > _PIECE_BYTES:
            self._connections.keep_unsent(self, len(body) - place)
            piece = bytes(view[place : place + _PIECE_BYTES])
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            self._since = self._connections.now
            place += _PIECE_BYTES
        return bytes(view[place:])


def parts_of(answer: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """An answer of HTTP/1.1 as ASGI has it: the status, the headers under lower-case names, the body. Without the
    headers that the server sends itself."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = []
    for line in lines:
        name, _, value = line.partition(b": ")
        name = name.lower()
        if name not in _OF_THE_SERVER:
            headers.append((name, value))
    return int(first.split(b" ", 2)[1]), headers, body


def _abandon(request: Request) -> None:
    if request.abandon is not None:
        request.abandon()
