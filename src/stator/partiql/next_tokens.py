"""NextToken: where a SELECT goes on. Opaque, and good only for the statement, parameters and table that made it.

    token   := base64url(mac(16) payload)
    payload := MessagePack [number of the read to go on with, key attributes of the place, or nil for its beginning]
    mac     := BLAKE2b-128, keyed with the store's salt, of binding and payload
    binding := BLAKE2b-256 of the statement's text, its parameters, and the ids of table and index

The salt is random and never leaves the store, so no token can be made or changed outside.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest

import msgspec

from stator.engine.catalogue import Index, Table
from stator.errors import ValidationException
from stator.values import AttributeValue, Item

_MAC_BYTES = 16
_PERSON = b"partiql-next"
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, Item | None]).decode


@dataclass(frozen=True, slots=True)
class Place:
    """Behind the row that `key` names, of the read of this number; at its beginning when `key` is None."""

    read: int
    key: Item | None


class Tokens:
    """Of one statement over one table."""

    __slots__ = ("_bound", "_salt")

    def __init__(
        self, table: Table, index: Index | None, text: str, parameters: Sequence[AttributeValue]
    ) -> None:
        self._salt = table.salt
        self._bound = [table.description.uid, 0 if index is None else index.id, text, parameters]

    def made(self, place: Place) -> str:
        payload = _encode((place.read, place.key))
        return urlsafe_b64encode(self._mac(payload) + payload).decode()

    def read(self, token: str) -> Place:
        """Raises ValidationException for a token that was not made for this statement."""
        try:
            raw = b64decode(token, altchars=b"-_", validate=True)
        except (Error, ValueError):
            raise ValidationException("Invalid NextToken") from None
        mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not compare_digest(mac, self._mac(payload)):
            raise ValidationException("NextToken does not match request")
        return Place(*_decode(payload))

    def _mac(self, payload: bytes) -> bytes:
        keyed = blake2b(digest_size=_MAC_BYTES, key=self._salt, person=_PERSON)
        keyed.update(blake2b(_encode(self._bound), digest_size=32).digest())
        keyed.update(payload)
        return keyed.digest()
