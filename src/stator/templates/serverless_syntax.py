"""How serverless.yml writes a variable in a text: what opens it, where it ends, and its choices."""

from __future__ import annotations

import re

_OPENING = re.compile(r"\$\{(?=(?:[A-Za-z][\w-]*(?:\([^()]*\))?:(?!:))|strToBool\(|file\()")


def pieces_of(text: str) -> list[str | list[str]]:
    """Literal text and variables, each of these as its choices."""
    pieces: list[str | list[str]] = []
    place = 0
    match = _OPENING.search(text)
    while match is not None:
        end = _closing(text, match.end())
        if end is None:
            break
        if match.start() > place:
            pieces.append(text[place : match.start()])
        pieces.append(_choices(text[match.end() : end]))
        place = end + 1
        match = _OPENING.search(text, place)
    if place < len(text) or not pieces:
        pieces.append(text[place:])
    return pieces


def _closing(text: str, place: int) -> int | None:
    """Where the brace is that closes a variable."""
    depth = 0
    for at in range(place, len(text)):
        if text.startswith("${", at):
            depth += 1
        elif text[at] == "}":
            if depth == 0:
                return at
            depth -= 1
    return None


def _choices(inside: str) -> list[str]:
    """A variable's inside, parted at the commas that are its own."""
    choices, depth, quote, begun = [], 0, "", 0
    for at, character in enumerate(inside):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "{(":
            depth += 1
        elif character in "})":
            depth -= 1
        elif character == "," and depth == 0:
            choices.append(inside[begun:at])
            begun = at + 1
    return [*choices, inside[begun:]]
