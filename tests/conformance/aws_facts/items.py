"""Keys of tables and indexes, conditions, and what a write leaves and answers."""

from __future__ import annotations

from collections.abc import Iterator

from aws_facts.calls import B, N, S, delete, get, pair, put, update
from aws_facts.case import ABSENT, CONDITION_FAILED, KEY_MISMATCH, Case, Exactly, invalid, invalid_like
from aws_facts.wordings import PARAMETERS, empty_key

KEY = {"pk": S("k")}


def _keys() -> Iterator[Case]:
    set_a = {"expression": "SET a = :a", "values": {":a": S("x")}}
    for table, kind, empty in (("plain", "string", S("")), ("binary", "binary", B(""))):
        key = {"pk": empty}
        for call in (put(table, key), delete(table, key), update(table, key, **set_a), get(table, key)):
            yield Case(f"{call[0]} with an empty {kind} as key", call, invalid(empty_key(kind)))
    for what, key in (("of another type", {"pk": N(5)}), ("that is a list", {"pk": {"L": [S("x")]}})):
        for call in (delete("plain", key), update("plain", key, **set_a), get("plain", key)):
            yield Case(f"{call[0]} with a key {what}", call, KEY_MISMATCH)
    for call in (delete("pairs", KEY), get("pairs", KEY), update("pairs", KEY, **set_a)):
        yield Case(f"{call[0]} with half a key", call, KEY_MISMATCH)
    long = {"pk": S("a" * 2049)}
    yield Case("a key of 2048 bytes is stored", put("plain", {"pk": S("a" * 2048)}), {})
    for call in (put("plain", long), get("plain", long)):
        yield Case(
            f"{call[0]} with a key of 2049 bytes",
            call,
            invalid(f"{PARAMETERS}Size of hashkey has exceeded the maximum size limit of2048 bytes"),
        )


def _index_keys() -> Iterator[Case]:
    wrong = {"N": N(5), "L": {"L": [S("x")]}}
    for kind, value in wrong.items():
        yield Case(
            f"a put with an index key of type {kind}",
            put("indexed", pair("a", "b", one=value)),
            invalid(
                f"{PARAMETERS}Type mismatch for Index Key one Expected: S Actual: {kind} IndexName: global1"
            ),
        )
    unsupported = "A value specified for a secondary index key is not supported."
    for table, item, kind, index, name in (
        ("indexed", pair("a", "b", one=S("")), "string", "global1", "one"),
        ("binary-indexed", {**KEY, "bin": B("")}, "binary", "by-bin", "bin"),
    ):
        yield Case(
            f"a put with an empty {kind} as index key",
            put(table, item),
            invalid(
                f"One or more parameter values are not valid. {unsupported} The AttributeValue for a key attribute "
                f"cannot contain an empty {kind} value. IndexName: {index}, IndexKey: {name}"
            ),
        )
    for table, key, name, empty, kind in (
        ("binary-indexed", KEY, "bin", B(""), "binary"),
        ("indexed", pair("a", "b"), "one", S(""), "string"),
    ):
        yield Case(
            f"an update to an empty {kind} as index key",
            update(table, key, f"SET {name} = :v", {":v": empty}),
            invalid(
                "One or more parameter values are not valid. The update expression attempted to update a secondary "
                "index key to a value that is not supported. The AttributeValue for a key attribute cannot contain "
                f"an empty {kind} value."
            ),
        )


def _conditions() -> Iterator[Case]:
    stored = (put("plain", {**KEY, "v": S("first")}),)
    for call in (
        put("plain", KEY, ConditionExpression="attribute_not_exists(pk)"),
        delete("plain", KEY, ConditionExpression="attribute_not_exists(pk)"),
        update("plain", KEY, "SET v = :v", {":v": S("x")}, ConditionExpression="attribute_not_exists(pk)"),
    ):
        yield Case(f"{call[0]} with a condition that does not hold", call, CONDITION_FAILED, given=stored)
    missing_status = {
        "ExpressionAttributeNames": {"#s": "status"},
        "ExpressionAttributeValues": {":v": S("w")},
    }
    yield Case(
        "an attribute that is missing differs from any value",
        put("plain", KEY, ConditionExpression="#s <> :v", **missing_status),
        {},
    )
    yield Case(
        "an attribute that is missing equals nothing",
        put("plain", KEY, ConditionExpression="#s = :v", **missing_status),
        CONDITION_FAILED,
    )


def _answers() -> Iterator[Case]:
    created = update("plain", KEY)
    yield Case(
        "an update without changes makes the item",
        created,
        {"Attributes": ABSENT},
        then=((get("plain", KEY), {"Item": Exactly(KEY)}),),
    )
    yield Case(
        "UPDATED_NEW of a new item gives what was set",
        update("plain", KEY, "SET a = :a", {":a": S("x")}, ReturnValues="UPDATED_NEW"),
        {"Attributes": Exactly({"a": S("x")})},
    )
    yield Case(
        "UPDATED_NEW gives only the part of a map that changed",
        update("plain", KEY, "SET p.c = :v", {":v": S("new")}, ReturnValues="UPDATED_NEW"),
        {"Attributes": Exactly({"p": {"M": Exactly({"c": S("new")})}})},
        given=(put("plain", {**KEY, "p": {"M": {"keep": S("k"), "c": S("old")}}}),),
    )
    yield Case(
        "UPDATED_NEW gives every part that changed",
        update(
            "plain", KEY, "SET p.b = :x, p.c = :y", {":x": S("x"), ":y": S("y")}, ReturnValues="UPDATED_NEW"
        ),
        {"Attributes": Exactly({"p": {"M": Exactly({"b": S("x"), "c": S("y")})}})},
        given=(put("plain", {**KEY, "p": {"M": {"e": S("e")}}}),),
    )
    yield Case(
        "UPDATED_NEW of a removal gives nothing",
        update("plain", KEY, "REMOVE y", ReturnValues="UPDATED_NEW"),
        {"Attributes": ABSENT},
        given=(put("plain", {**KEY, "x": S("keep"), "y": S("drop")}),),
    )
    stored = (put("plain", {**KEY, "l": {"L": [S("a"), S("b"), S("c")]}, "a": S("OLD"), "c": N(10)}),)
    news = {
        "an index past the end appends": (
            "SET l[5] = :v",
            {":v": S("i")},
            {"l": {"L": [S("a"), S("b"), S("c"), S("i")]}},
        ),
        "every clause sees the item as it was": (
            "SET a = :v, b = a",
            {":v": S("NEW")},
            {"a": S("NEW"), "b": S("OLD")},
        ),
        "sums may stand in parentheses": ("SET c = (c - :v)", {":v": N(3)}, {"c": N(7)}),
        "a sum may hold if_not_exists": (
            "SET n = if_not_exists(n, :d) - :v",
            {":d": N(10), ":v": N(3)},
            {"n": N(7)},
        ),
        "list_append may hold if_not_exists": (
            "SET m = list_append(if_not_exists(m, :e), :v)",
            {":e": {"L": []}, ":v": {"L": [S("x")]}},
            {"m": {"L": [S("x")]}},
        ),
        "list_append puts its first list first": (
            "SET l = list_append(:v, l)",
            {":v": {"L": [S("z")]}},
            {"l": {"L": [S("z"), S("a"), S("b"), S("c")]}},
        ),
    }
    for name, (expression, values, after) in news.items():
        call = update("plain", KEY, expression, values, ReturnValues="ALL_NEW")
        yield Case(name, call, {"Attributes": after}, given=stored)
    yield Case(
        "a sum past the largest number overflows",
        update("plain", KEY, "SET n = :a + :b", {":a": N("9.9e125"), ":b": N("9.9e125")}),
        invalid_like("Number overflow"),
    )
    yield Case(
        "a refused put may answer with the item that is there",
        put(
            "plain",
            KEY,
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        ),
        CONDITION_FAILED,
        given=(put("plain", {**KEY, "v": S("first")}),),
    )


CASES = [*_keys(), *_index_keys(), *_conditions(), *_answers()]
