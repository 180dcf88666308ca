"""The shape of one fact about a statement: items that are there, the call, what it answers, and what it leaves.

A fact is run through every door in a database of its own. Source of the facts in `facts_*`: answers of the service
that public suites captured in September and October 2026 (paritysuite/dynamodb-conformance, floci-io/floci), and the
developer guide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from doors import Door, Refusal

Item = dict[str, Any]


class Refused(NamedTuple):
    """An error: its code and its whole message; None for any message."""

    code: str
    message: str | None


class Unordered(NamedTuple):
    """These items, in any order."""

    items: list[Item]


class Fact(NamedTuple):
    """`given`: table and item. `expected`: the items of the answer, or an error, or for another operation the
    answer's members, in part. `then`: further statements and the items that they find."""

    name: str
    statement: str
    expected: Any
    parameters: Sequence[Any] = ()
    given: Sequence[tuple[str, Item]] = ()
    then: Sequence[tuple[str, Any]] = ()
    request: dict[str, Any] | None = None


class Call(NamedTuple):
    """A fact about an operation of several statements."""

    name: str
    operation: str
    members: Sequence[str | dict[str, Any]]
    expected: Any
    given: Sequence[tuple[str, Item]] = ()
    then: Sequence[tuple[str, Any]] = ()
    request: dict[str, Any] | None = None


def invalid(message: str | None = None) -> Refused:
    return Refused("ValidationException", message)


def malformed(detail: str = "") -> Refused:
    return invalid(f"Statement wasn't well formed, can't be processed: {detail}")


LEFTOVER = malformed("Unexpected token after expression")
CONDITION_FAILED = Refused("ConditionalCheckFailedException", "The conditional request failed")
NO_TABLE = Refused("ResourceNotFoundException", "Requested resource not found")
DUPLICATE = Refused("DuplicateItemException", "Duplicate primary key exists in table")


def value(plain: Any) -> dict[str, Any]:
    """An attribute value of a plain one; a dict whose keys are names of types is one already."""
    match plain:
        case bool():
            return {"BOOL": plain}
        case None:
            return {"NULL": True}
        case str():
            return {"S": plain}
        case int():
            return {"N": str(plain)}
        case set() if all(isinstance(each, str) for each in plain):
            return {"SS": sorted(plain)}
        case set():
            return {"NS": [str(each) for each in sorted(plain)]}
        case list():
            return {"L": [value(each) for each in plain]}
        case dict() if plain.keys() <= _TYPES:
            return plain
        case dict():
            return {"M": {name: value(each) for name, each in plain.items()}}
    raise TypeError(plain)


_TYPES = {"S", "N", "B", "SS", "NS", "BS", "L", "M", "NULL", "BOOL"}


def item(**attributes: Any) -> Item:
    return {name: value(plain) for name, plain in attributes.items()}


def _schema(*names: str) -> list[dict[str, str]]:
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, kinds, strict=False)]


def _types(**types: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def _index(name: str, schema: list[dict[str, str]], projection: str = "ALL", *names: str) -> dict[str, Any]:
    projected: dict[str, Any] = {"ProjectionType": projection}
    if names:
        projected["NonKeyAttributes"] = list(names)
    return {"IndexName": name, "KeySchema": schema, "Projection": projected}


_STRINGS = dict.fromkeys(("pk", "sk", "gsiPk", "gsiPk2", "lsiSk", "lsiSk2", "lsiSk3"), "S")
_MULTI = [{"AttributeName": name, "KeyType": "HASH"} for name in ("h1", "h2")]

TABLES: dict[str, dict[str, Any]] = {
    "hash": {"AttributeDefinitions": _types(pk="S"), "KeySchema": _schema("pk")},
    "number": {"AttributeDefinitions": _types(pk="N"), "KeySchema": _schema("pk")},
    "pair": {"AttributeDefinitions": _types(pk="S", sk="S"), "KeySchema": _schema("pk", "sk")},
    "pairn": {"AttributeDefinitions": _types(pk="S", sk="N"), "KeySchema": _schema("pk", "sk")},
    "indexed": {
        "AttributeDefinitions": _types(**_STRINGS),
        "KeySchema": _schema("pk", "sk"),
        "GlobalSecondaryIndexes": [
            _index("gsi-all", _schema("gsiPk")),
            _index("gsi-keys", _schema("gsiPk2"), "KEYS_ONLY"),
            _index("gsi-inc", _schema("gsiPk2"), "INCLUDE", "projattr"),
        ],
        "LocalSecondaryIndexes": [
            _index("lsi-all", _schema("pk", "lsiSk")),
            _index("lsi-keys", _schema("pk", "lsiSk2"), "KEYS_ONLY"),
            _index("lsi-inc", _schema("pk", "lsiSk3"), "INCLUDE", "projattr"),
        ],
    },
    "multi": {
        "AttributeDefinitions": _types(id="S", h1="S", h2="S", r1="S", g="S"),
        "KeySchema": _schema("id"),
        "GlobalSecondaryIndexes": [
            _index("gsi", [*_MULTI, {"AttributeName": "r1", "KeyType": "RANGE"}]),
            _index("single", _schema("g")),
        ],
    },
}


def make_tables(door: Door, names: Sequence[str]) -> None:
    for name in names:
        door.call("CreateTable", {"TableName": name, "BillingMode": "PAY_PER_REQUEST", **TABLES[name]})


def drop_tables(door: Door) -> None:
    for name in door.call("ListTables", {})["TableNames"]:
        door.call("DeleteTable", {"TableName": name})


def tables_in(*texts: Any) -> list[str]:
    """The tables that are named somewhere in the texts."""
    found = set(re.findall(r"\w+", repr(texts)))
    return [name for name in TABLES if name in found]


def hold(door: Door, fact: Fact | Call) -> None:
    asked = fact.statement if isinstance(fact, Fact) else fact.members
    make_tables(door, tables_in(asked, fact.given, fact.then))
    for table, given in fact.given:
        door.call("PutItem", {"TableName": table, "Item": given})
    if isinstance(fact, Fact):
        check_statement(door, fact.statement, fact.expected, fact.parameters, fact.request)
    else:
        _check_call(door, fact)
    for statement, expected in fact.then:
        check_statement(door, statement, expected)


def check_statement(
    door: Door,
    statement: str,
    expected: Any,
    parameters: Sequence[Any] = (),
    request: dict[str, Any] | None = None,
) -> None:
    asked = {"Statement": statement, **(request or {})}
    if parameters:
        asked["Parameters"] = [value(each) for each in parameters]
    outcome = outcome_of(door, "ExecuteStatement", asked)
    if isinstance(expected, Refused):
        check_refusal(outcome, expected)
        return
    assert isinstance(outcome, dict), f"refused: {outcome}"
    if isinstance(expected, dict):
        check_part(expected, outcome)
    elif isinstance(expected, Unordered):
        assert _sorted(outcome["Items"]) == _sorted(expected.items)
    else:
        assert outcome["Items"] == expected


def _check_call(door: Door, fact: Call) -> None:
    name = "Statements" if fact.operation == "BatchExecuteStatement" else "TransactStatements"
    members = [member if isinstance(member, dict) else {"Statement": member} for member in fact.members]
    outcome = outcome_of(door, fact.operation, {name: members, **(fact.request or {})})
    if isinstance(fact.expected, Refused):
        check_refusal(outcome, fact.expected)
    else:
        check_part(fact.expected, outcome)


def outcome_of(door: Door, operation: str, request: dict[str, Any]) -> dict[str, Any] | tuple[str, str]:
    """The answer, or an error's code and message."""
    try:
        return door.call(operation, request)
    except Refusal as refusal:
        return refusal.code, refusal.message


def check_refusal(outcome: Any, expected: Refused) -> None:
    assert isinstance(outcome, tuple), f"accepted: {outcome}"
    wanted = (expected.code, outcome[1] if expected.message is None else expected.message)
    assert outcome == wanted


class Absent:
    """The answer has no such member."""


def check_part(expected: Any, actual: Any, at: str = "answer") -> None:
    """Dicts in part, lists member for member."""
    if isinstance(expected, dict):
        assert isinstance(actual, dict), f"{at}: {actual!r}"
        for name, wanted in expected.items():
            if wanted is Absent:
                assert name not in actual, f"{at}.{name}: {actual!r}"
            else:
                assert name in actual, f"{at}.{name}: {actual!r}"
                check_part(wanted, actual[name], f"{at}.{name}")
    elif isinstance(expected, list):
        assert isinstance(actual, list), f"{at}: {actual!r}"
        assert len(actual) == len(expected), f"{at}: {actual!r}"
        for index, (wanted, got) in enumerate(zip(expected, actual, strict=True)):
            check_part(wanted, got, f"{at}[{index}]")
    else:
        assert actual == expected, at


def _sorted(items: list[Item]) -> list[Item]:
    return sorted(items, key=repr)
