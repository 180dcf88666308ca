"""Transactions: actions on several items as one work, all of them done or none.

Each action is tried, also after one has failed, so that the answer tells the reason of each; if any failed, the work
raises TransactionCanceledException and writes nothing. No two actions of a transaction are on one item, so the order
in which they are tried means nothing.

A work runs alone: it sees nothing of another's and is seen whole, which makes transactions serialisable with
each other and with every other write and consistent read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stator.engine import items, records
from stator.engine.capacity import read_units
from stator.engine.catalogue import Table
from stator.engine.item_keys import ItemKey
from stator.engine.items import Condition, Update, Written
from stator.engine.like_aws import CONFLICT
from stator.engine.throttling import THROTTLED, Payments, refused
from stator.engine.tokens import Record, Token
from stator.errors import (
    ConditionalCheckFailedException,
    DuplicateItemException,
    EmptyKeyValue,
    ItemCollectionSizeLimitExceededException,
    ProvisionedThroughputExceededException,
    ServiceError,
    TransactionCanceledException,
    ValidationException,
)
from stator.storage.contract import Transaction, Work
from stator.values import Item

if TYPE_CHECKING:
    from stator.engine.database import Database

Reason = dict[str, Any]
"""One of CancellationReasons: Code, and for a failure Message; Item, where the action asked for it."""

NO_REASON: Reason = {"Code": "None"}
CONFLICT_REASON: Reason = {"Code": "TransactionConflict", "Message": CONFLICT}
TRANSACTION_FACTOR = 2
"""A transaction reads or writes each item twice, to prepare and to commit, and is charged so."""


class Action:
    """What a transaction does to one item. `size`: about the bytes it writes."""

    __slots__ = ("do", "key", "size", "table")

    def __init__(
        self, table: Table, key: ItemKey, do: Callable[[Transaction, Table], Written], size: int = 0
    ) -> None:
        self.table = table
        self.key = key
        self.do = do
        self.size = size


def put(table: Table, key: ItemKey, item: Item, size: int, condition: Condition | None) -> Action:
    """`item` is canonical, checked, and lists its key first; `size` is its size."""
    return Action(
        table, key, lambda tx, current: items.put_item(tx, current, key, item, size, condition), size
    )


def update(table: Table, key: ItemKey, update: Update | None, condition: Condition | None) -> Action:
    return Action(table, key, lambda tx, current: items.update_item(tx, current, key, update, condition))


def delete(table: Table, key: ItemKey, condition: Condition | None) -> Action:
    return Action(table, key, lambda tx, current: items.delete_item(tx, current, key, condition))


def check(table: Table, key: ItemKey, condition: Condition) -> Action:
    """Writes nothing; is charged, as a write of the item would be."""

    def do(tx: Transaction, current: Table) -> Written:
        record = key.own(tx.get(key.stored))
        condition.check({} if record is None else records.decode(record), record)
        return Written(current, key.stored, record, record)

    return Action(table, key, do)


def failing(table: Table, key: ItemKey, fault: ValidationException) -> Action:
    """An action whose fault is known before it is tried, and told among the reasons of all."""

    def do(tx: Transaction, current: Table) -> Written:
        raise fault

    return Action(table, key, do)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A transaction that is durable: what it wrote, in the order of its actions; or, when it repeats one, the record
    of that one, and nothing was written."""

    written: list[Written]
    repeated: Record | None = None


def work(db: Database, actions: Sequence[Action], token: Token | None, conflicting: int | None) -> Work:
    """The work that does all of `actions` or none; its result is an Outcome. `conflicting`: the number of the action
    that is to meet a conflict (engine.like_aws).

    Raises TransactionCanceledException, EmptyKeyValue and IdempotentParameterMismatchException."""

    payments = Payments(db.throttle, TRANSACTION_FACTOR)
    write = db.remembering(lambda tx: _do_all(db, tx, actions, payments))

    def run(tx: Transaction) -> Outcome:
        repeated = None if token is None else token.recorded(tx)
        if repeated is not None:
            return Outcome([], repeated)
        if conflicting is not None:
            raise canceled_at(conflicting, len(actions), CONFLICT_REASON)
        written = write(tx)
        if token is not None:
            token.record(tx, _read_units(written))
        return Outcome(written)

    decides = tuple(action.key.stored for action in actions)
    shares = tuple({action.table.catalogue_key for action in actions})
    return Work(
        run, decides + (() if token is None else token.keys), shares, sum(each.size for each in actions)
    )


def _do_all(db: Database, tx: Transaction, actions: Iterable[Action], payments: Payments) -> list[Written]:
    done: list[Written] = []
    payments.begin()
    reasons: list[Reason] = []
    failed = False
    for action in actions:
        try:
            done.append(payments.write(tx, db.catalogue.current(tx, action.table), action.do))
            reasons.append(NO_REASON)
        except EmptyKeyValue:
            raise
        except (
            ConditionalCheckFailedException,
            DuplicateItemException,
            ItemCollectionSizeLimitExceededException,
            ValidationException,
            *THROTTLED,
        ) as fault:
            failed = True
            reasons.append(_reason(fault))
    if failed:
        payments.begin()
        raise canceled(reasons)
    return done


def _reason(fault: ServiceError) -> Reason:
    if isinstance(fault, ConditionalCheckFailedException):
        return {"Code": "ConditionalCheckFailed", **fault.extra, "Message": fault.message}
    if isinstance(fault, DuplicateItemException):
        return {"Code": "DuplicateItem", "Message": fault.message}
    if isinstance(fault, ItemCollectionSizeLimitExceededException):
        return {"Code": "ItemCollectionSizeLimitExceeded", "Message": "Collection size exceeded."}
    return throttled_reason(fault) if isinstance(fault, THROTTLED) else validation_reason(fault)


def throttled_reason(fault: ServiceError) -> Reason:
    """Of an item whose table or index is at its limit."""
    provisioned = isinstance(fault, ProvisionedThroughputExceededException)
    code = "ProvisionedThroughputExceeded" if provisioned else "ThrottlingError"
    return {"Code": code, "Message": fault.message}


def refuse_throttled(tables: Sequence[Table]) -> None:
    """Before a transaction reads an item of each table. Raises TransactionCanceledException."""
    for number, table in enumerate(tables):
        fault = None if table.meter is None else refused(table.meter.refuse_read)
        if fault is not None:
            raise canceled_at(number, len(tables), throttled_reason(fault))


def validation_reason(fault: ServiceError) -> Reason:
    return {"Code": "ValidationError", "Message": fault.message}


def canceled(reasons: Sequence[Reason]) -> TransactionCanceledException:
    codes = ", ".join(reason["Code"] for reason in reasons)
    return TransactionCanceledException(
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        CancellationReasons=list(reasons),
    )


def canceled_at(number: int, count: int, reason: Reason) -> TransactionCanceledException:
    """Of `count` actions only the one numbered `number`, from 0, has a reason."""
    return canceled([reason if each == number else NO_REASON for each in range(count)])


def _read_units(written: Iterable[Written]) -> tuple[tuple[str, float], ...]:
    """By table, what it costs to read in a transaction the larger of each item before and after."""
    units: dict[str, float] = {}
    for each in written:
        size = max(0 if record is None else records.size(record) for record in (each.old, each.new))
        name = each.table.name
        units[name] = units.get(name, 0.0) + TRANSACTION_FACTOR * read_units(size, consistent=True)
    return tuple(units.items())
