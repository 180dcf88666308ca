"""TransactGetItems: up to 100 items as they are in one state of the database. They are read in one turn; only what is
then made of them may take more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Raw

from stator.api.call import Answer, Call, Request
from stator.api.conditions import check_key_paths
from stator.api.items import checked_get
from stator.api.transactions.capacity import Consumed, Units
from stator.api.transactions.placing import Placed, heeded, place, too_large
from stator.engine import records
from stator.engine.capacity import read_units
from stator.engine.catalogue import Table
from stator.engine.item_keys import ItemKey, key_of
from stator.engine.transactions import CONFLICT_REASON, TRANSACTION_FACTOR, canceled_at, refuse_throttled
from stator.limits import TRANSACTION_BYTES_MAX, TURN_BYTES_MAX
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database


class _Get:
    def __init__(self, asked: Request) -> None:
        self.table_name: str = asked["TableName"]
        self._key, self._projection = checked_get(heeded(asked, "ProjectionExpression"))

    def key(self, table: Table) -> ItemKey:
        key = key_of(table, self._key)
        if self._projection is not None:
            check_key_paths(table, self._projection.nested)
        return key

    def response(self, record: bytes | None) -> Answer:
        if record is None:
            return {}
        if self._projection is None:
            return {"Item": Raw(records.body(record))}
        return {"Item": Raw(records.text(self._projection.apply(records.decode(record))))}


def transact_get_items(db: Database, request: Request, call: Call) -> Steps[Answer]:
    gets = [_Get(asked["Get"]) for asked in request["TransactItems"]]
    placed = place(db, call, gets)
    conflicting = db.hardships.conflicting(len(gets))
    if conflicting is not None:
        raise canceled_at(conflicting, len(gets), CONFLICT_REASON)
    refuse_throttled([table for table, _ in placed])
    found = _read(db, placed)
    sizes = [0 if record is None else records.size(record) for record in found]
    if sum(sizes) > TRANSACTION_BYTES_MAX:
        raise too_large()
    consumed = Consumed(Units.READ)
    for (table, _), size in zip(placed, sizes, strict=True):
        consumed.add(table, TRANSACTION_FACTOR * read_units(size, consistent=True), {})
    call.read_units += consumed.total
    call.items_read = call.items_returned = len(found) - found.count(None)
    answer: Answer = {}
    capacity = consumed.answer(request)
    if capacity is not None:
        answer["ConsumedCapacity"] = capacity
    answer["Responses"] = responses = []
    turn = 0
    for get, record in zip(gets, found, strict=True):
        if turn > TURN_BYTES_MAX:
            turn = 0
            yield None
        responses.append(get.response(record))
        turn += 0 if record is None else len(record)
    return answer


def _read(db: Database, placed: Sequence[Placed]) -> list[bytes | None]:
    with db.store.snapshot() as snapshot:
        stored = snapshot.get_many([key.stored for _, key in placed])
    return [key.own(record) for (_, key), record in zip(placed, stored, strict=True)]
