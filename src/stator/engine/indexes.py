"""Secondary indexes: which row an item has in each, and what a write changes there.

An index row's value is a record (engine.records) of what the index projects; its size is what reads of the index
are charged. An item that lacks an index key attribute, or holds what cannot be a key there (items older than the
index may), has no row.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Raw

from stator.engine import records
from stator.engine.catalogue import Index, Table
from stator.engine.item_keys import can_be_key
from stator.keys.encoding import partition_hash, sort_key, sort_key_part
from stator.keys.space import HASH_BYTES
from stator.storage.contract import Transaction
from stator.values import Item, item_size

Row = tuple[bytes, bytes]


class LargeParts:
    """The attributes of a large item, each measured and encoded once for all the indexes that project it."""

    __slots__ = ("_item", "_parts")

    def __init__(self, item: Item) -> None:
        self._item = item
        self._parts: dict[str, tuple[Raw, int]] = {}

    def record(self, names: Iterable[str]) -> bytes:
        parts = {name: self._part(name) for name in names}
        projected: dict[str, Any] = {name: text for name, (text, _) in parts.items()}
        return records.encode(projected, sum(size for _, size in parts.values()))

    def _part(self, name: str) -> tuple[Raw, int]:
        part = self._parts.get(name)
        if part is None:
            value = self._item[name]
            part = self._parts[name] = Raw(records.text(value)), item_size({name: value})
        return part


LARGE_BYTES = 64 * 1024


def index_row(
    table: Table, index: Index, item: Item, key_bytes: bytes, record: bytes, parts: LargeParts | None = None
) -> Row | None:
    """The item's row in the index, or None when it has none. `key_bytes` and `record` are the base item's."""
    if not can_be_key(index.keys, len(index.partition), item):
        return None
    return _row_key(table, index, item, key_bytes), _row_value(index, item, record, parts)


def _row_key(table: Table, index: Index, item: Item, key_bytes: bytes) -> bytes:
    if index.local:
        hash_end = len(table.item_prefix) + HASH_BYTES
        partition, base_sort = key_bytes[len(table.item_prefix) : hash_end], key_bytes[hash_end:]
        return index.prefix + partition + sort_key_part(item[index.sort[0].name]) + base_sort
    partition = partition_hash(table.salt, [item[schema.name] for schema in index.partition])
    parts = b"".join(sort_key_part(item[schema.name]) for schema in index.sort)
    base = partition_hash(table.salt, [item[name] for name in table.key_names])
    return index.prefix + partition + parts + base


def _row_value(index: Index, item: Item, record: bytes, parts: LargeParts | None) -> bytes:
    if index.projected is None:
        return record
    if parts is not None:
        return parts.record(name for name in item if name in index.projected)
    projected = {name: value for name, value in item.items() if name in index.projected}
    return records.encode(projected, item_size(projected))


def start_key(table: Table, index: Index, key: Item) -> bytes:
    """The row key of the place that `key` (index and base key attributes) names; no row need be there."""
    return _row_key(table, index, key, _base_key(table, key) if index.local else b"")


def _base_key(table: Table, key: Item) -> bytes:
    stored = table.item_prefix + partition_hash(table.salt, (key[table.partition.name],))
    return stored if table.sort is None else stored + sort_key(key[table.sort.name])


class IndexChange:
    """What one write did to one index: the row before and after, None where there was or is none."""

    __slots__ = ("index", "new", "old")

    def __init__(self, index: Index, old: Row | None, new: Row | None) -> None:
        self.index = index
        self.old = old
        self.new = new

    @property
    def bytes_delta(self) -> int:
        return _row_size(self.new) - _row_size(self.old)

    def charged(self) -> list[int]:
        """Bytes of each row write that DynamoDB charges: a row under the same key once, else both."""
        sizes = [_row_size(row) for row in (self.old, self.new) if row is not None]
        moved = self.old is None or self.new is None or self.old[0] != self.new[0]
        return sizes if moved else [max(sizes)]


def _row_size(row: Row | None) -> int:
    return 0 if row is None else records.size(row[1])


def maintain(
    tx: Transaction,
    table: Table,
    key_bytes: bytes,
    old: tuple[Item, bytes] | None,
    new: tuple[Item, bytes] | None,
) -> list[IndexChange]:
    """Brings every index to the item's new state. `old` and `new` are the item and its record, None when absent."""
    changes = []
    old_parts, new_parts = (
        LargeParts(state[0]) if state is not None and len(state[1]) > LARGE_BYTES else None
        for state in (old, new)
    )
    for index in table.indexes:
        old_row = None if old is None else index_row(table, index, old[0], key_bytes, old[1], old_parts)
        new_row = None if new is None else index_row(table, index, new[0], key_bytes, new[1], new_parts)
        if old_row != new_row:
            changes.append(_replace(tx, index, old_row, new_row))
    return changes


def _replace(tx: Transaction, index: Index, old: Row | None, new: Row | None) -> IndexChange:
    if not index.readable and old is not None and tx.get(old[0]) is None:
        old = None  # the backfill has not reached this item yet: there is no row to take away
    if old is not None and (new is None or new[0] != old[0]):
        tx.delete(old[0])
    if new is not None:
        tx.put(*new)
    change = IndexChange(index, old, new)
    items = (new is not None) - (old is not None)
    if items:
        tx.add(index.items_counter, items)
    if change.bytes_delta:
        tx.add(index.bytes_counter, change.bytes_delta)
    return change
