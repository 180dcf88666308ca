"""Parses a statement.

    statement := (select | insert | update | delete | from_first | expression) [";"]
    select    := SELECT (* | column ("," column)*) FROM source [WHERE expression]
                 [ORDER BY key [ASC | DESC] ("," key [ASC | DESC])*]
    insert    := INSERT INTO path VALUE expression
    update    := UPDATE path change+ [WHERE expression] [RETURNING returned]
    delete    := DELETE FROM path [WHERE expression] [RETURNING returned]
    from_first := FROM source [WHERE expression] change+ [RETURNING returned]
    change    := SET path "=" expression ("," path "=" expression)* | REMOVE path
    returned  := (ALL | MODIFIED) (OLD | NEW) *
    path      := name ("." name | "[" expression "]")*

A table or column may carry an alias, and SELECT more clauses, which are read and then refused. A statement is also a
term of an expression, as in EXISTS(SELECT ...), so these functions call each other; `Cursor.depth` bounds that.
"""

from __future__ import annotations

from stator.errors import ValidationException
from stator.limits import PARTIQL_STATEMENTS_WITHIN_MAX
from stator.partiql.cursor import Cursor
from stator.partiql.expression_grammar import parse_expression
from stator.partiql.faults import malformed
from stator.partiql.syntax import Assignment, Change, Insert, Node, Removal, Select, Sort, Steps
from stator.partiql.tokens import Token

_NOT_COLUMNS = frozenset(("insert_into", "set", "remove", "update", "delete", "select", "from", "where"))
_CHANGES = frozenset(("set", "remove", "insert_into"))
_RETURNED = frozenset(("all_old", "all_new", "modified_old", "modified_new"))
_JOINS = frozenset(("join", "inner", "left", "right", "full", "outer", "cross"))


def parse_statement(text: str) -> tuple[Node, int]:
    """The tree, and how many parameters it has. Raises ValidationException for text that is not well formed."""
    cursor = Cursor(text)
    node = _expression(cursor)
    if not cursor.at_statement_end():
        raise cursor.unexpected_rest()
    return node, cursor.parameters


def _expression(cursor: Cursor) -> Node:
    return parse_expression(cursor, _statement)


def _statement(cursor: Cursor) -> Node:
    cursor.depth += 1
    if cursor.depth > PARTIQL_STATEMENTS_WITHIN_MAX:
        raise malformed("Unexpected keyword")
    token = cursor.advance()
    node: Node
    if token.text == "select":
        node = _select(cursor, token)
    elif token.text == "insert_into":
        node = _insert(cursor, token)
    elif token.text == "update":
        node = _update(cursor, token)
    elif token.text == "delete":
        node = _delete(cursor, token)
    elif token.text == "from":
        node = _from_first(cursor, token)
    else:
        raise malformed("Unexpected keyword")
    cursor.depth -= 1
    return node


# SELECT


def _select(cursor: Cursor, token: Token) -> Select:
    refusal = _distinct(cursor)
    columns, aliased = _columns(cursor)
    if not cursor.take_keyword("from"):
        raise malformed("Expected FROM after SELECT list")
    source, source_aliased = _source(cursor)
    node = Select(token, columns, source, aliased or source_aliased, refusal=refusal)
    if cursor.at(",") or cursor.keyword() in _JOINS:
        raise ValidationException("FROM clause may only contain a single table name")
    _clause(cursor, node, "let")
    if cursor.take_keyword("where"):
        node.where = _expression(cursor)
    for word in ("group", "having"):
        _clause(cursor, node, word)
    if cursor.take_keyword("order"):
        node.order = _order(cursor)
    for word in ("limit", "offset"):
        _clause(cursor, node, word)
    return node


def _distinct(cursor: Cursor) -> tuple[str, Token] | None:
    token = cursor.token
    if cursor.take_keyword("distinct"):
        return "DISTINCT", token
    cursor.take_keyword("all")
    token = cursor.token
    return ("VALUE", token) if cursor.take_keyword("value") else None


def _columns(cursor: Cursor) -> tuple[list[Node] | None, bool]:
    columns: list[Node] = []
    star: Token | None = None
    aliased = False
    while True:
        if cursor.at("*"):
            star = cursor.advance()
        else:
            word = cursor.keyword()
            if word in _NOT_COLUMNS:
                raise malformed(
                    f"Expected identifier or an expression but found unexpected keyword '{word}' in a select list."
                )
            columns.append(_expression(cursor))
            aliased |= _alias(cursor)
        if not cursor.take(","):
            break
    if star is None:
        return columns, aliased
    if columns:
        raise malformed(
            "Other expressions may not be present in the select list when '*' is used without dot notation."
        )
    return None, False


def _clause(cursor: Cursor, node: Select, word: str) -> None:
    """Reads a clause that is refused once the statement has been read: its word, BY, and expressions."""
    if not cursor.take_keyword(word):
        return
    if word == "group":
        cursor.take_keyword("partial")
        _expect_by(cursor)
    token = cursor.token
    while True:
        _expression(cursor)
        _alias(cursor)
        if not cursor.take(","):
            break
    node.refusal = node.refusal or (word.upper(), token)


def _expect_by(cursor: Cursor) -> None:
    if not cursor.take_keyword("by"):
        raise malformed("Expected BY")


def _order(cursor: Cursor) -> list[Sort]:
    _expect_by(cursor)
    keys = []
    while True:
        key = _expression(cursor)
        descending = cursor.take_keyword("desc")
        if not descending:
            cursor.take_keyword("asc")
        keys.append(Sort(key, descending))
        if not cursor.take(","):
            return keys


def _source(cursor: Cursor) -> tuple[Node, bool]:
    """A table, and whether an alias follows it."""
    source = _expression(cursor)
    return source, _alias(cursor)


def _alias(cursor: Cursor) -> bool:
    aliased = False
    for word in ("as", "at", "by"):
        if cursor.take_keyword(word):
            if cursor.take_name() is None:
                raise malformed(f"Expected identifier for {word.upper()}-alias")
            aliased = True
        elif word == "as":
            aliased = cursor.take_name() is not None
    return aliased


# INSERT, UPDATE, DELETE


def _insert(cursor: Cursor, token: Token) -> Insert:
    target = _path(cursor)
    if not cursor.take_keyword("value"):
        return Insert(token, target, _expression(cursor), ("without VALUE", token))
    value = _expression(cursor)
    refusal = None
    place = cursor.token
    if cursor.take_keyword("at"):
        _expression(cursor)
        refusal = "AT", place
    if _take_on_conflict(cursor):
        refusal = refusal or ("ON CONFLICT", place)
    place = cursor.token
    if _returning(cursor) is not None:
        refusal = refusal or ("RETURNING", place)
    return Insert(token, target, value, refusal)


def _take_on_conflict(cursor: Cursor) -> bool:
    if not cursor.take_keyword("on"):
        return False
    if cursor.take_keyword("conflict") and cursor.take_keyword("where"):
        _expression(cursor)
        if cursor.take_keyword("do") and cursor.take_keyword("nothing"):
            return True
    raise malformed("invalid ON CONFLICT syntax")


def _update(cursor: Cursor, token: Token) -> Change:
    target = _path(cursor)
    aliased = _alias(cursor)
    actions = _actions(cursor)
    return Change(token, target, aliased, actions, _where(cursor), _returning(cursor))


def _delete(cursor: Cursor, token: Token) -> Change:
    if not cursor.take_keyword("from"):
        raise malformed("Expected FROM after DELETE")
    target = _path(cursor)
    aliased = _alias(cursor)
    return Change(token, target, aliased, None, _where(cursor), _returning(cursor))


def _from_first(cursor: Cursor, token: Token) -> Change:
    target, aliased = _source(cursor)
    where = _where(cursor)
    actions = _actions(cursor)
    return Change(token, target, aliased, actions, where, _returning(cursor))


def _where(cursor: Cursor) -> Node | None:
    return _expression(cursor) if cursor.take_keyword("where") else None


def _actions(cursor: Cursor) -> list[Assignment | Removal]:
    actions: list[Assignment | Removal] = []
    while cursor.keyword() in _CHANGES:
        word = cursor.advance().text
        if word == "insert_into":
            raise malformed("Expected data manipulation")
        if word == "remove":
            actions.append(Removal(_path(cursor)))
            continue
        actions.append(_assignment(cursor))
        while cursor.take(","):
            actions.append(_assignment(cursor))
    if not actions:
        raise malformed("Expected data manipulation")
    return actions


def _assignment(cursor: Cursor) -> Assignment:
    target = _path(cursor)
    if cursor.operator() != "=":
        raise malformed("Expected '='")
    cursor.advance()
    return Assignment(target, _expression(cursor))


def _returning(cursor: Cursor) -> str | None:
    """What is to be returned, as the service repeats it."""
    if not cursor.take_keyword("returning"):
        return None
    returned = []
    while True:
        word = cursor.keyword()
        if word not in _RETURNED:
            raise malformed("Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element.")
        cursor.advance()
        returned.append(f"{word.upper().replace('_', ' ')} {_returned_column(cursor)}")
        if not cursor.take(","):
            return ", ".join(returned)


def _returned_column(cursor: Cursor) -> str:
    if cursor.take("*"):
        return "*"
    token = cursor.token
    _expression(cursor)
    return token.text


def _path(cursor: Cursor) -> Node:
    """A path of names and indexes, as a write's table and targets are."""
    name = cursor.take_name()
    if name is None:
        raise malformed("Expected identifier for simple path")
    steps: list[Node | str | None] = []
    while True:
        if cursor.take("."):
            if cursor.at("*"):
                raise malformed("Invalid path dot component for simple path")
            member = cursor.take_name()
            if member is None:
                raise malformed("Invalid path dot component")
            steps.append(member.token.text)
        elif cursor.take("["):
            if cursor.at("*"):
                raise malformed("Invalid path component for simple path")
            steps.append(_expression(cursor))
            cursor.expect("]")
        else:
            return Steps(name.token, name, steps) if steps else name
