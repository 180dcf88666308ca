"""A SELECT inside a batch or a transaction: one item by its whole key, and nothing beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stator.api.call import Call
from stator.api.partiql.requests import Asked
from stator.api.partiql.selects import checked_select, projector, source_of
from stator.engine import records
from stator.engine.catalogue import Index, Table
from stator.engine.item_keys import ItemKey, key_of
from stator.errors import ValidationException
from stator.partiql.branches import Branch
from stator.partiql.plans import Schema, check_overlaps, has_key_types, keyed_branches
from stator.partiql.statements import Select
from stator.values import Item

if TYPE_CHECKING:
    from stator.engine.database import Database


@dataclass(frozen=True, slots=True)
class KeyedRead:
    table: Table
    body: Select
    attributes: Item

    def key(self) -> ItemKey:
        """Raises ValidationException when the key is not the table's."""
        return key_of(self.table, self.attributes)

    def row(self, record: bytes) -> bytes:
        """What the columns give of a stored item, as wire JSON."""
        project = projector(self.body.columns)
        return records.body(record) if project is None else records.text(project(records.decode(record)))


def batch_read_of(db: Database, call: Call, asked: Asked) -> KeyedRead:
    table, index = source_of(db, call, asked)
    return read_on(table, index, asked, "BatchExecuteStatement")


def read_on(table: Table, index: Index | None, asked: Asked, operation: str) -> KeyedRead:
    """Raises ValidationException unless the WHERE is the whole key, each part by one value."""
    body = checked_select(table, asked)
    schema = Schema.of(table, None)
    branches = keyed_branches(body.where, asked.values, schema)
    if index is None and branches and has_key_types(branches, schema):
        check_overlaps(table, None, branches)
    attributes = None if index is not None or body.order else _whole_key(branches, schema)
    if attributes is None:
        raise ValidationException(
            f"Select statements within {operation} must specify the primary key in the where clause."
        )
    return KeyedRead(table, body, attributes)


def _whole_key(branches: list[Branch], schema: Schema) -> Item | None:
    if len(branches) != 1 or not branches[0].exact or branches[0].partition is None:
        return None
    branch = branches[0]
    key: Item = {schema.partition.name: branches[0].partition}
    if schema.sort is None:
        return key
    if not branch.sort:
        return None
    first = branch.sort[0]
    if any(each.operator != "=" or each.values != first.values for each in branch.sort):
        return None
    return {**key, schema.sort.name: first.values[0]}
