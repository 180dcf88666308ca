"""Idempotency tokens: the caller's, together with what is to be written, becomes the request's.

DynamoDB does a transaction once that is sent again with its token within ten minutes, and refuses one whose parameters
differ. Ours may differ by the clock alone, which is in their conditions; so the token says what is meant, and a refusal
means that it is done. The same token with another write is another write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from stator.client.conditions import is_condition
from stator.client.native.values import Values
from stator.model.attributes import plain
from stator.model.cursors import ordered
from stator.model.entities import Entity
from stator.model.faults import ArgumentError
from stator.model.typed import text_of_condition
from stator.model.writes import Change, Ref

_DIGEST_BYTES = 18
_values = Values()


def token_of(token: str | None, *intent: Any) -> str | None:
    """The request's token: 36 characters. None where the caller gave none."""
    if token is None:
        return None
    if not token:
        raise ArgumentError("the token is empty")
    told = msgspec.json.encode([token, *map(_told, intent)])
    return hashlib.blake2b(told, digest_size=_DIGEST_BYTES).hexdigest()


def _told(part: Any) -> Any:
    if isinstance(part, Entity):
        return [type(part).__name__, _told(part.model_dump())]
    if isinstance(part, Ref):
        return [part.entity.__name__, _told(part.key)]
    if isinstance(part, Change):
        groups = (part.set, part.add, part.known, part.append, part.discard)
        told = [{str(name): value for name, value in (each or {}).items()} for each in groups]
        return [*map(_told, told), list(map(str, part.remove)), _told(part.if_)]
    if is_condition(part):
        return _told(text_of_condition(part))
    if isinstance(part, Mapping):
        return ordered({str(name): _values.to_wire(plain(str(name), value)) for name, value in part.items()})
    if isinstance(part, (list, tuple)):
        return [_told(each) for each in part]
    return part if isinstance(part, (str, bool, type(None))) else repr(part)
