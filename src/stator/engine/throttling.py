"""Throttling: what a table or an index may be read and written, in units a second, and what is said beyond it.

Each limit has a bucket. It fills by the limit's units a second, holds what 300 seconds leave unused, and begins, when
its table is first used, with one second's. A request is let in while anything is left, and then pays in full, if need
be by debt that the next have to wait for: what a read costs is known only when it is done. A write that is refused
writes nothing and pays nothing; one whose condition failed pays, as a write of the item that was there.

Local indexes draw on their table's bucket; a global index has its own, and a write is refused when a global index that
it changes has nothing left. Provisioned capacity limits when the server is told so; an on-demand maximum always does.
Buckets are in memory, one set a process; a process beside the one that holds them leaves to it whatever is limited.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from stator.clock import Clock
from stator.engine.capacity import write_units
from stator.errors import (
    ConditionalCheckFailedException,
    LimitedElsewhereError,
    ProvisionedThroughputExceededException,
    ServiceError,
    ThrottlingException,
)
from stator.limits import BUCKETS_MAX, BURST_S
from stator.storage.contract import Transaction

if TYPE_CHECKING:
    from stator.engine.catalogue import Index, IndexDescription, Table, TableDescription
    from stator.engine.items import Written

Do = Callable[[Transaction, "Table"], "Written"]
"""One write of a work, of the table as the transaction sees it."""

THROTTLED = (ProvisionedThroughputExceededException, ThrottlingException)
"""What is raised for something that is at its limit."""

_TABLE = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
_INDEXES = (
    "The level of configured provisioned throughput for one or more global secondary indexes of the table was "
    "exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with "
    "the UpdateTable API"
)
_ON_DEMAND = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
_ADAPTING = (
    "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or "
    "index so please try again shortly. If exceptions persist, check if you have a hot key: "
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html"
)
_PROVISIONED = "PROVISIONED"
_ITSELF = 0


class Bucket:
    """`units` at the moment `at` (monotonic seconds), which may be less than none; it fills by `rate` a second."""

    __slots__ = ("at", "rate", "units")

    def __init__(self, rate: float, now: float) -> None:
        self.rate = rate
        self.units = rate
        self.at = now

    def left(self, now: float) -> float:
        self.units = min(self.units + (now - self.at) * self.rate, self.rate * BURST_S)
        self.at = now
        return self.units

    def turn_to(self, rate: float, now: float) -> None:
        """Fills by another rate from now on."""
        if rate != self.rate:
            self.left(now)
            self.rate = rate
            self.units = min(self.units, rate * BURST_S)


class _Limit:
    """A bucket, and what is said when nothing is left in it."""

    __slots__ = ("bucket", "provisioned", "reason")

    def __init__(
        self, bucket: Bucket, description: TableDescription, index: IndexDescription | None, word: str
    ):
        self.bucket = bucket
        self.provisioned = description.billing_mode == _PROVISIONED
        arn = f"arn:aws:dynamodb:{description.region}:{description.account}:table/{description.name}"
        kind = "ProvisionedThroughputExceeded" if self.provisioned else "MaxOnDemandThroughputExceeded"
        self.reason = {
            "reason": f"{'Table' if index is None else 'Index'}{word}{kind}",
            "resource": arn if index is None else f"{arn}/index/{index.name}",
        }


class Meter:
    """The limits of one table and its global indexes, by index id; the table's own under 0."""

    __slots__ = ("_reads", "_throttle", "_writes")

    def __init__(self, throttle: Throttle, reads: dict[int, _Limit], writes: dict[int, _Limit]) -> None:
        self._throttle = throttle
        self._reads = reads
        self._writes = writes

    def refuse_read(self, index: Index | None = None) -> None:
        """Before a read. Raises ProvisionedThroughputExceededException or ThrottlingException."""
        self._throttle.refuse(self._limits(self._reads, index))

    def refuse_write(self) -> None:
        """Before a write whose indexes are not known yet; raises the same."""
        self._throttle.refuse(self._limits(self._writes, None))

    def read(self, units: float, index: Index | None = None) -> None:
        """After a read: it pays `units`."""
        for limit in self._limits(self._reads, index):
            self._throttle.pay(((limit.bucket, units),))

    def failed_write(self, size: int) -> None:
        """A condition failed on an item of `size` bytes, 0 for none."""
        for limit in self._limits(self._writes, None):
            self._throttle.pay(((limit.bucket, write_units(size)),))

    def costs(self, written: Written, factor: float) -> list[tuple[_Limit, float]]:
        """What a write draws from each limit that it meets, the table's first. `factor`: of the table's own units."""
        by_name = written.table.by_index_name
        own = factor * written.table_units()
        costs: list[tuple[_Limit, float]] = []
        for name, units in written.index_units().items():
            index = by_name[name]
            if index.local:
                own += units
            elif index.id in self._writes:
                costs.append((self._writes[index.id], units))
        if _ITSELF in self._writes:
            costs.insert(0, (self._writes[_ITSELF], own))
        return costs

    def _limits(self, limits: dict[int, _Limit], index: Index | None) -> list[_Limit]:
        found = limits.get(_ITSELF if index is None or index.local else index.id)
        return [] if found is None else [found]


class Throttle:
    """All limits of a process. Shared by threads: buckets change under `_lock`."""

    def __init__(self, clock: Clock, enforces_provisioned: bool = False, elsewhere: bool = False) -> None:
        """`elsewhere`: another process holds the limits, and what they limit is refused with
        LimitedElsewhereError."""
        self._clock = clock
        self._enforces_provisioned = enforces_provisioned
        self._elsewhere = elsewhere
        self._lock = threading.Lock()
        self._buckets: dict[tuple[int, int, str], Bucket] = {}

    def meter(self, table: TableDescription) -> Meter | None:
        """None when nothing limits the table or a global index of it."""
        reads, writes = dict(self._limits(table, "Read")), dict(self._limits(table, "Write"))
        return Meter(self, reads, writes) if reads or writes else None

    def metering(
        self, table: Table, run: Callable[[Transaction], Written]
    ) -> Callable[[Transaction], Written]:
        """The work `run`, which writes one item of `table`, held to the table's limits."""
        payments = Payments(self)

        def metered(tx: Transaction) -> Written:
            payments.begin()
            return payments.write(tx, table, lambda tx, _: run(tx))

        return metered

    def refuse(self, limits: Iterable[_Limit]) -> None:
        if self._elsewhere and any(limits):
            raise LimitedElsewhereError("the limits are another process's")
        now = self._clock.monotonic()
        with self._lock:
            exhausted = [limit for limit in limits if limit.bucket.left(now) <= 0]
        if exhausted:
            raise _fault(exhausted)

    def pay(self, costs: Iterable[tuple[Bucket, float]]) -> None:
        with self._lock:
            for bucket, units in costs:
                bucket.units -= units

    def _limits(self, table: TableDescription, word: str) -> Iterator[tuple[int, _Limit]]:
        for index in (None, *(each for each in table.indexes if not each.local)):
            rate = self._rate(table, table if index is None else index, word)
            if rate is not None:
                index_id = _ITSELF if index is None else index.id
                yield index_id, _Limit(self._bucket((table.id, index_id, word), rate), table, index, word)

    def _rate(
        self, table: TableDescription, place: TableDescription | IndexDescription, word: str
    ) -> float | None:
        if table.billing_mode == _PROVISIONED:
            throughput = place.throughput
            units = throughput.read if word == "Read" else throughput.write
            return float(units) if self._enforces_provisioned else None
        most = place.max_throughput
        wanted = None if most is None else most.read if word == "Read" else most.write
        return None if wanted is None else float(wanted)

    def _bucket(self, key: tuple[int, int, str], rate: float) -> Bucket:
        now = self._clock.monotonic()
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is None:
                if len(self._buckets) >= BUCKETS_MAX:
                    # Those of tables that are in use are in their meters, and come back with a new description.
                    self._buckets.clear()
                bucket = self._buckets[key] = Bucket(rate, now)
            bucket.turn_to(rate, now)
        return bucket


class Payments:
    """What one work pays. It may run again, and then begins again: what it paid comes back."""

    __slots__ = ("_factor", "_paid", "_throttle")

    def __init__(self, throttle: Throttle, factor: float = 1) -> None:
        """`factor`: of a table's own units, as transactions have it."""
        self._throttle = throttle
        self._factor = factor
        self._paid: list[tuple[Bucket, float]] = []

    def begin(self) -> None:
        """Before each run, and after one of whose writes nothing stays."""
        if self._paid:
            self._throttle.pay((bucket, -units) for bucket, units in self._paid)
            self._paid.clear()

    def write(self, tx: Transaction, table: Table, do: Do) -> Written:
        """Does one write and pays for it. Raises ProvisionedThroughputExceededException or ThrottlingException, after
        which nothing of its work may stay."""
        if table.meter is None:
            return do(tx, table)
        table.meter.refuse_write()
        try:
            written = do(tx, table)
        except ConditionalCheckFailedException as failure:
            table.meter.failed_write(failure.size)
            raise
        costs = table.meter.costs(written, self._factor)
        self._throttle.refuse(limit for limit, _ in costs)
        drawn = [(limit.bucket, units) for limit, units in costs]
        self._throttle.pay(drawn)
        self._paid += drawn
        return written


def refused(check: Callable[[], None]) -> ServiceError | None:
    """The error that a check raises for something at its limit."""
    try:
        check()
    except THROTTLED as error:
        return error
    return None


def _fault(exhausted: list[_Limit]) -> ServiceError:
    """A table's own exhaustion is told alone; several indexes' together."""
    reasons = [limit.reason for limit in exhausted]
    of_table = reasons[0]["reason"].startswith("Table")
    if of_table:
        reasons = reasons[:1]
    if exhausted[0].provisioned:
        return ProvisionedThroughputExceededException(
            _TABLE if of_table else _INDEXES, ThrottlingReasons=reasons
        )
    return ThrottlingException(_ON_DEMAND, throttlingReasons=reasons)


def exceeded(table: TableDescription, index: IndexDescription | None, word: str) -> ServiceError:
    """What a table or an index answers that has no capacity left for a `Read` or a `Write`: one on demand, without a
    maximum of its own, that its partitions are not there yet."""
    limit = _Limit(Bucket(0.0, 0.0), table, index, word)
    place = table if index is None else index
    if limit.provisioned or place.max_throughput is not None:
        return _fault([limit])
    reason = limit.reason["reason"].replace("MaxOnDemand", "KeyRange")
    return ThrottlingException(_ADAPTING, throttlingReasons=[{**limit.reason, "reason": reason}])
