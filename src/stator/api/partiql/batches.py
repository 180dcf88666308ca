"""BatchExecuteStatement: up to 25 reads or 25 writes, each answered or refused on its own.

Writes go together as long as none is refused: one that is, is told its error, and the others go again without it. No
write depends on another, so that only saves commits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Raw

from stator.api.call import Answer, Call, Request
from stator.api.consumed import consumed
from stator.api.partiql.keyed_reads import batch_read_of
from stator.api.partiql.requests import Asked, asked, parameters_of
from stator.api.partiql.single import EXISTS_OUTSIDE
from stator.api.partiql.writes import Write, single_key, write_of
from stator.engine import records
from stator.engine.capacity import read_units
from stator.engine.catalogue import Table
from stator.engine.items import Written
from stator.engine.throttling import Payments
from stator.engine.transactions import Action
from stator.errors import ServiceError, ValidationException
from stator.limits import ITEM_BYTES_MAX, WORK_BYTES_MAX
from stator.storage.contract import Steps, Transaction, Work

if TYPE_CHECKING:
    from stator.engine.database import Database

_CODES = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "InternalServerError": "InternalServerError",
    "ItemCollectionSizeLimitExceededException": "ItemCollectionSizeLimitExceeded",
    "ProvisionedThroughputExceededException": "ProvisionedThroughputExceeded",
    "ResourceNotFoundException": "ResourceNotFound",
    "ThrottlingException": "ThrottlingError",
    "TransactionConflictException": "TransactionConflict",
    "ValidationException": "ValidationError",
}


@dataclass(slots=True)
class _Consumed:
    table: Table
    units: float = 0.0
    indexes: dict[str, float] = field(default_factory=dict)


class _Batch:
    """The answers so far, in the order of the statements, and what they consumed, by table."""

    def __init__(self, count: int) -> None:
        self.responses: list[Answer] = [{} for _ in range(count)]
        self._consumed: dict[bytes, _Consumed] = {}

    def refuse(self, number: int, error: ServiceError, table: Table | None = None) -> None:
        """`table`: of a statement that got as far as being run."""
        told: Answer = {"Code": _CODES.get(error.code, error.code), "Message": error.message}
        if "Item" in error.extra:
            told["Item"] = error.extra["Item"]
        self.responses[number] = {"Error": told}
        if table is not None:
            self.responses[number]["TableName"] = table.name

    def answer(self, number: int, table: Table, body: bytes | None) -> None:
        self.responses[number] = {"TableName": table.name}
        if body is not None:
            self.responses[number]["Item"] = Raw(body)

    def consume(self, table: Table, units: float, indexes: dict[str, float]) -> None:
        found = self._consumed.setdefault(table.catalogue_key, _Consumed(table))
        found.units += units
        for name, more in indexes.items():
            found.indexes[name] = found.indexes.get(name, 0.0) + more

    def whole(self, request: Request) -> Answer:
        answer: Answer = {"Responses": self.responses}
        capacities = [
            consumed(request, each.table, each.units, each.indexes) for each in self._consumed.values()
        ]
        if any(capacities):
            answer["ConsumedCapacity"] = capacities
        return answer


def batch_execute_statement(db: Database, request: Request, call: Call) -> Steps[Answer]:
    members: list[Request] = request["Statements"]
    batch = _Batch(len(members))
    statements = {}
    for number, member in enumerate(members):
        try:
            statements[number] = _asked(member)
        except ServiceError as error:
            batch.refuse(number, error)
    if len({each.statement.reads for each in statements.values()}) > 1:
        raise ValidationException(
            "BatchExecuteStatement API does not support both read and write operations in the same request."
        )
    writes: list[_Placed] = []
    for number, each in statements.items():
        try:
            if each.statement.reads:
                yield from _read(db, call, batch, number, each)
            else:
                writes.append(_placed(db, call, number, each))
        except ServiceError as error:
            batch.refuse(number, error)
    yield from _write_all(db, call, batch, writes)
    return batch.whole(request)


def _asked(member: Request) -> Asked:
    statement = asked(member, parameters_of(member))
    if statement.statement.exists:
        raise ValidationException(EXISTS_OUTSIDE)
    return statement


def _read(db: Database, call: Call, batch: _Batch, number: int, asked: Asked) -> Steps[None]:
    read = batch_read_of(db, call, asked)
    key = read.key()
    if read.table.meter is not None:
        read.table.meter.refuse_read()
    record = key.own(db.read(asked.consistent).get(key.stored))
    size = 0 if record is None else records.size(record)
    units = read_units(size, asked.consistent)
    call.read_units += units
    if read.table.meter is not None:
        read.table.meter.read(units)
    call.items_read += record is not None
    call.items_returned += record is not None
    batch.consume(read.table, units, {})
    batch.answer(number, read.table, None if record is None else read.row(record))
    yield None


@dataclass(frozen=True, slots=True)
class _Placed:
    number: int
    write: Write
    action: Action


def _placed(db: Database, call: Call, number: int, asked: Asked) -> _Placed:
    write = write_of(db, call, asked)
    single_key(write.table, asked)
    action = write.place()
    db.hardships.refuse_conflict()
    return _Placed(number, write, action)


def _write_all(db: Database, call: Call, batch: _Batch, writes: list[_Placed]) -> Steps[None]:
    waiting = list(writes)
    while waiting:
        part = waiting[: _fitting(waiting)]
        attempt = _Attempt(db, part)
        try:
            done: list[Written] = yield attempt.work()
        except ServiceError as error:
            if attempt.refused is None:
                raise
            batch.refuse(attempt.refused.number, error, attempt.refused.write.table)
            waiting.remove(attempt.refused)
            continue
        waiting = waiting[len(part) :]
        for placed, written in zip(part, done, strict=True):
            units, indexes = written.table_units(), written.index_units()
            call.write_units += units + sum(indexes.values())
            batch.consume(written.table, units, indexes)
            batch.answer(placed.number, written.table, placed.write.returned(written))


def _fitting(writes: Iterable[_Placed]) -> int:
    """How many go into one work; what an update writes is known only once it is done."""
    count = weight = 0
    for placed in writes:
        weight += placed.action.size or ITEM_BYTES_MAX
        if count and weight > WORK_BYTES_MAX:
            break
        count += 1
    return count


class _Attempt:
    """A work of several writes. `refused`: the one that it failed on, None when it did not."""

    def __init__(self, db: Database, part: list[_Placed]) -> None:
        self._db = db
        self._part = part
        self._payments = Payments(db.throttle)
        self.refused: _Placed | None = None

    def work(self) -> Work:
        actions = [placed.action for placed in self._part]
        return Work(
            self._db.remembering(self._run),
            tuple({action.key.stored: None for action in actions}),
            tuple({action.table.catalogue_key: None for action in actions}),
            sum(action.size for action in actions),
        )

    def _run(self, tx: Transaction) -> list[Written]:
        done = []
        self.refused = None
        self._payments.begin()
        for placed in self._part:
            try:
                table = self._db.catalogue.current(tx, placed.action.table)
                done.append(self._payments.write(tx, table, placed.action.do))
            except ServiceError:
                self.refused = placed
                self._payments.begin()
                raise
        return done
