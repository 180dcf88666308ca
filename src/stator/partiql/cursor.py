"""Walks a statement's tokens for the grammars: what stands here, and how a fault of form is told."""

from __future__ import annotations

from stator.errors import ValidationException
from stator.partiql.faults import malformed
from stator.partiql.syntax import Name
from stator.partiql.tokens import Kind, NotTextError, Token, tokenize

_NAMES = {
    "(": "LEFT_PAREN",
    ")": "RIGHT_PAREN",
    "[": "LEFT_BRACKET",
    "]": "RIGHT_BRACKET",
    "<<": "LEFT_DOUBLE_ANGLE_BRACKET",
    ">>": "RIGHT_DOUBLE_ANGLE_BRACKET",
    "{": "LEFT_CURLY",
    "}": "RIGHT_CURLY",
    ":": "COLON",
}


class Cursor:
    """`parameters` counts the `?` that were read; `depth` the statements that are open within one another."""

    def __init__(self, text: str) -> None:
        """Raises ValidationException when some of the text is no token."""
        try:
            self._tokens = tokenize(text)
        except NotTextError:
            raise malformed() from None
        self._at = 0
        self.parameters = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    @property
    def following(self) -> Token:
        """The token after this one; at the end, the end."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def advance(self) -> Token:
        token = self._tokens[self._at]
        if token.kind is not Kind.END:
            self._at += 1
        return token

    def at(self, symbol: str) -> bool:
        token = self._tokens[self._at]
        return token.kind is Kind.SYMBOL and token.text == symbol

    def take(self, symbol: str) -> bool:
        """Steps over `symbol` if it stands here."""
        if self.at(symbol):
            self._at += 1
            return True
        return False

    def expect(self, symbol: str) -> None:
        if not self.take(symbol):
            raise malformed(f"Expected {_NAMES[symbol]}")

    def keyword(self) -> str | None:
        token = self._tokens[self._at]
        return token.text if token.kind is Kind.KEYWORD else None

    def operator(self) -> str | None:
        """The operator between operands that stands here; * is one."""
        token = self._tokens[self._at]
        if token.kind is Kind.OPERATOR or (token.kind is Kind.SYMBOL and token.text == "*"):
            return token.text
        return None

    def take_keyword(self, keyword: str) -> bool:
        if self.keyword() == keyword:
            self._at += 1
            return True
        return False

    def take_name(self) -> Name | None:
        """Steps over an identifier."""
        token = self._tokens[self._at]
        if token.kind in (Kind.NAME, Kind.QUOTED):
            self._at += 1
            return Name(token)
        return None

    def at_statement_end(self) -> bool:
        """Whether nothing follows but perhaps one semicolon."""
        return self.token.kind is Kind.END or (self.at(";") and self.following.kind is Kind.END)

    def unexpected_rest(self) -> ValidationException:
        if self.at(";"):
            return malformed("Unexpected token after semicolon. (Only one query is allowed.)")
        return malformed("Unexpected token after expression")
