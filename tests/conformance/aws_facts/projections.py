"""ProjectionExpression: alike on GetItem, BatchGetItem, Query and Scan, and checked before anything is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from aws_facts.calls import S, Value, batch_get, get, put, query, scan
from aws_facts.case import Call, Case, Exactly, invalid
from aws_facts.wordings import PARAMETERS, overlap, undefined_name

KEY = {"pk": S("k")}

Read = Callable[[dict[str, Any]], Call]
READS: dict[str, Read] = {
    "GetItem": lambda more: get("plain", KEY, **more),
    "BatchGetItem": lambda more: batch_get("plain", [KEY], **more),
    "Query": lambda more: query("plain", "pk = :p", {":p": S("k")}, **more),
    "Scan": lambda more: scan(
        "plain", FilterExpression="pk = :p", ExpressionAttributeValues={":p": S("k")}, **more
    ),
}

# A projection, its names, and the two paths that meet.
OVERLAPS: list[tuple[str, dict[str, str], str, str]] = [
    ("a, a", {}, "a", "a"),
    ("#a, #a", {"#a": "a"}, "a", "a"),
    ("#a, #b", {"#a": "a", "#b": "a"}, "a", "a"),
    ("a, #a", {"#a": "a"}, "a", "a"),
    ("#a.#b, #x.#y", {"#a": "a", "#b": "b", "#x": "a", "#y": "b"}, "a, b", "a, b"),
    ("a, a.b", {}, "a", "a, b"),
    ("#a, #a.#b", {"#a": "a", "#b": "b"}, "a", "a, b"),
    ("a.b, a", {}, "a, b", "a"),
    ("#x, #y.#b", {"#x": "a", "#y": "a", "#b": "b"}, "a", "a, b"),
    ("l, l[0]", {}, "l", "l, [0]"),
    ("a, a.b.c", {}, "a", "a, b, c"),
]

STORED: dict[str, Value] = {
    **KEY,
    "a": {"M": {"b": S("bb"), "c": S("cc"), "d": {"M": {"e": S("ee")}}}},
    "l": {
        "L": [
            {
                "M": {
                    "x": S("x0"),
                    "y": S("y0"),
                    "m": {"M": {"p": S("p0"), "q": S("q0")}},
                    "n": {
                        "L": [{"M": {"p": S("p00"), "q": S("q00")}}, {"M": {"p": S("p01"), "q": S("q01")}}]
                    },
                }
            },
            {"M": {"x": S("x1"), "y": S("y1")}},
            {"M": {"z": S("z2")}},
        ]
    },
}

# A projection and what is left of the item.
KEPT: list[tuple[str, dict[str, Value]]] = [
    ("a.b, a.c", {"a": {"M": {"b": S("bb"), "c": S("cc")}}}),
    ("l[0].x, l[0].y", {"l": {"L": [{"M": {"x": S("x0"), "y": S("y0")}}]}}),
    ("l[0].y, l[0].x", {"l": {"L": [{"M": {"x": S("x0"), "y": S("y0")}}]}}),
    ("l[2], l[1]", {"l": {"L": [{"M": {"x": S("x1"), "y": S("y1")}}, {"M": {"z": S("z2")}}]}}),
    ("l[0].m.p, l[0].m.q", {"l": {"L": [{"M": {"m": {"M": {"p": S("p0"), "q": S("q0")}}}}]}}),
    ("l[0].x, l[0].m.p", {"l": {"L": [{"M": {"x": S("x0"), "m": {"M": {"p": S("p0")}}}}]}}),
    (
        "l[0].n[0].p, l[0].n[0].q",
        {"l": {"L": [{"M": {"n": {"L": [{"M": {"p": S("p00"), "q": S("q00")}}]}}}]}},
    ),
    (
        "l[0].n[0].p, l[0].n[1].q",
        {"l": {"L": [{"M": {"n": {"L": [{"M": {"p": S("p00")}}, {"M": {"q": S("q01")}}]}}}]}},
    ),
    (
        "l[0].x, l[0].y, l[2].z",
        {"l": {"L": [{"M": {"x": S("x0"), "y": S("y0")}}, {"M": {"z": S("z2")}}]}},
    ),
    ("pk", KEY),
    ("nothing", {}),
]


def _only(value: Any) -> Any:
    """Every map in an item exactly."""
    if isinstance(value, dict):
        return Exactly({name: _only(member) for name, member in value.items()})
    return [_only(element) for element in value] if isinstance(value, list) else value


def _answer(read: str, item: dict[str, Value]) -> dict[str, Any]:
    kept = _only(item)
    if read == "GetItem":
        return {"Item": kept}
    return {"Responses": {"plain": [kept]}} if read == "BatchGetItem" else {"Items": [kept]}


def _overlaps() -> Iterator[Case]:
    for read, call in READS.items():
        for text, names, one, two in OVERLAPS:
            more: dict[str, Any] = {"ProjectionExpression": text}
            if names:
                more["ExpressionAttributeNames"] = names
            yield Case(f"{read} of {text} {' '.join(names.values())}", call(more), invalid(overlap(one, two)))
        yield Case(
            f"{read} of a name that was not given",
            call({"ProjectionExpression": "#undef"}),
            invalid(undefined_name("ProjectionExpression", "#undef")),
        )


def _kept() -> Iterator[Case]:
    for read, call in READS.items():
        for text, item in KEPT:
            yield Case(
                f"{read} gives {text} of an item",
                call({"ProjectionExpression": text}),
                _answer(read, item),
                given=(put("plain", STORED),),
            )
    yield Case(
        "AttributesToGet that finds nothing gives an empty item",
        get("plain", KEY, AttributesToGet=["nothing"]),
        {"Item": Exactly({})},
        given=(put("plain", STORED),),
    )


def _others() -> Iterator[Case]:
    yield Case(
        "a projection of no sense",
        get("plain", KEY, ProjectionExpression="!!! INVALID !!!"),
        invalid('Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"'),
    )
    yield Case(
        "a bad projection for one table refuses the batch",
        (
            "BatchGetItem",
            {
                "RequestItems": {
                    "plain": {"Keys": [KEY], "ProjectionExpression": "a, a"},
                    "pairs": {"Keys": [{"pk": S("p"), "sk": S("s")}], "ProjectionExpression": "a"},
                }
            },
        ),
        invalid(overlap("a", "a")),
    )
    unprojected = invalid(f"{PARAMETERS}Global secondary index by-group does not project [a]")
    of_index = {"IndexName": "by-group", "ProjectionExpression": "a"}
    yield Case(
        "a query of what a global index does not project",
        query("keys-indexed", "#g = :g", {":g": S("g")}, {"#g": "group"}, **of_index),
        unprojected,
    )
    yield Case(
        "a scan of what a global index does not project", scan("keys-indexed", **of_index), unprojected
    )


CASES = [*_overlaps(), *_kept(), *_others()]
