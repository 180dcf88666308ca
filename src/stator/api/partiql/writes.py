"""INSERT, UPDATE and DELETE: each becomes an action on one item, to be run alone or among others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stator.api.call import Call
from stator.api.conditions import check_key_paths, check_update
from stator.api.items import refuse_large_item
from stator.api.partiql.requests import Asked, table_of
from stator.engine import records, transactions
from stator.engine.catalogue import Table
from stator.engine.item_keys import check_index_keys, key_of, key_within
from stator.engine.items import Condition, Written
from stator.engine.transactions import Action
from stator.errors import DuplicateItemException, ValidationException
from stator.expressions import Update as BoundUpdate
from stator.partiql.statements import Delete, Insert, Select, Update
from stator.partiql.where import Where, matcher_of
from stator.partiql.write_keys import Named, named_item, refuse_conflict, refuse_partial_key
from stator.values import Item

if TYPE_CHECKING:
    from stator.engine.database import Database

Returned = Callable[[Written], bytes | None]
"""What RETURNING gives of a write, as wire JSON."""


@dataclass(frozen=True, slots=True)
class Write:
    """`place` finds the key and gives the action; raises ValidationException when the key is not the table's."""

    table: Table
    place: Callable[[], Action]
    returned: Returned
    size: int = 0


class _Absent(Condition):
    """That there is no item yet."""

    def __init__(self) -> None:
        super().__init__(lambda item: not item)

    def check(self, item: Item, record: bytes | None) -> None:
        if record is not None:
            raise DuplicateItemException("Duplicate primary key exists in table")


def write_of(db: Database, call: Call, asked: Asked) -> Write:
    """Raises ResourceNotFoundException, and ValidationException for what is wrong whatever the key."""
    table = table_of(db, call, asked.statement)
    return write_on(table, asked)


def write_on(table: Table, asked: Asked) -> Write:
    body = asked.statement.body
    if isinstance(body, Insert):
        return _insert(table, body, asked)
    if isinstance(body, Update):
        return _update(table, body, asked)
    if isinstance(body, Delete):
        return _delete(table, body, asked)
    return _exists(table, body, asked)


def single_key(table: Table, asked: Asked) -> None:
    """What a write alone is told about its WHERE, before the key is looked at. Raises ValidationException."""
    body = asked.statement.body
    if isinstance(body, Update | Delete):
        named = named_item(table, body.where, asked.values)
        refuse_partial_key(table, named)
        refuse_conflict(named)


def _insert(table: Table, body: Insert, asked: Asked) -> Write:
    item = {name: asked.values[value.name] for name, value in body.attributes.items()}
    size = refuse_large_item(item)

    def place() -> Action:
        key = key_within(table, item)
        if table.indexes:
            check_index_keys(table, item)
        return transactions.put(table, key, {**key.attributes, **item}, size, _Absent())

    return Write(table, place, _nothing, size)


def _update(table: Table, body: Update, asked: Asked) -> Write:
    _check_where(table, body.where, asked)
    update = body.changes.bound(asked.values)

    def place() -> Action:
        named = named_item(table, body.where, asked.values)
        refuse_conflict(named)
        key = key_of(table, named.key)
        check_update(table, update)
        holds = _beside(named, asked)
        condition = Condition(lambda item: bool(item) and holds(item), asked.return_old)
        return transactions.update(table, key, update, condition)

    return Write(table, place, _returned(body.returning, update))


def _delete(table: Table, body: Delete, asked: Asked) -> Write:
    _check_where(table, body.where, asked)

    def place() -> Action:
        named = named_item(table, body.where, asked.values)
        refuse_conflict(named)
        key = key_of(table, named.key)
        condition = None
        if named.conditions:
            # An item that is not there needs no deleting, whatever is asked of it.
            holds = _beside(named, asked)
            condition = Condition(lambda item: not item or holds(item), asked.return_old)
        return transactions.delete(table, key, condition)

    return Write(table, place, _returned(body.returning, None))


def _exists(table: Table, body: Select, asked: Asked) -> Write:
    _check_where(table, body.where, asked)
    named = named_item(table, body.where, asked.values)
    if len(named.key) < len(table.keys) or not named.conditions:
        raise ValidationException("EXISTS() must contain a single item read with additional condition")

    def place() -> Action:
        key = key_of(table, named.key)
        return transactions.check(table, key, Condition(_beside(named, asked), asked.return_old))

    return Write(table, place, _nothing)


def _check_where(table: Table, where: Where | None, asked: Asked) -> None:
    if where is not None:
        where.check(asked.values)
        check_key_paths(table, where.shape.nested)


def _beside(named: Named, asked: Asked) -> Callable[[Item], bool]:
    """What the WHERE asks beside the key."""
    return matcher_of(named.conditions, asked.values)


def _nothing(written: Written) -> bytes | None:
    return None


def _returned(returning: str | None, update: BoundUpdate | None) -> Returned:
    if returning is None:
        return _nothing

    def returned(written: Written) -> bytes | None:
        record = written.old if returning.endswith("OLD *") else written.new
        if record is None:
            return None
        if update is None or returning.startswith("ALL"):
            return records.body(record)
        changed = update.project_updated(records.decode(record))
        return records.text(changed) if changed else None

    return returned
