"""ConsumedCapacity of transactions: a list, one a table, which alone of all answers tells reads and writes apart.

The table's own units are twice those of the same read or write outside a transaction; an index's are not.
Source: captures of the service of 2026 (docs/transactions.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stator.api.call import Answer, Request
from stator.api.consumed import consumed
from stator.engine.catalogue import Table


class Units(StrEnum):
    """The member that a transaction's units are told under, besides CapacityUnits."""

    READ = "ReadCapacityUnits"
    WRITE = "WriteCapacityUnits"


@dataclass(slots=True)
class _Sum:
    table: Table
    units: float = 0.0
    indexes: dict[str, float] = field(default_factory=dict)


class Consumed:
    """What a transaction consumed, by table, in the order of their first actions."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._sums: dict[bytes, _Sum] = {}
        self.total = 0.0

    def add(self, table: Table, units: float, indexes: Mapping[str, float]) -> None:
        """Reads are paid for here; writes were in their work."""
        if table.meter is not None and self._units is Units.READ:
            table.meter.read(units)
        found = self._sums.setdefault(table.catalogue_key, _Sum(table))
        found.units += units
        for name, more in indexes.items():
            found.indexes[name] = found.indexes.get(name, 0.0) + more
        self.total += units + sum(indexes.values())

    def answer(self, request: Request) -> list[Answer] | None:
        """The ConsumedCapacity member: None unless asked for."""
        found = [consumed(request, each.table, each.units, each.indexes) for each in self._sums.values()]
        answers = [each for each in found if each is not None]
        for each in answers:
            self._tell_apart(each)
        return answers or None

    def _tell_apart(self, capacity: Answer) -> None:
        indexes = [
            index
            for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
            for index in capacity.get(member, {}).values()
        ]
        table = [capacity["Table"]] if "Table" in capacity else []
        for place in (capacity, *table, *indexes):
            place[self._units.value] = place["CapacityUnits"]
