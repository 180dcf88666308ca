"""Shard iterators: a place in a shard that a client holds, good for 15 minutes, and only as it was given out.

    iterator := stream ARN "|1|" base64(body mac)
    body     := table_id(4) shard number(4) place(8) time(8)        big-endian; time in milliseconds since the epoch
    mac      := BLAKE2b-128 of the ARN and the body, keyed with the store's salt

So no other process need know of an iterator, and none that a client made up is taken.
"""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest

from stator.errors import ExpiredIteratorException, ValidationException
from stator.limits import SHARD_ITERATOR_S

_BODY = struct.Struct(">IIQQ")
_MAC_BYTES = 16
_PERSON = b"shard iterator"
_VERSION = "|1|"
EXPIRED = "The provided iterator exceeds the maximum age allowed"
INVALID = "Invalid ShardIterator"


@dataclass(frozen=True, slots=True)
class ShardIterator:
    """`place`: the sequence number of the next record to look at."""

    stream_arn: str
    table_id: int
    shard: int
    place: int


def encode(iterator: ShardIterator, salt: bytes, now: float) -> str:
    body = _BODY.pack(iterator.table_id, iterator.shard, iterator.place, int(now * 1000))
    token = b64encode(body + _mac(iterator.stream_arn, body, salt)).decode()
    return f"{iterator.stream_arn}{_VERSION}{token}"


def decode(text: str, salt: bytes, now: float) -> ShardIterator:
    """Raises ValidationException for a text that was never given out, and ExpiredIteratorException."""
    arn, _, token = text.partition(_VERSION)
    try:
        data = b64decode(token, validate=True)
    except ValueError:
        data = b""
    body, mac = data[: _BODY.size], data[_BODY.size :]
    if len(mac) != _MAC_BYTES or not compare_digest(mac, _mac(arn, body, salt)):
        raise ValidationException(INVALID)
    table_id, shard, place, time_ms = _BODY.unpack(body)
    if now * 1000 - time_ms > SHARD_ITERATOR_S * 1000:
        raise ExpiredIteratorException(EXPIRED)
    return ShardIterator(arn, table_id, shard, place)


def _mac(arn: str, body: bytes, salt: bytes) -> bytes:
    return blake2b(
        arn.encode(errors="replace") + body, digest_size=_MAC_BYTES, key=salt, person=_PERSON
    ).digest()
