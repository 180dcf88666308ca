"""SELECT over a table: columns, keys, OR and IN on keys, ORDER BY, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from statement_case import Absent, Fact, Unordered, invalid, item
from wordings import EMPTY_KEY

OVERLAP = invalid("Overlapping conditions with range keys are not supported in where clause")
TOO_MANY = invalid("Too many decomposed read operations for a given query.")


def _rows(*keys: str) -> list[dict[str, Any]]:
    return [item(pk=key[0], sk=key[1]) for key in keys]


ROWS = [("pair", item(pk=key[0], sk=key[1], x=key[1])) for key in ("a1", "a2", "a3", "b1", "b2", "b3")]


def _columns() -> Iterator[Fact]:
    deep = item(pk="a", l=["a", {"k": ["c"]}], m={"k": ["c"], "sub": {"x": 1}}, name=1, extra=2)
    for columns, row in (
        ("pk", item(pk="a")),
        ("pk, name", item(pk="a", name=1)),
        ("name, pk", item(pk="a", name=1)),
        ("m.sub", item(sub={"x": 1})),
        ("m.sub.x", item(x=1)),
        ('"m"."sub".x', item(x=1)),
        ("l[0]", {"l[0]": {"S": "a"}}),
        ("l[-0]", {"l[0]": {"S": "a"}}),
        ("l[1].k[0]", {"k[0]": {"S": "c"}}),
        ("m.k[0], extra", {"k[0]": {"S": "c"}, "extra": {"N": "2"}}),
        ("absent", {}),
        ("pk, m.absent, l[7]", item(pk="a")),
        ("l[2147483647]", {}),
    ):
        yield Fact(
            f"columns {columns}", f"SELECT {columns} FROM hash WHERE pk = 'a'", [row], given=[("hash", deep)]
        )
    for columns, message in (
        ("l[-1]", "List index is not within the allowable range; index: [-1] at 1:11:1"),
        ("l[2147483648]", "List index is not within the allowable range; index: [2147483648] at 1:10:10"),
        ("m.*", None),
        ("'pk'", None),
        ("pk + 1", None),
        ("size(pk)", "Unexpected path component at 1:8:4"),
        (
            "pk.x",
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
        ),
    ):
        yield Fact(f"no columns {columns}", f"SELECT {columns} FROM hash WHERE pk = 'a'", invalid(message))


def _keys() -> Iterator[Fact]:
    for where, keys in (
        ("pk = 'a'", "a1 a2 a3"),
        ("pk = 'a' AND sk = '2'", "a2"),
        ("sk = '2' AND pk = 'a'", "a2"),
        ("(pk = 'a' AND sk = '2') AND x = '2'", "a2"),
        ("pk = 'a' AND sk > '1'", "a2 a3"),
        ("pk = 'a' AND '1' < sk", "a2 a3"),
        ("pk = 'a' AND sk BETWEEN '1' AND '2'", "a1 a2"),
        ("pk = 'a' AND sk NOT BETWEEN '1' AND '2'", "a3"),
        ("pk = 'a' AND begins_with(sk, '3')", "a3"),
        ("pk = 'a' AND sk > '1' AND sk < '3'", "a2"),
        ("pk = 'a' AND sk = '1' AND sk > '0'", "a1"),
        ("pk = 'a' AND sk > '3' AND sk < '1'", ""),
        ("pk = 'a' AND (sk = '1' OR sk = '3')", "a1 a3"),
        ("pk = 'a' AND sk IN ['1', '3']", "a1 a3"),
        ("pk = 'a' AND (sk < '2' OR sk > '2' OR sk = '2')", "a1 a2 a3"),
        ("pk = 'a' AND attribute_exists(pk)", "a1 a2 a3"),
        ("pk = 'a' AND NOT sk = '1'", "a2 a3"),
        ("pk = 'a' AND sk <> '1'", "a2 a3"),
        ("pk = 'a' AND sk > '0' AND sk <> '1'", "a2 a3"),
        ("pk = 'a' AND pk = 'a'", "a1 a2 a3"),
        ("pk = 'a' AND pk = 'b'", ""),
        ("pk IN ['a', 'b'] AND pk = 'b' AND sk = '1'", "b1"),
        ("pk IN ['a', 'b'] AND pk IN ['b', 'c']", "b1 b2 b3"),
        ("pk IN ['a'] AND sk IN ['1']", "a1"),
        ("pk IN ['a', 'b'] AND sk = '2'", "a2 b2"),
        ("pk = 'a' OR pk = 'b'", "a1 a2 a3 b1 b2 b3"),
        ("pk = 'a' AND sk = '1' OR pk = 'b' AND sk = '2'", "a1 b2"),
        ("(pk = 'a' OR pk = 'b') AND (sk = '1' OR sk = '3')", "a1 a3 b1 b3"),
        ("pk = 'a' OR sk = '1'", "a1 a2 a3 b1"),
        ("pk = 'a' OR x = '2'", "a1 a2 a3 b2"),
        ("NOT pk = 'a'", "b1 b2 b3"),
        ("pk <> 'a'", "b1 b2 b3"),
        ("pk > 'a'", "b1 b2 b3"),
        ("sk = '1'", "a1 b1"),
        ("pk IN ['a', x]", "a1 a2 a3"),
        ("pk = sk", ""),
        ("pk > 1", ""),
        ("pk = 1 OR x = '1'", "a1 b1"),
        ("pk = 'a' AND NOT sk = '1' OR pk = 'a' AND sk = '2'", "a2 a3"),
        ("pk = 'a' AND sk <> '1' OR pk = 'a' AND sk = '2'", "a2 a3"),
        ("pk = 'a' AND NOT begins_with(sk, 'x') OR pk = 'a' AND sk = '2'", "a1 a2 a3"),
        ("pk = 'a' AND NOT sk IN ['1', '3'] OR pk = 'a' AND sk = '2'", "a2"),
        ("pk = 'a' AND NOT sk > '5' OR pk = 'a' AND sk = '2'", "a1 a2 a3"),
        ("pk = 'a' AND NOT (sk = '1') OR pk = 'a' AND sk = '2'", "a2 a3"),
        ("pk = 'a' OR pk = 'a' AND NOT sk = '1'", "a1 a2 a3"),
    ):
        yield Fact(
            f"WHERE {where}",
            f"SELECT pk, sk FROM pair WHERE {where}",
            Unordered(_rows(*keys.split())),
            given=ROWS,
        )
    for where in (
        "pk IN ['a', 'a']",
        "pk = 'a' OR pk = 'a'",
        "pk = 'a' AND (sk > '0' OR sk < '5')",
        "pk = 'a' AND (sk = '1' OR x = '2')",
        "(pk = 'a' AND x = '1') OR (pk = 'a' AND x = '2')",
        "pk = 'a' AND x = '1' OR pk = 'a' AND sk = '2'",
        "pk = 'a' AND x <> '1' OR pk = 'a' AND sk = '2'",
        "pk = 'a' AND sk IN ['1', '2', '1']",
    ):
        yield Fact(f"overlapping: {where}", f"SELECT * FROM pair WHERE {where}", OVERLAP)
    kind = "Key attribute's data type should match its data type in table's schema: Key "
    for where, key in (
        ("pk = 1", "pk"),
        ("pk = 1 OR pk = 'a'", "pk"),
        ("pk = 'a' AND sk IN ['1', 2]", "sk"),
        ("pk = 'a' AND sk > 1", "sk"),
    ):
        yield Fact(f"of another type: {where}", f"SELECT * FROM pair WHERE {where}", invalid(kind + key))
    yield Fact("an empty key", "SELECT * FROM pair WHERE pk = ''", invalid(EMPTY_KEY))


def _many(count: int) -> str:
    return ", ".join(f"'v{number}'" for number in range(count))


def _bounds() -> Iterator[Fact]:
    for where, expected in (
        (f"pk IN [{_many(51)}]", TOO_MANY),
        (f"pk = 'a' AND sk IN [{_many(51)}]", TOO_MANY),
        (f"sk IN [{_many(51)}] AND pk = 'a'", TOO_MANY),
        (f"pk IN [{_many(26)}] AND sk IN ['1', '2']", TOO_MANY),
        (f"pk IN [{_many(100)}] AND sk IN [{_many(100)}]", TOO_MANY),
        (" OR ".join(f"pk = 'v{number}'" for number in range(51)), TOO_MANY),
        (f"pk IN [{_many(50)}] AND x IN [{_many(100)}]", []),
        (f"pk IN [{_many(51)}] OR x = 'one'", []),
        (f"pk IN [{_many(25)}] AND sk IN ['1', '2']", []),
    ):
        yield Fact(
            f"{len(where)} characters: {where[:30]}...{where[-20:]}",
            f"SELECT * FROM pair WHERE {where}",
            expected,
        )


def _order() -> Iterator[Fact]:
    for rest, keys in (
        ("pk = 'a' ORDER BY sk DESC", "a3 a2 a1"),
        ("pk = 'a' ORDER BY sk", "a1 a2 a3"),
        ("pk = 'a' ORDER BY sk ASC", "a1 a2 a3"),
        ("pk = 'a' ORDER BY pk ASC", "a3 a2 a1"),
        ("pk = 'a' ORDER BY pk, sk", "a1 a2 a3"),
        ("pk = 'a'", "a1 a2 a3"),
        ("pk IN ['a', 'b'] ORDER BY pk DESC, sk ASC", "b1 b2 b3 a1 a2 a3"),
        ("pk IN ['b', 'a'] ORDER BY sk, pk", "a1 a2 a3 b1 b2 b3"),
        ("pk IN ['a', 'b'] ORDER BY pk", "a3 a2 a1 b3 b2 b1"),
        ("pk = 'a' AND sk IN ['3', '1', '2'] ORDER BY sk", "a1 a2 a3"),
        ("pk = 'a' AND sk IN ['3', '1', '2'] ORDER BY sk DESC", "a3 a2 a1"),
        ("pk = 'a' AND x <> '2' ORDER BY sk DESC", "a3 a1"),
    ):
        yield Fact(
            f"in order: {rest}", f"SELECT pk, sk FROM pair WHERE {rest}", _rows(*keys.split()), given=ROWS
        )
    several = "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause."
    optional = (
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
    )
    for rest, message in (
        ("ORDER BY sk", "Must have WHERE clause in the statement when using ORDER BY clause."),
        ("WHERE pk = 'a' ORDER BY x DESC", "Attribute x in ORDER BY clause must be part of the primary key"),
        ("WHERE pk > 'a' ORDER BY sk", optional),
        ("WHERE pk = 'a' OR x = '1' ORDER BY sk", optional),
        ("WHERE pk IN ['a', 'b'] ORDER BY sk DESC", several),
    ):
        yield Fact(f"no order: {rest}", f"SELECT * FROM pair {rest}", invalid(message))


def _cost() -> Iterator[Fact]:
    for statement, request, capacity in (
        (
            "SELECT * FROM pair WHERE pk = 'a' AND sk = '1'",
            {},
            {"TableName": "pair", "CapacityUnits": 0.5, "Table": Absent},
        ),
        ("SELECT * FROM pair WHERE pk = 'none'", {"ConsistentRead": True}, {"CapacityUnits": 1.0}),
        (
            "SELECT * FROM pair WHERE pk = 'a'",
            {"ConsistentRead": False},
            {"CapacityUnits": 0.5, "ReadCapacityUnits": Absent},
        ),
        ("SELECT * FROM pair", {"ConsistentRead": True}, {"CapacityUnits": 1.0}),
        ("SELECT * FROM pair WHERE pk IN ['a', 'b']", {}, {"CapacityUnits": 1.0}),
    ):
        yield Fact(
            f"cost of {statement} {request}",
            statement,
            {"ConsumedCapacity": capacity},
            given=ROWS,
            request={"ReturnConsumedCapacity": "TOTAL", **request},
        )
    yield Fact(
        "no capacity unless asked for",
        "SELECT * FROM pair",
        {"ConsumedCapacity": Absent, "NextToken": Absent, "LastEvaluatedKey": Absent},
        given=ROWS,
    )


FACTS = [*_columns(), *_keys(), *_bounds(), *_order(), *_cost()]
