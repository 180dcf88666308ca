"""The loads: what is sent, over how many connections, what the answer must look like, and the budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.neighbours import Backfill, Export, Work
from benchmarks.tables import BATCH_ITEMS_MAX, Table
from benchmarks.templates import Template, template

Check = Callable[[dict[str, Any]], bool]

ITEMS = Table("items", items=100_000, item_bytes=1024)
LARGE = Table("large", items=1_000_000, item_bytes=1024)
PAGES = Table("pages", items=10_000, item_bytes=1024, partition_items=100)
TINY = Table("tiny", items=30_000, item_bytes=64)
# Characters of the body of an item that has ten attributes
_TEN_BODY = 840


@dataclass(frozen=True, slots=True)
class Request:
    """One kind of request, and whether an answer to it is the expected one."""

    template: Template
    is_expected: Check


@dataclass(frozen=True, slots=True)
class Load:
    """Requests in equal shares over these connections, each sending the next when it is answered.

    `floor` is which raw SQLite rate stands beside it: "get", "put", or none. `beside` runs at the same time and is
    not measured. `both_cores`: server and load are not pinned. `workers`: the server's processes."""

    name: str
    title: str
    table: Table
    requests: tuple[Request, ...]
    connections: int
    floor: str = ""
    rate_budget: float | None = None
    p99_budget_us: float | None = None
    sqlite_share_budget: float | None = None
    beside: Load | Work | None = None
    both_cores: bool = False
    workers: int = 1


def is_empty(answer: dict[str, Any]) -> bool:
    """True without a member; of two that were not asked for, some peers send one."""
    return answer.keys() <= {"ConsumedCapacity", "ItemCollectionMetrics"}


def get(table: Table) -> Request:
    body = {"TableName": table.name, "Key": {"pk": {"S": "<key+0>"}}}
    lengths = (table.value_length, _TEN_BODY)
    return Request(
        template("GetItem", body, table.items), lambda answer: len(answer["Item"]["body"]["S"]) in lengths
    )


def put(table: Table) -> Request:
    item = {"pk": {"S": "<key+0>"}, "body": {"S": f"<value:{table.value_length}>"}}
    return Request(template("PutItem", {"TableName": table.name, "Item": item}, table.items), is_empty)


def put_ten_attributes(table: Table) -> Request:
    """As large as the table's items, in ten attributes of four types."""
    item: dict[str, Any] = {
        "pk": {"S": "<key+0>"},
        "kind": {"S": "question"},
        "created": {"S": "2026-01-01T00:00:00.000Z"},
        "version": {"N": "17"},
        "score": {"N": "0.25"},
        "open": {"BOOL": True},
        "labels": {"SS": ["red", "green", "blue"]},
        "author": {"M": {"name": {"S": "Ada"}, "age": {"N": "36"}}},
        "answers": {"L": [{"S": "yes"}, {"S": "no"}]},
        "body": {"S": f"<value:{_TEN_BODY}>"},
    }
    return Request(template("PutItem", {"TableName": table.name, "Item": item}, table.items), is_empty)


def update(table: Table) -> Request:
    body = {
        "TableName": table.name,
        "Key": {"pk": {"S": "<key+0>"}},
        "UpdateExpression": "SET body = :new",
        "ConditionExpression": "attribute_exists(pk) AND size(body) > :least",
        "ExpressionAttributeValues": {
            ":new": {"S": f"<value:{table.value_length}>"},
            ":least": {"N": "10"},
        },
    }
    return Request(template("UpdateItem", body, table.items), is_empty)


def query(table: Table) -> Request:
    body = {
        "TableName": table.name,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "<partition+0>"}},
    }
    count = table.partition_items
    return Request(template("Query", body, table.partitions), lambda answer: answer["Count"] == count)


def batch_write(table: Table) -> Request:
    value = {"S": f"<value:{table.value_length}>"}
    writes = [
        {"PutRequest": {"Item": {"pk": {"S": f"<key+{place}>"}, "body": value}}}
        for place in range(BATCH_ITEMS_MAX)
    ]
    return Request(
        template("BatchWriteItem", {"RequestItems": {table.name: writes}}, table.items),
        lambda answer: not answer.get("UnprocessedItems"),
    )


def filtered_scan(table: Table) -> Request:
    """A page of which the filter keeps nothing: it reads and decodes everything."""
    body = {
        "TableName": table.name,
        "FilterExpression": "begins_with(body, :start)",
        "ExpressionAttributeValues": {":start": {"S": "no item begins so"}},
    }
    return Request(
        template("Scan", body, table.items),
        lambda answer: answer["Count"] == 0 and answer["ScannedCount"] > 1000,
    )


def standard() -> list[Load]:
    """The loads of every run, in the order of the report."""
    gets, puts = get(ITEMS), put(ITEMS)
    scans = Load("scan", "32 filtered Scans", TINY, (filtered_scan(TINY),), 32)
    mixed = "GetItem and PutItem, half each"
    return [
        Load("get", "GetItem", ITEMS, (gets,), 1, "get"),
        Load("get", "GetItem", ITEMS, (gets,), 32, "get", rate_budget=25_000),
        Load("get", "GetItem", ITEMS, (gets,), 64, "get"),
        Load("put", "PutItem", ITEMS, (puts,), 1, "put"),
        Load("put", "PutItem", ITEMS, (puts,), 64, "put", rate_budget=10_000),
        Load("put", "PutItem", ITEMS, (puts,), 256, "put", rate_budget=16_000),
        Load("put-10", "PutItem of ten attributes", ITEMS, (put_ten_attributes(ITEMS),), 64, "put"),
        Load("update", "UpdateItem with a condition", ITEMS, (update(ITEMS),), 64, "put"),
        Load("query", "Query of 100 items", PAGES, (query(PAGES),), 32, rate_budget=4_000),
        Load("batch", "BatchWriteItem of 25 items", ITEMS, (batch_write(ITEMS),), 16),
        Load("mixed", mixed, ITEMS, (gets, puts), 64),
        Load("mixed", f"{mixed}, not pinned", ITEMS, (gets, puts), 64, both_cores=True),
        *(
            Load("workers", f"GetItem, not pinned, --workers {each}", ITEMS, (gets,), 64, both_cores=True, workers=each)
            for each in (1, 2)
        ),
        _get_beside(scans, 1),
        _get_beside(scans, 32),
        _get_beside(Load("batch", "a bulk load", ITEMS, (batch_write(ITEMS),), 8), 32),
        _get_beside(Backfill(ITEMS), 32),
        _get_beside(Export(ITEMS), 32),
    ]


def _get_beside(beside: Load | Work, connections: int) -> Load:
    return Load(
        "beside",
        f"GetItem beside {beside.title}",
        ITEMS,
        (get(ITEMS),),
        connections,
        p99_budget_us=10_000,
        beside=beside,
    )


def large() -> list[Load]:
    """The loads on a million items."""
    gets, puts = get(LARGE), put(LARGE)
    title = "PutItem, 1 M items"
    return [
        Load("large", "GetItem, 1 M items", LARGE, (gets,), 32, "get"),
        Load("large", title, LARGE, (puts,), 64, "put", sqlite_share_budget=0.6),
        Load("large", title, LARGE, (puts,), 256, "put", sqlite_share_budget=0.6),
    ]
