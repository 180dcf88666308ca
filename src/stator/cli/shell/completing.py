"""What may follow what has been typed: tables, indexes, attributes and keys, keywords, the shell's own commands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from stator.cli.shell.commands import COMMANDS
from stator.cli.shell.literals import name_literal
from stator.cli.shell.reading import entries_of

_KEYWORDS = (
    "FROM",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "IN",
    "BETWEEN",
    "IS",
    "MISSING",
    "NULL",
    "ORDER BY",
    "ASC",
    "DESC",
    "INSERT INTO",
    "VALUE",
    "UPDATE",
    "SET",
    "REMOVE",
    "DELETE FROM",
    "RETURNING",
    "ALL OLD *",
    "ALL NEW *",
    "MODIFIED OLD *",
    "MODIFIED NEW *",
    "EXISTS(",
    "SELECT",
)
_FUNCTIONS = (
    "attribute_exists(",
    "attribute_not_exists(",
    "attribute_type(",
    "begins_with(",
    "contains(",
    "size(",
    "list_append(",
    "set_add(",
    "set_delete(",
)
_STATEMENTS = ("SELECT", "INSERT INTO", "UPDATE", "DELETE FROM")
_NAME = r'(?:"(?:[^"]|"")*"|[A-Za-z_$][A-Za-z0-9_$]*)'
# As far as every quote is closed; a name in quotes that is not may follow
_CLOSED = re.compile(r"""(?:[^'"]|'(?:[^']|'')*+'|"(?:[^"]|"")*+")*+""")
_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")
_AFTER_TABLE_WORD = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\Z", re.IGNORECASE)
_AFTER_TABLE_DOT = re.compile(rf"\bFROM\s+({_NAME})\.\Z", re.IGNORECASE)
_TABLE = re.compile(rf"\b(?:FROM|INTO|UPDATE)\s+({_NAME})", re.IGNORECASE)
_TAKES_TABLE = ("\\d ",)
_TAKES_STATEMENT = "\\explain "


class Names(Protocol):
    """What `Catalogue` knows; it may raise ServiceError and StatorError."""

    def names(self) -> list[str]: ...

    def attributes(self, name: str) -> list[str]: ...

    def indexes(self, name: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Completion:
    """`back`: how many characters before the end it replaces. `kind`: what it is, for people."""

    text: str
    back: int
    kind: str


def completions(before: str, names: Names) -> list[Completion]:
    """`before`: all that was typed before the cursor."""
    text = _current(before)
    if text.startswith("\\"):
        if text.startswith(_TAKES_STATEMENT):
            return _of_statement(text.removeprefix(_TAKES_STATEMENT), names)
        return _of_command(text, names)
    return _of_statement(text, names)


def _current(before: str) -> str:
    """The statement or command that the cursor is in."""
    entries = list(entries_of(before))
    if not entries or (entries[-1].ended and not entries[-1].is_command):
        return ""
    last = entries[-1]
    ending = before[len(before.rstrip()) :]
    return last.text + ending if "\n" not in ending or not last.is_command else ""


def _of_command(text: str, names: Names) -> list[Completion]:
    for start in _TAKES_TABLE:
        if text.startswith(start):
            word = text.removeprefix(start)
            return _matching(word, ((name_literal(name), "table") for name in names.names()), len(word))
    return _matching(text, ((f"\\{command.name}", command.help) for command in COMMANDS), len(text))


def _of_statement(text: str, names: Names) -> list[Completion]:
    word = _word_of(text)
    if word.startswith("'"):
        return []
    ahead = text[: len(text) - len(word)]
    if _AFTER_TABLE_WORD.search(ahead):
        return _matching(word, _named(names.names(), "table"), len(word))
    dotted = _AFTER_TABLE_DOT.search(ahead)
    if dotted is not None:
        return _matching(word, _named(names.indexes(_unquoted(dotted[1])), "index"), len(word))
    if not ahead.strip():
        return _matching(word, ((each, "statement") for each in _STATEMENTS), len(word))
    table = _TABLE.search(text)
    attributes: list[str] = [] if table is None else names.attributes(_unquoted(table[1]))
    offers = [*_named(attributes, "attribute")]
    if not word.startswith('"'):
        offers += [(each, "function") for each in _FUNCTIONS] if word else []
        offers += [(each, "keyword") for each in _KEYWORDS]
    return _matching(word, offers, len(word))


def _word_of(text: str) -> str:
    """What is being typed: a bare word, or what a quote that is not closed began."""
    closed = _CLOSED.match(text)
    assert closed is not None
    if closed.end() < len(text):
        return text[closed.end() :]
    found = _WORD.search(text)
    return found[0] if found else ""


def _named(names: Iterable[str], kind: str) -> list[tuple[str, str]]:
    return [(name_literal(name), kind) for name in names]


def _matching(word: str, offers: Iterable[tuple[str, str]], back: int) -> list[Completion]:
    """A name that needs quotes is found by its letters as well."""
    begun = word.removeprefix('"').lower()
    return [
        Completion(text, back, kind)
        for text, kind in offers
        if text.removeprefix('"').lower().startswith(begun) and (not word.startswith('"') or text != word)
    ]


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
