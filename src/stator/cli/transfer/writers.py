"""How batches of items get into a table: through BatchWriteItem wherever it is, or straight into a file's engine.

An item is checked before it is sent, so that a bad one is known by its line; one that the table still refuses is found
by writing its batch one by one. Putting an item again leaves the same item: what was cut off is simply done again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from stator.cli.transfer.faults import BadRecord
from stator.client.in_process import InProcess
from stator.client.retries import Retries
from stator.client.transport import Transport
from stator.engine.catalogue import Table
from stator.engine.import_reading import checked, placed
from stator.engine.item_keys import ItemKey
from stator.engine.items import put_item
from stator.errors import ProvisionedThroughputExceededException, ServiceError
from stator.limits import BATCH_WRITE_REQUESTS_MAX
from stator.storage.contract import Transaction
from stator.values import Item

T = TypeVar("T")

_BATCH_BYTES_MAX: Final = 4 << 20
_GROUP_ITEMS_MAX: Final = 1000
_GROUP_BYTES_MAX: Final = 1 << 20
_ELSEWHERE_AT_ONCE: Final = 4
# Of one item, not of the whole load: the others are still worth a try
_OF_AN_ITEM: Final = frozenset(("ValidationException", "ItemCollectionSizeLimitExceededException"))
_NO_ROOM: Final = "the table takes no more items for now: some of a batch stayed unprocessed at every try"


@dataclass(slots=True)
class Entry:
    """An item to be written. `line`: of its record in the file, whose `text` is kept for a refusal."""

    line: int
    text: bytes
    key: Hashable
    item: Item
    size: int
    place: ItemKey | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    line: int
    text: bytes
    reason: str


class Writer(Protocol):
    """`items_max`, `bytes_max`: of a batch, no two of whose keys are the same. `at_once`: batches that are worth being
    under way together."""

    items_max: int
    bytes_max: int
    at_once: int

    def entry(self, line: int, text: bytes, item: Item) -> Entry:
        """Raises BadRecord for what the table cannot hold."""
        ...

    def write(self, batch: Sequence[Entry]) -> list[Refusal]:
        """Returns when all is written but what is returned. Raises ServiceError and StatorError."""
        ...


def writer_of(transport: Transport, table: dict[str, Any], at_once: int | None) -> Writer:
    """`table`: its description."""
    if isinstance(transport, InProcess):
        return GroupWriter(transport, table["TableName"])
    return BatchWriter(transport, table, at_once or _ELSEWHERE_AT_ONCE)


class _Writing(ABC):
    """A batch at once, or, where the table refuses one of its items, each by itself."""

    def write(self, batch: Sequence[Entry]) -> list[Refusal]:
        if self._refused(self._write_all, batch) is None:
            return []
        reasons = ((entry, self._refused(self._write_one, entry)) for entry in batch)
        return [Refusal(entry.line, entry.text, reason) for entry, reason in reasons if reason is not None]

    def _refused(self, write: Callable[[T], None], what: T) -> str | None:
        """Why an item was refused, None if none was."""
        try:
            write(what)
        except ServiceError as error:
            if error.code not in _OF_AN_ITEM:
                raise
            return error.message
        return None

    @abstractmethod
    def _write_all(self, batch: Sequence[Entry]) -> None: ...

    def _write_one(self, entry: Entry) -> None:
        self._write_all([entry])


class BatchWriter(_Writing):
    """Through BatchWriteItem. Safe to share between threads."""

    items_max = BATCH_WRITE_REQUESTS_MAX
    bytes_max = _BATCH_BYTES_MAX

    def __init__(
        self, transport: Transport, table: dict[str, Any], at_once: int, retries: Retries | None = None
    ) -> None:
        self.at_once = at_once
        self._transport = transport
        self._table: str = table["TableName"]
        types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
        self._keys = [(key["AttributeName"], types[key["AttributeName"]]) for key in table["KeySchema"]]
        self._retries = retries or Retries()

    def entry(self, line: int, text: bytes, item: Item) -> Entry:
        try:
            item, size = checked(item)
        except ServiceError as error:
            raise BadRecord(error.message) from error
        key = []
        for name, kind in self._keys:
            value = item.get(name, {}).get(kind)
            if not value:
                raise BadRecord(f"the key {name} is missing, empty, or not {kind}")
            key.append(value)
        return Entry(line, text, tuple(key), item, size)

    def _write_all(self, batch: Sequence[Entry]) -> None:
        left = {self._table: [{"PutRequest": {"Item": entry.item}} for entry in batch]}
        attempt = 0
        while left:
            before = len(next(iter(left.values())))
            left = (
                self._transport.call("BatchWriteItem", {"RequestItems": left}).get("UnprocessedItems") or {}
            )
            if left:
                attempt = 1 if len(next(iter(left.values()))) < before else attempt + 1
                self._retries.wait(attempt, ProvisionedThroughputExceededException(_NO_ROOM))

    def _write_one(self, entry: Entry) -> None:
        self._transport.call("PutItem", {"TableName": self._table, "Item": entry.item})


class GroupWriter(_Writing):
    """Into an open database's engine: a group of items is one transaction, with indexes, log and expiry as in any
    write."""

    items_max = _GROUP_ITEMS_MAX
    bytes_max = _GROUP_BYTES_MAX
    at_once = 2

    def __init__(self, transport: InProcess, name: str) -> None:
        from stator.api.call import Call
        from stator.api.names import resolve

        self._db = transport.db
        options = self._db.options
        self._table: Table = resolve(self._db, Call("BatchWriteItem", options.account, options.region), name)

    def entry(self, line: int, text: bytes, item: Item) -> Entry:
        try:
            key, item, size = placed(self._table, item)
        except ServiceError as error:
            raise BadRecord(error.message) from error
        return Entry(line, text, key.stored, item, size, key)

    def _write_all(self, batch: Sequence[Entry]) -> None:
        db, named = self._db, self._table

        def run(tx: Transaction) -> list[Any]:
            table = db.catalogue.current(tx, named)
            written = []
            for entry in batch:
                assert entry.place is not None, "what this writer checked has its place"
                written.append(put_item(tx, table, entry.place, entry.item, entry.size, None))
            return written

        decides = (*(entry.place.stored for entry in batch if entry.place is not None),)
        db.store.transact(db.remembering(run), decides, (named.catalogue_key,))
