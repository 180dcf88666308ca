"""Where the actions of a transaction lie: their tables and keys, found and checked in the steps that both
operations share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from stator.api.call import Call, Request
from stator.api.names import resolve
from stator.engine.catalogue import Table
from stator.engine.item_keys import ItemKey
from stator.engine.transactions import canceled_at, validation_reason
from stator.errors import EmptyKeyValue, ValidationException

if TYPE_CHECKING:
    from stator.engine.database import Database

Placed = tuple[Table, ItemKey]


class Part(Protocol):
    """One action's request, checked as far as can be without its table."""

    table_name: str

    def key(self, table: Table) -> ItemKey:
        """Raises ValidationException, which for an empty key attribute is EmptyKeyValue."""


def heeded(asked: Request, expression: str) -> Request:
    """The part of an action that is looked at: without its expression, the names and values are not, as is seen of the
    service's transactions. (Alone, the same Put is refused for them.)"""
    if expression in asked:
        return asked
    return {member: given for member, given in asked.items() if not member.startswith("ExpressionAttribute")}


def place(db: Database, call: Call, parts: Sequence[Part]) -> list[Placed]:
    """The table and the key of each part. Raises ResourceNotFoundException, EmptyKeyValue,
    TransactionCanceledException for a key that is not the table's, ValidationException for an item named twice."""
    found: list[Placed] = []
    mismatch: tuple[int, ValidationException] | None = None
    for number, part in enumerate(parts):
        table = resolve(db, call, part.table_name)
        try:
            found.append((table, part.key(table)))
        except EmptyKeyValue:
            raise
        except ValidationException as fault:
            mismatch = mismatch or (number, fault)
    if mismatch is not None:
        number, first = mismatch
        raise canceled_at(number, len(parts), validation_reason(first))
    if len({key.stored for _, key in found}) < len(found):
        raise ValidationException("Transaction request cannot include multiple operations on one item")
    return found


def too_large() -> ValidationException:
    return ValidationException("The aggregate size of the items in the transaction exceeded 4 MB")
