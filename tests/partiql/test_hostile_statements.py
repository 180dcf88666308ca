"""Statements made to hurt: thousands deep, thousands of parts, or quadratic to read. Each is answered, or refused as a
statement is; none meets the recursion limit, which is an internal error to the caller.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest
from doors import Door, InProcessDoor, Refusal
from hypothesis import given, settings
from hypothesis import strategies as st
from statement_case import make_tables

LONGEST = 8192
WHERE = "SELECT * FROM pair WHERE "


def filled(head: str, unit: str, tail: str = "") -> str:
    """As many units as a statement can hold."""
    return head + unit * ((LONGEST - len(head) - len(tail)) // len(unit)) + tail


def wrapped(head: str, opening: str, inner: str, closing: str, tail: str = "") -> str:
    count = (LONGEST - len(head) - len(inner) - len(tail)) // (len(opening) + len(closing))
    return head + opening * count + inner + closing * count + tail


KEY = " WHERE pk = 'a' AND sk = '1'"
STATEMENTS = {
    "parentheses": wrapped(WHERE, "(", "a=1", ")"),
    "parentheses without an end": filled(WHERE, "("),
    "NOT": filled(WHERE, "NOT ", "a=1"),
    "NOT and parentheses": wrapped(WHERE, "NOT (", "a=1", ")"),
    "lists": wrapped(WHERE + "a=", "[", "1", "]"),
    "maps": wrapped(WHERE + "a=", "{'a':", "1", "}"),
    "maps without an end": filled(WHERE + "a=", "{'a':"),
    "bags": wrapped(WHERE + "a=", "<<", "1", ">>"),
    "signs": filled(WHERE + "a=", "- ", "1"),
    "signs of a name": filled(WHERE + "a=", "- ", "b"),
    "OR": filled(WHERE, "a=1 OR ", "a=1"),
    "OR on the key": filled(WHERE, "pk='a' OR ", "pk='b'"),
    "AND": filled(WHERE, "a=1 AND ", "a=1"),
    "AND on the sort key": filled(WHERE + "pk='a' AND ", "sk>'1' AND ", "sk>'2'"),
    "choices of the sort key": filled(WHERE + "pk='a' AND ", "(sk='1' OR b=1) AND ", "sk>'2'"),
    "choices of any key": filled(WHERE, "(sk='1' OR b=1 AND c=2) AND ", "sk>'2'"),
    "choices of both keys": filled(WHERE, "(pk='1' OR sk='1' OR b=1) AND ", "sk>'2'"),
    "AND in OR in AND": wrapped(WHERE, "(a=1 OR (b=2 AND ", "c=1", "))"),
    "comparisons in a row": filled(WHERE, "a=", "a"),
    "comparisons with a flag": wrapped(WHERE, "(", "a=1", ")=yes"),
    "comparisons of comparisons": wrapped(WHERE, "(a=1)=(", "b=1", ")"),
    "choices of comparisons": wrapped(WHERE, "(", "a=1", " IN [yes,yes,yes])"),
    "functions": wrapped(WHERE, "size(", "a", ")", "=1"),
    "functions without an end": filled(WHERE, "contains(a,"),
    "a path of names": filled("SELECT a", ".a", " FROM pair"),
    "a path of indexes": filled("SELECT a", "[1]", " FROM pair"),
    "indexes within indexes": wrapped("SELECT a", "[a", "", "]", " FROM pair"),
    "columns": filled("SELECT a", ",a", " FROM pair"),
    "IN": filled(WHERE + "a IN [", "1,", "1]"),
    "IN within IN": wrapped(WHERE, "a IN (", "1", ")"),
    "BETWEEN": filled(WHERE + "a BETWEEN ", "1 AND a BETWEEN ", "2 AND 3"),
    "IS": filled(WHERE + "a", " IS NULL"),
    "SELECT in FROM": filled("", "SELECT * FROM "),
    "FROM in FROM": filled("", "FROM "),
    "EXISTS": filled("", "EXISTS(SELECT * FROM t WHERE "),
    "quotes": filled(WHERE, "'"),
    "double quotes": filled(WHERE, '"'),
    "openings of comments": filled(WHERE, "/*"),
    "stars in a comment": filled(WHERE + "/", "*"),
    "dashes": filled(WHERE + "a=1 ", "-"),
    "digits": filled(WHERE + "a=", "9"),
    "digits after the point": filled(WHERE + "a=1.", "9"),
    "digits of an exponent": filled(WHERE + "a=1e", "9"),
    "zeros of an exponent": filled(WHERE + "a=1e", "0", "1"),
    "an index of many digits": filled("SELECT a[", "9", "] FROM pair"),
    "sums": filled("UPDATE pair SET a=", "1+", f"1{KEY}"),
    "list_append": wrapped("UPDATE pair SET a=", "list_append(", "a", ",a)", KEY),
    "SET": filled("UPDATE pair", " SET a=1", KEY),
    "SET of different paths": "UPDATE pair" + "".join(f" SET a{n}=1" for n in range(680)) + KEY,
    "REMOVE": filled("UPDATE pair", " REMOVE a", KEY),
    "attributes": "INSERT INTO pair VALUE {'pk':'a'" + "".join(f",'a{n}':1" for n in range(800)) + "}",
    "ORDER BY": filled(WHERE + "pk='a' ORDER BY sk", ",sk"),
    "RETURNING": filled(f"DELETE FROM pair{KEY} RETURNING ALL OLD *", ",ALL OLD *"),
    "questions": filled("", "?"),
    "colons": filled("", ":"),
    "semicolons": filled("", ";"),
    "stars": filled("", "*"),
    "one name": filled("", "a"),
    "names": filled("", "a "),
    "keywords": filled("", "not in "),
    "control characters": filled("", "\1"),
    "characters of four bytes": filled(WHERE + "'", "\N{PILE OF POO}", "'"),
}


DEEPEST = (
    "parentheses",
    "NOT and parentheses",
    "lists",
    "maps",
    "AND in OR in AND",
    "comparisons in a row",
    "comparisons of comparisons",
    "choices of comparisons",
    "functions",
    "indexes within indexes",
    "IN within IN",
    "SELECT in FROM",
    "EXISTS",
    "list_append",
)


@pytest.fixture(scope="module")
def door() -> Door:
    door = InProcessDoor()
    make_tables(door, ["pair"])
    return door


CODES = {
    "ValidationException",
    "ConditionalCheckFailedException",
    "TransactionCanceledException",
    "ResourceNotFoundException",
}


def check(door: Door, statement: str, operation: str = "ExecuteStatement") -> None:
    """It is answered, or refused in one of the ways in which a statement is."""
    found = outcome(door, statement, operation)
    assert not isinstance(found, Refusal) or found.code in CODES, found


def outcome(door: Door, statement: str, operation: str) -> Any:
    if operation == "ExecuteStatement":
        request: dict[str, Any] = {"Statement": statement}
    else:
        request = {
            "Statements" if operation.startswith("Batch") else "TransactStatements": [
                {"Statement": statement}
            ]
        }
    try:
        return door.call(operation, request)
    except Refusal as refusal:
        return refusal


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_hostile_statement_is_answered_or_refused(door: Door, name: str) -> None:
    statement = STATEMENTS[name]
    assert len(statement) <= LONGEST
    for operation in ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"):
        check(door, statement, operation)


def test_the_deepest_statements_leave_most_of_the_stack_free(door: Door) -> None:
    """A caller may have used much of it: a third of the usual limit is enough for any statement."""
    limit = sys.getrecursionlimit()

    def deeper(levels: int) -> None:
        if levels:
            deeper(levels - 1)
            return
        for name in DEEPEST:
            check(door, STATEMENTS[name])

    used = len(_frames())
    deeper(limit - used - 400)


def _frames() -> list[Any]:
    frame: Any = sys._getframe()
    found = []
    while frame is not None:
        found.append(frame)
        frame = frame.f_back
    return found


WORDS = """
    SELECT INSERT INTO UPDATE DELETE FROM SET REMOVE WHERE VALUE RETURNING ALL OLD NEW MODIFIED ORDER BY DESC AND OR
    NOT IN BETWEEN IS MISSING NULL EXISTS size contains begins_with attribute_exists set_add list_append pair pk sk a
    "b" 'x' '1' 1 -1 2.5e3 true ? ( ) [ ] { } << >> , : . ; * = <> != < > + - / -- /* */ LIMIT AS
"""
PIECES = st.sampled_from(WORDS.split())


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=30))
def test_any_sequence_of_words_is_answered_or_refused(door: Door, pieces: list[str]) -> None:
    check(door, " ".join(pieces) or ";")


@settings(max_examples=300)
@given(st.text(min_size=1, max_size=200))
def test_any_text_is_answered_or_refused(door: Door, text: str) -> None:
    check(door, text)
    check(door, f"SELECT * FROM pair WHERE a = '{text}")
