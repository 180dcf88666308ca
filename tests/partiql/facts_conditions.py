"""WHERE as a filter: what each condition finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from statement_case import Fact, Unordered, invalid, item
from wordings import OPERAND, OPERANDS

ONE: dict[str, Any] = item(
    pk="one",
    n=5,
    s="str",
    flag=True,
    nul=None,
    ss={"a", "b"},
    ns={1, 2},
    l=["a", 2],
    m={"sub": "x", "deep": {"k": [7]}},
    text="7834 24th Kirkland",
    count_=2,
) | {"b": {"B": "AQID"}}

HOLDS = """
n = 5; n <> 6; n != 6; n > 4; n >= 5; n < 6; n <= 5; NOT n = 6; NOT NOT n = 5; 5 = n; 4 < n
n = 5.0; n = 50e-1; n BETWEEN 5 AND 5; n NOT BETWEEN 6 AND 7; n BETWEEN - 2 AND +5; n IN [1, 5]; n IN (5); n IN [- 1, 5]
n NOT IN [1, 2]; NOT n IN [1, 2]; n IN <<5, 6>>; n = 5 AND s = 'str'; n = 6 OR s = 'str'; NOT (n = 6 OR s = 'x')
n = 6 AND s = 'str' OR flag = true; (n = 6 OR flag = true) AND s = 'str'; n = 5 OR n = 6 AND n = 7
s > 'st'; s BETWEEN 'a' AND 'z'; s < 'sts'; s <> 5; s <> true; absent <> 1; NOT absent = 1; NOT absent > 1
flag = true; flag <> false; nul = null; ss = <<'b', 'a'>>; ns = <<2, 1>>; ns <> <<1>>; l = ['a', 2]
m = {'deep': {'k': [7]}, 'sub': 'x'}; m.sub = 'x'; m.deep.k[0] = 7; "m"."sub" = 'x'; l[1] = 2
l[9] IS MISSING; m.sub.x IS MISSING
n IS NOT MISSING; absent IS MISSING; NOT absent IS NOT MISSING; nul IS NULL; s IS NOT NULL; absent IS NOT NULL
flag IS BOOL; flag IS BOOLEAN; s IS STRING; n IS DECIMAL; n IS INT; l IS LIST; m IS STRUCT; m IS TUPLE; b IS BLOB
ss IS BAG; ns IS BAG; s IS NOT BAG; s IS NOT BOOL
attribute_exists(ss); ATTRIBUTE_EXISTS(ss); attribute_exists("ss"); attribute_exists(m.sub); attribute_not_exists(nope)
NOT attribute_exists(nope); NOT attribute_not_exists(n); (attribute_exists(nope) OR attribute_exists(ss))
attribute_not_exists(m.nope); attribute_exists(l[0]); attribute_exists (ss)
attribute_type(ss, 'SS'); attribute_type(n, 'N'); NOT attribute_type(ss, 'S'); begins_with(s, 'st'); BEGINS_WITH(s, '')
contains(s, 'tr'); contains(ss, 'a'); contains(ns, 1); contains(l, 2); contains(text, 'Kirkland')
NOT contains(absent, 'x')
size(s) = 3; size(ss) = 2; size(m) = 2; size(l) > 1; size(text) > 10; size(s) <> size(l); size(l) = size(ss)
size(s) BETWEEN 1 AND 3
size(s) IN [3, 4]; 3 = size(s); size(l) = count_; count_ = size(l)
attribute_exists(ss) = true; true = attribute_exists(n); attribute_exists(nope) = false; attribute_exists(n) <> 1
contains(nope, 'z') = false; (n BETWEEN 0 AND 5) = true; (n = 6 OR s = 'x') = false
attribute_exists(nope) IN [true, false]
attribute_exists(n) = attribute_exists(s); attribute_exists(n) = flag; flag = attribute_exists(n)
(attribute_exists(n) = flag) = flag; (n = 5) = (s = 'str'); (n = 5) <> (s = 'x'); attribute_exists(n) IN [flag]
(NOT n = 5) = false; (n = 5 AND s = 'str') = flag; attribute_exists(n) <> absent; (n = 5) <> nul
"""

FAILS = """
n = 6; n <> 5; n > 5; n BETWEEN 6 AND 7; n NOT BETWEEN 5 AND 6; n IN [1, 2]; n NOT IN [5]; NOT n = 5
absent = 1; absent > 1
n = '5'; n > 's'; s < 5; flag = 'true'; ss = <<'a'>>; l = [2, 'a']; m = {'sub': 'x'}; m.sub = 'y'; nul = 'null'
s IS NULL; absent IS NULL; nul IS NOT NULL; s IS BOOL; s IS MISSING; absent IS NOT MISSING; n IS STRING
attribute_exists(nope); attribute_not_exists(ss); attribute_exists(m.nope); attribute_type(ss, 'S'); begins_with(s, 'x')
begins_with(n, '5'); contains(s, 'x'); contains(n, 5); size(s) = 4; size(n) = 1; size(absent) = 0
attribute_exists(n) = 1; NOT attribute_exists(n) = true; (attribute_exists(n) = true) = false; attribute_exists(n) = s
attribute_exists(n) = absent; attribute_exists(nope) = flag; attribute_exists(n) IN [false]; (n = 5) <> (s = 'str')
"""


def _each(text: str) -> list[str]:
    return [part.strip() for line in text.strip().splitlines() for part in line.split(";")]


def _found() -> Iterator[Fact]:
    given = [("hash", ONE), ("hash", item(pk="two"))]
    for conditions, expected in ((HOLDS, [item(pk="one")]), (FAILS, [])):
        for condition in _each(conditions):
            statement = f"SELECT pk FROM hash WHERE pk = 'one' AND ({condition})"
            yield Fact(f"{condition} {'holds' if expected else 'fails'}", statement, expected, given=given)
    for condition in ("attribute_exists(s)", "n = 5", "pk > 'a' AND s = 'str'", "NOT s <> 'str'"):
        yield Fact(
            f"{condition} over the whole table",
            f"SELECT pk FROM hash WHERE {condition}",
            [item(pk="one")],
            given=given,
        )
    yield Fact(
        "everything but one",
        "SELECT pk FROM hash WHERE NOT n = 6",
        Unordered([item(pk="one"), item(pk="two")]),
        given=given,
    )


def _at(condition: str, token: str, length: int | None = None) -> str:
    """Where the token is in the statement that `_refused` makes of the condition."""
    return f"1:{len(_PREFIX) + condition.index(token) + 1}:{length or len(token)}"


_PREFIX = "SELECT * FROM hash WHERE pk = 'one' AND "


def _refused() -> Iterator[Fact]:
    exists = "EXISTS(ss)"
    adds = "set_add(ss, <<'x'>>) = ss"
    for condition, reason in (
        (
            "attribute_exists('ss')",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        ("attribute_exists()", f"{OPERANDS}attribute_exists, number of operands: 0"),
        ("attribute_exists(ss, ns)", f"{OPERANDS}attribute_exists, number of operands: 2"),
        ("contains(ss)", f"{OPERANDS}contains, number of operands: 1"),
        ("size() = 1", f"{OPERANDS}size, number of operands: 0"),
        (exists, f"Unrecognized function: exists at {_at(exists, 'EXISTS')}"),
        (adds, f"Unrecognized function: set_add at {_at(adds, 'set_add')}"),
        ("if_not_exists(a, 1) = 1", f"Unrecognized function: if_not_exists at 1:{len(_PREFIX) + 1}:13"),
        ("UPPER(a) = 'A'", f"Unrecognized function: upper at 1:{len(_PREFIX) + 1}:5"),
        ("attribute_type(l, 1)", f"{OPERAND}attribute_type, operand type: N"),
        ("attribute_type(l, true)", f"{OPERAND}attribute_type, operand type: BOOL"),
        (
            "attribute_type(l, 'X')",
            "Invalid attribute type name found; type: X, valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}",
        ),
        ("begins_with(s, 1)", f"{OPERAND}begins_with, operand type: N"),
        ("attribute_exists(n) > false", f"{OPERAND}>, operand type: BOOL"),
        ("n < true", f"{OPERAND}<, operand type: BOOL"),
        ("n >= null", f"{OPERAND}>=, operand type: NULL"),
        ("n > [1]", f"{OPERAND}>, operand type: L"),
        ("n <= {'a': 1}", f"{OPERAND}<=, operand type: M"),
        ("n < <<'a'>>", f"{OPERAND}<, operand type: SS"),
        ("n < <<1>>", f"{OPERAND}<, operand type: NS"),
        ("n BETWEEN true AND false", f"{OPERAND}BETWEEN, operand type: BOOL"),
        (
            "n IN [" + ", ".join("1" * 101) + "]",
            "The IN operator is provided with too many operands; number of operands: 101",
        ),
        ("size(s)", "The function is not allowed to be used this way in an expression; function: size"),
        (
            "contains(attribute_exists(a), 'x')",
            "The function is not allowed to be used this way in an expression; function: attribute_exists",
        ),
        (
            "l[2147483648] = 1",
            f"List index is not within the allowable range; index: [2147483648] at 1:{len(_PREFIX) + 3}:10",
        ),
        ("n > -?", None),
        ("n > -n", None),
        ("n", None),
        ("'x'", None),
        ("n + 1 = 6", None),
        ("s LIKE 'x%'", None),
        ("n IN 5", None),
        ("n IN []", None),
        ("n IS TIMESTAMP", None),
        ("l[1.5] = 1", None),
        ("l['a'] = 1", None),
    ):
        yield Fact(
            f"refused: {condition[:60]}",
            _PREFIX + condition,
            invalid(reason),
            ("x",) if "?" in condition else (),
        )
    yield Fact(
        "a hundred values", _PREFIX + "n IN [" + ", ".join("1" * 99) + ", 5]", [ONE], given=[("hash", ONE)]
    )


FACTS = [*_found(), *_refused()]
