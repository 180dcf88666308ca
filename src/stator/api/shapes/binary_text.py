"""Base64 as the service reads it: whole groups of four, no stray characters, no bits beyond the last byte."""

from __future__ import annotations

import binascii
import re

# The last character before one or two pads, when no bit of it is lost.
_LAST_OF_TWO = frozenset("AEIMQUYcgkosw048")
_LAST_OF_ONE = frozenset("AQgw")
_STRAY = re.compile(r"[^A-Za-z0-9+/]")


def is_canonical(text: str) -> bool:
    """Whether `text` is base64 that AWS accepts, which then is the only spelling of its bytes."""
    try:
        binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return False
    return not _loses_bits(text)


def complaint(text: str) -> str | None:
    """AWS's words for what is wrong with `text`, in AWS's order of checks; None when nothing is."""
    if len(text) % 4:
        return f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(text)}"
    if _loses_bits(text):
        return "Invalid last non-pad Base64 character dectected"
    stray = _STRAY.search(text[:-2] + text[-2:].rstrip("="))
    return f"Invalid base 64 character: '{stray.group()}'" if stray else None


def _loses_bits(text: str) -> bool:
    if text[-1:] != "=":
        return False
    if text[-2:] == "==":
        return text[-3] not in _LAST_OF_ONE
    return text[-2] not in _LAST_OF_TWO
