"""Requests with holes: one description that both wrk's Lua and the Python of the checks fill in.

A hole in a body's text is `<key+N>` (the chosen key of this request, moved on by N places, so that the keys of one
request differ), `<partition+N>` (the same for the partitions of a table with a sort key), `<value:N>` (N characters
of random hexadecimal text, new each time), `<fresh:0>` (a key that no request had before) or `"<limit:N>"`, with its
quotation marks (a number from 1 to N). All holes have a fixed width, so a request's length is constant.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from typing import Any, Literal

PREFIX = {"key": "item-", "partition": "part-", "fresh": "item-"}
NUMBER_DIGITS = 9
# Keys of one request are this far apart: a prime, larger than any table's neighbourhood
STRIDE = 7919

# Requests that a person's check fills in take their fresh keys from the end, where no load comes to
_CHECKED_FRESH_FIRST = 999_000_000

_HOLE = re.compile(r"<(key|partition|value|fresh|limit)[+:](\d+)>")
_QUOTED_LIMIT = re.compile(r'"(<limit:\d+>)"')
Kind = Literal["key", "partition", "value", "fresh", "limit"]


@dataclass(frozen=True, slots=True)
class Hole:
    """`number` is the place of a key, the length of a value, or the largest limit."""

    kind: Kind
    number: int


@dataclass(frozen=True, slots=True)
class Template:
    """One operation's request: text and holes in turn; `keys` is how many there are to choose from."""

    operation: str
    parts: tuple[str | Hole, ...]
    keys: int

    @property
    def body_bytes(self) -> int:
        return sum(len(part) if isinstance(part, str) else width(part) for part in self.parts)


def template(operation: str, body: dict[str, Any], keys: int) -> Template:
    """A request of this operation with this body, whose texts may hold holes."""
    pieces = _HOLE.split(_QUOTED_LIMIT.sub(r"\1", json.dumps(body, separators=(",", ":"))))
    parts: list[str | Hole] = [pieces[0]]
    for kind, number, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        parts += [Hole(kind, int(number)), text]  # type: ignore[arg-type]
    return Template(operation, tuple(parts), keys)


def width(hole: Hole) -> int:
    if hole.kind == "value":
        return hole.number
    return len(str(hole.number)) if hole.kind == "limit" else len(PREFIX[hole.kind]) + NUMBER_DIGITS


def key_text(kind: str, number: int) -> str:
    return f"{PREFIX[kind]}{number:0{NUMBER_DIGITS}}"


def value_text(length: int) -> str:
    """Random hexadecimal text: as much entropy as its half in bytes."""
    return random.randbytes(length // 2 + 1).hex()[:length]


def fill(request: Template, number: int) -> str:
    """The body for the key of this number."""

    def filled(part: str | Hole) -> str:
        if isinstance(part, str):
            return part
        if part.kind == "value":
            return value_text(part.number)
        if part.kind == "limit":
            return f"{random.randint(1, part.number):{width(part)}}"
        if part.kind == "fresh":
            return key_text("fresh", _CHECKED_FRESH_FIRST + random.randrange(1_000_000))
        return key_text(part.kind, (number + part.number * STRIDE) % request.keys)

    return "".join(map(filled, request.parts))
