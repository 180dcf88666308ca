"""`explain()`: the request that a call would send, which index it goes by, and what it reads.

In process the request is tried and measured: it reads, and changes nothing. Elsewhere the numbers are estimates from
the sizes that the entities declare, unless `measure` is asked of a database by hand.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stator.model.requests import asked
from stator.model.running import Ask, Asks
from stator.model.serving import Served

_UNIT_BYTES: Final = 4096
_KEYS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """`items`: what the first page yields, `evaluated`: what it reads for that, `read_units`: of that page; estimates
    unless `is_measured`. None: not known."""

    pattern: str
    operation: str
    table: str
    index: str | None
    request: Mapping[str, Any]
    items: int | None
    evaluated: int | None
    read_units: float | None
    is_measured: bool
    has_more: bool = False
    warning: str = ""

    def __str__(self) -> str:
        way = f"index {self.index}" if self.index else "the table's key"
        if self.operation == "Scan":
            way = f"a scan of {'index ' + self.index if self.index else 'the whole table'}"
        lines = [f"{self.pattern}: {self.operation} {self.table} by {way}"]
        for name, value in self.request.items():
            if name != "TableName":
                lines.append(f"    {name} = {value!r}")
        how = "measured" if self.is_measured else "estimated"
        if self.read_units is not None:
            more = ", and there is more" if self.has_more else ""
            lines.append(
                f"    {self.items} items of {self.evaluated} read, {self.read_units:g} read units ({how}){more}"
            )
        if self.warning:
            lines.append(f"    {self.warning}")
        return "\n".join(lines)


def explained(design: Any, served: Served, arguments: Mapping[str, Any]) -> Asks[Plan]:
    table = design.table_name(served.table.name)
    ask = asked(served, table, arguments, design._now())
    operation = {"get_item": "GetItem", "query": "Query", "scan": "Scan"}[ask.operation]
    warning = f"reads the whole table: {served.declared.because}" if operation == "Scan" else ""
    fixed = (served.name, operation, table, served.index, ask.request)
    if not _is_in_process(design.db):
        return Plan(*fixed, *_estimate(served), is_measured=False, warning=warning)
    answer = yield Ask(ask.operation, {**ask.request, "ReturnConsumedCapacity": "INDEXES"})
    units = float(answer["ConsumedCapacity"]["CapacityUnits"])
    items = int("Item" in answer) if operation == "GetItem" else answer["Count"]
    evaluated = items if operation == "GetItem" else answer["ScannedCount"]
    return Plan(*fixed, items, evaluated, units, True, "LastEvaluatedKey" in answer, warning)


def explained_batch(design: Any, served: Served, keys: Iterable[Any]) -> Asks[Plan]:
    """Of the first request, which takes 100 keys."""
    table = design.table_name(served.table.name)
    every = [served.layout.key_of(key) for key in keys]
    asked_of: dict[str, Any] = {"Keys": every[:_KEYS_MAX]}
    if served.declared.consistent:
        asked_of["ConsistentRead"] = True
    request = {"RequestItems": {table: asked_of}}
    fixed = (served.name, "BatchGetItem", table, None, request)
    has_more = len(every) > _KEYS_MAX
    if not _is_in_process(design.db):
        size = served.layout.entity.stored.item_bytes
        each = (
            None
            if size is None
            else math.ceil(size / _UNIT_BYTES) * (1 if served.declared.consistent else 0.5)
        )
        count = len(asked_of["Keys"])
        units = None if each is None else each * count
        return Plan(*fixed, count, count, units, is_measured=False, has_more=has_more)
    answer = yield Ask("batch_get_item", {**request, "ReturnConsumedCapacity": "INDEXES"})
    found = len(answer["Responses"].get(table, ()))
    units = sum(float(each["CapacityUnits"]) for each in answer["ConsumedCapacity"])
    return Plan(*fixed, found, len(asked_of["Keys"]), units, True, has_more)


def _is_in_process(db: Any) -> bool:
    return hasattr(db.transport, "db")


def _estimate(served: Served) -> tuple[int | None, int | None, float | None]:
    """Items, evaluated and units of a whole call, by the declared sizes."""
    stored = [part.layout.entity.stored for part in served.parts]
    items = 1 if served.declared.kind == "get" else served.declared.per_call
    if items is None and all(each.per_partition for each in stored):
        items = sum(each.per_partition or 0 for each in stored)
    if items is None or any(each.item_bytes is None for each in stored):
        return items, items, None
    size = max(each.item_bytes or 0 for each in stored) * items
    units = math.ceil(size / _UNIT_BYTES) * (1 if served.declared.consistent else 0.5)
    return items, items, units
