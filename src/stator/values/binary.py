"""Base64, as the wire carries binary values.

The service refuses what is not base64 while it reads the request, before any validation: a
SerializationException. Only the one canonical encoding of some bytes is accepted (padded, the unused bits
zero), so equal binaries are equal texts and the text itself is stored.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64

from stator.errors import SerializationException

_FOREIGN = re.compile(r"[^A-Za-z0-9+/]")
# The last character before one "=" carries two bits that must be zero, before two "=" four.
_LAST_OF_THREE = frozenset("AEIMQUYcgkosw048")
_LAST_OF_TWO = frozenset("AQgw")


def decode_binary(text: str) -> bytes:
    """The bytes of a base64 text. Raises SerializationException."""
    if len(text) % 4:
        raise SerializationException(
            f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(text)}"
        )
    if text.endswith("=") and not _last_is_canonical(text):
        raise SerializationException("Invalid last non-pad Base64 character dectected")
    try:
        return a2b_base64(text, strict_mode=True)
    except (Error, ValueError) as error:
        raise SerializationException(_foreign_character(text)) from error


def binary_size(text: str) -> int:
    """How many bytes a canonical base64 text holds."""
    return len(text) // 4 * 3 - text.count("=", -2)


def _last_is_canonical(text: str) -> bool:
    return text[-3] in _LAST_OF_TWO if text.endswith("==") else text[-2] in _LAST_OF_THREE


def _foreign_character(text: str) -> str:
    found = _FOREIGN.search(text)
    return f"Invalid Base64 character: '{found.group() if found else '='}'"
