"""Query and Scan: which requests are refused, in which words; pages and their order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aws_facts.calls import N, S, Value, batch_put, pair, put, query, scan
from aws_facts.case import ABSENT, NO_SUCH_TABLE, Case, Exactly, Refused, detected, invalid, invalid_like
from aws_facts.wordings import (
    NEWER_OPERATOR,
    PARAMETERS,
    broken,
    mixed,
    newer_broken,
    operand_type,
    undefined_name,
    undefined_value,
)

IS_P = ("pk = :p", {":p": S("p")})
SCHEMA = invalid(f"{PARAMETERS}Condition parameter type does not match schema type")
SELECTS = "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"
NO_CONSISTENT = invalid("Consistent reads are not supported on global secondary indexes")


def _query(
    condition: str, values: dict[str, Value], table: str = "pairs", **more: Any
) -> tuple[str, dict[str, Any]]:
    return query(table, condition, values, **more)


def _key_conditions() -> Iterator[Case]:
    p, n, flag, text = {":p": S("p")}, {":v": N(1)}, {":v": {"BOOL": True}}, {":v": S("a")}
    one_each = (
        "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"
    )
    kind = "KeyConditionExpression"
    begins = operand_type(kind, "begins_with", "N")
    missing = undefined_value(kind, ":missing")
    of_numbers = [
        ("pk = :p AND begins_with(sk, :v)", {**p, **n}, invalid(begins)),
        ("pk = :p AND begins_with(sk, :v)", {**p, **text}, SCHEMA),
        ("pk = :p AND sk < :v", {**p, **flag}, invalid(operand_type(kind, "<", "BOOL"))),
        ("pk = :p AND :v >= sk", {**p, **flag}, invalid(operand_type(kind, ">=", "BOOL"))),
        ("pk = :p AND sk = :v", {**p, **flag}, SCHEMA),
        (
            "pk = :p AND sk BETWEEN :a AND :b",
            {**p, ":a": {"BOOL": False}, ":b": {"BOOL": True}},
            invalid(operand_type(kind, "BETWEEN", "BOOL")),
        ),
        ("pk = :p AND sk > :a AND sk < :b", {**p, ":a": N(1), ":b": N(5)}, invalid(one_each)),
        (
            "pk = :p AND sk > :a AND extra = :b",
            {**p, ":a": N(1), ":b": N(5)},
            invalid(
                "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)"
            ),
        ),
    ]
    for condition, values, expected in of_numbers:
        kinds = " ".join(next(iter(value)) for value in values.values())
        yield Case(
            f"{condition} on a number with {kinds}", _query(condition, values, "number-pairs"), expected
        )
    of_texts: list[tuple[str, dict[str, Value], Refused]] = [
        ("pk = :p AND begins_with(sk, :v)", {**p, **n}, invalid(begins)),
        (
            "pk = :p AND begins_with(sk, :v)",
            {**p, **flag},
            invalid(operand_type(kind, "begins_with", "BOOL")),
        ),
        ("pk = :missing AND begins_with(sk, :v)", n, invalid(missing)),
        ("begins_with(sk, :v) AND pk = :missing", n, invalid(begins)),
        ("pk = :p AND begins_with(sk, :v) AND sk = :missing", {**p, **n}, invalid(begins)),
        ("pk = :p AND begins_with(sk, :v) AND sk > :s", {**p, **n, ":s": S("a")}, invalid(begins)),
        ("sk = :v", text, invalid("Query condition missed key schema element: pk")),
        ("another = :v", text, invalid("Query condition missed key schema element: pk")),
        ("", text, invalid("Invalid KeyConditionExpression: The expression can not be empty;")),
        (
            "((pk = :v))",
            text,
            invalid("Invalid KeyConditionExpression: The expression has redundant parentheses;"),
        ),
    ]
    for condition, values, expected in of_texts:
        kinds = " ".join(next(iter(value)) for value in values.values())
        yield Case(f"{condition!r} with {kinds}", _query(condition, values), expected)
    begins_at = "pk = :p AND begins_with(sk, :v)"
    yield Case(
        "a bad operand is told before a missing table",
        _query(begins_at, {**p, **n}, "absent"),
        invalid(begins),
    )
    yield Case(
        "a good condition on a missing table", _query(begins_at, {**p, **text}, "absent"), NO_SUCH_TABLE
    )
    yield Case(
        "a condition into a key attribute",
        query("pairs", "pk = :p AND sk.foo = :v", {**p, **text}),
        invalid_like("KeyConditionExpressions cannot have conditions on nested attributes"),
    )
    yield Case(
        "a value may stand before the sort key",
        query("pairs", "pk = :p AND :v <= sk", {**p, **text}),
        {"Count": 1},
        given=(put("pairs", pair("p", "m")),),
    )
    for written in ("(pk = :p) AND (sk >= :v)", "(pk = :p AND sk >= :v)", "(pk = :p AND (sk >= :v))"):
        yield Case(
            f"the parentheses of {written}",
            query("pairs", written, {**p, **text}),
            {"Count": 1},
            given=(put("pairs", pair("p", "m")),),
        )


def _query_parameters() -> Iterator[Case]:
    yield Case(
        "a query without a condition",
        query("pairs"),
        invalid(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        ),
    )
    yield Case(
        "a query with a name it does not use",
        query("pairs", *IS_P, {"#unused": "a"}),
        invalid("Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused}"),
    )
    yield Case(
        "a filter with a name that was not given",
        query("pairs", "pk = :p", {":p": S("p"), ":v": S("x")}, FilterExpression="#missing = :v"),
        invalid(undefined_name("FilterExpression", "#missing")),
    )
    enum = f"Member must satisfy enum value set: {SELECTS}"
    yield Case(
        "a query with an unknown Select",
        query("pairs", *IS_P, Select="BAD"),
        detected(broken("BAD", "select", enum)),
    )
    positive = "Member must have value greater than or equal to 1"
    yield Case(
        "a query with a Limit of 0", query("pairs", *IS_P, Limit=0), detected(newer_broken("Limit", positive))
    )
    yield Case("a scan with a Limit of 0", scan("pairs", Limit=0), detected(broken("0", "limit", positive)))
    yield Case(
        "a query's wrong operator is told alone",
        query(
            "absent",
            KeyConditions={"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [S("a")]}},
            QueryFilter={"b": {"ComparisonOperator": "NULL"}, "c": {"ComparisonOperator": "NULL"}},
            ConditionalOperator="XOR",
            Select="BOGUS",
        ),
        invalid(NEWER_OPERATOR),
    )
    yield Case(
        "a query with both kinds of key condition",
        query(
            "pairs", *IS_P, KeyConditions={"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [S("p")]}}
        ),
        invalid(mixed("KeyConditions", "KeyConditionExpression")),
    )
    for call in (query("absent", *IS_P), scan("absent")):
        yield Case(f"{call[0]} on a table that is not there", call, NO_SUCH_TABLE)


def _selects() -> Iterator[Case]:
    """Query tells these as validation errors, Scan bare."""
    needs = (
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
    )
    cannot = "Cannot specify the ProjectionExpression when choosing to get "
    refusals: list[tuple[dict[str, str], str]] = [
        ({"Select": "SPECIFIC_ATTRIBUTES"}, needs),
        ({"Select": "ALL_ATTRIBUTES", "ProjectionExpression": "pk"}, f"{cannot}ALL_ATTRIBUTES"),
        ({"Select": "COUNT", "ProjectionExpression": "pk"}, f"{cannot}only the Count"),
        (
            {"Select": "ALL_PROJECTED_ATTRIBUTES", "ProjectionExpression": "pk"},
            f"{cannot}ALL_PROJECTED_ATTRIBUTES",
        ),
        (
            {"Select": "ALL_PROJECTED_ATTRIBUTES"},
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        ),
    ]
    for more, message in refusals:
        yield Case(
            f"a query with {' '.join(more.values())}", query("pairs", *IS_P, **more), detected(message)
        )
        yield Case(f"a scan with {' '.join(more.values())}", scan("pairs", **more), invalid(message))


def _indexes() -> Iterator[Case]:
    no_index = invalid("The table does not have the specified index: nowhere")
    yield Case("a query of an index that is not there", query("plain", *IS_P, IndexName="nowhere"), no_index)
    yield Case("a scan of an index that is not there", scan("plain", IndexName="nowhere"), no_index)
    consistent = {"IndexName": "global1", "ConsistentRead": True}
    yield Case(
        "a consistent query of a global index",
        query("indexed", "one = :v", {":v": S("x")}, **consistent),
        NO_CONSISTENT,
    )
    yield Case("a consistent scan of a global index", scan("indexed", **consistent), NO_CONSISTENT)
    both = {"data": S("d"), "extra": S("e")}
    items = (
        put("indexed", pair("p1", "a", one=S("h"), two=S("r"), **both)),
        put("indexed", pair("p2", "b", one=S("h"), **both)),
        put("indexed", pair("p3", "c", **both)),
    )
    yield Case(
        "an index holds the items that have its key",
        scan("indexed", IndexName="global1"),
        {"Count": 2},
        given=items,
    )
    yield Case(
        "an index holds the items that have all its key",
        scan("indexed", IndexName="global2"),
        {"Count": 1},
        given=items,
    )
    whole = pair("p1", "a", one=S("h"), two=S("r"))
    yield Case(
        "ALL_PROJECTED_ATTRIBUTES gives what the index holds",
        query("indexed", "one = :v", {":v": S("h")}, IndexName="global2", Select="ALL_PROJECTED_ATTRIBUTES"),
        {"Items": [Exactly({**whole, "data": S("d")})]},
        given=items,
    )
    yield Case(
        "a local index fetches all attributes from its table",
        query(
            "indexed",
            "pk = :v",
            {":v": S("p1")},
            IndexName="local2",
            Select="ALL_ATTRIBUTES",
            ConsistentRead=True,
        ),
        {"Items": [Exactly({**whole, **both})]},
        given=items,
    )
    yield Case(
        "a page of a global index ends with the keys of both",
        query("indexed", "one = :v", {":v": S("h")}, IndexName="global2", Limit=1),
        {"LastEvaluatedKey": Exactly(whole)},
        given=(*items, put("indexed", pair("p4", "a", one=S("h"), two=S("r2")))),
    )


def _starting_keys() -> Iterator[Case]:
    bad = {"bad": S("p")}
    yield Case(
        "a query from a key of another shape",
        query("pairs", *IS_P, ExclusiveStartKey=bad),
        invalid("The provided starting key is invalid"),
    )
    yield Case(
        "a scan from a key of another shape",
        scan("plain", ExclusiveStartKey=bad),
        invalid("The provided starting key is invalid: The provided key element does not match the schema"),
    )
    yield Case(
        "a query of an index from a key without the index's",
        query("indexed", "one = :v", {":v": S("x")}, IndexName="global1", ExclusiveStartKey={"pk": S("x")}),
        invalid_like("provided starting key is invalid"),
    )
    five = batch_put("pairs", *(pair("p", letter) for letter in "abcde"))
    yield Case(
        "a page ends at its Limit",
        query("pairs", *IS_P, Limit=2),
        {"Count": 2, "LastEvaluatedKey": Exactly(pair("p", "b"))},
        given=(five,),
        then=(
            (
                query("pairs", *IS_P, ExclusiveStartKey=pair("p", "b")),
                {"Items": [pair("p", letter) for letter in "cde"], "LastEvaluatedKey": ABSENT},
            ),
        ),
    )
    yield Case(
        "Limit counts what is read, not what is kept",
        query("pairs", "pk = :p", {":p": S("p"), ":v": S("yes")}, FilterExpression="keep = :v", Limit=3),
        {"ScannedCount": 3, "Count": 1, "LastEvaluatedKey": PRESENT_KEY},
        given=(five, put("pairs", pair("p", "b", keep=S("yes")))),
    )


PRESENT_KEY = Exactly(pair("p", "c"))


def _segments() -> Iterator[Case]:
    required = "parameter is required but was not present in the request when"
    refusals: list[tuple[dict[str, int], Refused]] = [
        ({"Segment": 0}, invalid(f"The TotalSegments {required} Segment parameter is present")),
        ({"TotalSegments": 4}, invalid(f"The Segment {required} parameter TotalSegments is present")),
        (
            {"Segment": 5, "TotalSegments": 5},
            invalid(
                "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
                "Segment: 5 is not less than TotalSegments: 5"
            ),
        ),
        (
            {"Segment": -1, "TotalSegments": 4},
            detected(broken("-1", "segment", "Member must have value greater than or equal to 0")),
        ),
        (
            {"Segment": 0, "TotalSegments": 1000001},
            detected(
                broken("1000001", "totalSegments", "Member must have value less than or equal to 1000000")
            ),
        ),
    ]
    for more, expected in refusals:
        yield Case(f"a scan with {more}", scan("plain", **more), expected)


def _filters() -> Iterator[Case]:
    names = {"ExpressionAttributeNames": {"#a": "data"}}
    yield Case(
        "begins_with of a number is refused before anything is read",
        scan(
            "plain", FilterExpression="begins_with(#a, :v)", **names, ExpressionAttributeValues={":v": N(1)}
        ),
        invalid(operand_type("FilterExpression", "begins_with", "N")),
    )
    yield Case(
        "a filter in two pairs of parentheses",
        scan("plain", FilterExpression="((#a = :v))", **names, ExpressionAttributeValues={":v": S("x")}),
        invalid("Invalid FilterExpression: The expression has redundant parentheses;"),
    )
    stored = (put("plain", {"pk": S("k"), "s": S("é\U0001d11e"), "t": {"SS": ["", "a"]}}),)
    found = {
        "size counts a text's UTF-16 units": ("size(s) = :v", N(3), 1),
        "size does not count a text's bytes": ("size(s) = :v", N(6), 0),
        "size of what is missing matches nothing": ("size(nothing) = :v", N(0), 0),
        "contains finds the empty text in a set": ("contains(t, :v)", S(""), 1),
        "contains does not find a part of a set's member": ("contains(t, :v)", S("aa"), 0),
    }
    for name, (text, value, count) in found.items():
        call = scan("plain", FilterExpression=text, ExpressionAttributeValues={":v": value})
        yield Case(name, call, {"Count": count}, given=stored)


CASES = [
    *_key_conditions(),
    *_query_parameters(),
    *_selects(),
    *_indexes(),
    *_starting_keys(),
    *_segments(),
    *_filters(),
]
