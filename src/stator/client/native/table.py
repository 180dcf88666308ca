"""A table as boto3's resources have it, with plain Python values. `AsyncTable` is the same, awaitable.

Methods, argument names and answers are boto3's; beyond them are `query_items`, `scan_items`, `batch_get_items` and
`stream`, which page, try again and go on by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Unpack

from stator.client.native import batches, parameters
from stator.client.native.calls import Driver
from stator.client.native.description import Described
from stator.client.native.iterating import Stream, items_of, scanned_items
from stator.client.native.paging import Pages
from stator.client.native.parameters import Attributes, Item
from stator.client.native.streams import TRIM_HORIZON, Reading
from stator.client.native.waiting import wait_until

if TYPE_CHECKING:
    from stator.client.native.database import DB, Meta


class Table(Described):
    """Made by `DB.table`. Safe to share between threads. Nothing is asked of the database before a method needs it.

    Besides the methods it has the description's attributes: `key_schema`, `item_count`, `table_status`, `table_arn`,
    `latest_stream_arn` and so on, loaded when first asked for, and again by `load`. `meta` is the database's.

    Every method raises the operation's errors (stator.errors.ServiceError: ResourceNotFoundException where there is no
    such table, ValidationException for what DynamoDB would not take), StatorError for what is not the caller's, and
    TypeError for an argument or a value that is none. A call that raises a ServiceError has written nothing, unless
    it says otherwise. "Durable" is what `open`'s `durability` makes of it."""

    def __init__(self, db: DB, name: str) -> None:
        super().__init__(name)
        self._db = db
        self._driver = db._driver
        self._dialect = db._plain

    @property
    def meta(self) -> Meta:
        return self._db.meta

    # Items

    def get_item(self, **arguments: Unpack[parameters.GetItem]) -> dict[str, Any]:
        """GetItem: {"Item": the item}, without `Item` when there is none. The read is of one moment; it sees every
        write that was answered with `ConsistentRead`, and on a file or in memory without it, too."""
        return self._call("GetItem", arguments)

    def put_item(self, **arguments: Unpack[parameters.PutItem]) -> dict[str, Any]:
        """PutItem: the item in the place of the one that has its key. Atomic with its condition, and durable when it
        returns. `Attributes` has the old item where `ReturnValues` is "ALL_OLD" and there was one. Raises
        ConditionalCheckFailedException, whose `response["Item"]` has the old item where that was asked for, in the
        low-level shapes, as boto3's has."""
        return self._call("PutItem", arguments)

    def update_item(self, **arguments: Unpack[parameters.UpdateItem]) -> dict[str, Any]:
        """UpdateItem: changes attributes of an item, which is made where it is not there. Atomic with its condition,
        and durable when it returns. `Attributes` has what `ReturnValues` asks for. Raises
        ConditionalCheckFailedException."""
        return self._call("UpdateItem", arguments)

    def delete_item(self, **arguments: Unpack[parameters.DeleteItem]) -> dict[str, Any]:
        """DeleteItem; an item that is not there is no error. Atomic with its condition, and durable when it returns.
        `Attributes` has the old item where `ReturnValues` is "ALL_OLD" and there was one. Raises
        ConditionalCheckFailedException."""
        return self._call("DeleteItem", arguments)

    def query(self, **arguments: Unpack[parameters.Query]) -> dict[str, Any]:
        """Query: one page, of at most 1 MB read, or `Limit` items read. `Items` (which may be none of them, where a
        filter took all), `Count`, `ScannedCount`, and `LastEvaluatedKey` when there is more: the next page's
        `ExclusiveStartKey`. A page is not of one moment."""
        return self._call("Query", arguments)

    def scan(self, **arguments: Unpack[parameters.Scan]) -> dict[str, Any]:
        """Scan: one page, as `query`'s, of all items."""
        return self._call("Scan", arguments)

    def query_items(self, **arguments: Unpack[parameters.Query]) -> Iterator[Item]:
        """The items of all pages, in order; a page is fetched when the one before is used up. `Limit` is a page's.
        One thread uses the iterator at a time; an error is raised where its page is fetched."""
        return items_of(self._driver, Pages(self._dialect, "Query", self._named(arguments)))

    def scan_items(self, segments: int = 1, **arguments: Unpack[parameters.Scan]) -> Iterator[Item]:
        """The items of all pages. With `segments`, so many scans at a time, each by a thread of its own and one page
        ahead: for databases that are elsewhere. Raises StatorError for more segments at once than are allowed."""
        return scanned_items(self._driver, self._dialect, self._named(arguments), segments)

    def batch_get_items(self, keys: Iterable[Attributes], **options: Any) -> list[Item]:
        """The items that have these keys, however many keys; in no order. `options` are those of a table in
        BatchGetItem: ConsistentRead, ProjectionExpression, ExpressionAttributeNames. Reads that come back unprocessed
        are made again; raises StatorError when 20 tries in a row achieved nothing."""
        return self._driver.run(batches.get_many(self._dialect, self.name, keys, options))

    def batch_writer(self, overwrite_by_pkeys: Sequence[str] | None = None) -> BatchWriter:
        """Gathers writes into batches of 25: `with table.batch_writer() as batch: batch.put_item(Item=...)`. A write is
        atomic by itself, a batch is not. Of two writes with the same `overwrite_by_pkeys` attributes in one batch,
        which is refused otherwise, the later one counts."""
        return BatchWriter(self._driver, batches.WriteBuffer(self._dialect, self.name, overwrite_by_pkeys))

    def stream(
        self,
        start: str = TRIM_HORIZON,
        *,
        checkpoint: str | None = None,
        follow: bool = True,
        poll_s: float = 0.25,
        limit: int | None = None,
    ) -> Stream:
        """The table's changes from `start`, "TRIM_HORIZON" (the oldest kept) or "LATEST" (from now on), or from a
        `checkpoint` of an earlier stream. Ends when the stream was turned off; without `follow`, when there is no more
        for now. With it, a look is taken each `poll_s` seconds where there was nothing. `limit`: the most records that
        one call reads (1 to 1,000). Raises StatorError where the table has no stream, and for a text that is no
        checkpoint."""
        now = self._db._now
        reading = Reading(self._dialect, self.name, start, checkpoint, limit, now)
        self._driver.run(reading.begin())
        return Stream(self._driver, reading, follow, poll_s)

    # The table

    def load(self) -> None:
        """DescribeTable: loads the description anew."""
        self._description = self._call("DescribeTable", {})["Table"]

    reload = load

    def update(self, **arguments: Any) -> Table:
        """UpdateTable, with its `arguments` but for the name: the table, with its new description. Raises
        ResourceInUseException, LimitExceededException."""
        updated = Table(self._db, self.name)
        updated._description = self._call("UpdateTable", arguments)["TableDescription"]
        return updated

    def delete(self) -> dict[str, Any]:
        """DeleteTable: the table with its items, at once. {"TableDescription": ...}. Raises ResourceInUseException
        where it is in use, ValidationException where it is protected."""
        return self._call("DeleteTable", {})

    def wait_until_exists(self, **config: Any) -> None:
        """Returns when the table is active. `config` may be boto3's WaiterConfig={"Delay": seconds, "MaxAttempts": n}.
        Raises WaitError when it does not become so."""
        self._driver.run(wait_until(self._dialect, "table_exists", self._named(config)))
        self._description = None

    def wait_until_not_exists(self, **config: Any) -> None:
        """Returns when there is no such table. `config` and what is raised are those of `wait_until_exists`."""
        self._driver.run(wait_until(self._dialect, "table_not_exists", self._named(config)))

    def get_available_subresources(self) -> list[str]:
        """boto3's; a table has none."""
        return []

    def _load_for(self, attribute: str) -> None:
        self.load()

    def _call(self, operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return self._driver.one(operation, self._dialect.of(operation), self._named(arguments))


class BatchWriter:
    """Used by one thread at a time. What is still gathered is written when the `with` block ends, whether or not it
    failed, as boto3 does. Writes that come back unprocessed are made again. A write is atomic by itself, a batch is
    not.

    Each method, and the end of the block, raises what BatchWriteItem raises, and StatorError when 20 tries in a row
    achieved nothing: writes of earlier batches are done then."""

    def __init__(self, driver: Driver, buffer: batches.WriteBuffer) -> None:
        self._driver = driver
        self._buffer = buffer

    def put_item(self, Item: Attributes) -> None:  # noqa: N803
        """Puts `Item`, now or with a later batch."""
        self._driver.run(self._buffer.put(Item))

    def delete_item(self, Key: Attributes) -> None:  # noqa: N803
        """Deletes the item of this `Key`, now or with a later batch."""
        self._driver.run(self._buffer.delete(Key))

    def __enter__(self) -> BatchWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._driver.run(self._buffer.finish())
