"""An operation's answer -> bytes, and the head of the HTTP/1.1 answer around it, with AWS's headers in AWS's order.

x-amz-crc32 is the CRC-32 of the body as sent; SDKs check it. A request id is 52 capitals and digits.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import count
from typing import Any
from zlib import crc32

import msgspec

JSON_1_0 = b"application/x-amz-json-1.0"
JSON = b"application/json"

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
_ID_CHARS = 52
# Characters of an id that count; the others are drawn anew after as many ids as those can count.
_COUNTED_CHARS = 2
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DIGITS = [first + second for first in _ALPHABET for second in _ALPHABET]

encode_answer: Callable[[Any], bytes] = msgspec.json.Encoder().encode
"""An answer's members as JSON; item bodies may be msgspec.Raw."""


class RequestIds:
    """Blocks of 1,024 ids, a random part and a count each: far cheaper than 52 random characters. One thread's."""

    __slots__ = ("_block", "_numbers", "_random")

    def __init__(self, random_: random.Random | None = None) -> None:
        self._random = random_ if random_ is not None else random.SystemRandom()
        self._numbers = count(len(_DIGITS))
        self._block = ""

    def __call__(self) -> str:
        number = next(self._numbers)
        if number >= len(_DIGITS):
            number = self._begin_block()
        return self._block + _DIGITS[number]

    def _begin_block(self) -> int:
        self._block = "".join(self._random.choices(_ALPHABET, k=_ID_CHARS - _COUNTED_CHARS))
        self._numbers = count(1)
        return 0


def http_date(seconds: float) -> str:
    """A time since the epoch as HTTP writes it, whatever the locale."""
    at = time.gmtime(seconds)
    day, month = _DAYS[at.tm_wday], _MONTHS[at.tm_mon - 1]
    return f"{day}, {at.tm_mday:02} {month} {at.tm_year} {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} GMT"


@cache
def _status_line(status: int) -> str:
    # Imported on first use: it would be a part of the time a server has to be ready.
    from http import HTTPStatus

    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"


def response_head(
    status: int,
    body: bytes,
    request_id: str,
    *,
    content_type: bytes = JSON_1_0,
    date: str = "",
    keep_alive: bool = True,
) -> bytes:
    """The head, with the empty line that ends it, for any of HTTP's statuses. `date` as HTTP has it, or nothing to
    leave it out; no Content-Type for an empty content type."""
    before, between = _fixed_parts(status, content_type, date, keep_alive)
    return f"{before}{len(body)}{between}{request_id}\r\nx-amz-crc32: {crc32(body)}\r\n\r\n".encode("latin-1")


@lru_cache(64)
def _fixed_parts(status: int, content_type: bytes, date: str, keep_alive: bool) -> tuple[str, str]:
    """What of a head stays the same for a second: the parts before and behind the content's length."""
    dated = f"Date: {date}\r\n" if date else ""
    typed = f"Content-Type: {content_type.decode()}\r\n" if content_type else ""
    connection = "keep-alive" if keep_alive else "close"
    return (
        f"{_status_line(status)}\r\nServer: Server\r\n{dated}{typed}Content-Length: ",
        f"\r\nConnection: {connection}\r\nx-amzn-RequestId: ",
    )
