"""Statement text to tokens.

    name       [A-Za-z_$][A-Za-z0-9_$]*            a keyword in any case, or an identifier
    quoted     "..." with "" for a quote           an identifier whatever it holds
    string     '...' with '' for a quote
    number     digits [. digits] | . digits, then [e|E [+|-] digits]
    operator   <> != <= >= = < > + - / % || @ and the words and, or, not, is, in, between, like
    symbol     ( ) [ ] { } << >> , : ; . *
    parameter  ?
    comment    -- to the end of the line, or /* ... */; separates, as white space does

What is none of these refuses the whole statement before it is parsed, as does a number whose exponent or scale is
beyond 32 bits. Each alternative consumes what it reads for good, so hostile text takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from stator.partiql.words import KEYWORDS, PAIRS, WORD_OPERATORS


class Kind(IntEnum):
    NAME = 1
    QUOTED = 2
    STRING = 3
    NUMBER = 4
    BOOLEAN = 5
    NULL = 6
    MISSING = 7
    PARAMETER = 8
    KEYWORD = 9
    OPERATOR = 10
    SYMBOL = 11
    END = 12


class Token:
    """`text`: a keyword or word operator in small letters, a name or string without its quotes, all else as written."""

    __slots__ = ("_source", "kind", "start", "stop", "text")

    def __init__(self, kind: Kind, text: str, source: str, start: int, stop: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.stop = stop
        self._source = source

    @property
    def place(self) -> str:
        """`line:column:length`, counted from 1 in characters."""
        before = self._source[: self.start].replace("\r\n", "\n").replace("\r", "\n")
        line = before.count("\n") + 1
        return f"{line}:{len(before) - before.rfind(chr(10))}:{self.stop - self.start}"


class NotTextError(Exception):
    """Some text is no token."""


_LEXEME = re.compile(
    r"""(?P<SPACE>[ \t\v\f\r\n]++|--[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)
      | (?P<NAME>[A-Za-z_$][A-Za-z0-9_$]*+)
      | (?P<NUMBER>(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++|(?![eE])))
      | (?P<STRING>'(?:[^']++|'')*+')
      | (?P<QUOTED>"(?:[^"]++|"")*+")
      | (?P<SYMBOL><<|>>|[()\[\]{},:;.*])
      | (?P<OPERATOR><>|!=|<=|>=|\|\||/(?!\*)|[=<>+%@-])
      | (?P<PARAMETER>\?)
    """,
    re.VERBOSE,
)
_KINDS = {kind.name: kind for kind in Kind}
_INT32 = 1 << 31
_INT32_DIGITS = 10


def tokenize(text: str) -> list[Token]:
    """Ends with an END token. Raises NotTextError."""
    tokens: list[Token] = []
    for token in _lexemes(text):
        if tokens:
            joined = PAIRS.get((_word(tokens[-1]), _word(token)))
            if joined is not None:
                first = tokens.pop()
                kind = Kind.OPERATOR if first.kind is Kind.OPERATOR else Kind.KEYWORD
                token = Token(kind, joined, text, first.start, token.stop)
        tokens.append(token)
    tokens.append(Token(Kind.END, "", text, len(text), len(text)))
    return tokens


def _word(token: Token) -> str:
    return token.text if token.kind in (Kind.KEYWORD, Kind.OPERATOR) else ""


def _lexemes(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _LEXEME.match(text, at)
        if match is None:
            raise NotTextError
        start, at = match.span()
        group = match.lastgroup
        if group == "SPACE":
            continue
        assert group is not None
        yield _token(_KINDS[group], match.group(), text, start, at)


def _token(kind: Kind, lexeme: str, text: str, start: int, stop: int) -> Token:
    if kind is Kind.NAME:
        kind, lexeme = _named(lexeme)
    elif kind is Kind.STRING:
        lexeme = lexeme[1:-1].replace("''", "'")
    elif kind is Kind.QUOTED:
        lexeme = lexeme[1:-1].replace('""', '"')
    elif kind is Kind.NUMBER:
        _refuse_wide(lexeme)
    elif lexeme == "!=":
        lexeme = "<>"
    return Token(kind, lexeme, text, start, stop)


def _named(lexeme: str) -> tuple[Kind, str]:
    word = lexeme.lower()
    if word in WORD_OPERATORS:
        return Kind.OPERATOR, word
    if word in KEYWORDS:
        return Kind.KEYWORD, word
    if word in ("true", "false"):
        return Kind.BOOLEAN, word
    if word in ("null", "missing"):
        return _KINDS[word.upper()], word
    return Kind.NAME, lexeme


def _refuse_wide(number: str) -> None:
    """The service reads numbers as Java does: exponent and scale must each fit 32 bits."""
    mantissa, has_exponent, exponent_text = number.lower().partition("e")
    if not has_exponent:
        return
    digits = exponent_text.lstrip("+-").lstrip("0") or "0"
    if len(digits) > _INT32_DIGITS:
        raise NotTextError
    exponent = -int(digits) if exponent_text.startswith("-") else int(digits)
    scale = len(mantissa.partition(".")[2]) - exponent
    if not (-_INT32 <= exponent < _INT32 and -_INT32 <= scale < _INT32):
        raise NotTextError
