"""Items against all that hangs on them: index rows, expiry entries, item collections' sizes, counters.

From items to the rest finds what is missing or stale; from the rest to items, what is left over. Each slice is of one
state. A sum is of more than a slice, so one that disagrees is taken again within one snapshot before it is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from stator.engine import indexes, records
from stator.engine.catalogue import Index, Table, TtlStatus
from stator.engine.item_keys import can_be_key, stored_key
from stator.engine.verification_findings import Area, Finding, Progress, Watch
from stator.engine.verification_reading import UNREAD, Gap, Unreadable, look_up, walk
from stator.errors import CorruptionError
from stator.keys import space
from stator.limits import EXPIRY_AGE_S_MAX
from stator.storage.contract import Reader, Row, Store, decode_counter
from stator.values import Item, item_size

Follow = Callable[[Reader, Table], Table | None]
"""The table as a state has it; None when it is gone there."""


class ItemsCheck:
    """One table, or the rows of a backup (`area`), whose description has then no indexes. `now`: the time, epoch
    seconds.

    The table may change while it is looked at: each slice is held to the description that its own state has."""

    def __init__(
        self,
        store: Store,
        table: Table,
        follow: Follow,
        now: Callable[[], float],
        watch: Watch,
        area: Area = Area.ITEM,
    ) -> None:
        self._store = store
        self._table = table
        self._follow = follow
        self._now = now
        self._watch = watch
        self._area = area
        self._findings: list[Finding] = []
        self._rows = 0
        self.items = 0
        self.bytes = 0
        self.has_gaps = False

    def run(self, quick: bool = False) -> Iterator[Finding]:
        """`quick`: each item by itself alone."""
        table = self._table
        start = table.item_prefix
        yield from self._walk("items", start, space.successor(start), self._items(quick), self.items_total())
        if quick or self._area is not Area.ITEM:
            return
        for index in table.indexes:
            start = index.prefix
            self._rows = 0
            total = self._total(index.items_counter)
            yield from self._walk(
                f"index {index.name}", start, space.successor(start), self._index_rows(index), total, index
            )
        start = space.expiry_prefix(table.id)
        self._rows = 0
        yield from self._walk("expiry queue", start, space.successor(start), self._entries, None)

    def items_total(self) -> int | None:
        return self._total(self._table.items_counter)

    def _total(self, counter: bytes) -> int | None:
        try:
            return decode_counter(self._store.get(counter)) if self._area is Area.ITEM else None
        except Unreadable:
            return None

    def _walk(
        self,
        what: str,
        start: bytes,
        stop: bytes,
        look: Callable[[Reader, list[Row]], None],
        total: int | None,
        index: Index | None = None,
    ) -> Iterator[Finding]:
        what = f"{self._table.name}: {what}"

        def look_at_present(reader: Reader, rows: list[Row]) -> None:
            present = self._follow(reader, self._table)
            if present is not None:
                self._table = present
                look(reader, rows)

        for gap in walk(self._store, start, stop, look_at_present):
            yield from self._taken()
            if gap is not None:
                self.has_gaps = True
                yield self._gap(gap, index)
            self._watch(Progress(what, self._rows, total))

    def _taken(self) -> list[Finding]:
        found, self._findings = self._findings, []
        return found

    def _gap(self, gap: Gap, index: Index | None) -> Finding:
        name = "" if index is None else index.name
        area = self._area if index is None else Area.INDEX
        text = f"rows from {gap.start.hex()} to {gap.stop.hex()} cannot be read: {gap.why}"
        return Finding(area, text, self._table.name, name)

    def _find(
        self,
        area: Area,
        problem: str,
        key: Item | None = None,
        row: bytes = b"",
        index: Index | None = None,
    ) -> None:
        name = "" if index is None else index.name
        self._findings.append(Finding(area, problem, self._table.name, name, key, row))

    # Items

    def _items(self, quick: bool) -> Callable[[Reader, list[Row]], None]:
        def look(reader: Reader, rows: list[Row]) -> None:
            self._rows += len(rows)
            for stored, record in rows:
                item = self._item(stored, record)
                if item is not None and not quick and self._area is Area.ITEM:
                    self._rows_of(reader, stored, record, item)

        return look

    def _item(self, stored: bytes, record: bytes) -> Item | None:
        """The item, if it is sound; else notes why not."""
        table = self._table
        item = sound_item(record)
        if isinstance(item, str):
            self._find(self._area, item, row=stored)
            return None
        key = key_of(table, item)
        if key is None or key_row(table, key) != stored:
            self._find(self._area, "the item lies under another key's row", key, stored)
            return None
        if not records.has_key(record, records.key_head(key)):
            self._find(self._area, "the stored item does not begin with its key", key, stored)
            return None
        self.items += 1
        self.bytes += records.size(record)
        return item

    def _rows_of(self, reader: Reader, stored: bytes, record: bytes, item: Item) -> None:
        table = self._table
        parts = indexes.LargeParts(item) if len(record) > indexes.LARGE_BYTES else None
        for index in table.indexes:
            row = indexes.index_row(table, index, item, stored, record, parts)
            if row is None:
                continue
            found = look_up(reader, row[0])
            if found == row[1] or found is UNREAD:  # what cannot be read is a gap of the index itself
                continue
            if found is None:
                if index.readable:
                    self._find(Area.INDEX, "the item's row is missing", self._key(item), row[0], index)
            else:
                assert isinstance(found, bytes)
                self._find(Area.INDEX, _difference(found, row[1]), self._key(item), row[0], index)
        if table.expiry is not None:
            self._entry_of(reader, stored, item)

    def _entry_of(self, reader: Reader, stored: bytes, item: Item) -> None:
        queue, ttl = self._table.expiry, self._table.description.ttl
        assert queue is not None
        assert ttl is not None
        second = queue.second(item)
        if second is None or ttl.status is not TtlStatus.ENABLED:
            return
        if look_up(reader, queue.entry(stored, second)) is None and second >= self._now() - EXPIRY_AGE_S_MAX:
            self._find(Area.EXPIRY, f"the item's entry, at {second}, is missing", self._key(item), stored)

    def _key(self, item: Item) -> Item:
        return {name: item[name] for name in self._table.key_names}

    # What hangs on items

    def _index_rows(self, index: Index) -> Callable[[Reader, list[Row]], None]:
        def look(reader: Reader, rows: list[Row]) -> None:
            self._rows += len(rows)
            present = next((each for each in self._table.indexes if each.id == index.id), None)
            if present is not None:
                for stored, record in rows:
                    self._index_row(reader, present, stored, record)

        return look

    def _index_row(self, reader: Reader, index: Index, stored: bytes, record: bytes) -> None:
        table = self._table
        projected = decoded(record)
        if isinstance(projected, str):
            self._find(Area.INDEX, projected, row=stored, index=index)
            return
        key = key_of(table, projected)
        if key is None:
            self._find(Area.INDEX, "the row does not hold its item's key", row=stored, index=index)
            return
        base = key_row(table, key)
        found = look_up(reader, base)
        if found is UNREAD:
            return
        if found is None:
            self._find(Area.INDEX, "there is a row, and no item", key, stored, index)
            return
        assert isinstance(found, bytes)
        item = decoded(found)
        if isinstance(item, str):
            return
        # What the row holds was compared when its item was looked at
        has_row = can_be_key(index.keys, len(index.partition), item)
        if not has_row:
            self._find(Area.INDEX, "there is a row, and the item has none there", key, stored, index)
        elif indexes.start_key(table, index, item) != stored:
            self._find(Area.INDEX, "the row is not where the item's index key is now", key, stored, index)

    def _entries(self, reader: Reader, rows: list[Row]) -> None:
        queue, ttl = self._table.expiry, self._table.description.ttl
        self._rows += len(rows)
        if queue is None:
            if ttl is None:  # while it is switched off, what is left goes bit by bit
                for entry, _ in rows:
                    self._find(Area.EXPIRY, "the table's items do not expire, and it has an entry", row=entry)
            return
        for entry, value in rows:
            stored, second = queue.item_of(entry)
            record = look_up(reader, stored)
            if not isinstance(record, bytes):
                if record is None:
                    self._find(Area.EXPIRY, "there is an entry, and no item", row=entry)
                continue
            item = sound_item(record)
            if not isinstance(item, str) and (queue.second(item) != second or value):
                text = f"the entry is at {second}, the item expires at {queue.second(item)}"
                self._find(Area.EXPIRY, text, self._key(item), entry)


def decoded(record: bytes) -> Item | str:
    """The item of a record; or why it cannot be had."""
    try:
        return records.decode(record)
    except CorruptionError as error:
        return str(error)
    except Exception as error:  # whatever bytes may lead to, they are the finding
        return f"the stored item cannot be decoded: {type(error).__name__}: {error}"


def sound_item(record: bytes) -> Item | str:
    """The item of a record; or what is wrong with the record."""
    item = decoded(record)
    if isinstance(item, str):
        return item
    try:
        size = item_size(item)
    except Exception as error:
        return f"the stored item has values of no type: {type(error).__name__}: {error}"
    if size != records.size(record) or record[1]:
        return f"the stored item says it has {records.size(record)} bytes, and has {size}"
    return item


def key_of(table: Table, item: Item) -> Item | None:
    """The key attributes of an item that holds them, of their types."""
    key = {}
    for schema in table.keys:
        value = item.get(schema.name)
        if value is None or not value.get(schema.type):
            return None
        key[schema.name] = value
    return key


def key_row(table: Table, key: Item) -> bytes:
    """The row of the item with this key; an empty one where it cannot be a key."""
    try:
        return stored_key(table, key)
    except ValueError:
        return b""


def _difference(found: bytes, own: bytes) -> str:
    """How a row differs from what its item asks for."""
    item = sound_item(found)
    if isinstance(item, str):
        return item
    expected = records.decode(own)
    if item.keys() - expected.keys():
        return f"the row holds {_names(item.keys() - expected.keys())}, which it does not project"
    if expected.keys() - item.keys():
        return f"the row lacks {_names(expected.keys() - item.keys())}"
    stale = [name for name in expected if expected[name] != item[name]]
    return (
        f"the row is stale: {_names(stale)} differ from the item's"
        if stale
        else "the row differs from the item's"
    )


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
