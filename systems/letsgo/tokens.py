"""The key that next tokens are made with, kept in the table: a token is then good in every process, and in no other
table."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final

from stator.model import AlreadyExistsError
from systems.letsgo.design import Platform, TokenKey

_BYTES: Final = 32
_NAME: Final = "/"


def token_key(
    db: Any, deployment: str = "main", *, make: Callable[[int], bytes] = secrets.token_bytes
) -> bytes:
    """The table's key, made by whoever asks first; two at once get the same."""
    platform = Platform(db, deployment)
    kept = platform.token_key(_NAME)
    if kept is not None:
        return kept.secret
    try:
        return platform.create(TokenKey(secret=make(_BYTES))).secret
    except AlreadyExistsError:
        kept = platform.token_key(_NAME)
        assert kept is not None
        return kept.secret
