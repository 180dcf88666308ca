"""UpdateTable: global indexes that come and go, and the attribute definitions that follow them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aws_facts.calls import N, S, put, query
from aws_facts.case import ABSENT, PRESENT, Call, Case, Expected, RefusedLike, Unordered
from aws_facts.definitions import change, describe
from aws_facts.tables import attributes, including, index, keys


def _add(name: str, schema: Any, projection: dict[str, Any] | None = None, **types: str) -> Call:
    more = {"AttributeDefinitions": attributes(**types)} if types else {}
    return change("pairs", GlobalSecondaryIndexUpdates=[{"Create": index(name, schema, projection)}], **more)


def _remove(name: str) -> Call:
    return change("pairs", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": name}}])


def _index_changes() -> Iterator[Case]:
    base = {"pk": "S", "sk": "S"}
    active = {"IndexName": "by-g", "IndexStatus": "ACTIVE"}

    def described(types: dict[str, str], indexes: Any) -> tuple[tuple[Call, Expected], ...]:
        table_ = {"AttributeDefinitions": Unordered(attributes(**types)), "GlobalSecondaryIndexes": indexes}
        return ((describe("pairs"), {"Table": table_}),)

    add = _add("by-g", keys("g"), g="S")
    yield Case("a new index", add, {}, then=described({**base, "g": "S"}, [active]))
    yield Case(
        "a new index and an attribute nobody uses",
        _add("by-g", keys("g"), g="S", x="N"),
        {},
        then=described({**base, "g": "S"}, [active]),
    )
    yield Case(
        "a second new index keeps the first one's attributes",
        _add("by-h", keys("h"), {"ProjectionType": "KEYS_ONLY"}, h="N"),
        {},
        given=(add,),
        then=described({**base, "g": "S", "h": "N"}, PRESENT),
    )
    yield Case(
        "an attribute that is defined keeps its type",
        _add("by-g", keys("g"), including("x"), g="S", pk="N"),
        {},
        then=described({**base, "g": "S"}, PRESENT),
    )
    yield Case(
        "an index that goes takes its attributes along",
        _remove("by-g"),
        {},
        given=(add,),
        then=described(base, ABSENT),
    )
    yield Case("an index that is there", add, RefusedLike("ValidationException", "."), given=(add,))
    yield Case(
        "an index of attributes that are not defined",
        _add("by-g", keys("g")),
        RefusedLike("ValidationException", "."),
    )
    yield Case(
        "an index of the table's key needs it defined again",
        _add("by-pk", keys("pk", "g"), {"ProjectionType": "KEYS_ONLY"}, g="S"),
        RefusedLike("ValidationException", "."),
    )
    gone = RefusedLike("ResourceNotFoundException", "Requested resource not found")
    yield Case("the removal of an index that is not there", _remove("nowhere"), gone)
    stored = tuple(put("pairs", {"pk": S(f"p{n}"), "sk": S("s"), "g": S("g"), "n": N(n)}) for n in range(3))
    yield Case(
        "a new index holds what the table held",
        add,
        {},
        given=stored,
        then=((query("pairs", "g = :g", {":g": S("g")}, IndexName="by-g"), {"Count": 3}),),
    )


CASES = list(_index_changes())
