"""Key attributes as bytes whose memcmp order is the order of the values. Part of the file format.

    last     := number | text bytes (UTF-8) | binary bytes            a sort key at the end of a key
    part     := number | escaped                                      any other place: self-delimiting
    escaped  := (byte from 01 to ff | 00 ff)* 00 01                   of text or binary bytes
    number   := 01 exponent pairs ff     negative: exponent and pairs complemented (255 - byte)
              | 02                       zero
              | 03 exponent pairs 00     positive
    exponent := the first significant digit's exponent, -130 to 125, plus 130: one byte
    pairs    := two significant digits in a byte, as binary-coded decimal plus 1 (01 to 9a); an odd last
                digit is followed by 0

A number takes at most 22 bytes and is self-delimiting everywhere. Escaping keeps order, prefixes included:
the end, 00 01, sorts below an escaped zero byte, 00 ff, and below every other byte. An attribute of a key has
one type, so a key holds no types.

    H16 input := (type(1 byte: S, N or B) part)+                      for `partition_hash`
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from stator.errors import CorruptionError
from stator.keys.space import HASH_BYTES
from stator.values import AttributeValue
from stator.values.numbers import EXPONENT_MAX, EXPONENT_MIN, compose, decompose

NUMBER_BYTES_MAX = 22

_NEGATIVE, _ZERO, _POSITIVE = 1, 2, 3
_END_NEGATIVE, _END_POSITIVE = b"\xff", b"\x00"
_ESCAPED_ZERO = b"\x00\xff"
_END = b"\x00\x01"

_PLUS_ONE = bytes((byte + 1) % 256 for byte in range(256))
_MINUS_ONE = bytes((byte - 1) % 256 for byte in range(256))
_COMPLEMENT = bytes(255 - byte for byte in range(256))
_POSITIVE_HEADS = {
    exponent: bytes((_POSITIVE, exponent - EXPONENT_MIN))
    for exponent in range(EXPONENT_MIN, EXPONENT_MAX + 1)
}
_TYPE_BYTES = {"S": b"S", "N": b"N", "B": b"B"}


def sort_key(value: AttributeValue) -> bytes:
    """The last part of a key. `value` is a canonical string, number or binary."""
    for kind, content in value.items():
        if kind == "S":
            text: str = content
            return text.encode()
        if kind == "N":
            return encode_number(content)
        if kind == "B":
            return a2b_base64(content)
    raise _not_a_key(value)


def sort_key_part(value: AttributeValue) -> bytes:
    """A part of a key that is not last: self-delimiting. `value` as for `sort_key`."""
    if "N" in value:
        return encode_number(value["N"])
    return _escape(sort_key(value)) + _END


def sort_key_part_prefix(value: AttributeValue) -> bytes:
    """What the parts of all strings (or binaries) that begin with `value` begin with."""
    if "N" in value:
        raise _not_a_key(value)
    return _escape(sort_key(value))


def partition_hash(salt: bytes, values: Sequence[AttributeValue]) -> bytes:
    """The 16-byte H16 of a partition key's values, keyed by the file's salt (at most 64 bytes)."""
    # A copy of a keyed hash is taken for each: the key's block is mixed in once, and half the time is saved.
    digest = _keyed(salt).copy()
    for value in values:
        text = value.get("S")
        if text is None:
            digest.update(_type_byte(value) + sort_key_part(value))
        else:
            digest.update(b"S%b\x00\x01" % text.encode().replace(b"\x00", _ESCAPED_ZERO))
    return digest.digest()


@lru_cache(64)
def _keyed(salt: bytes) -> blake2b:
    return blake2b(digest_size=HASH_BYTES, key=salt)


def encode_number(number: str) -> bytes:
    """A canonical number's bytes."""
    if number == "0":
        return b"\x02"
    if "." in number or number[0] == "-":
        negative, digits, exponent = decompose(number)
    else:
        negative, digits, exponent = False, number.rstrip("0"), len(number) - 1
    if len(digits) & 1:
        digits += "0"
    pairs = bytes.fromhex(digits).translate(_PLUS_ONE)
    head = _POSITIVE_HEADS[exponent]
    if negative:
        return b"\x01" + (head[1:] + pairs).translate(_COMPLEMENT) + _END_NEGATIVE
    return head + pairs + _END_POSITIVE


def decode_number(data: bytes, offset: int = 0) -> tuple[str, int]:
    """The canonical number that begins at `offset`, and where it ends. Raises CorruptionError."""
    sign = data[offset] if offset < len(data) else -1
    if sign == _ZERO:
        return "0", offset + 1
    if sign not in (_NEGATIVE, _POSITIVE):
        raise CorruptionError(f"no number begins at byte {offset} of key {data.hex()}")
    negative = sign == _NEGATIVE
    end = data.find(_END_NEGATIVE if negative else _END_POSITIVE, offset + 2)
    if end < 0:
        raise CorruptionError(f"the number at byte {offset} of key {data.hex()} has no end")
    body = data[offset + 1 : end]
    if negative:
        body = body.translate(_COMPLEMENT)
    digits = body[1:].translate(_MINUS_ONE).hex()
    if not digits.isdecimal():
        raise CorruptionError(f"the number at byte {offset} of key {data.hex()} has other than digits")
    return compose(negative, digits.rstrip("0"), body[0] + EXPONENT_MIN), end + 1


def decode_sort_key(kind: str, data: bytes) -> AttributeValue:
    """The value of type `kind` that `sort_key` encoded. Raises CorruptionError."""
    if kind != "N":
        return _from_bytes(kind, data)
    number, end = decode_number(data)
    if end != len(data):
        raise CorruptionError(f"{len(data) - end} bytes follow the number of key {data.hex()}")
    return {"N": number}


def decode_sort_key_part(kind: str, data: bytes, offset: int = 0) -> tuple[AttributeValue, int]:
    """The value of type `kind` whose part begins at `offset`, and where it ends. Raises CorruptionError."""
    if kind == "N":
        number, end = decode_number(data, offset)
        return {"N": number}, end
    # A zero byte inside is always followed by ff, so the first 00 01 is the end.
    end = data.find(_END, offset)
    if end < 0:
        raise CorruptionError(f"the part at byte {offset} of key {data.hex()} has no end")
    return _from_bytes(kind, data[offset:end].replace(_ESCAPED_ZERO, b"\x00")), end + len(_END)


def _escape(data: bytes) -> bytes:
    return data.replace(b"\x00", _ESCAPED_ZERO)


def _from_bytes(kind: str, data: bytes) -> AttributeValue:
    if kind == "B":
        return {"B": b2a_base64(data, newline=False).decode("ascii")}
    try:
        return {"S": data.decode()}
    except UnicodeDecodeError as error:
        raise CorruptionError(f"key {data.hex()} is no UTF-8 text") from error


def _type_byte(value: AttributeValue) -> bytes:
    for kind in value:
        return _TYPE_BYTES[kind]
    raise _not_a_key(value)


def _not_a_key(value: AttributeValue) -> ValueError:
    return ValueError(f"a key holds strings, numbers or binaries, not {list(value)}")
