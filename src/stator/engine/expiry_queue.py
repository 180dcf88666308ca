"""The expiry queue of a table: which of its items expire, in the order of their seconds.

An entry is a key alone (keys.space); its value is empty. It stands under the item's second: the number in the table's
TTL attribute, rounded up, so that the item has expired when its second is past. An item has one when its attribute is a
number (N) above 0 that fits 64 bits; no other item is queued, and so none other ever expires.

Each write of an item keeps its entry true, in its own transaction. Whoever deletes reads the item again all the same.
"""

from __future__ import annotations

from decimal import Decimal
from math import ceil

from stator.engine import records
from stator.keys import space
from stator.storage.contract import Transaction
from stator.values import Item

_SECOND_BYTES = 8
_SECOND_STOP = 1 << 8 * _SECOND_BYTES - 1


def second_of(item: Item, attribute: str) -> int | None:
    """The first second since the epoch that is not before the item's time; None when it never expires."""
    value = item.get(attribute)
    number = None if value is None else value.get("N")
    if number is None:
        return None
    second = int(number) if number.isdigit() else ceil(Decimal(number))
    return second if 0 < second < _SECOND_STOP else None


class ExpiryQueue:
    """Of a live table. Immutable."""

    __slots__ = ("_attribute", "_item_prefix", "_mark", "_table_id", "prefix")

    def __init__(self, table_id: int, attribute: str) -> None:
        self._table_id = table_id
        self._attribute = attribute
        self._mark = records.number_mark(attribute)
        self._item_prefix = space.item_prefix(table_id)
        self.prefix = space.expiry_prefix(table_id)

    def second(self, item: Item) -> int | None:
        return second_of(item, self._attribute)

    def second_of_record(self, record: bytes | None) -> int | None:
        """As `second`, of the item as it is stored; None when there is none. Decodes only what may have a time."""
        if record is None or self._mark not in record:
            return None
        return second_of(records.decode(record), self._attribute)

    def maintain(self, tx: Transaction, key: bytes, old: bytes | None, new: Item | None) -> None:
        """Brings the entry of the item under `key` from its record `old` to what it is now; None: there is none."""
        before = self.second_of_record(old)
        after = None if new is None else self.second(new)
        if before == after:
            return
        if before is not None:
            tx.delete(self.entry(key, before))
        if after is not None:
            tx.put(self.entry(key, after), b"")

    def entry(self, key: bytes, second: int) -> bytes:
        return space.expiry_key(self._table_id, second, key[len(self._item_prefix) :])

    def item_of(self, entry: bytes) -> tuple[bytes, int]:
        """The key of the item, and the second, that an entry is about."""
        start = len(self.prefix)
        second = int.from_bytes(entry[start : start + _SECOND_BYTES], "big")
        return self._item_prefix + entry[start + _SECOND_BYTES :], second
