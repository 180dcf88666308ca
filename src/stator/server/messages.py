"""Bytes of one connection -> requests. HTTP/1.0 and 1.1 as llhttp reads them, within `Bounds`.

A `RequestParser` is fed what arrives and appends whole requests, in order, to its queue. What is no request, or is
one that must not be read to its end, raises `Refusal`: then nothing more may be fed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import httptools

from stator.server.bounds import Bounds

# What an intermediary negotiates and this server never does: such a request is served as if it had not asked.
_UPGRADE_HEADERS = frozenset((b"connection", b"upgrade", b"http2-settings"))


class Refusal(Exception):
    """A request that is answered without being read to its end; the connection closes after the answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Request:
    """A whole request. Header names are lower case; of headers given twice the last stands.

    `old`: HTTP/1.0. `plain`: kept alive and not HEAD, so that an answer can go out as it is. `abandon` is set while
    an answer is pending that nobody need wait for: to be called when the client is gone."""

    __slots__ = ("abandon", "body", "closes", "headers", "method", "old", "plain", "target")

    def __init__(
        self, method: bytes, target: bytes, headers: dict[bytes, bytes], body: bytes, old: bool, closes: bool
    ) -> None:
        self.abandon: Callable[[], None] | None = None
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.old = old
        self.closes = closes
        self.plain = not closes and method != b"HEAD"


class RequestParser:
    """`partial` is true between a request's first and last byte; `partial_bytes`, `whole_head`, `headers` and `body`
    are about that request. `began` is set whenever one begins, for the reader to clear."""

    __slots__ = (
        "_bounds",
        "_chunk",
        "_fields",
        "_parser",
        "_target",
        "began",
        "body",
        "headers",
        "on_body",
        "partial",
        "partial_bytes",
        "ready",
        "refusal",
        "whole_head",
    )

    def __init__(self, bounds: Bounds, ready: deque[Request]) -> None:
        self._bounds = bounds
        self.ready = ready
        self.refusal: Refusal | None = None
        self.partial = False
        self.began = False
        self.partial_bytes = 0
        self.whole_head = False
        self.headers: dict[bytes, bytes] = {}
        self.body = bytearray()
        self._fields: dict[bytes, bytes] = {}
        self._target = b""
        self._chunk = 0
        self.on_body = self.body.extend
        self._parser = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> None:
        """Reads on. Raises Refusal; requests that were whole before it are in the queue."""
        self._chunk = len(data)
        if self.partial:
            self.partial_bytes += len(data)
        rest: bytes | memoryview = data
        while rest:
            try:
                self._parser.feed_data(rest)
                break
            except httptools.HttpParserUpgrade as upgrade:
                rest = memoryview(rest)[upgrade.args[0] :]
                self._decline_upgrade()
            except httptools.HttpParserCallbackError:
                raise
            except httptools.HttpParserError as error:
                raise Refusal(400, f"The request is not valid HTTP/1.1: {error}.") from error
        if self.refusal is not None:
            raise self.refusal
        if self.partial:
            self._hold_to_bounds()

    def forget(self) -> None:
        """Breaks the cycle between this object and llhttp's, so that a closed connection is freed at once."""
        del self._parser

    # llhttp calls these

    def on_message_begin(self) -> None:
        self.partial = True
        self.began = True
        self.partial_bytes = 0
        self.whole_head = False
        if self._fields:
            self._fields = {}

    def on_url(self, part: bytes) -> None:
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields[name.lower()] = value

    def on_headers_complete(self) -> None:
        if self.partial_bytes + self._chunk > self._bounds.head_bytes_max:
            self._hold_head_to_bounds()
        # Trailers, which come after, go to a dict that nobody reads
        self.headers = self._fields
        self._fields = {}
        self.whole_head = True

    def on_message_complete(self) -> None:
        parser = self._parser
        self.partial = False
        body = self.body
        if len(body) > self._bounds.body_bytes_max:
            self.refusal = self.refusal or Refusal(413, "")
        version = parser.get_http_version()
        if version not in ("1.1", "1.0"):
            self.refusal = self.refusal or Refusal(505, f"HTTP/{version} is not served here, HTTP/1.1 is.")
        if self.refusal is None:
            request = Request(
                parser.get_method(),
                self._target,
                self.headers,
                bytes(body),
                version == "1.0",
                not parser.should_keep_alive(),
            )
            self.ready.append(request)
        self._target = b""
        if body:
            body.clear()

    # Rare

    def _hold_head_to_bounds(self) -> None:
        fields = self._fields
        total = len(self._target) + sum(map(len, fields)) + sum(map(len, fields.values()))
        if total > self._bounds.head_bytes_max:
            self.refusal = _head_too_large(self._bounds)

    def _hold_to_bounds(self) -> None:
        """Checks a request that is still arriving; `partial_bytes` leaves out its first chunk."""
        bounds = self._bounds
        if not self.whole_head:
            if self.partial_bytes > bounds.head_bytes_max:
                raise _head_too_large(bounds)
            return
        # llhttp has checked that it is a number, and refuses one of more than 64 bits
        declared = self.headers.get(b"content-length", b"0")
        if int(declared) > bounds.body_bytes_max or len(self.body) > bounds.body_bytes_max:
            raise Refusal(413, "")
        if self.partial_bytes - len(self.body) > bounds.chunk_overhead_max + bounds.head_bytes_max:
            raise Refusal(400, "The chunked body is mostly sizes and line ends: send larger chunks.")

    def _decline_upgrade(self) -> None:
        """llhttp stops after the head of a request that offers an upgrade, body unread: the same head without the
        offer is fed to a new parser, which is what ignoring the offer means (RFC 9110, 7.8)."""
        if self.refusal is not None:
            raise self.refusal
        request = self.ready.pop()
        if request.method == b"CONNECT":
            raise Refusal(405, "This is no proxy: CONNECT is not served.")
        lines = [b"%b %b HTTP/1.1" % (request.method, request.target)]
        for name, value in request.headers.items():
            if name not in _UPGRADE_HEADERS:
                lines.append(b"%b: %b" % (name, value))
        self._parser = httptools.HttpRequestParser(self)
        self._parser.feed_data(b"\r\n".join(lines) + b"\r\n\r\n")


def _head_too_large(bounds: Bounds) -> Refusal:
    return Refusal(431, f"The request's headers are larger than {bounds.head_bytes_max} bytes.")
