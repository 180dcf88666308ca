"""An identity's id, of who issued its credential and what that issuer calls it: a text without a slash, and back."""

from __future__ import annotations

from typing import Final

from systems.letsgo.faults import ItemError

_PREFIX: Final = "idn-"
_BETWEEN: Final = b"\x00"


def identity_id(issuer: str, subject: str) -> str:
    """Raises ItemError for an empty one, or one with a NUL."""
    if not issuer or not subject or "\x00" in issuer + subject:
        raise ItemError("an identity has an issuer and a subject, texts that are not empty and hold no NUL")
    return _PREFIX + _BETWEEN.join((issuer.encode(), subject.encode())).hex()


def identity_of(identity: str) -> tuple[str, str]:
    """The issuer and the subject. Raises ItemError for what `identity_id` did not make."""
    try:
        if not identity.startswith(_PREFIX):
            raise ValueError
        issuer, subject = bytes.fromhex(identity.removeprefix(_PREFIX)).split(_BETWEEN)
        found = issuer.decode(), subject.decode()
        if identity_id(*found) != identity:
            raise ValueError
    except (ValueError, ItemError):
        raise ItemError(f"{identity!r} is no identity's id") from None
    return found
