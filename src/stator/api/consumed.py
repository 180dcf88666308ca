"""ConsumedCapacity and ItemCollectionMetrics, as answers carry them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stator.api.call import Answer, Call, Request
from stator.engine.catalogue import Index, Table
from stator.engine.items import Written

_GB = 1024**3


def consumed(
    request: Request, table: Table, table_units: float, index_units: Mapping[str, float] | None = None
) -> Answer | None:
    """The request's ConsumedCapacity member: None unless asked for; per index only when INDEXES is."""
    wanted = request.get("ReturnConsumedCapacity")
    if wanted not in ("TOTAL", "INDEXES"):
        return None
    units = index_units or {}
    answer: Answer = {"TableName": table.name, "CapacityUnits": table_units + sum(units.values())}
    if wanted == "INDEXES":
        answer["Table"] = {"CapacityUnits": table_units}
        for member, local in (("LocalSecondaryIndexes", True), ("GlobalSecondaryIndexes", False)):
            named = {
                n: {"CapacityUnits": u} for n, u in units.items() if table.by_index_name[n].local is local
            }
            if named:
                answer[member] = named
    return answer


def index_read_units(index: Index | None, units: float) -> dict[str, float]:
    return {} if index is None else {index.name: units}


def report_write(request: Request, call: Call, written: Written, answer: Answer) -> None:
    """Adds what a write consumed to the answer, where asked for, and to the call."""
    table_units, index_units = written.table_units(), written.index_units()
    call.write_units += table_units + sum(index_units.values())
    if "ReturnConsumedCapacity" in request:
        capacity = consumed(request, written.table, table_units, index_units)
        if capacity is not None:
            answer["ConsumedCapacity"] = capacity


def collection_metrics(table: Table, partition_value: Any, collection_bytes: int) -> Answer:
    """The size estimate of one item collection, in whole GB around the truth."""
    lower = collection_bytes // _GB
    return {
        "ItemCollectionKey": {table.partition.name: partition_value},
        "SizeEstimateRangeGB": [float(lower), float(lower + 1)],
    }


def wants_collection_metrics(request: Request, table: Table) -> bool:
    return request.get("ReturnItemCollectionMetrics") == "SIZE" and bool(table.local_indexes)
