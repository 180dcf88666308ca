"""Key templates: "ORDER#{placed_at}#{order_id}" with an entity's attributes -> a key's value, and back.

    template  = part *part
    part      = literal | "{" attribute [":" width] "}"

A template that is one attribute alone, without a width ("{email}"), is *raw*: the key is the attribute's value,
unchanged, of its own type. Any other is *composed*, a text, and keeps three promises:

- *Injective*: other attributes, another key. A value cannot pretend to be two parts.
- *Ordered*: keys compare as the tuples of their parts do, numbers as numbers, moments as moments.
- *A prefix is a prefix*: all keys whose first parts have given values are those that begin with these parts.

With the separator "#" values are escaped. "#" is the lowest character that is left in a key: what is not above "$" is
written as "$" and the character 0x30 further on (space "$P", "#" "$S", "$" itself "$T"), which keeps the order. With
another separator nothing is escaped and a value that holds it is refused by name: for tables whose keys exist already.

An int has its width in digits, `{year:4}`, and is zero-padded; a negative one and one that needs more is refused. A
datetime is written in UTC with six digits of a second, and needs a time zone; a date as ISO. True is 1 and False 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from stator.model.faults import KeyValueError

ESCAPED_SEPARATOR: Final = "#"
_ESCAPE: Final = "$"
_SHIFT: Final = 0x30
_LOW = re.compile(r"[\x00-\x24]")
_ESCAPES = re.compile(r"\$(.)", re.DOTALL)
_PART = re.compile(r"\{([^{}:]+)(?::0*(\d+))?\}")


@dataclass(frozen=True, slots=True)
class Slot:
    """An attribute in a template. `width`: of an int, in digits; 0 where none was given."""

    attribute: str
    width: int = 0


Token = str | Slot


@dataclass(frozen=True, slots=True)
class Template:
    """`tokens`: literals and slots in turn. Equal templates give equal keys for equal attributes. `literal`: what every
    key of this template begins with."""

    text: str
    tokens: tuple[Token, ...]
    separator: str = ESCAPED_SEPARATOR
    slots: tuple[Slot, ...] = field(init=False, compare=False, repr=False)
    attributes: tuple[str, ...] = field(init=False, compare=False, repr=False)
    is_raw: bool = field(init=False, compare=False, repr=False)
    literal: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        slots = tuple(token for token in self.tokens if isinstance(token, Slot))
        first = self.tokens[0]
        for name, value in {
            "slots": slots,
            "attributes": tuple(slot.attribute for slot in slots),
            "is_raw": len(self.tokens) == 1 and isinstance(first, Slot) and not first.width,
            "literal": first if isinstance(first, str) else "",
        }.items():
            object.__setattr__(self, name, value)

    def key(self, values: Mapping[str, Any]) -> Any:
        """The key's value; None when an attribute is None. Raises KeyValueError for a value that no key can hold."""
        for attribute in self.attributes:
            if values.get(attribute) is None:
                return None
        if self.is_raw:
            return raw_value(self.attributes[0], values[self.attributes[0]])
        return "".join(
            [
                token if isinstance(token, str) else self.written(token, values[token.attribute])
                for token in self.tokens
            ]
        )

    def written(self, slot: Slot, value: Any) -> str:
        """The text of one value in a composed key."""
        text = text_of(slot, value)
        if not text:
            raise KeyValueError(f"{slot.attribute} is empty, which cannot be part of the key {self.text!r}")
        if self.separator == ESCAPED_SEPARATOR:
            return escaped(text)
        if self.separator in text:
            raise KeyValueError(
                f"{slot.attribute} is {text!r}, which holds the separator {self.separator!r} of the key {self.text!r}"
            )
        return text

    def parsed(self, key: str) -> dict[str, str] | None:
        """The texts of the slots in a composed key; None when it is no key of this template."""
        pattern = "".join(
            re.escape(token) if isinstance(token, str) else self._match(token) for token in self.tokens
        )
        match = re.fullmatch(pattern, key, re.DOTALL)
        if match is None:
            return None
        texts = match.groups()
        if self.separator == ESCAPED_SEPARATOR:
            texts = tuple(map(unescaped, texts))
        return dict(zip(self.attributes, texts, strict=True))

    def _match(self, slot: Slot) -> str:
        return f"(\\d{{{slot.width}}})" if slot.width else f"([^{re.escape(self.separator)}]+)"


def parse(text: str, separator: str = ESCAPED_SEPARATOR) -> Template:
    """Raises ValueError, with what is wrong, for a text that is no template."""
    tokens: list[Token] = []
    end = 0
    for match in _PART.finditer(text):
        if match.start() > end:
            tokens.append(text[end : match.start()])
        tokens.append(Slot(match[1], int(match[2] or 0)))
        end = match.end()
    if end < len(text):
        tokens.append(text[end:])
    _check(text, tokens, separator)
    return Template(text, tuple(tokens), separator)


def _check(text: str, tokens: list[Token], separator: str) -> None:
    if not tokens:
        raise ValueError("is empty")
    if any(isinstance(token, str) and ("{" in token or "}" in token) for token in tokens):
        raise ValueError(f"{text!r} has a brace that is no {{attribute}} or {{attribute:width}}")
    names = [token.attribute for token in tokens if isinstance(token, Slot)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{text!r} holds {twice} twice")
    for before, after in pairwise(tokens):
        if not isinstance(before, Slot) or before.width:
            continue
        if isinstance(after, Slot):
            raise ValueError(f"{text!r} has nothing between {before.attribute} and {after.attribute}")
        if not after.startswith(separator):
            raise ValueError(
                f"{text!r}: after {before.attribute} comes {after[0]!r} and not the separator {separator!r}"
            )


def escaped(text: str) -> str:
    return text if text.isalnum() else _LOW.sub(_raised, text)


def _raised(low: re.Match[str]) -> str:
    return _ESCAPE + chr(ord(low[0]) + _SHIFT)


def unescaped(text: str) -> str:
    return _ESCAPES.sub(lambda pair: chr(ord(pair[1]) - _SHIFT), text)


def text_of(slot: Slot, value: Any) -> str:
    """A value's text in a composed key, before it is escaped."""
    if type(value) is str:
        return value
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return _digits(slot, value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime):
        return moment_text(slot.attribute, value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise KeyValueError(
        f"{slot.attribute} is a {type(value).__name__}, which cannot be part of a composed key"
    )


def _digits(slot: Slot, number: int) -> str:
    if not slot.width:
        return str(number)
    if number < 0:
        raise KeyValueError(f"{slot.attribute} is {number}; in a key it cannot be negative")
    text = str(number).zfill(slot.width)
    if len(text) > slot.width:
        raise KeyValueError(
            f"{slot.attribute} is {number}, which has more than the {slot.width} digits of its key"
        )
    return text


def moment_text(attribute: str, moment: datetime) -> str:
    """Every moment in the same form, so that texts sort as moments do."""
    if moment.tzinfo is None:
        raise KeyValueError(
            f"{attribute} is {moment.isoformat()}, a time without a zone; in a key it needs one"
        )
    try:
        return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
    except OverflowError:
        raise KeyValueError(f"{attribute} is {moment.isoformat()}, which has no moment in UTC") from None


def raw_value(attribute: str, value: Any) -> str | int | Decimal | bytes:
    """The key's value for an attribute that is the key."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, (bool, int, str, bytes, Decimal)):
        plain = int(value) if isinstance(value, bool) else value
    else:
        plain = text_of(Slot(attribute), value)
    if plain in ("", b""):
        raise KeyValueError(f"{attribute} is empty, which cannot be a key")
    return plain


def after(prefix: str) -> str:
    """The least text above all that begin with `prefix`, but for one that ends with the last character there is."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def are_apart(one: Template, other: Template) -> bool:
    """Whether no key of the one can be a key of the other, by what they begin with."""
    if not one.slots and not other.slots:
        return one.text != other.text
    if not one.slots:
        return not one.text.startswith(other.literal)
    if not other.slots:
        return not other.text.startswith(one.literal)
    return not (one.literal.startswith(other.literal) or other.literal.startswith(one.literal))
