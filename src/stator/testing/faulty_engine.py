"""The engine's two places where something may go wrong by chance, in which a test's faults are met instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stator.clock import Clock
from stator.engine.like_aws import CONFLICT, EASY, Hardships
from stator.engine.past import Past
from stator.engine.throttling import Meter, Throttle, exceeded
from stator.errors import ServiceError, TransactionConflictException
from stator.storage.contract import Store
from stator.testing.faults import Fault, Faults, Kind

if TYPE_CHECKING:
    import random

    from stator.engine.catalogue import Index, IndexDescription, TableDescription
    from stator.engine.items import Written
    from stator.engine.throttling import _Limit


class AskedForHardships(Hardships):
    """engine.like_aws, drawing nothing: what happens is what was asked for."""

    def __init__(self, clock: Clock, rng: random.Random, faults: Faults) -> None:
        super().__init__(EASY, clock, rng)
        self._faults = faults

    def look_back(self, store: Store, of_global_index: bool) -> Past | None:
        fault = self._faults.met(Kind.INDEX_LAG if of_global_index else Kind.STALE)
        return None if fault is None else Past(store, self.history, fault.details["since"])

    def unprocessed(self, count: int) -> frozenset[int]:
        fault = None if count < 2 else self._faults.met(Kind.UNPROCESSED)
        if fault is None:
            return frozenset()
        wanted = count // 2 if fault.details["count"] is None else fault.details["count"]
        return frozenset(range(count - min(max(wanted, 1), count - 1), count))

    def refuse_conflict(self) -> None:
        if self.conflicting(1) is not None:
            raise TransactionConflictException(CONFLICT)

    def conflicting(self, count: int) -> int | None:
        fault = self._faults.met(Kind.CONFLICT)
        return None if fault is None else min(fault.details["action"], count - 1)


class AskedForThrottle(Throttle):
    """engine.throttling, of which every table has a meter."""

    def __init__(self, clock: Clock, enforces_provisioned: bool, faults: Faults) -> None:
        super().__init__(clock, enforces_provisioned)
        self._faults = faults

    def meter(self, table: TableDescription) -> Meter:
        reads, writes = dict(self._limits(table, "Read")), dict(self._limits(table, "Write"))
        return _AskedForMeter(self, reads, writes, table, self._faults)


class _AskedForMeter(Meter):
    __slots__ = ("_description", "_faults")

    def __init__(
        self,
        throttle: Throttle,
        reads: dict[int, _Limit],
        writes: dict[int, _Limit],
        description: TableDescription,
        faults: Faults,
    ) -> None:
        super().__init__(throttle, reads, writes)
        self._description = description
        self._faults = faults

    def refuse_read(self, index: Index | None = None) -> None:
        if self._faults.wants(Kind.THROTTLE):
            self._refuse(None if index is None or index.local else index.description, "Read")
        super().refuse_read(index)

    def refuse_write(self) -> None:
        if self._faults.wants(Kind.THROTTLE):
            self._refuse(None, "Write")
        super().refuse_write()

    def costs(self, written: Written, factor: float) -> list[tuple[_Limit, float]]:
        if self._faults.wants(Kind.THROTTLE):
            for name in written.index_units():
                self._refuse(written.table.by_index_name[name].description, "Write")
        return super().costs(written, factor)

    def _refuse(self, index: IndexDescription | None, word: str) -> None:
        error = self._fault(index, word)
        if error is not None:
            raise error

    def _fault(self, index: IndexDescription | None, word: str) -> ServiceError | None:
        name = None if index is None else index.name

        def fits(fault: Fault) -> bool:
            return fault.details["index"] in (None, name)

        if self._faults.met(Kind.THROTTLE, self._description.name, fits) is None:
            return None
        return exceeded(self._description, index, word)
