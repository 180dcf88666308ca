"""The actions of TransactWriteItems: from a request's Put, Update, Delete or ConditionCheck to what the engine does.

What is wrong with an action once its table and key are known is told among the reasons of all actions, except for an
empty key value, which refuses the request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from stator.api.call import Request
from stator.api.conditions import check_update
from stator.api.items import check_condition_paths, checked_delete, checked_put, checked_update
from stator.api.transactions.placing import Part, heeded
from stator.engine import transactions
from stator.engine.catalogue import Table
from stator.engine.item_keys import ItemKey, check_index_keys, key_of, key_within
from stator.engine.transactions import Action
from stator.errors import EmptyKeyValue, ValidationException
from stator.values import item_size


class WritePart(Part, Protocol):
    """`size`: bytes it adds to the transaction, as far as they are known from the request. `writes`: False of a
    check."""

    size: int
    writes: bool

    def action(self, table: Table, key: ItemKey) -> Action:
        """Raises ValidationException."""


def part_of(asked: Request) -> WritePart:
    """One of TransactItems, checked without its table. Raises ValidationException, worded by the older layer."""
    if not asked:
        raise ValidationException(
            "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request"
        )
    if len(asked) > 1:
        raise ValidationException("TransactItems can only contain one of Check, Put, Update or Delete")
    ((kind, request),) = asked.items()
    return _PARTS[kind](request)


def action_of(part: WritePart, table: Table, key: ItemKey) -> Action:
    """What the engine does for a part that is placed. Raises EmptyKeyValue."""
    try:
        return part.action(table, key)
    except EmptyKeyValue:
        raise
    except ValidationException as fault:
        return transactions.failing(table, key, fault)


class _Put:
    writes = True

    def __init__(self, asked: Request) -> None:
        self.table_name: str = asked["TableName"]
        self._item, self.size, self._condition = checked_put(heeded(asked, "ConditionExpression"))

    def key(self, table: Table) -> ItemKey:
        return key_within(table, self._item)

    def action(self, table: Table, key: ItemKey) -> Action:
        if table.indexes:
            check_index_keys(table, self._item)
        check_condition_paths(table, self._condition)
        return transactions.put(table, key, {**key.attributes, **self._item}, self.size, self._condition)


class _Update:
    writes = True

    def __init__(self, asked: Request) -> None:
        self.table_name: str = asked["TableName"]
        self._key, self._update, self._condition = checked_update(asked)
        self.size = item_size(self._key)

    def key(self, table: Table) -> ItemKey:
        return key_of(table, self._key)

    def action(self, table: Table, key: ItemKey) -> Action:
        if self._update is not None:
            check_update(table, self._update)
        check_condition_paths(table, self._condition)
        return transactions.update(table, key, self._update, self._condition)


class _Delete:
    writes = True

    def __init__(self, asked: Request) -> None:
        self.table_name: str = asked["TableName"]
        self._key, self._condition = checked_delete(heeded(asked, "ConditionExpression"))
        self.size = item_size(self._key)

    def key(self, table: Table) -> ItemKey:
        return key_of(table, self._key)

    def action(self, table: Table, key: ItemKey) -> Action:
        check_condition_paths(table, self._condition)
        return transactions.delete(table, key, self._condition)


class _Check(_Delete):
    writes = False

    def action(self, table: Table, key: ItemKey) -> Action:
        check_condition_paths(table, self._condition)
        assert self._condition is not None, "the model requires it"
        return transactions.check(table, key, self._condition)


_PARTS: dict[str, Callable[[Request], WritePart]] = {
    "Put": _Put,
    "Update": _Update,
    "Delete": _Delete,
    "ConditionCheck": _Check,
}
