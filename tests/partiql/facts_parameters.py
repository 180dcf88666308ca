"""Parameters: each type compares as in an expression, and what is no value is told before the statement is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from statement_case import Fact, Refused, invalid, item, malformed
from wordings import NESTED, OPERAND, PARAMETERS, TWO_TYPES

NO_NUMBER = "The parameter cannot be converted to a numeric value"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
PLACES = (
    "SELECT * FROM pair WHERE pk = 'a' AND n = ?",
    "INSERT INTO pair VALUE {'pk': 'a', 'sk': 's', 'n': ?}",
    "UPDATE pair SET n = ? WHERE pk = 'a' AND sk = 's'",
    "SELECT * FROM pair WHERE pk = ?",
)
VALUES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]] = [
    ({"SS": ["a", "b", "c"]}, {"SS": ["a", "b", "d"]}, {"SS": ["c", "a", "b"]}),
    ({"NS": ["1", "2", "3"]}, {"NS": ["1", "2", "4"]}, {"NS": ["3", "1", "2"]}),
    ({"BS": ["AQI=", "AwQ="]}, {"BS": ["AQI=", "BQY="]}, {"BS": ["AwQ=", "AQI="]}),
    ({"L": [{"S": "a"}, {"S": "b"}]}, {"L": [{"S": "b"}, {"S": "a"}]}, None),
    (
        {"M": {"x": {"N": "1"}, "y": {"N": "2"}}},
        {"M": {"x": {"N": "1"}, "y": {"N": "3"}}},
        {"M": {"y": {"N": "2"}, "x": {"N": "1"}}},
    ),
    ({"B": "AQID"}, {"B": "AQIE"}, None),
    ({"NULL": True}, {"S": "not null"}, None),
    ({"N": "1.5"}, {"S": "1.5"}, {"N": "15e-1"}),
]


def _compared() -> Iterator[Fact]:
    for stored, other, same in VALUES:
        kind = next(iter(stored))
        given = [("hash", {"pk": {"S": "v"}, "val": stored})]
        for operator, parameter, holds in (
            ("=", stored, True),
            ("=", other, False),
            ("<>", stored, False),
            ("<>", other, True),
            *([("=", same, True), ("<>", same, False)] if same else []),
        ):
            yield Fact(
                f"{kind} {operator} {parameter}",
                f"SELECT pk FROM hash WHERE pk = ? AND val {operator} ?",
                [item(pk="v")] if holds else [],
                ("v", parameter),
                given,
            )
    for kind, parameter in (
        ("BOOL", {"BOOL": True}),
        ("NULL", {"NULL": True}),
        ("L", {"L": []}),
        ("M", {"M": {"a": {"S": "b"}}}),
        ("SS", {"SS": ["a"]}),
        ("NS", {"NS": ["1"]}),
        ("BS", {"BS": ["AQ=="]}),
    ):
        for operator in ("<", "<=", ">", ">=", "BETWEEN"):
            second = " AND ?" if operator == "BETWEEN" else ""
            yield Fact(
                f"{operator} has no order for {kind}",
                f"SELECT pk FROM hash WHERE pk = 'v' AND val {operator} ?{second}",
                invalid(f"{OPERAND}{operator}, operand type: {kind}"),
                (parameter, parameter) if second else (parameter,),
            )
    yield Fact(
        "an order of binaries",
        "SELECT pk FROM hash WHERE val < ?",
        [item(pk="v")],
        ({"B": "AQIE"},),
        [("hash", {"pk": {"S": "v"}, "val": {"B": "AQID"}})],
    )
    yield Fact(
        "a string is not before a number",
        "SELECT pk FROM hash WHERE val < ?",
        [],
        ({"N": "5"},),
        [("hash", item(pk="v", val="1"))],
    )
    for names in ("[?, 2]", "(?, 2)"):
        yield Fact(
            f"n IN {names}",
            f"SELECT pk FROM hash WHERE n IN {names}",
            [item(pk="v")],
            (1,),
            [("hash", item(pk="v", n=1))],
        )
    yield Fact("IN one parameter", "SELECT pk FROM hash WHERE n IN ?", invalid(None), ([1],))
    yield Fact(
        "attribute_exists of a parameter",
        "SELECT * FROM hash WHERE attribute_exists(?)",
        invalid("Operator or function requires a document path; operator or function: attribute_exists"),
        ("ss",),
    )
    yield Fact(
        "a condition compared with a parameter",
        "SELECT pk FROM hash WHERE attribute_exists(pk) = ?",
        [item(pk="v")],
        (True,),
        [("hash", item(pk="v"))],
    )
    yield Fact(
        "or with one that is no boolean",
        "SELECT pk FROM hash WHERE attribute_exists(pk) = ?",
        [],
        (1,),
        [("hash", item(pk="v"))],
    )


def deep(levels: int, leaf: dict[str, Any] | None = None) -> dict[str, Any]:
    value = leaf or {"S": "leaf"}
    for _ in range(levels):
        value = {"M": {"n": value}}
    return value


def _refused() -> Iterator[Fact]:
    for statement in PLACES:
        kind = statement.partition(" ")[0] + (" by key" if "pk = ?" in statement else "")
        for text in (
            "1e99999999999",
            "-1e99999999999",
            "1e-99999999999",
            "1e2147483648",
            "1e-2147483648",
            "abc",
        ):
            yield Fact(f"{kind} with {text}", statement, invalid(f"{NO_NUMBER}: {text}"), ({"N": text},))
        yield Fact(f"{kind} with 1e2147483647", statement, invalid(UNDERFLOW), ({"N": "1e2147483647"},))
        yield Fact(f"{kind} with no digits", statement, invalid(NO_NUMBER), ({"N": ""},))
        yield Fact(f"{kind} with 1e126", statement, invalid(OVERFLOW), ({"N": "1e126"},))
    first = PLACES[0]
    wide = {"N": "1e99999999999"}
    bad = {"N": "abc"}
    two = "SELECT * FROM pair WHERE pk = 'a' AND x = ? AND y = ?"
    for name, statement, parameters, message in (
        ("a number in a list", first, ({"L": [{"N": "1"}, wide]},), f"{NO_NUMBER}: 1e99999999999"),
        ("a number in a map", first, ({"M": {"x": wide}},), f"{NO_NUMBER}: 1e99999999999"),
        ("a number in a set", first, ({"NS": ["1", "1e99999999999"]},), f"{NO_NUMBER}: 1e99999999999"),
        ("deep before wrong", two, (deep(40), bad), NESTED),
        ("wrong before deep", two, (bad, deep(40)), f"{NO_NUMBER}: abc"),
        ("deep before wrong in a map", first, ({"M": {"d": deep(40), "bad": bad}},), NESTED),
        ("wrong before deep in a map", first, ({"M": {"bad": bad, "d": deep(40)}},), f"{NO_NUMBER}: abc"),
        ("wrong at the bottom of deep", first, (deep(40, bad),), NESTED),
        ("deep before too large", two, (deep(40), {"N": "1e126"}), NESTED),
        (
            "two types",
            first,
            ({"S": "a", "N": "1"},),
            TWO_TYPES,
        ),
        (
            "no type",
            first,
            ({},),
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
        (
            "NULL that is false",
            first,
            ({"NULL": False},),
            f"{PARAMETERS}Null attribute value types must have the value of true",
        ),
        (
            "an empty set",
            first,
            ({"SS": []},),
            f"{PARAMETERS}An string set  may not be empty",
        ),
        (
            "duplicates, before the text",
            "UPDATE pair SET WHERE",
            ({"SS": ["a", "a"]},),
            f"{PARAMETERS}Input collection [a, a] contains duplicates.",
        ),
    ):
        yield Fact(f"refused: {name}", statement, invalid(message), parameters)
    yield Fact("31 levels are fine", first, [], (deep(31),))
    yield Fact("no base64", first, Refused("SerializationException", None), ({"B": "!"},))
    yield Fact(
        "text that is not well formed, with good parameters",
        "UPDATE pair SET WHERE",
        malformed("Expected identifier for simple path"),
        ("a",),
    )


FACTS = [*_compared(), *_refused()]
