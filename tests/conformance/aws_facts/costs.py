"""Sizes to the byte, and what reads and writes consume."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from aws_facts.calls import N, S, Value, batch_put, delete, get, pair, put, query, scan, update
from aws_facts.case import ABSENT, Call, Case, Exactly, Refused, detected, invalid, invalid_like
from aws_facts.wordings import ITEM_TOO_LARGE

KEY = {"pk": S("k")}
ITEM_BYTES_MAX = 409_600
NUMBERS = {
    "-0": 1,
    "0": 1,
    "1": 2,
    "12": 2,
    "15": 2,
    "100": 2,
    "0042": 2,
    "0.15": 2,
    "0.0000001": 2,
    "1E125": 2,
    "1E-100": 2,
    "-42": 3,
    "123": 3,
    "1234": 3,
    "1010": 3,
    "1.2": 3,
    "1.200": 3,
    "1.5": 3,
    "1.234": 4,
    "100.5": 4,
    "123456": 4,
    "3.14159": 5,
    "12345678901234567890123456789012345678": 20,
}


def _filled(total: int, **attributes: Value) -> dict[str, Value]:
    """An item of `total` bytes beside `attributes`, whose bytes the caller has taken off."""
    return {**KEY, **attributes, "p": S("x" * (total - 4))}


def _sizes() -> Iterator[Case]:
    too_large = {"a put": detected(ITEM_TOO_LARGE), "a batch put": invalid(ITEM_TOO_LARGE)}
    for what, call in (("a put", put), ("a batch put", batch_put)):
        yield Case(f"{what} of 409,600 bytes", call("plain", _filled(ITEM_BYTES_MAX)), {})
        # The clause is what is known; how it is wrapped differs between regions.
        refused = invalid_like(too_large[what].message.split(": ")[-1])
        yield Case(f"{what} of 409,601 bytes", call("plain", _filled(ITEM_BYTES_MAX + 1)), refused)
    for text, size in NUMBERS.items():
        room = ITEM_BYTES_MAX - 1 - size
        yield Case(
            f"the number {text} in an item of 409,600 bytes", put("plain", _filled(room, n=N(text))), {}
        )
        yield Case(
            f"the number {text} in an item of 409,601 bytes",
            put("plain", _filled(room + 1, n=N(text))),
            invalid_like(ITEM_TOO_LARGE),
        )
    # A key long enough that every region sizes the update alike.
    long = {"pk": S("k" * 100)}
    for more, expected in (
        (0, {}),
        (1, invalid_like("Item size to update has exceeded the maximum allowed size")),
    ):
        padding = S("x" * (ITEM_BYTES_MAX - 103 + more))
        yield Case(
            f"an update to {ITEM_BYTES_MAX + more} bytes",
            update("plain", long, "SET p = :p", {":p": padding}),
            expected,
        )


def _clauses(count: int, length: int, joiner: str, clause: str) -> str:
    """`count` clauses, the last one's name stretched so that the whole is `length` long."""
    names = [f"a{index:03}" for index in range(count)]
    names[-1] += "x" * (length - len(joiner.join(map(clause.format, names))))
    return joiner.join(map(clause.format, names))


def _expression_sizes() -> Iterator[Case]:
    """4,096 bytes as written: names are not put in before they are counted. Only the older layer tells the size."""
    for length, fits in ((4096, True), (4097, False)):

        def said(kind: str, how: Callable[[str], Refused], size: str = "", fits: bool = fits) -> Any:
            text = f"Invalid {kind}Expression: Expression size has exceeded the maximum allowed size;{size}"
            return {} if fits else how(text)

        sets = "SET " + _clauses(60, length - 4, ", ", "{} = :v")
        yield Case(
            f"an update expression of {length} bytes",
            update("plain", KEY, sets, {":v": S("x")}),
            said("Update", detected),
        )
        absent = _clauses(60, length, " AND ", "attribute_not_exists({})")
        yield Case(
            f"a condition of {length} bytes",
            put("plain", KEY, ConditionExpression=absent),
            said("Condition", detected),
        )
        either = _clauses(60, length, " OR ", "{} = :v")
        filtered = {"FilterExpression": either}
        yield Case(
            f"a query's filter of {length} bytes",
            query("plain", "pk = :p", {":p": S("k"), ":v": S("x")}, **filtered),
            said("Filter", invalid),
        )
        yield Case(
            f"a scan's filter of {length} bytes",
            scan("plain", **filtered, ExpressionAttributeValues={":v": S("x")}),
            said("Filter", invalid, " expression size: 4097"),
        )
        paths = _clauses(60, length, ", ", "{}")
        yield Case(
            f"a projection of {length} bytes",
            get("plain", KEY, ProjectionExpression=paths),
            said("Projection", invalid),
        )
        spaced = "pk = :p" + " " * (length - 7)
        yield Case(
            f"a key condition of {length} bytes",
            query("plain", spaced, {":p": S("k")}),
            said("KeyCondition", invalid),
        )
    aliases = {f"#a{number}": "n" * 246 + f"q{number}" for number in range(30)}
    yield Case(
        "names are not counted into a projection's size",
        get("plain", KEY, ProjectionExpression=", ".join(aliases), ExpressionAttributeNames=aliases),
        {},
        given=(put("plain", KEY),),
    )


ALL = {"ReturnConsumedCapacity": "INDEXES"}
TOTAL = {"ReturnConsumedCapacity": "TOTAL"}
IN_BOTH = {"group": S("g"), "label": S("l"), "shown": S("s"), "kept": S("h")}


def _capacity(total: float, of_table: float, by_group: float = 0, by_label: float = 0) -> dict[str, Any]:
    def arm(name: str, units: float) -> Any:
        return Exactly({name: Exactly({"CapacityUnits": units})}) if units else ABSENT

    return {
        "CapacityUnits": total,
        "Table": Exactly({"CapacityUnits": of_table}),
        "GlobalSecondaryIndexes": arm("by-group", by_group),
        "LocalSecondaryIndexes": arm("by-label", by_label),
        "ReadCapacityUnits": ABSENT,
        "WriteCapacityUnits": ABSENT,
    }


def _write_costs() -> Iterator[Case]:
    key = pair("p", "s")
    whole = pair("p", "s", **IN_BOTH)

    def costs(name: str, call: Call, *units: float, given: tuple[Call, ...] = ()) -> Case:
        return Case(name, call, {"ConsumedCapacity": _capacity(*units)}, given=given)

    def changed(expression: str, values: dict[str, Value] | None = None) -> Call:
        names = {"#g": "group"} if "#g" in expression else None
        return update("charged", key, expression, values, names, **ALL)

    yield costs("a put into one global index", put("charged", pair("p", "s", group=S("g")), **ALL), 2, 1, 1)
    yield costs("a put into one local index", put("charged", pair("p", "s", label=S("l")), **ALL), 2, 1, 0, 1)
    yield costs("a put into both indexes", put("charged", whole, **ALL), 3, 1, 1, 1)
    yield costs("a put into no index", put("charged", pair("p", "s", other=S("o")), **ALL), 1, 1)
    stored = (put("charged", whole),)
    yield costs("a put of the same item again", put("charged", whole, **ALL), 1, 1, given=stored)
    yield costs(
        "a change that one index does not hold",
        changed("SET kept = :v", {":v": S("n")}),
        2,
        1,
        0,
        1,
        given=stored,
    )
    yield costs(
        "a change that both indexes hold", changed("SET shown = :v", {":v": S("n")}), 3, 1, 1, 1, given=stored
    )
    yield costs(
        "a move in the global index", changed("SET #g = :v", {":v": S("n")}), 4, 1, 2, 1, given=stored
    )
    yield costs("a way out of the global index", changed("REMOVE #g"), 3, 1, 1, 1, given=stored)
    yield costs(
        "a move in the local index", changed("SET label = :v", {":v": S("n")}), 3, 1, 0, 2, given=stored
    )
    yield costs("a deletion from both indexes", delete("charged", key, **ALL), 3, 1, 1, 1, given=stored)
    sparse = (put("charged", pair("p", "s", other=S("o"))),)
    yield costs("a deletion of what is in no index", delete("charged", key, **ALL), 1, 1, given=sparse)
    yield Case(
        "TOTAL tells the sum alone",
        put("charged", whole, **TOTAL),
        {"ConsumedCapacity": Exactly({"TableName": "charged", "CapacityUnits": 3.0})},
    )
    batch = batch_put("charged", pair("a", "s", group=S("g"), shown=S("s")), pair("b", "s"), **ALL)
    yield Case("a batch tells what its table took", batch, {"ConsumedCapacity": [_capacity(3, 2, 1)]})


def _index_entry_sizes() -> Iterator[Case]:
    """An index is charged for its own row, before and after, rounded up by itself."""

    def item(shown: int, group: str = "g", kept: int = 1) -> dict[str, Value]:
        return pair("p", "s", group=S(group), shown=S("x" * shown), kept=S("x" * kept))

    # Shown bytes before and after, the group after, and the index's units.
    for before, after, group, units in (
        (3000, 1, "g", 3),
        (1, 3000, "g", 3),
        (600, 601, "g", 1),
        (1500, 1501, "g", 2),
        (2000, 100, "g", 2),
        (1500, 1500, "n", 4),
        (3000, 1, "n", 4),
    ):
        yield Case(
            f"an index row of some {before} bytes that becomes {after} in group {group}",
            put("charged", item(after, group), **ALL),
            {"ConsumedCapacity": {"GlobalSecondaryIndexes": {"by-group": {"CapacityUnits": float(units)}}}},
            given=(put("charged", item(before)),),
        )
    yield Case(
        "an index is not charged for what it does not hold",
        put("charged", item(1, kept=3000), **ALL),
        {"ConsumedCapacity": _capacity(4, 3, 1)},
    )


def _read_costs() -> Iterator[Case]:
    stored = tuple(
        put("pairs", pair("p", f"s{n}", keep=S("yes" if n == 0 else "no"), x=S("x" * 1000))) for n in range(6)
    )

    def units(number: float) -> dict[str, Any]:
        return {"ConsumedCapacity": {"CapacityUnits": number, "ReadCapacityUnits": ABSENT}}

    yield Case(
        "a consistent get",
        get("pairs", pair("p", "s0"), ConsistentRead=True, **TOTAL),
        units(1.0),
        given=stored,
    )
    yield Case(
        "an eventually consistent get", get("pairs", pair("p", "s0"), **TOTAL), units(0.5), given=stored
    )
    yield Case("a get of nothing", get("pairs", pair("p", "none"), **TOTAL), units(0.5), given=stored)
    for what, more in (
        ("all", {}),
        ("one of six", {"FilterExpression": "keep = :k", "values": "yes"}),
        ("none", {"FilterExpression": "keep = :k", "values": "never"}),
        ("a part of each", {"ProjectionExpression": "sk"}),
    ):
        kept = {name: value for name, value in more.items() if name != "values"}
        extra = {":k": S(more["values"])} if "values" in more else {}
        yield Case(
            f"a query that keeps {what} costs what it reads",
            query("pairs", "pk = :p", {":p": S("p"), **extra}, **kept, **TOTAL),
            units(1.0),
            given=stored,
        )
        if extra:
            kept["ExpressionAttributeValues"] = extra
        yield Case(
            f"a scan that keeps {what} costs what it reads",
            scan("pairs", **kept, **TOTAL),
            units(1.0),
            given=stored,
        )


def _collections() -> Iterator[Case]:
    size = {"ReturnItemCollectionMetrics": "SIZE"}
    small = {
        "ItemCollectionMetrics": {
            "ItemCollectionKey": Exactly({"pk": S("p")}),
            "SizeEstimateRangeGB": [0.0, 1.0],
        }
    }
    item = pair("p", "s", one=S("l"))
    yield Case("a put tells its collection's size", put("indexed", item, **size), small)
    stored = (put("indexed", item),)
    yield Case(
        "a delete tells its collection's size", delete("indexed", pair("p", "s"), **size), small, given=stored
    )
    changed = update("indexed", pair("p", "s"), "SET d = :d", {":d": S("x")}, **size)
    yield Case("an update tells its collection's size", changed, small, given=stored)
    yield Case(
        "a table without local indexes has no collections",
        put("pairs", pair("p", "s"), **size),
        {"ItemCollectionMetrics": ABSENT},
    )


CASES = [
    *_sizes(),
    *_expression_sizes(),
    *_write_costs(),
    *_index_entry_sizes(),
    *_read_costs(),
    *_collections(),
]
