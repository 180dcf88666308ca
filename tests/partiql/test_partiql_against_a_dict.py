"""SELECT, UPDATE and DELETE against plain dicts: however a WHERE is read, it finds what a loop over all items does.

A condition is drawn as its text and the Python function that says the same. Keys and other attributes are mixed, so
that every plan is drawn: queries of one and several partitions, intervals of the sort key, scans.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from doors import Door, InProcessDoor, Refusal
from hypothesis import given, settings
from hypothesis import strategies as st
from statement_case import TABLES, item

Row = dict[str, Any]
Condition = tuple[str, Callable[[Row], bool]]

ROWS: list[Row] = [
    {"pk": pk, "sk": str(sk)}
    | ({"n": sk} if sk % 2 else {})
    | ({"s": f"s{sk % 3}"} if pk != "b" else {})
    | ({"flag": sk > 2} if sk != 4 else {})
    for pk in ("a", "b", "c")
    for sk in range(1, 6)
]
# What the service refuses of conditions that are sound in themselves.
REFUSED = (
    "Overlapping conditions with range keys",
    "Too many decomposed read operations",
    "The first operand must be distinct",
    "upper bound to be greater than or equal",
)
MISSING: Any = object()

COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def same_kind(one: Any, other: Any) -> bool:
    return type(one) is type(other)


def compared(name: str, operator: str, value: Any) -> Condition:
    def holds(row: Row) -> bool:
        found = row.get(name, MISSING)
        if operator == "<>":
            return found is MISSING or not same_kind(found, value) or found != value
        return same_kind(found, value) and COMPARED[operator](found, value)

    return f"{name} {operator} {literal(value)}", holds


def flipped(name: str, operator: str, value: Any) -> Condition:
    turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
    return f"{literal(value)} {turned} {name}", compared(name, operator, value)[1]


def between(name: str, low: Any, high: Any) -> Condition:
    def holds(row: Row) -> bool:
        found = row.get(name, MISSING)
        return same_kind(found, low) and low <= found <= high

    return f"{name} BETWEEN {literal(low)} AND {literal(high)}", holds


def chosen(name: str, values: list[Any], bracket: str) -> Condition:
    inside = ", ".join(map(literal, values))

    def holds(row: Row) -> bool:
        found = row.get(name, MISSING)
        return any(same_kind(found, value) and found == value for value in values)

    return f"{name} IN {bracket[0]}{inside}{bracket[1]}", holds


def begins(name: str, start: str) -> Condition:
    return f"begins_with({name}, '{start}')", lambda row: str(row.get(name, "\0")).startswith(start)


def missing(name: str) -> Condition:
    return f"{name} IS MISSING", lambda row: name not in row


def exists(name: str) -> Condition:
    return f"attribute_exists({name})", lambda row: name in row


def negated(one: Condition) -> Condition:
    return f"NOT ({one[0]})", lambda row: not one[1](row)


def joined(one: Condition, other: Condition) -> Condition:
    return f"({one[0]}) AND ({other[0]})", lambda row: one[1](row) and other[1](row)


def either(one: Condition, other: Condition) -> Condition:
    return f"({one[0]}) OR ({other[0]})", lambda row: one[1](row) or other[1](row)


def same(one: Condition, value: bool) -> Condition:
    return f"({one[0]}) = {literal(value)}", lambda row: one[1](row) is value


def equal(one: Condition, other: Condition) -> Condition:
    return f"({one[0]}) = ({other[0]})", lambda row: one[1](row) is other[1](row)


def flagged(one: Condition) -> Condition:
    return f"({one[0]}) = flag", lambda row: row.get("flag", MISSING) is one[1](row)


OPERATORS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
PARTITIONS = st.sampled_from(["a", "b", "c", "d"])
SORTS = st.sampled_from(["0", "1", "2", "3", "4", "5", "6"])
NUMBERS = st.integers(0, 6)
KEYED = st.one_of(
    st.builds(compared, st.just("pk"), st.just("="), PARTITIONS),
    st.builds(
        chosen, st.just("pk"), st.lists(PARTITIONS, min_size=1, max_size=3, unique=True), st.just("[]")
    ),
    st.builds(compared, st.just("sk"), OPERATORS, SORTS),
    st.builds(flipped, st.just("sk"), OPERATORS, SORTS),
    st.builds(between, st.just("sk"), SORTS, SORTS),
    st.builds(chosen, st.just("sk"), st.lists(SORTS, min_size=1, max_size=3, unique=True), st.just("()")),
    st.builds(begins, st.just("sk"), st.sampled_from(["", "1", "3", "9"])),
)
OTHERS = st.one_of(
    st.builds(compared, st.just("n"), OPERATORS, NUMBERS),
    st.builds(compared, st.just("s"), OPERATORS, st.sampled_from(["s0", "s1", "s2"])),
    st.builds(compared, st.just("n"), st.sampled_from(["=", "<>"]), st.sampled_from(["1", True])),
    st.builds(compared, st.just("flag"), st.sampled_from(["=", "<>"]), st.booleans()),
    st.builds(between, st.just("n"), NUMBERS, NUMBERS),
    st.builds(chosen, st.just("n"), st.lists(NUMBERS, min_size=1, max_size=4), st.just("[]")),
    st.builds(begins, st.just("s"), st.sampled_from(["s", "s1"])),
    st.builds(missing, st.sampled_from(["n", "s", "flag", "pk"])),
    st.builds(exists, st.sampled_from(["n", "s", "flag", "sk"])),
)


def _grown(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    return st.one_of(
        st.builds(joined, inner, inner),
        st.builds(joined, inner, inner),
        st.builds(either, inner, inner),
        st.builds(negated, inner),
        st.builds(same, inner, st.booleans()),
        st.builds(equal, inner, inner),
        st.builds(flagged, inner),
    )


CONDITIONS = st.recursive(st.one_of(KEYED, OTHERS), _grown, max_leaves=8)
WHERES = st.one_of(CONDITIONS, st.builds(joined, KEYED, CONDITIONS), st.builds(either, KEYED, CONDITIONS))


@pytest.fixture(scope="module")
def door() -> Door:
    door = InProcessDoor()
    door.call("CreateTable", {"TableName": "pair", "BillingMode": "PAY_PER_REQUEST", **TABLES["pair"]})
    for row in ROWS:
        door.call("PutItem", {"TableName": "pair", "Item": item(**row)})
    return door


def all_of(door: Door, statement: str, limit: int | None = None) -> list[Row] | Refusal:
    """What all pages find, as plain values."""
    try:
        return pages_of(door, statement, {} if limit is None else {"Limit": limit})
    except Refusal as refusal:
        return refusal


def pages_of(door: Door, statement: str, request: dict[str, Any]) -> list[Row]:
    found: list[Row] = []
    token: str | None = None
    while True:
        asked = {"Statement": statement, **request, **({"NextToken": token} if token else {})}
        answer = door.call("ExecuteStatement", asked)
        found += [plain(each) for each in answer["Items"]]
        token = answer.get("NextToken")
        if token is None:
            return found


def plain(of: dict[str, Any]) -> Row:
    row: Row = {}
    for name, value in of.items():
        ((kind, content),) = value.items()
        row[name] = int(content) if kind == "N" else content
    return row


def is_refused(outcome: Any, *more: str) -> bool:
    """Whether a sound condition met what the service does not take. Any other refusal fails the test."""
    if not isinstance(outcome, Refusal) or outcome.code == "ConditionalCheckFailedException":
        return False
    assert outcome.code == "ValidationException", outcome
    assert any(reason in outcome.message for reason in (*REFUSED, *more)), outcome
    return True


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["pk"], row["sk"]))


@settings(max_examples=500)
@given(where=WHERES, limit=st.none() | st.integers(1, 7))
def test_a_select_finds_what_a_loop_over_all_items_finds(
    door: Door, where: Condition, limit: int | None
) -> None:
    text, holds = where
    found = all_of(door, f"SELECT * FROM pair WHERE {text}", limit)
    if not is_refused(found):
        assert in_order(found) == [row for row in ROWS if holds(row)], text


@settings(max_examples=150)
@given(condition=CONDITIONS, row=st.sampled_from([*ROWS, {"pk": "none", "sk": "1"}]))
def test_a_write_is_done_exactly_when_its_condition_holds(condition: Condition, row: Row) -> None:
    door = InProcessDoor()
    door.call("CreateTable", {"TableName": "pair", "BillingMode": "PAY_PER_REQUEST", **TABLES["pair"]})
    is_there = row["pk"] != "none"
    if is_there:
        door.call("PutItem", {"TableName": "pair", "Item": item(**row)})
    text, holds = condition
    where = f"WHERE pk = '{row['pk']}' AND sk = '{row['sk']}' AND (({text}))"
    wanted = is_there and holds(row)
    updated = all_of(door, f"UPDATE pair SET z = 1 {where} RETURNING ALL NEW *")
    if is_refused(updated, "Multiple conditions on same key"):
        return
    assert updated == [row | {"z": 1}] if wanted else isinstance(updated, Refusal), text
    left = [row | {"z": 1}] if wanted else [row] if is_there else []
    assert all_of(door, "SELECT * FROM pair") == left
    # z is in no condition, so what held still holds. An item that is not there needs no deleting.
    deleted = all_of(door, f"DELETE FROM pair {where}")
    assert deleted == [] if wanted or not is_there else isinstance(deleted, Refusal), text
    assert all_of(door, "SELECT * FROM pair") == ([] if wanted else left)


@settings(max_examples=100)
@given(
    partitions=st.lists(PARTITIONS, min_size=1, max_size=4, unique=True),
    directions=st.tuples(st.booleans(), st.booleans()),
    sort=st.none() | KEYED.filter(lambda condition: condition[0].startswith("sk")),
    limit=st.none() | st.integers(1, 7),
)
def test_order_by_orders_all_partitions_across_all_pages(
    door: Door,
    partitions: list[str],
    directions: tuple[bool, bool],
    sort: Condition | None,
    limit: int | None,
) -> None:
    words = ["DESC" if descending else "ASC" for descending in directions]
    where = chosen("pk", partitions, "[]")
    if sort is not None:
        where = joined(where, sort)
    statement = f"SELECT * FROM pair WHERE {where[0]} ORDER BY pk {words[0]}, sk {words[1]}"
    found = all_of(door, statement, limit)
    if is_refused(found):
        return
    expected = [row for row in ROWS if where[1](row)]
    expected.sort(key=lambda row: row["sk"], reverse=directions[1])
    expected.sort(key=lambda row: row["pk"], reverse=directions[0])
    assert found == expected
