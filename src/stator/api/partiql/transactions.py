"""ExecuteTransaction: up to 100 reads of one state, or up to 100 writes, all of them done or none.

Checked in this order: all parameters; each statement as far as it can be whatever its key, the first that is refused
naming itself; then tables and keys, whose faults cancel the transaction and are told beside each other; that no item
comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec import Raw

from stator.api.call import Answer, Call, Request
from stator.api.names import namespace
from stator.api.partiql.keyed_reads import KeyedRead, read_on
from stator.api.partiql.requests import Asked, asked, parameters_of, table_of
from stator.api.partiql.writes import Write, write_on
from stator.api.transactions.capacity import Consumed, Units
from stator.api.transactions.placing import too_large
from stator.engine import records, transactions
from stator.engine.capacity import read_units
from stator.engine.catalogue import Table
from stator.engine.item_keys import ItemKey
from stator.engine.transactions import (
    CONFLICT_REASON,
    NO_REASON,
    TRANSACTION_FACTOR,
    Action,
    Outcome,
    Reason,
    canceled,
    canceled_at,
    refuse_throttled,
    validation_reason,
)
from stator.errors import EmptyKeyValue, ResourceNotFoundException, ValidationException
from stator.limits import TRANSACTION_BYTES_MAX
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database

T = TypeVar("T")
P = TypeVar("P")


def execute_transaction(db: Database, request: Request, call: Call) -> Steps[Answer]:
    members: list[Request] = request["TransactStatements"]
    parameters = [parameters_of(member) for member in members]
    statements = [
        _named(number, partial(asked, member, given))
        for number, (member, given) in enumerate(zip(members, parameters, strict=True))
    ]
    reads = {each.statement.reads for each in statements}
    if len(reads) > 1:
        raise ValidationException(
            "ExecuteTransaction API does not support both read and write operations in the same request."
        )
    if reads == {True}:
        return _read_all(db, request, call, _checked(db, call, statements, _read_of))
    return (yield from _write_all(db, request, call, _checked(db, call, statements, _write_of)))


def _named(number: int, check: Callable[[], T]) -> T:
    """Runs a check of one statement, whose refusal says which it was."""
    try:
        return check()
    except EmptyKeyValue:
        raise
    except ValidationException as error:
        raise ValidationException(
            f"Validation failed in TransactStatements[{number}]: {error.message}"
        ) from error


def _checked(
    db: Database, call: Call, statements: Sequence[Asked], check: Callable[[Table, Asked], T]
) -> list[T | None]:
    """What is to be done for each statement; None where the table is not there."""
    checked: list[T | None] = []
    for number, each in enumerate(statements):
        try:
            table = table_of(db, call, each.statement)
        except ResourceNotFoundException:
            checked.append(None)
            continue
        checked.append(_named(number, partial(check, table, each)))
    return checked


def _read_of(table: Table, asked: Asked) -> KeyedRead:
    _refuse_index(asked)
    return read_on(table, None, asked, "ExecuteTransaction")


def _write_of(table: Table, asked: Asked) -> Write:
    _refuse_index(asked)
    write = write_on(table, asked)
    if asked.statement.returns:
        raise ValidationException("RETURNING clause is not supported in ExecuteTransaction.")
    return write


def _refuse_index(asked: Asked) -> None:
    if asked.statement.index is not None:
        raise ValidationException("Reads on indices are not supported within transactions.")


def _placed(parts: Sequence[P | None], place: Callable[[P], T], key_of: Callable[[T], ItemKey]) -> list[T]:
    """Finds every key. Raises TransactionCanceledException with all that is wrong, EmptyKeyValue, and
    ValidationException for an item named twice."""
    found: list[T] = []
    reasons: list[Reason] = []
    for part in parts:
        if part is None:
            reasons.append({"Code": "ResourceNotFound", "Message": "Requested resource not found"})
            continue
        try:
            found.append(place(part))
            reasons.append(NO_REASON)
        except EmptyKeyValue:
            raise
        except ValidationException as fault:
            reasons.append(validation_reason(fault))
    if len(found) < len(parts):
        raise canceled(reasons)
    if len({key_of(each).stored for each in found}) < len(found):
        raise ValidationException("Transaction request cannot include multiple operations on one item")
    return found


# Reads


def _read_all(db: Database, request: Request, call: Call, reads: Sequence[KeyedRead | None]) -> Answer:
    keys = _placed(reads, KeyedRead.key, lambda key: key)
    there = [read for read in reads if read is not None]
    conflicting = db.hardships.conflicting(len(keys))
    if conflicting is not None:
        raise canceled_at(conflicting, len(keys), CONFLICT_REASON)
    refuse_throttled([read.table for read in there])
    with db.store.snapshot() as snapshot:
        stored = snapshot.get_many([key.stored for key in keys])
    found = [key.own(record) for key, record in zip(keys, stored, strict=True)]
    sizes = [0 if record is None else records.size(record) for record in found]
    if sum(sizes) > TRANSACTION_BYTES_MAX:
        raise too_large()
    consumed = Consumed(Units.READ)
    for read, size in zip(there, sizes, strict=True):
        consumed.add(read.table, TRANSACTION_FACTOR * read_units(size, consistent=True), {})
    call.read_units += consumed.total
    call.items_read = call.items_returned = len(found) - found.count(None)
    responses = [
        {} if record is None else {"Item": Raw(read.row(record))}
        for read, record in zip(there, found, strict=True)
    ]
    return _answer(request, consumed, responses)


# Writes


def _write_all(db: Database, request: Request, call: Call, writes: Sequence[Write | None]) -> Steps[Answer]:
    actions = _placed(writes, lambda write: write.place(), lambda action: action.key)
    if sum(action.size for action in actions) > TRANSACTION_BYTES_MAX:
        raise too_large()
    name = request.get("ClientRequestToken")
    token = None
    if name is not None:
        token = db.tokens.token((*namespace(db, call), call.operation), name, request["TransactStatements"])
    with db.tokens.running(token):
        outcome: Outcome = yield transactions.work(db, actions, token, db.hardships.conflicting(len(actions)))
    if outcome.repeated is not None:
        return _answer(request, _consumed_by_repeat(call, actions, outcome.repeated.units), [])
    consumed = Consumed(Units.WRITE)
    for each in outcome.written:
        consumed.add(each.table, TRANSACTION_FACTOR * each.table_units(), each.index_units())
    call.write_units += consumed.total
    return _answer(request, consumed, [])


def _consumed_by_repeat(
    call: Call, actions: Sequence[Action], units: Sequence[tuple[str, float]]
) -> Consumed:
    """A repeat costs reading the items that the first wrote."""
    tables = {action.table.name: action.table for action in actions}
    consumed = Consumed(Units.READ)
    for name, read in units:
        consumed.add(tables[name], read, {})
    call.read_units += consumed.total
    return consumed


def _answer(request: Request, consumed: Consumed, responses: list[Answer]) -> Answer:
    answer: Answer = {"Responses": responses}
    capacity = consumed.answer(request)
    if capacity is not None:
        answer["ConsumedCapacity"] = capacity
    return answer
