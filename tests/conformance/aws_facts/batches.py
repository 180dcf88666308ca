"""BatchGetItem and BatchWriteItem: what is told first, and how a wrong map of tables is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aws_facts.calls import B, N, S, batch_delete, batch_get, batch_put, get, pair
from aws_facts.case import KEY_MISMATCH, NO_SUCH_TABLE, Call, Case, RefusedLike, detected, invalid
from aws_facts.wordings import (
    MAP_KEYS,
    MAP_VALUES,
    PARAMETERS,
    at_least,
    at_most,
    broken,
    capacity_enum,
    empty_key,
    metrics_enum,
    mixed,
    newer_broken,
)

KEY = {"pk": S("k")}
DUPLICATES = invalid("Provided list of item keys contains duplicates")
BAD_NAME = '{"bad!name":{"Keys":[{"pk":{"S":"a"}}]}}'


def _with(call: Call, **members: Any) -> Call:
    return call[0], {**call[1], **members}


def _gets() -> Iterator[Case]:
    empty = detected(newer_broken("RequestItems", at_least(1)))
    yield Case("a batch get of nothing", ("BatchGetItem", {"RequestItems": {}}), empty)
    keys = "RequestItems.plain.member.Keys"
    yield Case("a batch get of no keys", batch_get("plain", []), detected(newer_broken(keys, at_least(1))))
    many = [{"pk": S(f"k{index}")} for index in range(101)]
    yield Case(
        "a batch get of 101 keys", batch_get("plain", many), detected(newer_broken(keys, at_most(100)))
    )
    yield Case("a batch get of 100 keys", batch_get("plain", many[:100]), {"UnprocessedKeys": {}})
    yield Case("a batch get of one key twice", batch_get("plain", [KEY, KEY]), DUPLICATES)
    yield Case("a batch get from a table that is not there", batch_get("absent", [KEY]), NO_SUCH_TABLE)
    yield Case(
        "a batch get with an empty key", batch_get("binary", [{"pk": B("")}]), invalid(empty_key("binary"))
    )
    both = {"AttributesToGet": ["pk"], "ProjectionExpression": "pk"}
    yield Case(
        "a batch get that projects in both ways",
        batch_get("plain", [KEY], **both),
        invalid(mixed("AttributesToGet", "ProjectionExpression")),
    )
    yield Case(
        "a batch get that projects one table in each way",
        (
            "BatchGetItem",
            {
                "RequestItems": {
                    "plain": {"Keys": [KEY], "ProjectionExpression": "pk"},
                    "pairs": {"Keys": [pair("a", "b")], "AttributesToGet": ["pk"]},
                }
            },
        ),
        RefusedLike("ValidationException", "."),
    )
    unknown = {"ReturnConsumedCapacity": "BOGUS"}
    enum = capacity_enum("BOGUS")
    bad_name = batch_get("bad!name", [{"pk": S("a")}])
    yield Case(
        "a batch get from a name that cannot be",
        bad_name,
        detected(broken(BAD_NAME, "requestItems", MAP_KEYS)),
    )
    yield Case(
        "a batch get with an unknown enum", _with(batch_get("plain", [KEY]), **unknown), detected(enum)
    )
    yield Case(
        "a batch get tells an unknown enum before a missing table",
        _with(batch_get("absent", [KEY]), **unknown),
        detected(enum),
    )
    yield Case(
        "a batch get tells a wrong name and then an unknown enum",
        _with(bad_name, **unknown),
        detected(broken(BAD_NAME, "requestItems", MAP_KEYS), enum),
    )


def _writes() -> Iterator[Case]:
    put = batch_put("plain", KEY)
    unwritten = ((get("plain", KEY), {}),)
    unknown, metrics = {"ReturnConsumedCapacity": "BOGUS"}, {"ReturnItemCollectionMetrics": "BOGUS2"}
    enum, other = capacity_enum("BOGUS"), metrics_enum("BOGUS2")
    yield Case("a batch write with an unknown enum", _with(put, **unknown), detected(enum), then=unwritten)
    yield Case(
        "a batch write with another unknown enum", _with(put, **metrics), detected(other), then=unwritten
    )
    yield Case(
        "a batch write with two unknown enums", _with(put, **unknown, **metrics), detected(enum, other)
    )
    yield Case(
        "a batch write tells an unknown enum before a missing table",
        _with(batch_put("absent", KEY), **unknown),
        detected(enum),
    )
    yield Case(
        "a batch write tells an unknown enum and not a wrong name",
        _with(batch_put("bad!name", KEY), **unknown),
        detected(enum),
    )
    yield Case(
        "a batch write of nothing",
        ("BatchWriteItem", {"RequestItems": {}}),
        RefusedLike(
            "ValidationException",
            "^(The requestItems parameter is required for BatchWriteItem|1 validation error detected: "
            f"{re.escape(newer_broken('RequestItems', at_least(1)))})$",
        ),
    )
    yield Case(
        "a batch write of no requests",
        batch_put("plain"),
        detected(broken("{plain=[]}", "requestItems", MAP_VALUES)),
    )
    shown = rf"\{{plain=\[.+\]\}}' at 'requestItems' failed to satisfy constraint: {re.escape(MAP_VALUES)}$"
    yield Case(
        "a batch write of 26 requests",
        batch_put("plain", *({"pk": S(f"k{index}")} for index in range(26))),
        RefusedLike("ValidationException", f"^1 validation error detected: Value '{shown}"),
    )
    yield Case(
        "a batch write of 25 requests",
        batch_put("plain", *({"pk": S(f"k{index}")} for index in range(25))),
        {"UnprocessedItems": {}},
    )
    yield Case(
        "a batch write to a name that cannot be",
        batch_put("bad!name", KEY),
        RefusedLike(
            "ValidationException",
            r"^1 validation error detected: Value '\{bad!name=\[WriteRequest\(putRequest=PutRequest\(item=\{pk=.+\}"
            rf".*\)\]\}}' at 'requestItems' failed to satisfy constraint: {re.escape(MAP_KEYS)}$",
        ),
    )
    twice = [{"PutRequest": {"Item": KEY}}, {"DeleteRequest": {"Key": KEY}}]
    yield Case(
        "a batch write of one key twice", ("BatchWriteItem", {"RequestItems": {"plain": twice}}), DUPLICATES
    )
    yield Case("a batch write to a table that is not there", batch_put("absent", KEY), NO_SUCH_TABLE)


def _keys() -> Iterator[Case]:
    other = {"other": S("x")}
    for what, key in (
        ("of another type", {"pk": N(5)}),
        ("that is a list", {"pk": {"L": [S("x")]}}),
        ("that is missing", other),
    ):
        yield Case(f"a batch put with a key {what}", batch_put("plain", key), KEY_MISMATCH)
        yield Case(f"a batch delete with a key {what}", batch_delete("plain", key), KEY_MISMATCH)
    for table, kind, empty in (("plain", "string", S("")), ("binary", "binary", B(""))):
        refused = invalid(empty_key(kind))
        yield Case(f"a batch put with an empty {kind} as key", batch_put(table, {"pk": empty}), refused)
        yield Case(f"a batch delete with an empty {kind} as key", batch_delete(table, {"pk": empty}), refused)
    for kind, value in (("N", N(5)), ("L", {"L": [S("x")]})):
        yield Case(
            f"a batch put with an index key of type {kind}",
            batch_put("indexed", pair("a", "b", one=value)),
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
            f"a batch put with an empty {kind} as index key",
            batch_put(table, item),
            invalid(
                f"One or more parameter values are not valid. {unsupported} The AttributeValue for a key attribute "
                f"cannot contain an empty {kind} value. IndexName: {index}, IndexKey: {name}"
            ),
        )


CASES = [*_gets(), *_writes(), *_keys()]
