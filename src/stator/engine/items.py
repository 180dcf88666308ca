"""Single items: read, put, update, delete, each a step inside a transaction that the caller composes.

Every write touches, in one transaction: the item, its index rows, the item collection's size where the table has
local indexes, the log where something reads it, and the counters. A write that changes nothing writes nothing. Each
function returns a `Written`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Protocol

import msgspec

from stator.engine import indexes, records
from stator.engine.capacity import write_units
from stator.engine.catalogue import Table
from stator.engine.indexes import IndexChange
from stator.engine.item_keys import ItemKey, check_updated_index_keys
from stator.engine.log import Origin
from stator.errors import (
    ConditionalCheckFailedException,
    ItemCollectionSizeLimitExceededException,
    ValidationException,
)
from stator.keys.space import HASH_BYTES, collection_key
from stator.limits import ITEM_BYTES_MAX, ITEM_COLLECTION_BYTES_MAX
from stator.storage.contract import Transaction, decode_counter
from stator.values import Item, item_size, resized

Matches = Callable[[Item], bool]


class Update(Protocol):
    """What an update expression compiles to."""

    def apply(self, item: Item) -> Item: ...


class Condition:
    """A condition on the stored item (an absent one is empty); `return_old` puts the item into the refusal.

    `nested`: the top-level attributes that its paths go into."""

    __slots__ = ("matches", "nested", "return_old")

    def __init__(self, matches: Matches, return_old: bool = False, nested: Collection[str] = ()) -> None:
        self.matches = matches
        self.return_old = return_old
        self.nested = nested

    def check(self, item: Item, record: bytes | None) -> None:
        if self.matches(item):
            return
        extra = {"Item": msgspec.Raw(records.body(record))} if self.return_old and record is not None else {}
        failure = ConditionalCheckFailedException("The conditional request failed", **extra)
        if record is not None:
            failure.size = records.size(record)
        raise failure


class Written:
    """What a write found and left: records (None when absent), index changes, the item collection's bytes."""

    __slots__ = ("changes", "collection_bytes", "key", "new", "old", "table")

    def __init__(self, table: Table, key: bytes, old: bytes | None, new: bytes | None) -> None:
        self.table = table
        self.key = key
        self.old = old
        self.new = new
        self.changes: list[IndexChange] = []
        self.collection_bytes = 0

    def table_units(self) -> float:
        old = 0 if self.old is None else records.size(self.old)
        new = 0 if self.new is None else records.size(self.new)
        return write_units(max(old, new))

    def index_units(self) -> dict[str, float]:
        """Units by index name, of the indexes this write changed."""
        if not self.changes:
            return {}
        return {
            change.index.name: sum(write_units(size) for size in change.charged())
            for change in self.changes
            if change.old is not None or change.new is not None
        }

    def former(self) -> Iterator[tuple[bytes, bytes | None]]:
        """Every row this write changed, with the value it had before (None: absent)."""
        if self.old == self.new:
            return
        yield self.key, self.old
        for change in self.changes:
            if change.old is not None:
                yield change.old
            if change.new is not None and (change.old is None or change.new[0] != change.old[0]):
                yield change.new[0], None


def put_item(
    tx: Transaction,
    table: Table,
    key: ItemKey,
    item: Item,
    size: int,
    condition: Condition | None,
    origin: Origin = Origin.USER,
) -> Written:
    """Replaces the whole item. `item` is canonical, checked, and lists its key first; `size` is its size."""
    old = key.own(tx.get(key.stored))
    old_item = records.decode(old) if old is not None and (condition or table.indexes) else None
    if condition is not None:
        condition.check(old_item or {}, old)
    return _store(tx, table, key, old, old_item, item, records.encode(item, size), origin)


def delete_item(
    tx: Transaction,
    table: Table,
    key: ItemKey,
    condition: Condition | None,
    origin: Origin = Origin.USER,
) -> Written:
    """Removes the item; one that is not there is no error."""
    old = key.own(tx.get(key.stored))
    old_item = records.decode(old) if old is not None and (condition or table.indexes) else None
    if condition is not None:
        condition.check(old_item or {}, old)
    return _store(tx, table, key, old, old_item, None, None, origin)


def update_item(
    tx: Transaction,
    table: Table,
    key: ItemKey,
    update: Update | None,
    condition: Condition | None,
    origin: Origin = Origin.USER,
) -> Written:
    """Applies an update; an absent item begins as its key alone, and is created even by no update."""
    old = key.own(tx.get(key.stored))
    old_item = None if old is None else records.decode(old)
    if condition is not None:
        condition.check(old_item or {}, old)
    item = key.attributes if old_item is None else old_item
    if update is not None:
        item = update.apply(item)
    if old is None or old_item is None:
        size = item_size(item)
    else:
        size = resized(records.size(old), old_item, item)
    if size > ITEM_BYTES_MAX:
        raise ValidationException("Item size to update has exceeded the maximum allowed size")
    if table.indexes:
        check_updated_index_keys(table, item)
    return _store(tx, table, key, old, old_item, item, records.encode(item, size), origin)


def _store(
    tx: Transaction,
    table: Table,
    key: ItemKey,
    old: bytes | None,
    old_item: Item | None,
    item: Item | None,
    record: bytes | None,
    origin: Origin,
) -> Written:
    written = Written(table, key.stored, old, record)
    if old == record:
        if table.local_indexes:
            written.collection_bytes = _grow_collection(tx, table, key.stored, 0)
        return written
    _replace(tx, written, old_item, item)
    if table.expiry is not None:
        table.expiry.maintain(tx, key.stored, old, item)
    if table.log is not None:
        table.log.append(tx, key, old, record, origin)
    return written


def replace_record(
    tx: Transaction, table: Table, stored: bytes, old: bytes | None, record: bytes | None
) -> None:
    """Puts a record in the place of another (None: absent), in a table that nobody else writes yet: nothing is
    checked and nothing logged."""
    if old != record:
        old_item = records.decode(old) if table.indexes and old is not None else None
        item = records.decode(record) if table.indexes and record is not None else None
        _replace(tx, Written(table, stored, old, record), old_item, item)


def _replace(tx: Transaction, written: Written, old_item: Item | None, item: Item | None) -> None:
    """Brings the row, its index rows and the counters to the new record. The items are those of the records, where
    the table has indexes."""
    table, stored, old, record = written.table, written.key, written.old, written.new
    if record is None:
        tx.delete(stored)
    else:
        tx.put(stored, record)
    if table.indexes:
        before = None if old is None or old_item is None else (old_item, old)
        after = None if record is None or item is None else (item, record)
        written.changes = indexes.maintain(tx, table, stored, before, after)
    _count(tx, table, stored, written)


def _count(tx: Transaction, table: Table, stored: bytes, written: Written) -> None:
    old = 0 if written.old is None else records.size(written.old)
    new = 0 if written.new is None else records.size(written.new)
    items = (written.new is not None) - (written.old is not None)
    if items:
        tx.add(table.items_counter, items)
    if new != old:
        tx.add(table.bytes_counter, new - old)
    if table.local_indexes:
        local = sum(change.bytes_delta for change in written.changes if change.index.local)
        written.collection_bytes = _grow_collection(tx, table, stored, new - old + local)


def _grow_collection(tx: Transaction, table: Table, stored: bytes, delta: int) -> int:
    start = len(table.item_prefix)
    counter = collection_key(table.id, stored[start : start + HASH_BYTES])
    if delta:
        tx.add(counter, delta)
    total = decode_counter(tx.get(counter))
    if delta > 0 and total > ITEM_COLLECTION_BYTES_MAX:
        raise ItemCollectionSizeLimitExceededException("Item collection size limit exceeded.")
    return total
