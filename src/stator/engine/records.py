"""The bytes of a stored item: the only module that knows them.

    record := format(1 byte: 1) flags(1 byte: 0) size(4, little-endian) crc(4, little-endian) body
    size   := the item's DynamoDB size in bytes
    crc    := CRC-32 of body (the wire's own x-amz-crc32, in zlib: no dependency)
    body   := the canonical item as the wire's JSON, its key attributes first, in key-schema order

The key attributes come first so that a record's whole key can be compared without decoding it: `key_head` is the
exact text with which the body of an item with that key begins.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from zlib import crc32

import msgspec

from stator.errors import CorruptionError
from stator.values import Item

_HEAD = struct.Struct("<BBII")
HEAD_BYTES = _HEAD.size
FORMAT = 1

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, dict[str, object]]).decode


def encode(item: Item, size: int) -> bytes:
    """`item` is canonical and lists its key attributes first; `size` is its DynamoDB size."""
    body = _encode(item)
    return _HEAD.pack(FORMAT, 0, size, crc32(body)) + body


def opened(record: bytes) -> tuple[bytes, int]:
    """The item as wire JSON, and its DynamoDB size. Raises CorruptionError when the checksum fails."""
    form, _, size, crc = _HEAD.unpack_from(record)
    text = record[HEAD_BYTES:]
    if crc32(text) != crc or form != FORMAT:
        raise _corrupt(record)
    return text, size


def body(record: bytes) -> bytes:
    """The item as wire JSON. Raises CorruptionError when the checksum fails."""
    return opened(record)[0]


def _corrupt(record: bytes) -> CorruptionError:
    return CorruptionError(f"a stored item fails its checksum (format {record[0]}, {len(record)} bytes)")


def open_until(values: Iterable[bytes], room: int) -> tuple[list[bytes], int]:
    """Bodies of records in their order, up to the one whose size makes the sum reach `room`; and that sum.

    One loop for a whole page: it costs half of what `size` and `body` of each record do."""
    bodies: list[bytes] = []
    unpack, total = _HEAD.unpack_from, 0
    for record in values:
        form, _, size, crc = unpack(record)
        text = record[HEAD_BYTES:]
        if crc32(text) != crc or form != FORMAT:
            raise _corrupt(record)
        bodies.append(text)
        total += size
        if total >= room:
            break
    return bodies, total


def size(record: bytes) -> int:
    """The item's DynamoDB size in bytes."""
    number: int = _HEAD.unpack_from(record)[2]
    return number


def decode(record: bytes) -> Item:
    return _decode(body(record))


def text(item: Item) -> bytes:
    """A part of an item as wire JSON."""
    return _encode(item)


def key_head(key: Item) -> bytes:
    """The text that the body of the item with this key (canonical, in key-schema order) begins with."""
    return _encode(key)[:-1]


def number_mark(name: str) -> bytes:
    """Text that is in every record whose item has a number under `name`, and in few others."""
    return _encode(name) + b':{"N":'


def has_key(record: bytes, head: bytes) -> bool:
    return record.startswith(head, HEAD_BYTES)
