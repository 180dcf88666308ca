"""Walks an expression's tokens for the grammars: what stands here, document paths, and what was seen so far.

It keeps the first fault of each sort that AWS reports only once the whole expression has parsed, and every
placeholder in the order of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stator.errors import InvalidAttributeValue, ValidationException
from stator.expressions.faults import EMPTY, REDUNDANT_PARENTHESES, invalid
from stator.expressions.nodes import Part, Path
from stator.expressions.reserved import is_reserved
from stator.expressions.tokens import Kind, Token, syntax_error, tokenize
from stator.limits import (
    EXPRESSION_BYTES_MAX,
    EXPRESSION_LIST_INDEX_MAX,
    EXPRESSION_OPERATORS_MAX,
    EXPRESSION_PATH_LEVELS_MAX,
)


class Cursor:
    """`references` are the placeholders met, names and values, in order; `unresolved` the names without a meaning."""

    def __init__(self, kind: str, text: str, names: Mapping[str, str], keywords: frozenset[str]) -> None:
        _refuse_size(kind, text)
        self.kind = kind
        self.references: list[str] = []
        self.unresolved: set[str] = set()
        self.operators = 0
        self._text = text
        self._names = names
        self._keywords = keywords
        self._tokens = tokenize(text)
        self._at = 0
        self._reserved: str | None = None
        self._redundant = False
        self._limit: str | None = None

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    def keyword(self) -> str | None:
        """The keyword that stands here, in capitals."""
        token = self._tokens[self._at]
        if token.kind is Kind.WORD:
            word = token.text.upper()
            if word in self._keywords:
                return word
        return None

    def at(self, symbol: str) -> bool:
        token = self._tokens[self._at]
        return token.kind is Kind.SYMBOL and token.text == symbol

    def at_end(self) -> bool:
        return self._tokens[self._at].kind is Kind.END

    def advance(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def take(self, symbol: str) -> bool:
        """Steps over `symbol` if it stands here."""
        if self.at(symbol):
            self._at += 1
            return True
        return False

    def expect(self, symbol: str) -> None:
        if not self.take(symbol):
            raise self.fault()

    def fault(self) -> ValidationException:
        """The syntax error at this token."""
        return syntax_error(self.kind, self._text, self._tokens, self._at)

    def call(self) -> str | None:
        """Steps over `name (` and returns the name."""
        token = self._tokens[self._at]
        if token.kind is not Kind.WORD or token.text.upper() in self._keywords:
            return None
        following = self._tokens[self._at + 1]
        if following.kind is not Kind.SYMBOL or following.text != "(":
            return None
        self._at += 2
        return token.text

    def value(self) -> str | None:
        """Steps over a value's placeholder and returns it."""
        token = self._tokens[self._at]
        if token.kind is not Kind.VALUE:
            return None
        self._at += 1
        self.references.append(token.text)
        return token.text

    def path(self) -> Path:
        """Reads a document path. Raises the syntax error when none stands here."""
        return self.extend((self._member(),))

    def extend(self, parts: tuple[Part, ...]) -> Path:
        """Reads what follows `parts`: `.name` and `[index]`, as often as they come."""
        more = list(parts)
        while True:
            if self.take("."):
                more.append(self._member())
            elif self.take("["):
                more.append(self._index())
                self.expect("]")
            else:
                break
        if len(more) > EXPRESSION_PATH_LEVELS_MAX:
            self._refuse_later(f"The document path has too many nesting levels; nesting levels: {len(more)}")
        return Path(tuple(more))

    def count_operator(self) -> None:
        self.operators += 1
        if self.operators == EXPRESSION_OPERATORS_MAX + 1:
            self._refuse_later(
                f"The expression contains too many operators; operator count: {self.operators}"
            )

    def found_redundant_parentheses(self) -> None:
        self._redundant = True

    def refuse_faults(self, *between: Callable[[], None]) -> None:
        """Raises what was put off: limits, parentheses, what `between` raises, then reserved words."""
        if self._limit:
            raise invalid(self.kind, self._limit)
        if self._redundant:
            raise invalid(self.kind, REDUNDANT_PARENTHESES)
        for check in between:
            check()
        self.refuse_reserved()

    def refuse_reserved(self) -> None:
        if self._reserved:
            reason = f"Attribute name is a reserved keyword; reserved keyword: {self._reserved}"
            raise invalid(self.kind, reason)

    def _refuse_later(self, reason: str) -> None:
        if self._limit is None:
            self._limit = reason

    def _member(self) -> str:
        token = self._tokens[self._at]
        if token.kind is Kind.NAME:
            self._at += 1
            self.references.append(token.text)
            name = self._names.get(token.text)
            if name is None:
                self.unresolved.add(token.text)
                return token.text
            return name
        if token.kind is not Kind.WORD or token.text.upper() in self._keywords:
            raise self.fault()
        self._at += 1
        if self._reserved is None and is_reserved(token.text):
            self._reserved = token.text
        return token.text

    def _index(self) -> int:
        token = self._tokens[self._at]
        if token.kind is not Kind.INDEX:
            raise self.fault()
        self._at += 1
        index = int(token.text)
        if index > EXPRESSION_LIST_INDEX_MAX:
            self._refuse_later(f"List index is not within the allowable range; index: [{token.text}]")
        return index


def _refuse_size(kind: str, text: str) -> None:
    if not text:
        raise invalid(kind, EMPTY)
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    if size > EXPRESSION_BYTES_MAX:
        reason = "Expression size has exceeded the maximum allowed size;"
        # An update's size is not told.
        newer = invalid(kind, reason).message
        # Only the older layer tells the size, and of an update neither does
        older = newer if kind == "UpdateExpression" else f"{newer} expression size: {size}"
        raise InvalidAttributeValue(older, newer)
