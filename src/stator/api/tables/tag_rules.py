"""What tags may be: in CreateTable, TagResource and UntagResource.

The service's model leaves all of it open and the operations say it, one fault at a time, in these words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from stator.errors import ValidationException
from stator.limits import TAG_KEY_CHARS_MAX, TAG_VALUE_CHARS_MAX, TAGS_MAX

_PLAIN = re.compile(r"[A-Za-z0-9 _.:/=+\-@]*")
_MARKS = frozenset("_.:/=+-@")
_RESERVED = "aws:"


def tags_of(tags: Iterable[dict[str, str]] | None) -> dict[str, str]:
    """The tags of a request, by key. Raises ValidationException."""
    found: dict[str, str] = {}
    for tag in tags or ():
        key = _key(tag.get("Key"))
        value = tag.get("Value")
        if value is None or len(value) > TAG_VALUE_CHARS_MAX or not _is_legal(value):
            raise ValidationException(f"The Tag Value provided is invalid, Value: {_shown(value)}")
        if key in found:
            raise ValidationException(f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}")
        found[key] = value
    refuse_too_many(found)
    return found


def tag_keys_of(keys: Iterable[str]) -> set[str]:
    """The keys of the tags to take away. Raises ValidationException."""
    found = {_key(key) for key in keys}
    refuse_too_many(found)
    return found


def refuse_too_many(tags: dict[str, str] | set[str]) -> None:
    if len(tags) > TAGS_MAX:
        raise ValidationException("Number of Tags exceed the current limit for the provided ResourceArn")


def _key(key: str | None) -> str:
    if not key or len(key) > TAG_KEY_CHARS_MAX or not _is_legal(key):
        raise ValidationException(f"The Tag Key provided is invalid, Key: {_shown(key)}")
    if key.lower().startswith(_RESERVED):
        raise ValidationException(f"Tag Key cannot be prefixed with aws:, Key: {key}")
    return key


def _shown(text: str | None) -> str:
    return "null" if text is None else text


def _is_legal(text: str) -> bool:
    """Letters, digits and spaces of any script, and a few marks."""
    if _PLAIN.fullmatch(text):
        return True
    return all(
        character in _MARKS or character.isalnum() or unicodedata.category(character)[0] == "Z"
        for character in text
    )
