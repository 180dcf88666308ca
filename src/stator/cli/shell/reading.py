"""Text -> what the shell runs: statements, which end with `;`, and commands of one line that begin with a backslash.

A `;` inside quotes or a comment ends nothing. What is left at the end of the text, or before a command, is a statement
too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# An unclosed quote or comment runs to the end of the text
_PIECE = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*+(?:'|\Z) | "(?:[^"]|"")*+(?:"|\Z))
      | (?P<comment>--[^\r\n]*+ | /\*(?:[^*]|\*(?!/))*+(?:\*/|\Z))
      | (?P<end>;)
      | (?P<space>\s++)
      | (?P<other>[^'"\-/;\s\\]++|.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """`text`: a statement without its `;`, or a command with its backslash. `line`: where it begins, from 1. `ended`:
    false for a statement that only the end of the text ended."""

    text: str
    line: int
    ended: bool = True

    @property
    def is_command(self) -> bool:
        return self.text.startswith("\\")


def entries_of(text: str) -> Iterator[Entry]:
    """In their order. Nothing but space and comments is no entry."""
    at = 0
    while at < len(text):
        start, at = _skip_space(text, at)
        if start == len(text):
            return
        line = text.count("\n", 0, start) + 1
        if text[start] == "\\":
            stop = text.find("\n", start)
            at = len(text) if stop < 0 else stop + 1
            yield Entry(text[start : at if stop < 0 else stop].strip().removesuffix(";").rstrip(), line)
            continue
        stop, ended = _end_of_statement(text, start)
        at = stop + ended
        if stop > start:
            yield Entry(text[start:stop].rstrip(), line, ended)


def is_complete(text: str) -> bool:
    """Whether Enter runs what was typed, or begins another line of it."""
    entries = list(entries_of(text))
    return not entries or entries[-1].ended


def _skip_space(text: str, at: int) -> tuple[int, int]:
    """Where the next entry begins, given twice: comments before it are skipped as well."""
    while at < len(text):
        match = _PIECE.match(text, at)
        assert match is not None
        if match.lastgroup not in ("space", "comment"):
            break
        at = match.end()
    return at, at


def _end_of_statement(text: str, at: int) -> tuple[int, bool]:
    """The place of its `;`, of a line that begins with a backslash, or of the text's end."""
    while at < len(text):
        match = _PIECE.match(text, at)
        assert match is not None
        if match.lastgroup == "end":
            return at, True
        if text[at] == "\\" and not text[text.rfind("\n", 0, at) + 1 : at].strip():
            return at, False
        at = match.end()
    return at, False
