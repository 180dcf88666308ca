"""Descriptions as stored: JSON with a checksum of itself, so that a changed bit is never taken for what was written.

    sealed := msgspec JSON, whose last member is "crc32": of the text before it, eight hexadecimal digits
            | msgspec JSON of an array, whose last element is "crc32:" and the digits

A row without a checksum is one of an earlier version, and is read as it is; that version reads past the checksum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from zlib import crc32

import msgspec

from stator.errors import CorruptionError

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode
_MEMBER, _ELEMENT = b',"crc32":"', b',"crc32:'
_DIGITS = 8


def encode(value: Any) -> bytes:
    """`value`: a msgspec Struct with members."""
    text = _encode(value)
    mark = _MEMBER if text[:1] == b"{" else _ELEMENT
    return b'%b%b%08x"%b' % (text[:-1], mark, crc32(text[:-1]), text[-1:])


def decoder(kind: type[T]) -> Callable[[bytes], T]:
    """What reads values of that kind. It raises CorruptionError for what is not as it was written."""
    decode_text = msgspec.json.Decoder(kind).decode

    def decode(stored: bytes) -> T:
        mark = _MEMBER if stored[:1] == b"{" else _ELEMENT
        end = len(stored) - _DIGITS - 2
        start = end - len(mark)
        if stored[start:end] == mark and stored[end:-2] != b"%08x" % crc32(stored[:start]):
            raise CorruptionError(f"a stored {kind.__name__} fails its checksum ({len(stored)} bytes)")
        try:
            return decode_text(stored)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise CorruptionError(f"a stored {kind.__name__} cannot be decoded: {error}") from error

    return decode
