"""A database that tells what each request to it consumed, in capacity units, as the database itself says.

meter = Meter(stator.open("app.db"))
orders = meter.db.table("Orders")
orders.get_item(Key={"customer": "ada", "number": 1})
for sent in meter.taken():
    print(sent.operation, sent.read_units, sent.write_units)

It stands in the transport, so nothing passes beside it: tables, batches, paginators, streams, designs; in process, on
a server and on AWS. Every request asks for its ConsumedCapacity; an answer has it only if the caller asked, too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from stator.api.call import ITEM_READS, ITEM_WRITES
from stator.client.native.async_database import AsyncDB
from stator.client.native.database import DB
from stator.client.native.values import Values
from stator.client.transport import Transport
from stator.errors import ServiceError
from stator.values import Item, item_size

Opened = TypeVar("Opened", DB, AsyncDB)

STATEMENTS: Final = frozenset(("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"))
STREAM_READS: Final = frozenset(("GetRecords",))
METERED: Final = ITEM_READS | ITEM_WRITES | STREAM_READS

_CAPACITY: Final = "ReturnConsumedCapacity"
_SHORTCUTS: Final = frozenset(("answer", "answer_made"))
_values: Final = Values()


@dataclass(frozen=True, slots=True)
class Used:
    """Of one table. `read_units`, `write_units`: capacity units. `items`: those that were read from it or written,
    `item_bytes`: their sizes by DynamoDB's rules; what an update or a delete writes counts, but has no bytes here: it
    was not sent."""

    read_units: float = 0.0
    write_units: float = 0.0
    items: int = 0
    item_bytes: int = 0

    def __add__(self, other: Used) -> Used:
        return Used(
            self.read_units + other.read_units,
            self.write_units + other.write_units,
            self.items + other.items,
            self.item_bytes + other.item_bytes,
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """One request. `operation`: its name, "Query"; `request`: in the wire's shapes. `used`: table -> what it took
    there. `stream_reads`: 1 of a GetRecords, which is paid for by requests. `is_refused`: it was answered with an
    error; a refused write is charged too, but its error does not say how much."""

    operation: str
    request: Mapping[str, Any]
    used: Mapping[str, Used] = field(default_factory=dict)
    stream_reads: int = 0
    is_refused: bool = False

    @property
    def total(self) -> Used:
        """Of all tables."""
        return sum(self.used.values(), Used())

    @property
    def values(self) -> dict[str, Any]:
        """What stands for the placeholders of its expressions, as Python's values."""
        return _values.item_from_wire(self.request.get("ExpressionAttributeValues") or {})

    @property
    def read_units(self) -> float:
        """Of all tables."""
        return self.total.read_units

    @property
    def write_units(self) -> float:
        """Of all tables."""
        return self.total.write_units


class Meter(Generic[Opened]):
    """Of an open database, `stator.open`'s or `stator.open_async`'s. `db`: the same database, metered; only what goes
    through it is counted, and closing it closes the other. Safe to share between threads, as `db` is."""

    def __init__(self, db: Opened) -> None:
        self._lock = threading.Lock()
        self._sent: list[Sent] = []
        self.db: Opened = db._through(Metered(db.transport, self._note))

    def taken(self) -> list[Sent]:
        """What was sent since this was asked last, in the order of the answers: reads, writes, PartiQL, and reads of
        streams. What makes and describes tables costs no units, and is not told."""
        with self._lock:
            sent, self._sent = self._sent, []
        return sent

    def _note(self, sent: Sent) -> None:
        with self._lock:
            self._sent.append(sent)


class Metered:
    """A transport that notes what goes through another one."""

    def __init__(self, inner: Transport, note: Any) -> None:
        self._inner = inner
        self._note = note

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """As Transport's."""
        if operation not in METERED:
            return self._inner.call(operation, request)
        wanted = request.get(_CAPACITY)
        asks = operation not in STREAM_READS and wanted in (None, "NONE")
        try:
            answer = self._inner.call(operation, {**request, _CAPACITY: "TOTAL"} if asks else request)
        except ServiceError:
            self._note(Sent(operation, request, is_refused=True))
            raise
        self._note(sent_of(operation, request, answer))
        if asks:
            answer.pop("ConsumedCapacity", None)
        return answer

    def close(self) -> None:
        self._inner.close()

    def __getattr__(self, name: str) -> Any:
        """What the transport has beside, but for its ways past `call`."""
        if name in _SHORTCUTS:
            raise AttributeError(name)
        return getattr(self._inner, name)


def sent_of(operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> Sent:
    """What an answer says that its request consumed."""
    if operation in STREAM_READS:
        return Sent(operation, request, stream_reads=1)
    used: dict[str, Used] = {}
    told = answer.get("ConsumedCapacity") or ()
    for capacity in [told] if isinstance(told, Mapping) else told:
        table = _name(capacity["TableName"])
        used[table] = used.get(table, Used()) + _units(operation, request, capacity)
    for place, item in _items(operation, request, answer):
        table, size = _name(place), 0 if item is None else item_size(item)
        used[table] = used.get(table, Used()) + Used(items=1, item_bytes=size)
    return Sent(operation, request, used)


def _name(table: str) -> str:
    """Of a table that may be given by its ARN."""
    return table.rpartition("/")[2]


def _units(operation: str, request: Mapping[str, Any], capacity: Mapping[str, Any]) -> Used:
    """Transactions tell reads and writes apart: one that is sent again with its token reads."""
    total = float(capacity["CapacityUnits"])
    reads = float(capacity.get("ReadCapacityUnits", total if _is_read(operation, request) else 0.0))
    return Used(reads, total - reads)


def _is_read(operation: str, request: Mapping[str, Any]) -> bool:
    """A batch or a transaction of statements either reads or writes."""
    if operation not in STATEMENTS:
        return operation in ITEM_READS
    several = request.get("Statements") or request.get("TransactStatements") or [request]
    return str(several[0]["Statement"]).lstrip()[:6].upper() == "SELECT"


def _items(
    operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]
) -> Iterator[tuple[str, Item | None]]:
    """The items that went over the wire, each with its table; None for one that an expression or a key stood for."""
    if operation in STATEMENTS:
        return
    table = request.get("TableName", "")
    if operation == "GetItem":
        yield from ((table, answer[name]) for name in ("Item",) if name in answer)
    elif operation in ("Query", "Scan"):
        yield from ((table, item) for item in answer.get("Items", ()))
    elif operation == "BatchGetItem":
        yield from ((name, item) for name, items in answer["Responses"].items() for item in items)
    elif operation == "TransactGetItems":
        for get, found in zip(request["TransactItems"], answer["Responses"], strict=True):
            if found.get("Item"):
                yield get["Get"]["TableName"], found["Item"]
    else:
        yield from _written(operation, request, answer)


def _written(
    operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]
) -> Iterator[tuple[str, Item | None]]:
    if operation == "BatchWriteItem":
        left = answer.get("UnprocessedItems") or {}
        for table, writes in request["RequestItems"].items():
            undone = left.get(table, ())
            yield from (
                (table, write.get("PutRequest", {}).get("Item")) for write in writes if write not in undone
            )
    elif operation == "TransactWriteItems":
        for action in request["TransactItems"]:
            ((kind, write),) = action.items()
            if kind != "ConditionCheck":
                yield write["TableName"], write.get("Item")
    else:
        yield request["TableName"], request.get("Item")
