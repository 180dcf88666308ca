"""Parses expressions: operators by precedence, on a stack of the parser's own, so nesting costs no recursion.

    expression := operand (operator operand)*
                | expression [NOT] BETWEEN expression AND expression
                | expression [NOT] IN (expression | "(" expressions ")")
                | expression IS [NOT] type
    operand    := (NOT | + | -)* term (. name | . * | [ expression ] | [ * ])*
    term       := name | literal | ? | function "(" [expressions] ")" | ( expressions ) | [ expressions ]
                | << expressions >> | { (expression : expression),* } | statement

What is unfinished waits in `opened`: a prefix, an operator with its left operand, or a bracket with its parts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from stator.partiql.cursor import Cursor
from stator.partiql.faults import malformed
from stator.partiql.syntax import (
    Binary,
    Function,
    IsType,
    Items,
    Literal,
    Logical,
    Name,
    Node,
    Parameter,
    Range,
    Steps,
    Struct,
    Unary,
)
from stator.partiql.tokens import Kind, Token
from stator.partiql.words import (
    FUNCTION_KEYWORDS,
    NOT_PRECEDENCE,
    PRECEDENCE,
    SIGN_PRECEDENCE,
    STATEMENTS,
    TERMLESS,
    TYPES,
)

_LITERALS = (Kind.STRING, Kind.NUMBER, Kind.BOOLEAN, Kind.NULL, Kind.MISSING)
_CLOSERS = {"(": ")", "call": ")", "in": ")", "[": "]", "<<": ">>", "{": "}", "index": "]"}
_SIGNS = ("+", "-")


@dataclass(slots=True)
class _Open:
    """`what`: a bracket of _CLOSERS, "prefix", "infix" or "between"; `name`: the operator's or the function's."""

    what: str
    token: Token
    name: str = ""
    precedence: int = 0
    parts: list[Node] = field(default_factory=list)


def parse_expression(cursor: Cursor, statement: Callable[[Cursor], Node]) -> Node:
    """`statement` reads the statement whose keyword stands where a term should."""
    return _Parser(cursor, statement).parse()


class _Parser:
    def __init__(self, cursor: Cursor, statement: Callable[[Cursor], Node]) -> None:
        self._cursor = cursor
        self._statement = statement
        self._opened: list[_Open] = []

    def parse(self) -> Node:
        while True:
            finished = self._place(self._operand())
            if finished is not None:
                return finished

    def _operand(self) -> Node:
        """Opens prefixes and brackets up to the next term that stands alone, and returns that."""
        cursor = self._cursor
        while True:
            token = cursor.token
            node: Node | None
            if token.kind is Kind.SYMBOL:
                node = self._open_bracket(token)
            elif token.kind is Kind.OPERATOR:
                self._open_prefix(token)
                node = None
            elif token.kind in (Kind.NAME, Kind.QUOTED):
                node = self._name_or_call(cursor.advance())
            elif token.kind is Kind.KEYWORD:
                node = self._keyword(token)
            elif token.kind in _LITERALS:
                cursor.advance()
                node = Literal(token, token.text)
            elif token.kind is Kind.PARAMETER:
                cursor.advance()
                cursor.parameters += 1
                node = Parameter(token, cursor.parameters)
            else:
                raise malformed("Unexpected term")
            if node is not None:
                return node

    def _open_prefix(self, token: Token) -> None:
        if token.text != "not" and token.text not in _SIGNS:
            raise malformed("Unexpected operator")
        self._cursor.advance()
        precedence = NOT_PRECEDENCE if token.text == "not" else SIGN_PRECEDENCE
        self._opened.append(_Open("prefix", token, token.text, precedence))

    def _open_bracket(self, token: Token) -> Node | None:
        """Opens a bracket; returns the empty list, bag or struct when it closes at once."""
        bracket = token.text
        if bracket not in ("(", "[", "<<", "{"):
            raise malformed("Unexpected term")
        self._cursor.advance()
        if bracket != "(" and self._cursor.take(_CLOSERS[bracket]):
            return Struct(token, []) if bracket == "{" else Items(token, bracket == "<<", [])
        self._opened.append(_Open(bracket, token))
        return None

    def _keyword(self, token: Token) -> Node | None:
        cursor = self._cursor
        word = token.text
        if word in STATEMENTS:
            return self._statement(cursor)
        if word in FUNCTION_KEYWORDS and _is(cursor.following, "("):
            return self._name_or_call(cursor.advance())
        raise malformed("Unexpected term" if word in TERMLESS else "Unexpected keyword")

    def _name_or_call(self, token: Token) -> Node | None:
        cursor = self._cursor
        if not cursor.take("("):
            return Name(token)
        name = token.text.lower()
        if cursor.take(")"):
            return Function(token, name, [])
        if cursor.take("*"):
            if name != "count":
                raise malformed(f"{name}(*) is not allowed")
            cursor.expect(")")
            return Function(token, name, [], star=True)
        self._opened.append(_Open("call", token, name))
        return None

    def _place(self, node: Node) -> Node | None:
        """Hands a finished part on until another operand is needed (None) or the whole expression is complete."""
        cursor = self._cursor
        is_term = True
        while True:
            if is_term and (cursor.at(".") or cursor.at("[")):
                longer = self._extend(node)
                if longer is None:
                    return None
                node = longer
                continue
            is_term = False
            operator = cursor.operator()
            precedence = PRECEDENCE.get(operator or "", 0)
            reduced = self._reduce(node, precedence)
            if reduced is None:
                return None
            node = reduced
            if precedence:
                typed = self._open_infix(node, str(operator), precedence)
                if typed is None:
                    return None
                node = typed
                continue
            if not self._opened:
                return node
            closed = self._close(self._opened[-1], node)
            if closed is None:
                return None
            is_term = not isinstance(closed, Binary)
            node = closed

    def _extend(self, node: Node) -> Node | None:
        """Reads one step of a path; None when the index's expression must come first."""
        cursor = self._cursor
        if cursor.at("["):
            opened = _Open("index", cursor.advance(), parts=[node])
            if cursor.take("*"):
                cursor.expect("]")
                return _stepped(node, None)
            self._opened.append(opened)
            return None
        cursor.advance()
        if cursor.take("*"):
            return _stepped(node, None)
        name = cursor.take_name()
        if name is None:
            raise malformed("Invalid path dot component")
        return _stepped(node, name.token.text)

    def _reduce(self, node: Node, precedence: int) -> Node | None:
        """Completes the operators that bind at least as closely as what follows. None: BETWEEN got its lower bound."""
        opened = self._opened
        while opened and opened[-1].what in ("prefix", "infix", "between"):
            top = opened[-1]
            if top.precedence < precedence:
                break
            if top.what == "between" and len(top.parts) == 1:
                self._take_and(top, node)
                return None
            opened.pop()
            node = _prefixed(top, node) if top.what == "prefix" else _combined(top, node)
        return node

    def _take_and(self, between: _Open, low: Node) -> None:
        cursor = self._cursor
        if cursor.operator() != "and":
            raise malformed("Expected AND keyword")
        cursor.advance()
        if cursor.at_statement_end():
            raise malformed("Expected expression after AND")
        between.parts.append(low)

    def _open_infix(self, left: Node, operator: str, precedence: int) -> Node | None:
        """Starts an operation; returns it when it is complete already, as IS with its type is."""
        cursor = self._cursor
        token = cursor.token
        if operator in ("is", "is_not"):
            cursor.advance()
            return IsType(token, operator == "is_not", left, self._type())
        if operator in ("in", "not_in") and _is(cursor.following, "("):
            cursor.advance()
            self._opened.append(_Open("in", cursor.advance(), operator, precedence, [left]))
            return None
        if cursor.following.kind is Kind.END:
            raise malformed("Missing right-hand side expression of infix operator")
        cursor.advance()
        what = "between" if operator.endswith("between") else "infix"
        self._opened.append(_Open(what, token, operator, precedence, [left]))
        return None

    def _type(self) -> str:
        cursor = self._cursor
        token = cursor.token
        if token.kind not in (Kind.KEYWORD, Kind.NULL, Kind.MISSING) or token.text not in TYPES:
            raise malformed("Expected type name")
        cursor.advance()
        if cursor.take("("):
            while True:
                if cursor.advance().kind is not Kind.NUMBER:
                    raise malformed("Type parameter must be an unsigned integer literal")
                if not cursor.take(","):
                    break
            cursor.expect(")")
        return token.text

    def _close(self, bracket: _Open, part: Node) -> Node | None:
        """Adds a part to a bracket; returns what the bracket holds when it closes here."""
        cursor = self._cursor
        bracket.parts.append(part)
        if bracket.what == "{" and len(bracket.parts) % 2:
            cursor.expect(":")
            return None
        if bracket.what != "index" and cursor.take(","):
            return None
        cursor.expect(_CLOSERS[bracket.what])
        self._opened.pop()
        return _closed(bracket)


def _is(token: Token, symbol: str) -> bool:
    return token.kind is Kind.SYMBOL and token.text == symbol


def _stepped(node: Node, step: Node | str | None) -> Node:
    if isinstance(node, Steps):
        node.steps.append(step)
        return node
    return Steps(node.token, node, [step])


def _prefixed(prefix: _Open, operand: Node) -> Node:
    if prefix.name == "not":
        if isinstance(operand, Unary) and operand.operator == "not":
            return operand.operand
    elif isinstance(operand, Literal) and operand.token.kind is Kind.NUMBER:
        if prefix.name == "-":
            negative = operand.text.startswith("-")
            operand.text = operand.text[1:] if negative else "-" + operand.text
        return operand
    return Unary(prefix.token, prefix.name, operand)


def _combined(top: _Open, right: Node) -> Node:
    if top.what == "between":
        return Range(top.token, top.name == "not_between", top.parts[0], top.parts[1], right)
    left = top.parts[0]
    if top.name not in ("and", "or"):
        return Binary(top.token, top.name, left, right)
    if isinstance(left, Logical) and left.operator == top.name:
        left.conditions.append(right)
        return left
    return Logical(top.token, top.name, [left, right])


def _closed(bracket: _Open) -> Node:
    token, parts = bracket.token, bracket.parts
    if bracket.what == "(" and len(parts) == 1:
        return parts[0]
    if bracket.what == "{":
        return Struct(token, parts)
    if bracket.what == "call":
        return Function(token, bracket.name, parts)
    if bracket.what == "in":
        return Binary(token, bracket.name, parts[0], Items(token, False, parts[1:]))
    if bracket.what == "index":
        return _stepped(parts[0], parts[1])
    return Items(token, bracket.what == "<<", parts)
