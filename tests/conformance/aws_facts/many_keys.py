"""A global index whose key has one HASH and four RANGE attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aws_facts.calls import S, put, query
from aws_facts.case import Case, Exactly, invalid_like

_ROWS = {
    "p1": ("T", "live", "b", "r1"),
    "p2": ("T", "live", "a", "r2"),
    "p3": ("T", "live", "a", "r1"),
    "p4": ("T", "draft", "c", "r1"),
    "p5": ("F", "live", "a", "r0"),
    # Not in the index: it has no c.
    "p6": ("T", "live", None, "r1"),
}
_VALUES = {
    ":h": "o1",
    ":a": "T",
    ":b": "live",
    ":c": "a",
    ":d": "r",
    ":x": "r1",
}


def _items() -> tuple[Any, ...]:
    puts = []
    for pk, row in _ROWS.items():
        members = {name: S(text) for name, text in zip("abcd", row, strict=True) if text is not None}
        puts.append(put("many-keyed", {"pk": S(pk), "h": S("o1"), **members}))
    return tuple(puts)


_ANSWERS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("h = :h", {}, ["p5", "p4", "p3", "p2", "p1"]),
    ("h = :h AND a = :a", {}, ["p4", "p3", "p2", "p1"]),
    ("h = :h AND a = :a", {"ScanIndexForward": False}, ["p1", "p2", "p3", "p4"]),
    ("h = :h AND a = :a AND b = :b", {}, ["p3", "p2", "p1"]),
    ("h = :h AND a = :a AND b = :b AND c = :c", {}, ["p3", "p2"]),
    ("h = :h AND a = :a AND b = :b AND c > :c", {}, ["p1"]),
    ("h = :h AND a = :a AND b = :b AND c = :c AND begins_with(d, :d)", {}, ["p3", "p2"]),
    ("h = :h AND a = :a AND b = :b AND c = :c AND d BETWEEN :x AND :x", {}, ["p3"]),
    ("h = :h AND a = :a AND b < :b", {}, ["p4"]),
    ("b = :b AND h = :h AND a = :a", {}, ["p3", "p2", "p1"]),
]
_REFUSALS = {
    "h = :h AND a = :a AND c = :c": ("b", "c"),
    "h = :h AND a = :a AND b > :b AND c = :c": ("b", "c"),
    "h = :h AND b = :b": ("a", "b"),
}


def _ask(condition: str, **more: Any) -> Any:
    values = {name: S(text) for name, text in _VALUES.items() if name in condition}
    return query("many-keyed", condition, values, IndexName="by-many", **more)


def _cases() -> Iterator[Case]:
    for condition, more, found in _ANSWERS:
        expected = {"Items": [{"pk": S(pk)} for pk in found]}
        yield Case(f"{condition} {more or ''}".strip(), _ask(condition, **more), expected, given=_items())
    whole = {"pk": S("p3"), "h": S("o1"), "a": S("T"), "b": S("live"), "c": S("a"), "d": S("r1")}
    yield Case(
        "a page ends with the table's key and all the index's",
        _ask("h = :h AND a = :a", Limit=2),
        {"LastEvaluatedKey": Exactly(whole)},
        given=_items(),
    )
    for condition, (needed, present) in _REFUSALS.items():
        message = (
            f"RANGE key attributes {needed} must have equality conditions specified in the query because a "
            f"condition is present on key attribute {present}"
        )
        yield Case(f"refused: {condition}", _ask(condition), invalid_like(message))


CASES = list(_cases())
