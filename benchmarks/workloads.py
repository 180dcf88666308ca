"""What every system is put through: the shapes of YCSB's workloads A to F, and single operations.

The shares and choices of keys are those of YCSB's core workloads; one request stands for one operation, except that
F's read-modify-write is a GetItem and then an UpdateItem of the same key. Whatever adds items comes last, so that the
others meet tables of the stated size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks import loads
from benchmarks.loads import Request
from benchmarks.mixes import Choice, Mix, Part
from benchmarks.tables import Table
from benchmarks.templates import template

_QUERY_ITEMS = 100
# Filling takes its time: a million items are in the table that most workloads use, fewer in the other two
SIDE_ITEMS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a comparison: by key alone; with a sort key; with an index of which each item is part."""

    items: Table
    pages: Table
    indexed: Table

    def all(self) -> tuple[Table, ...]:
        return (self.items, self.pages, self.indexed)


def tables_of(items: int) -> Tables:
    side = min(items, SIDE_ITEMS_MAX)
    return Tables(
        Table("items", items, 1024),
        Table("pages", side, 1024, partition_items=_QUERY_ITEMS),
        Table("indexed", side, 1024, has_index=True),
    )


@dataclass(frozen=True, slots=True)
class Workload:
    """`parts`: shares, and the requests sent one after the other. `choices`: its own choice of keys first.
    `table`: the one it runs on. `is_write`: each request is one write of one item."""

    name: str
    title: str
    parts: Callable[[Tables], list[tuple[float, tuple[Request, ...]]]]
    choices: tuple[Choice, ...] = (Choice.UNIFORM, Choice.ZIPFIAN)
    table: str = "items"
    is_write: bool = False

    def requests(self, tables: Tables) -> list[Request]:
        return [request for _, steps in self.parts(tables) for request in steps]

    def mix(self, tables: Tables, choice: Choice, fresh_first: int, connections: int) -> Mix:
        parts = [Part(share, tuple(step.template for step in steps)) for share, steps in self.parts(tables)]
        return Mix(tuple(parts), choice, fresh_first, connections)


def _only(request: Callable[[Table], Request]) -> Callable[[Tables], list[tuple[float, tuple[Request, ...]]]]:
    return lambda tables: [(1, (request(tables.items),))]


def _reads_and_updates(reads: float) -> Callable[[Tables], list[tuple[float, tuple[Request, ...]]]]:
    def parts(tables: Tables) -> list[tuple[float, tuple[Request, ...]]]:
        return [(reads, (loads.get(tables.items),)), (1 - reads, (overwrite(tables.items),))]

    return parts


def overwrite(table: Table) -> Request:
    """An update of the item's one attribute."""
    body = {
        "TableName": table.name,
        "Key": {"pk": {"S": "<key+0>"}},
        "UpdateExpression": "SET body = :new",
        "ExpressionAttributeValues": {":new": {"S": f"<value:{table.value_length}>"}},
    }
    return Request(template("UpdateItem", body, table.items), loads.is_empty)


def insert(table: Table) -> Request:
    """A new item; with a sort key, in a partition that is there."""
    key = {"pk": "<partition+0>", "sk": "<fresh:0>"} if table.partition_items else {"pk": "<fresh:0>"}
    item = {name: {"S": text} for name, text in key.items()} | {
        "body": {"S": f"<value:{table.value_length}>"}
    }
    return Request(
        template("PutItem", {"TableName": table.name, "Item": item}, table.partitions), loads.is_empty
    )


def put_indexed(table: Table) -> Request:
    """An item whose place in the index stays while its value, which the index holds too, changes."""
    item = {"pk": "<key+0>", "gk": "<key+1>", "body": f"<value:{table.value_length}>"}
    body = {"TableName": table.name, "Item": {name: {"S": text} for name, text in item.items()}}
    return Request(template("PutItem", body, table.items), loads.is_empty)


def short_scan(table: Table) -> Request:
    """Up to so many items as a random limit says, from the start of a partition on."""
    body = {
        "TableName": table.name,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "<partition+0>"}},
        "Limit": f"<limit:{table.partition_items}>",
    }
    most = table.partition_items
    return Request(template("Query", body, table.partitions), lambda answer: 1 <= answer["Count"] <= most)


def transact_write(table: Table) -> Request:
    """Two puts, an update with a condition, and a check."""

    def put(place: int) -> dict[str, Any]:
        item = {"pk": {"S": f"<key+{place}>"}, "body": {"S": f"<value:{table.value_length}>"}}
        return {"Put": {"TableName": table.name, "Item": item}}

    condition = {"TableName": table.name, "ConditionExpression": "attribute_exists(pk)"}
    update = condition | {
        "Key": {"pk": {"S": "<key+2>"}},
        "UpdateExpression": "SET body = :new",
        "ExpressionAttributeValues": {":new": {"S": f"<value:{table.value_length}>"}},
    }
    check = condition | {"Key": {"pk": {"S": "<key+3>"}}}
    body = {"TransactItems": [put(0), put(1), {"Update": update}, {"ConditionCheck": check}]}
    return Request(template("TransactWriteItems", body, table.items), loads.is_empty)


_ZIPFIAN_FIRST = (Choice.ZIPFIAN, Choice.UNIFORM)
_UNIFORM_ONLY = (Choice.UNIFORM,)

WORKLOADS = (
    Workload("get", "GetItem", _only(loads.get)),
    Workload("C", "YCSB C: reads", _only(loads.get), (Choice.ZIPFIAN,)),
    Workload("B", "YCSB B: 95 % reads, 5 % updates", _reads_and_updates(0.95), _ZIPFIAN_FIRST),
    Workload("A", "YCSB A: half reads, half updates", _reads_and_updates(0.5), _ZIPFIAN_FIRST),
    Workload(
        "F",
        "YCSB F: half reads, half read-modify-writes",
        lambda tables: [
            (0.5, (loads.get(tables.items),)),
            (0.5, (loads.get(tables.items), overwrite(tables.items))),
        ],
        _ZIPFIAN_FIRST,
    ),
    Workload("put", "PutItem", _only(loads.put), is_write=True),
    Workload(
        "put-index",
        "PutItem, one global index",
        lambda tables: [(1, (put_indexed(tables.indexed),))],
        _UNIFORM_ONLY,
        "indexed",
    ),
    Workload("update", "UpdateItem with a condition", _only(loads.update), is_write=True),
    Workload("transact", "TransactWriteItems of 4", _only(transact_write), _UNIFORM_ONLY),
    Workload("batch", "BatchWriteItem of 25", _only(loads.batch_write), _UNIFORM_ONLY),
    Workload(
        "query",
        "Query of 100 items",
        lambda tables: [(1, (loads.query(tables.pages),))],
        _UNIFORM_ONLY,
        "pages",
    ),
    Workload(
        "E",
        "YCSB E: 95 % Queries of 1 to 100 items, 5 % inserts",
        lambda tables: [(0.95, (short_scan(tables.pages),)), (0.05, (insert(tables.pages),))],
        _ZIPFIAN_FIRST,
        "pages",
    ),
    Workload(
        "D",
        "YCSB D: 95 % reads of the latest, 5 % inserts",
        lambda tables: [(0.95, (loads.get(tables.items),)), (0.05, (insert(tables.items),))],
        (Choice.LATEST,),
    ),
)
NAMES = tuple(workload.name for workload in WORKLOADS)
WARM_UP = next(workload for workload in WORKLOADS if workload.name == "A")
