"""A large body -> a checked request, as `codec` makes it, in steps so short that other threads get on meanwhile.

A C decoder holds the interpreter from its first byte to its last: for 16 MB of small values, seconds. Here it is only
ever given a piece: what is longer is taken apart one level, unread, and its parts are decoded one by one. This is for
a helper thread; what it costs is paid there, some ten times `codec`'s price in the worst case.

A body of more values than any item could hold is refused: it is no more than a way to fill the memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from stator.api.shapes import DYNAMODB, AttributeValue, decode_hook, explain, request_type
from stator.errors import SerializationException, ValidationException
from stator.limits import PIECE_BYTES, PIECE_TOKENS_MAX, REQUEST_TOKENS_MAX, WHOLE_BODY_BYTES_MAX
from stator.values.depth import LEVELS_MAX
from stator.wire.codec import parse_json

Raw = msgspec.Raw

_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_SOME_TEXTS = re.compile(rb'(?:[^"]*+"(?:[^"\\]++|\\.)*+"){1,1000}+', re.DOTALL)
_MARKS = (b",", b"{", b"[")

_any = msgspec.json.Decoder().decode
_unread = msgspec.json.Decoder(Raw).decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode
_elements = msgspec.json.Decoder(list[Raw]).decode
_KINDS = frozenset(AttributeValue.__annotations__)
_value = msgspec.json.Decoder(AttributeValue, dec_hook=decode_hook).decode


def is_large(body: bytes) -> bool:
    """Whether decoding and checking `body` at once would take more than some 20 ms."""
    return len(body) > PIECE_BYTES and (
        len(body) > WHOLE_BODY_BYTES_MAX or sum(map(body.count, _MARKS)) > PIECE_TOKENS_MAX
    )


def decode_large_request(operation: str, body: bytes, service: str = DYNAMODB) -> dict[str, Any]:
    """`codec.decode_request`. Also raises ValidationException for a request of too many values."""
    if _has_too_many_tokens(body):
        raise ValidationException(
            f"The request holds more than {REQUEST_TOKENS_MAX} members, elements, lists and maps, "
            "which is more than Stator reads of one request"
        )
    try:
        request: dict[str, Any] = _filled(_decoder(operation, service).decode(body))
    except (ValueError, RecursionError):
        return explain(operation, parse_large_json(body), service)
    return request


def parse_large_json(body: bytes) -> Any:
    """`codec.parse_json`."""
    try:
        value = _parsed(_unread(body))
    except (ValueError, RecursionError):
        raise SerializationException from None
    if value is None:
        raise SerializationException
    return value


def refuse_non_json(body: bytes) -> None:
    """Raises what `codec.parse_json` raises, unless the body is large: its texts are then not looked into, and beyond
    1 MB nothing is."""
    if not is_large(body):
        parse_json(body)
    elif len(body) <= WHOLE_BODY_BYTES_MAX:
        try:
            _unread(body)
        except (ValueError, RecursionError):
            raise SerializationException from None


@cache
def _decoder(operation: str, service: str) -> msgspec.json.Decoder[dict[str, Any]]:
    """Leaves attribute values unread."""
    return msgspec.json.Decoder(request_type(operation, service, Raw), dec_hook=decode_hook)


def _has_too_many_tokens(body: bytes) -> bool:
    """Commas and opening brackets that are not in texts."""
    if sum(map(body.count, _MARKS)) <= REQUEST_TOKENS_MAX:
        return False
    tokens = 0
    for part in _without_texts(body):
        tokens += sum(map(part.count, _MARKS))
        if tokens > REQUEST_TOKENS_MAX:
            return True
    return False


def _without_texts(body: bytes) -> Iterator[bytes]:
    start = 0
    while found := _SOME_TEXTS.match(body, start):
        start = found.end()
        yield _TEXT.sub(b"", found[0])
    yield body[start:]


def _filled(request: Any) -> Any:
    """Attribute values read, wherever they stand."""
    if type(request) is Raw:
        return _attribute_value(request, 1)
    if type(request) is dict:
        return {name: _filled(inner) for name, inner in request.items()}
    if type(request) is list:
        return [_filled(inner) for inner in request]
    return request


def _attribute_value(text: Raw, level: int) -> Any:
    if len(text) <= PIECE_BYTES:
        return _value(text)
    if level > LEVELS_MAX:
        return {}  # refused for its depth, whatever it is
    value: dict[str, Any] = {}
    for kind, content in _members(text).items():
        if kind == "L":
            value[kind] = [_attribute_value(each, level + 1) for each in _elements(content)]
        elif kind == "M":
            value[kind] = {
                name: _attribute_value(each, level + 1) for name, each in _members(content).items()
            }
        elif kind in _KINDS:
            value.update(_value(b'{"%b":%b}' % (kind.encode(), bytes(content))))
    return value


def _parsed(text: Raw) -> Any:
    if len(text) <= PIECE_BYTES:
        return _any(text)
    start = bytes(memoryview(text)[:1])
    if start == b"{":
        return {name: _parsed(inner) for name, inner in _members(text).items()}
    if start == b"[":
        return [_parsed(inner) for inner in _elements(text)]
    return _any(text)
