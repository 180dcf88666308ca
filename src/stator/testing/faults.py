"""Faults that a test asks for: the next calls of an operation, or on a table, meet what AWS's callers meet at times.

Each is met where the engine would meet it by itself, so its errors are the engine's own: a batch of which a part is
throttled comes back with UnprocessedItems, a transaction is cancelled with a reason for each of its actions, PartiQL
words it its own way. What is wrong with a request is said first, and the fault then waits for the next.

Faults of one kind are met in the order they were asked for. A fault is met by a call as a whole: all writes of a batch
are throttled, and the next call is the next time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from stator.api.call import Call, Request
from stator.api.operations import OPERATIONS
from stator.engine.transactions import CONFLICT_REASON, NO_REASON, Reason, canceled
from stator.errors import InternalServerError, ServiceError
from stator.testing.asking import Asking, current

_TRANSACTIONS = {
    "TransactWriteItems": "TransactItems",
    "TransactGetItems": "TransactItems",
    "ExecuteTransaction": "TransactStatements",
}
_MESSAGES = {
    "ConditionalCheckFailed": "The conditional request failed",
    "ItemCollectionSizeLimitExceeded": "Collection size exceeded.",
    "ProvisionedThroughputExceeded": "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API.",
    "ThrottlingError": "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically "
    "scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot key: "
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html",
    "TransactionConflict": CONFLICT_REASON["Message"],
    "DuplicateItem": "Duplicate primary key exists in table",
    "ValidationError": "The provided expression refers to an attribute that does not exist in the item",
}


class Kind(Enum):
    THROTTLE = "throttle"
    UNPROCESSED = "unprocessed"
    CONFLICT = "conflict"
    CANCEL = "cancel"
    INDEX_LAG = "index lag"
    STALE = "stale read"
    INTERNAL = "internal error"
    LATENCY = "latency"


class Fault:
    """A fault that was asked for. `left`: how many more calls meet it (None: all); `used`: how many have."""

    def __init__(
        self, kind: Kind, times: int | None, operation: str | None, table: str | None, **details: Any
    ) -> None:
        if times is not None and times < 1:
            raise ValueError(
                f"a fault {times} times is none; allowed: 1 or more, or None until faults.clear()"
            )
        if operation is not None and operation not in OPERATIONS:
            raise ValueError(f"{operation!r} is no operation of DynamoDB, and no call would meet the fault")
        self.kind = kind
        self.left = times
        self.used = 0
        self.operation = operation
        self.table = table
        self.details = details

    def concerns(self, asking: Asking, table: str | None) -> bool:
        """Whether the operation that runs, on `table` where that is known, is one that meets this fault."""
        if self.operation is not None and self.operation != asking.call.operation:
            return False
        if self.table is None:
            return True
        return asking.touches(self.table) if table is None else self.table == table

    def __repr__(self) -> str:
        where = " ".join(each for each in (self.operation, self.table) if each)
        left = "all" if self.left is None else self.left
        return f"<{self.kind.value}{' of ' if where else ''}{where}: {left} left, met {self.used} times>"


class Faults:
    """What the next calls meet. Every method but `clear` returns the Fault, of which `used` tells how often it was met;
    `operation` and `table` say whose calls meet it, `times` how many of them: None is all, until `clear`.

    Shared by threads: `_lock` guards who meets what."""

    def __init__(self, note_writes: Callable[[], int] = lambda: 0) -> None:
        """`note_writes` has the database note its writes from now on; returns the number of the last (engine.past)."""
        self._note_writes = note_writes
        self._lock = threading.Lock()
        self._asked_for: list[Fault] = []

    def throttle(
        self,
        times: int | None = 1,
        *,
        operation: str | None = None,
        table: str | None = None,
        index: str | None = None,
    ) -> Fault:
        """No capacity is left: ProvisionedThroughputExceededException, or of a table on demand ThrottlingException; in
        a transaction, a cancellation. With `index`, only for reads of that index and writes that change it."""
        return self._add(Fault(Kind.THROTTLE, times, operation, table, index=index))

    def unprocessed(
        self,
        times: int | None = 1,
        *,
        operation: str | None = None,
        table: str | None = None,
        count: int | None = None,
    ) -> Fault:
        """The last `count` parts of a batch (half of it) come back in UnprocessedItems or UnprocessedKeys: at least
        one, never all. A batch of one part does not meet it."""
        return self._add(Fault(Kind.UNPROCESSED, times, operation, table, count=count))

    def conflict(
        self,
        times: int | None = 1,
        *,
        operation: str | None = None,
        table: str | None = None,
        action: int = 0,
    ) -> Fault:
        """Another transaction holds the item: TransactionConflictException for a write of one item; a transaction is
        cancelled, the reason at its action numbered `action`, from 0."""
        return self._add(Fault(Kind.CONFLICT, times, operation, table, action=action))

    def cancel_transaction(
        self,
        reasons: Sequence[str | dict[str, Any] | None] = ("ConditionalCheckFailed",),
        times: int | None = 1,
        *,
        operation: str | None = None,
        table: str | None = None,
    ) -> Fault:
        """A transaction is cancelled with these reasons: codes, None for an action without one (as for those behind the
        last that is given), or whole members of CancellationReasons in the wire's shapes."""
        made = [_reason(each) for each in reasons]
        return self._add(Fault(Kind.CANCEL, times, operation, table, reasons=made))

    def index_lag(
        self, times: int | None = 1, *, operation: str | None = None, table: str | None = None
    ) -> Fault:
        """Reads of global indexes do not see what is written from now on."""
        return self._add(Fault(Kind.INDEX_LAG, times, operation, table, since=self._note_writes()))

    def stale_reads(
        self, times: int | None = 1, *, operation: str | None = None, table: str | None = None
    ) -> Fault:
        """Eventually consistent reads of tables and local indexes do not see what is written from now on."""
        return self._add(Fault(Kind.STALE, times, operation, table, since=self._note_writes()))

    def internal_error(
        self,
        times: int | None = 1,
        *,
        operation: str | None = None,
        table: str | None = None,
        after: bool = False,
    ) -> Fault:
        """InternalServerError, status 500, and nothing is written. With `after`, the write is done and only its answer
        is lost: what a client that sends it again has to bear."""
        return self._add(Fault(Kind.INTERNAL, times, operation, table, after=after))

    def latency(
        self,
        seconds: float,
        times: int | None = None,
        *,
        operation: str | None = None,
        table: str | None = None,
    ) -> Fault:
        """Calls take so many `seconds` longer."""
        return self._add(Fault(Kind.LATENCY, times, operation, table, seconds=seconds))

    @property
    def pending(self) -> tuple[Fault, ...]:
        """Those that further calls will meet, in the order they were asked for."""
        return tuple(self._asked_for)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._asked_for = []

    # What the engine asks

    def wants(self, *kinds: Kind) -> bool:
        """Whether any of these may be met: by the operation that runs, if it already has met one."""
        asking = current()
        met = () if asking is None else asking.met
        return any(fault.kind in kinds for fault in (*self._asked_for, *met))

    def met(
        self, kind: Kind, table: str | None = None, fits: Callable[[Fault], bool] = lambda fault: True
    ) -> Fault | None:
        """The fault of this kind that the running operation meets here, which counts once a call."""
        asking = current()
        if asking is None:
            return None
        with self._lock:
            for fault in (*asking.met, *self._asked_for):
                if fault.kind is kind and fault.concerns(asking, table) and fits(fault):
                    return self._meet(fault, asking)
        return None

    def _meet(self, fault: Fault, asking: Asking) -> Fault:
        if fault not in asking.met:
            asking.met.add(fault)
            fault.used += 1
            if fault.left is not None:
                fault.left -= 1
                if not fault.left:
                    self._asked_for = [each for each in self._asked_for if each is not fault]
        return fault

    def _add(self, fault: Fault) -> Fault:
        with self._lock:
            self._asked_for = [*self._asked_for, fault]
        return fault

    # What is the same for every operation

    def delay_s(self) -> float:
        fault = self.met(Kind.LATENCY)
        return 0.0 if fault is None else float(fault.details["seconds"])

    def refuse_before_work(self) -> None:
        """In the place of the first write to the store."""
        self._refuse(lambda fault: not fault.details["after"])

    def refuse_done(self) -> None:
        """When all is done but the answer: for reads, which write nothing, and for lost answers."""
        self._refuse(lambda fault: True)

    def _refuse(self, fits: Callable[[Fault], bool]) -> None:
        if self.met(Kind.INTERNAL, fits=fits) is not None:
            raise InternalServerError("Internal server error")
        asking = current()
        if asking is not None and asking.call.operation in _TRANSACTIONS:
            fault = self.met(Kind.CANCEL)
            if fault is not None:
                raise _cancelled(fault, asking.call, asking.request)


def _reason(given: str | dict[str, Any] | None) -> Reason:
    if isinstance(given, dict):
        return given
    if given is None or given == "None":
        return NO_REASON
    if given not in _MESSAGES:
        raise ValueError(
            f"{given!r} is no code of a cancellation; allowed: None, {', '.join(sorted(_MESSAGES))}"
        )
    return {"Code": given, "Message": _MESSAGES[given]}


def _cancelled(fault: Fault, call: Call, request: Request) -> ServiceError:
    count = len(request[_TRANSACTIONS[call.operation]])
    reasons = fault.details["reasons"][:count]
    return canceled([*reasons, *[NO_REASON] * (count - len(reasons))])
