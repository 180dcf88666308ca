"""Expression text to tokens.

    word        letter (letter | digit | "_")*
    name        "#" (letter | digit | "_")+         stands for an attribute name
    value       ":" (letter | digit | "_")+         stands for a value
    index       "0" | digit1-9 digit*               so "007" is three tokens
    symbol      <> <= >= = < > ( ) [ ] . , + -
    stray       any other single character; it is refused by the parser where it stands, as AWS does

White space separates and is otherwise ignored. The list always ends with an END token.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from stator.errors import ValidationException
from stator.expressions.faults import invalid


class Kind(IntEnum):
    WORD = 1
    NAME = 2
    VALUE = 3
    INDEX = 4
    SYMBOL = 5
    STRAY = 6
    END = 7


class Token(NamedTuple):
    kind: Kind
    text: str
    start: int
    stop: int


_LEXEME = re.compile(
    r"""(?P<WORD>[A-Za-z][A-Za-z0-9_]*)
      | (?P<NAME>\#[A-Za-z0-9_]+)
      | (?P<VALUE>:[A-Za-z0-9_]+)
      | (?P<INDEX>0|[1-9][0-9]*)
      | (?P<SYMBOL><>|<=|>=|[=<>()\[\].,+-])
      | (?P<STRAY>[^ \t\r\n])
    """,
    re.VERBOSE,
)
# White space matches nothing and is stepped over; a pattern for it before each lexeme would take quadratic time.
_KINDS = {kind.name: kind for kind in Kind}


def tokenize(text: str) -> list[Token]:
    tokens = []
    for match in _LEXEME.finditer(text):
        group = match.lastgroup
        assert group is not None
        tokens.append(Token(_KINDS[group], match[group], match.start(group), match.end()))
    tokens.append(Token(Kind.END, "<EOF>", len(text), len(text)))
    return tokens


def syntax_error(kind: str, text: str, tokens: list[Token], at: int) -> ValidationException:
    """Names the token that does not fit and quotes the text from the token before it to the one after."""
    start = tokens[at - 1].start if at else tokens[at].start
    stop = tokens[at - 1].stop if at else tokens[at].stop
    if tokens[at].kind is not Kind.END:
        stop = tokens[at].stop
        if tokens[at + 1].kind is not Kind.END:
            stop = tokens[at + 1].stop
    return invalid(kind, f'Syntax error; token: "{tokens[at].text}", near: "{text[start:stop]}"')
