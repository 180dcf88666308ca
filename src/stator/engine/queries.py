"""Query and Scan: one page of an interval of a table's or an index's rows.

A page ends as DynamoDB's does: when the items evaluated reach 1 MB (the one that reaches it is in the page) or
`limit` items were evaluated. `Page.last` is then the place after which to go on, and works after that item is gone.
A page that stops exactly where its interval ends looks one row further in the same item collection: if one is there,
outside the interval, nothing can follow and `last` is None. A scan that stops at its limit always has a `last`.

The generator yields between turns and holds no snapshot while it does: a page may see writes made meanwhile, as
DynamoDB's may.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from stator.engine import records
from stator.engine.catalogue import Index, Table
from stator.engine.item_keys import stored_key
from stator.errors import CorruptionError
from stator.limits import PAGE_BYTES_MAX, TURN_BYTES_MAX, TURN_ROWS_DECODED, TURN_ROWS_PLAIN
from stator.storage.contract import Reader, Row, Snapshot, Steps
from stator.values import Item


@dataclass(slots=True)
class ReadPlan:
    """What to read: rows with start <= key < stop of a table or index, in key order or in `reverse`.

    `collection`: the interval of the whole item collection, for a query; None for a scan. `fetch`: read each whole
    item from the table, for attributes a local index does not project. `keep`: whether bodies are wanted, or counts
    alone. `project` shapes an item that matched."""

    table: Table
    index: Index | None
    start: bytes
    stop: bytes
    collection: tuple[bytes, bytes] | None = None
    reverse: bool = False
    limit: int | None = None
    matches: Callable[[Item], bool] | None = None
    project: Callable[[Item], Item] | None = None
    fetch: bool = False
    keep: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether rows are answered as they are stored, without decoding one."""
        return self.matches is None and self.project is None and not self.fetch


class Page:
    """`bodies`: items as wire JSON. `scanned` rows of `row_bytes` were evaluated, `count` matched. `fetched`: sizes of
    the items read from the table besides the index. `last`: key attributes of the place to go on after, or None."""

    __slots__ = ("bodies", "count", "fetched", "last", "row_bytes", "scanned")

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.count = 0
        self.scanned = 0
        self.row_bytes = 0
        self.fetched: list[int] = []
        self.last: Item | None = None


class Source(Protocol):
    """What pages are read from: a store, or its past."""

    def snapshot(self) -> Snapshot: ...


def read_page(source: Source, plan: ReadPlan) -> Steps[Page]:
    """Reads one page; raises CorruptionError on rows that fail their checksums."""
    page = Page()
    start, stop = plan.start, plan.stop
    turn_rows = _turn_rows(plan)
    while start < stop:
        wanted = turn_rows if plan.limit is None else min(turn_rows, plan.limit - page.scanned)
        with source.snapshot() as snapshot:
            rows, more = snapshot.range(start, stop, wanted, TURN_BYTES_MAX, plan.reverse)
            used = _evaluate(snapshot, plan, rows, page)
            if _is_full(plan, page):
                page.last = _last(snapshot, plan, rows[used - 1], more or used < len(rows))
                return page
        if not more:
            return page
        if plan.reverse:
            stop = rows[-1][0]
        else:
            start = rows[-1][0] + b"\0"
        yield None
    return page


def _turn_rows(plan: ReadPlan) -> int:
    return TURN_ROWS_PLAIN if plan.is_plain else TURN_ROWS_DECODED


def _is_full(plan: ReadPlan, page: Page) -> bool:
    return page.row_bytes >= PAGE_BYTES_MAX or page.scanned == plan.limit


def _evaluate(reader: Reader, plan: ReadPlan, rows: list[Row], page: Page) -> int:
    """Takes rows into the page until it is full; returns how many."""
    if plan.is_plain and plan.keep:
        bodies, size = records.open_until((row[1] for row in rows), PAGE_BYTES_MAX - page.row_bytes)
        page.bodies += bodies
        page.row_bytes += size
        page.scanned += len(bodies)
        page.count += len(bodies)
        return len(bodies)
    used = 0
    for _, record in rows:
        used += 1
        page.row_bytes += records.size(record)
        page.scanned += 1
        _take(reader, plan, record, page)
        if page.row_bytes >= PAGE_BYTES_MAX:
            break
    return used


def _take(reader: Reader, plan: ReadPlan, record: bytes, page: Page) -> None:
    if plan.fetch:
        record = _fetch(reader, plan.table, record)
        page.fetched.append(records.size(record))
    item = None
    if plan.matches is not None:
        item = records.decode(record)
        if not plan.matches(item):
            return
    page.count += 1
    if not plan.keep:
        return
    if plan.project is None:
        page.bodies.append(records.body(record))
    else:
        page.bodies.append(records.text(plan.project(item or records.decode(record))))


def _fetch(reader: Reader, table: Table, record: bytes) -> bytes:
    whole = reader.get(stored_key(table, records.decode(record)))
    if whole is None:
        raise CorruptionError(f"table {table.name}: an index row has no item")
    return whole


def _last(reader: Reader, plan: ReadPlan, row: Row, more: bool) -> Item | None:
    if not more and plan.collection is not None and _goes_on(reader, plan, row[0]):
        return None
    item = records.decode(row[1])
    names = plan.table.key_names if plan.index is None else (*plan.index.names, *plan.table.key_names)
    return {name: item[name] for name in names}


def _goes_on(reader: Reader, plan: ReadPlan, key: bytes) -> bool:
    """Whether the item collection holds a row beyond `key`, in the direction of reading."""
    assert plan.collection is not None
    first, end = plan.collection
    interval = (first, key) if plan.reverse else (key + b"\0", end)
    rows, _ = reader.range(*interval, 1, reverse=plan.reverse)
    return bool(rows)
