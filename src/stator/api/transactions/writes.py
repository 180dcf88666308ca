"""TransactWriteItems: up to 100 actions, all done or none, in one work; the repeat of one is answered and not done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stator.api.call import Answer, Call, Request
from stator.api.consumed import collection_metrics, wants_collection_metrics
from stator.api.names import namespace
from stator.api.transactions.actions import WritePart, action_of, part_of
from stator.api.transactions.capacity import Consumed, Units
from stator.api.transactions.placing import place, too_large
from stator.engine import transactions
from stator.engine.item_keys import ItemKey
from stator.engine.items import Written
from stator.engine.tokens import Token
from stator.engine.transactions import TRANSACTION_FACTOR, Action, Outcome
from stator.limits import TRANSACTION_BYTES_MAX
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database


def transact_write_items(db: Database, request: Request, call: Call) -> Steps[Answer]:
    parts = [part_of(asked) for asked in request["TransactItems"]]
    placed = place(db, call, parts)
    actions = [action_of(part, *where) for part, where in zip(parts, placed, strict=True)]
    if sum(part.size for part in parts) > TRANSACTION_BYTES_MAX:
        raise too_large()
    token = _token(db, request, call)
    with db.tokens.running(token):
        outcome: Outcome = yield transactions.work(db, actions, token, db.hardships.conflicting(len(actions)))
    if outcome.repeated is not None:
        return _answer_repeat(request, call, actions, outcome.repeated.units)
    return _answer(request, call, parts, actions, outcome.written)


def _token(db: Database, request: Request, call: Call) -> Token | None:
    token = request.get("ClientRequestToken")
    if token is None:
        return None
    return db.tokens.token((*namespace(db, call), call.operation), token, request["TransactItems"])


def _answer(
    request: Request,
    call: Call,
    parts: Sequence[WritePart],
    actions: Sequence[Action],
    written: Sequence[Written],
) -> Answer:
    answer: Answer = {}
    consumed = Consumed(Units.WRITE)
    for each in written:
        consumed.add(each.table, TRANSACTION_FACTOR * each.table_units(), each.index_units())
    call.write_units += consumed.total
    capacity = consumed.answer(request)
    if capacity is not None:
        answer["ConsumedCapacity"] = capacity
    writes = [
        (action.key, each)
        for part, action, each in zip(parts, actions, written, strict=True)
        if part.writes and wants_collection_metrics(request, each.table)
    ]
    if writes:
        answer["ItemCollectionMetrics"] = _metrics(writes)
    return answer


def _metrics(writes: Sequence[tuple[ItemKey, Written]]) -> dict[str, list[Answer]]:
    """By table, one estimate an item collection, as the last write left it."""
    by_collection: dict[tuple[str, str], Answer] = {}
    for key, written in writes:
        table = written.table
        partition = key.attributes[table.partition.name]
        by_collection[table.name, str(partition)] = collection_metrics(
            table, partition, written.collection_bytes
        )
    metrics: dict[str, list[Answer]] = {}
    for (name, _), estimate in by_collection.items():
        metrics.setdefault(name, []).append(estimate)
    return metrics


def _answer_repeat(
    request: Request, call: Call, actions: Sequence[Action], units: Sequence[tuple[str, float]]
) -> Answer:
    """A repeat costs reading the items that the first wrote."""
    tables = {action.table.name: action.table for action in actions}
    consumed = Consumed(Units.READ)
    for name, read in units:
        consumed.add(tables[name], read, {})
    call.read_units += consumed.total
    capacity = consumed.answer(request)
    return {} if capacity is None else {"ConsumedCapacity": capacity}
