"""Secondary indexes: which row an item has in each, and what a write changes there.

An index row's value is a record (engine.records) of what the index projects; its size is what reads of the index
are charged. An item that lacks an index key attribute, or holds another type there, has no row.
"""

from __future__ import annotations

from stator.engine import records
from stator.engine.catalogue import Index, Table
from stator.keys.encoding import partition_hash, sort_key, sort_key_part
from stator.keys.space import HASH_BYTES
from stator.storage.contract import Transaction
from stator.values import Item, item_size

Row = tuple[bytes, bytes]


def index_row(table: Table, index: Index, item: Item, key_bytes: bytes, record: bytes) -> Row | None:
    """The item's row in the index, or None when it has none. `key_bytes` and `record` are the base item's."""
    for schema in index.keys:
        value = item.get(schema.name)
        if value is None or schema.type not in value:
            return None
    return _row_key(table, index, item, key_bytes), _row_value(index, item, record)


def _row_key(table: Table, index: Index, item: Item, key_bytes: bytes) -> bytes:
    if index.local:
        hash_end = len(table.item_prefix) + HASH_BYTES
        partition, base_sort = key_bytes[len(table.item_prefix) : hash_end], key_bytes[hash_end:]
        return index.prefix + partition + sort_key_part(item[index.sort[0].name]) + base_sort
    partition = partition_hash(table.salt, [item[schema.name] for schema in index.partition])
    parts = b"".join(sort_key_part(item[schema.name]) for schema in index.sort)
    base = partition_hash(table.salt, [item[name] for name in table.key_names])
    return index.prefix + partition + parts + base


def _row_value(index: Index, item: Item, record: bytes) -> bytes:
    if index.projected is None:
        return record
    projected = {name: value for name, value in item.items() if name in index.projected}
    return records.encode(projected, item_size(projected))


def start_key(table: Table, index: Index, key: Item) -> bytes:
    """The row key of the place that `key` (index and base key attributes) names; no row need be there."""
    return _row_key(table, index, key, _base_key(table, key) if index.local else b"")


def _base_key(table: Table, key: Item) -> bytes:
    stored = table.item_prefix + partition_hash(table.salt, (key[table.partition.name],))
    return stored if table.sort is None else stored + sort_key(key[table.sort.name])


class IndexChange:
    """What one write did to one index: rows written or removed, as DynamoDB charges them (bytes each)."""

    __slots__ = ("bytes_delta", "charged", "index")

    def __init__(self, index: Index, charged: tuple[int, ...], bytes_delta: int) -> None:
        self.index = index
        self.charged = charged
        self.bytes_delta = bytes_delta


def maintain(
    tx: Transaction,
    table: Table,
    key_bytes: bytes,
    old: tuple[Item, bytes] | None,
    new: tuple[Item, bytes] | None,
) -> list[IndexChange]:
    """Brings every index to the item's new state. `old` and `new` are the item and its record, None when absent."""
    changes = []
    for index in table.indexes:
        old_row = None if old is None else index_row(table, index, old[0], key_bytes, old[1])
        new_row = None if new is None else index_row(table, index, new[0], key_bytes, new[1])
        if old_row != new_row:
            changes.append(_replace(tx, index, old_row, new_row))
    return changes


def _replace(tx: Transaction, index: Index, old: Row | None, new: Row | None) -> IndexChange:
    if not index.readable and old is not None and tx.get(old[0]) is None:
        # The backfill has not reached this item yet, so there is no row to take away.
        old = None
        if new is None:
            return IndexChange(index, (), 0)
    old_size = 0 if old is None else records.size(old[1])
    new_size = 0 if new is None else records.size(new[1])
    if old is not None and (new is None or new[0] != old[0]):
        tx.delete(old[0])
    if new is not None:
        tx.put(*new)
    _count(tx, index, (new is not None) - (old is not None), new_size - old_size)
    if old is not None and new is not None and old[0] == new[0]:
        return IndexChange(index, (max(old_size, new_size),), new_size - old_size)
    charged = tuple(size for size in (old_size, new_size) if size)
    return IndexChange(index, charged, new_size - old_size)


def _count(tx: Transaction, index: Index, items: int, size: int) -> None:
    if items:
        tx.add(index.items_counter, items)
    if size:
        tx.add(index.bytes_counter, size)
