"""What a comparison promises, and where a run does not hold it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmarks import workloads
from benchmarks.records import Cell, Record

AHEAD = 1.0
"""Ahead of every peer, in every workload, at equal durability."""
FAMILY_FACTORS = {"dynamodb-local": 5.0}
WRITE_FACTORS = {"dynoxide": 5.0}
"""For single writes: those workloads whose requests each write one item."""
# Cost per operation against raw SQLite at a million items, beside that at ten thousand
FLAT_MAX = 1.2
# A write with one index beside one without: the item's row and the index's own, and no more
INDEX_COST_MAX = 2.0

_SINGLE_WRITES = frozenset(workload.name for workload in workloads.WORKLOADS if workload.is_write)
_STATOR = "stator"


@dataclass(frozen=True, slots=True)
class Pair:
    """Stator beside a peer, under one workload, at equal durability; `wanted`: how many times as quick it is to be."""

    own: Cell
    peer: Cell
    wanted: float

    @property
    def factor(self) -> float | None:
        """How many times the peer's rate Stator's is; None if one of them has none."""
        if self.own.rate is None or not self.peer.rate:
            return None
        return self.own.rate / self.peer.rate

    @property
    def misses(self) -> bool:
        """Ahead is more than equal; the other targets are met at their factor. A peer without a rate proves nothing,
        Stator without one misses."""
        if self.own.rate is None:
            return True
        return self.factor is not None and (
            self.factor <= self.wanted if self.wanted == AHEAD else self.factor < self.wanted
        )


def pairs(record: Record) -> Iterator[Pair]:
    """Every cell of a peer, beside that of the Stator whose answers mean as much."""
    facts = {system.name: system for system in record.systems}
    own_names = {system.durability: system.name for system in record.systems if system.family == _STATOR}
    cells = {(cell.system, *cell.place): cell for cell in record.cells}
    for cell in record.cells:
        system = facts.get(cell.system)
        if system is None or system.family == _STATOR:
            continue
        own = cells.get((own_names.get(system.durability, ""), *cell.place))
        if own is not None and cell.workload:
            yield Pair(own, cell, _wanted(system.family, cell.workload))


def _wanted(family: str, workload: str) -> float:
    if workload in _SINGLE_WRITES and family in WRITE_FACTORS:
        return WRITE_FACTORS[family]
    return FAMILY_FACTORS.get(family, AHEAD)


def missed_pairs(record: Record) -> list[Pair]:
    """The worst first."""
    missed = [pair for pair in pairs(record) if pair.misses]
    return sorted(missed, key=lambda pair: (pair.factor or 0.0) / pair.wanted)


@dataclass(frozen=True, slots=True)
class SqliteCost:
    """How many times raw SQLite's time an operation takes, on a table of so many items."""

    workload: str
    connections: int
    items: int
    times: float


def sqlite_costs(record: Record) -> list[SqliteCost]:
    """For uniform GetItem and PutItem with a full sync, where raw SQLite was measured at the same size."""
    found = []
    for cell in _own_cells(record):
        rates = record.sqlite.get(cell.items, {})
        alone = rates.get("get" if cell.workload == "get" else f"{cell.workload} {cell.connections}")
        if cell.keys == "uniform" and cell.rate and alone:
            found.append(SqliteCost(cell.workload, cell.connections, cell.items, alone / cell.rate))
    return found


def _own_cells(record: Record) -> Iterable[Cell]:
    return (cell for cell in record.cells if cell.system == _STATOR)


@dataclass(frozen=True, slots=True)
class IndexCost:
    """What a PutItem with one index costs beside one without: the server's time, and bytes written."""

    items: int
    connections: int
    time: float
    written: float


def index_costs(record: Record) -> list[IndexCost]:
    """At the sizes where both tables hold as many items."""
    cells = {cell.place: cell.run for cell in _own_cells(record) if cell.rate}
    found = []
    for (items, workload, keys, connections, door), run in cells.items():
        plain = cells.get((items, "put", keys, connections, door))
        if workload == "put-index" and items <= workloads.SIDE_ITEMS_MAX and run and plain:
            written = run.written_bytes / max(plain.written_bytes, 1)
            found.append(IndexCost(items, connections, run.cpu_us / max(plain.cpu_us, 1e-3), written))
    return found


def other_misses(record: Record) -> list[str]:
    """Sentences about what misses its target and is no comparison with a peer."""
    return [*_not_flat(record), *_heavy_indexes(record), *_durability_differs(record)]


def _not_flat(record: Record) -> Iterator[str]:
    costs = {(cost.workload, cost.connections, cost.items): cost.times for cost in sqlite_costs(record)}
    for (workload, connections, items), times in costs.items():
        small = min(
            (size for name, count, size in costs if (name, count) == (workload, connections)), default=items
        )
        before = costs[workload, connections, small]
        if items > small and times > before * FLAT_MAX:
            yield (
                f"{workload}, {connections} connections: {times:.1f} times raw SQLite's cost at {items:,} items, "
                f"{before:.1f} times at {small:,}; it is to stay flat"
            )


def _heavy_indexes(record: Record) -> Iterator[str]:
    for cost in index_costs(record):
        for what, times in (("server time", cost.time), ("bytes written", cost.written)):
            if times > INDEX_COST_MAX:
                yield (
                    f"PutItem with one index, {cost.items:,} items, {cost.connections} connections: {times:.1f} times "
                    f"the {what} of one without; {INDEX_COST_MAX:g} times is its own write and no more"
                )


def _durability_differs(record: Record) -> Iterator[str]:
    for system in record.systems:
        if system.syncs_per_put is None:
            continue
        counted = system.syncs_per_put
        if (counted >= 1) != (system.durability == "synced"):
            yield f"{system.title} is compared as '{system.durability}', but made {counted:.1f} syncs a write"
