"""Cursors: where a page ended, as a text for a URL, which is good only where it came from.

    cursor   = base64url(form mac place), without padding
    form     = byte 1
    mac      = 16 bytes: BLAKE2b, keyed, of what the cursor is bound to and the place
    place    = JSON of LastEvaluatedKey, in the wire's shapes

It is bound to the design, the pattern, the table's full name and the arguments. Whoever has not the key cannot make or
change one, nor use it for another pattern or other arguments. What it holds, the last item's key, is not secret.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from stator.client.native.values import Values
from stator.model.attributes import plain
from stator.model.faults import CursorError

_FORM: Final = b"\x01"
_MAC_BYTES: Final = 16
_CURSOR_CHARACTERS_MAX: Final = 12_000
_values = Values()


class Cursors:
    """Of one pattern with its arguments."""

    def __init__(self, key: bytes, *bound_to: str, arguments: Mapping[str, Any]) -> None:
        given = {name: _values.to_wire(plain(name, value)) for name, value in sorted(arguments.items())}
        self._context = msgspec.json.encode([*bound_to, ordered(given)])
        self._key = hashlib.blake2b(key, digest_size=32).digest()

    def write(self, place: Mapping[str, Any]) -> str:
        body = msgspec.json.encode(_values.item_to_wire(place))
        return urlsafe_b64encode(_FORM + self._mac(body) + body).rstrip(b"=").decode()

    def read(self, cursor: str) -> dict[str, Any]:
        """The place. Raises CursorError for whatever was not written for this pattern with these arguments, by this
        key."""
        raw = _decoded(cursor)
        mac, body = raw[1 : 1 + _MAC_BYTES], raw[1 + _MAC_BYTES :]
        if raw[:1] != _FORM or not hmac.compare_digest(mac, self._mac(body)):
            raise CursorError("the cursor was not made here for this pattern and these arguments")
        return _values.item_from_wire(msgspec.json.decode(body))

    def _mac(self, body: bytes) -> bytes:
        mac = hashlib.blake2b(key=self._key, digest_size=_MAC_BYTES)
        mac.update(len(self._context).to_bytes(8, "big") + self._context + body)
        return mac.digest()


def _decoded(cursor: Any) -> bytes:
    malformed = CursorError("the cursor is malformed")
    if not isinstance(cursor, str) or not 0 < len(cursor) <= _CURSOR_CHARACTERS_MAX or not cursor.isascii():
        raise malformed
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (Base64Error, ValueError):
        raise malformed from None
    # A text that decodes alike, but is spelt otherwise, is none of ours
    if urlsafe_b64encode(raw).rstrip(b"=").decode() != cursor:
        raise malformed
    return raw


def ordered(value: Any) -> Any:
    """Sets in one order: equal arguments are equal."""
    if isinstance(value, dict):
        return {
            name: sorted(inner) if name in ("SS", "NS", "BS") else ordered(inner)
            for name, inner in sorted(value.items())
        }
    return [ordered(each) for each in value] if isinstance(value, list) else value
