"""`Table`, awaitable: the same methods, arguments and answers. Attributes of the description need `await
table.load()`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from stator.client.native import batches, parameters
from stator.client.native.asynchronous import AsyncDriver
from stator.client.native.description import Described
from stator.client.native.iterating import next_batch, segment_pages
from stator.client.native.paging import Pages
from stator.client.native.parameters import Attributes, Item
from stator.client.native.streams import TRIM_HORIZON, Reading
from stator.client.native.waiting import wait_until
from stator.errors import StatorError

if TYPE_CHECKING:
    from stator.client.native.async_database import AsyncDB
    from stator.client.native.database import Meta


class AsyncTable(Described):
    """Made by `AsyncDB.table`. Each method does what Table's does, with its arguments, its answer and its errors.

    The description's attributes (`key_schema` and so on) raise StatorError before `await table.load()`. `meta` is the
    database's. A call that is cancelled is no longer waited for; a write that had begun may still be done."""

    def __init__(self, db: AsyncDB, name: str) -> None:
        super().__init__(name)
        self._db = db
        self._driver = db._driver
        self._dialect = db._plain

    @property
    def meta(self) -> Meta:
        return self._db.meta

    async def get_item(self, **arguments: Unpack[parameters.GetItem]) -> dict[str, Any]:
        return await self._call("GetItem", arguments)

    async def put_item(self, **arguments: Unpack[parameters.PutItem]) -> dict[str, Any]:
        return await self._call("PutItem", arguments)

    async def update_item(self, **arguments: Unpack[parameters.UpdateItem]) -> dict[str, Any]:
        return await self._call("UpdateItem", arguments)

    async def delete_item(self, **arguments: Unpack[parameters.DeleteItem]) -> dict[str, Any]:
        return await self._call("DeleteItem", arguments)

    async def query(self, **arguments: Unpack[parameters.Query]) -> dict[str, Any]:
        return await self._call("Query", arguments)

    async def scan(self, **arguments: Unpack[parameters.Scan]) -> dict[str, Any]:
        return await self._call("Scan", arguments)

    def query_items(self, **arguments: Unpack[parameters.Query]) -> AsyncIterator[Item]:
        return items_of(self._driver, Pages(self._dialect, "Query", self._named(arguments)))

    def scan_items(self, segments: int = 1, **arguments: Unpack[parameters.Scan]) -> AsyncIterator[Item]:
        parts = segment_pages(self._dialect, self._named(arguments), segments)
        return items_of(self._driver, parts[0]) if segments == 1 else _side_by_side(self._driver, parts)

    async def batch_get_items(self, keys: Iterable[Attributes], **options: Any) -> list[Item]:
        return await self._driver.run(batches.get_many(self._dialect, self.name, keys, options))

    def batch_writer(self, overwrite_by_pkeys: Sequence[str] | None = None) -> AsyncBatchWriter:
        """`async with table.batch_writer() as batch: await batch.put_item(Item=...)`."""
        buffer = batches.WriteBuffer(self._dialect, self.name, overwrite_by_pkeys)
        return AsyncBatchWriter(self._driver, buffer)

    def stream(
        self,
        start: str = TRIM_HORIZON,
        *,
        checkpoint: str | None = None,
        follow: bool = True,
        poll_s: float = 0.25,
        limit: int | None = None,
    ) -> AsyncStream:
        """As Table's. "LATEST" is the moment when it is first awaited: by `async with`, or by the first record."""
        reading = Reading(self._dialect, self.name, start, checkpoint, limit, self._db._now)
        return AsyncStream(self._driver, reading, follow, poll_s)

    async def load(self) -> None:
        self._description = (await self._call("DescribeTable", {}))["Table"]

    reload = load

    async def update(self, **arguments: Any) -> AsyncTable:
        updated = AsyncTable(self._db, self.name)
        updated._description = (await self._call("UpdateTable", arguments))["TableDescription"]
        return updated

    async def delete(self) -> dict[str, Any]:
        return await self._call("DeleteTable", {})

    async def wait_until_exists(self, **config: Any) -> None:
        await self._driver.run(wait_until(self._dialect, "table_exists", self._named(config)))
        self._description = None

    async def wait_until_not_exists(self, **config: Any) -> None:
        await self._driver.run(wait_until(self._dialect, "table_not_exists", self._named(config)))

    def get_available_subresources(self) -> list[str]:
        return []

    def _load_for(self, attribute: str) -> None:
        raise StatorError(f"{attribute} is not loaded: await table.load() first")

    async def _call(self, operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return await self._driver.one(operation, self._dialect.of(operation), self._named(arguments))


class AsyncBatchWriter:
    """BatchWriter, awaitable: `async with table.batch_writer() as batch: await batch.put_item(Item=...)`. One task uses
    it at a time."""

    def __init__(self, driver: AsyncDriver, buffer: batches.WriteBuffer) -> None:
        self._driver = driver
        self._buffer = buffer

    async def put_item(self, Item: Attributes) -> None:  # noqa: N803
        await self._driver.run(self._buffer.put(Item))

    async def delete_item(self, Key: Attributes) -> None:  # noqa: N803
        await self._driver.run(self._buffer.delete(Key))

    async def __aenter__(self) -> AsyncBatchWriter:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._driver.run(self._buffer.finish())


class AsyncStream:
    """Stream, awaitable: `async for record in table.stream(): ...`."""

    def __init__(self, driver: AsyncDriver, reading: Reading, follow: bool, poll_s: float) -> None:
        self._driver = driver
        self._reading = reading
        self._follow = follow
        self._poll_s = poll_s
        self._records = self._iterate()

    @property
    def checkpoint(self) -> str:
        """As Stream's. Raises StatorError before the stream has begun."""
        place = self._reading.checkpoint
        if place is None:
            raise StatorError("The stream has not begun: await its first record, or use async with.")
        return place

    async def close(self) -> None:
        await self._records.aclose()

    def __aiter__(self) -> AsyncStream:
        return self

    async def __anext__(self) -> dict[str, Any]:
        return await anext(self._records)

    async def __aenter__(self) -> AsyncStream:
        await self._driver.run(self._reading.begin())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _iterate(self) -> Any:
        while True:
            batch = await self._driver.run(next_batch(self._reading, self._follow, self._poll_s))
            if batch is None:
                return
            shard, records = batch
            for record in records:
                self._reading.taken(shard, record)
                yield record


async def items_of(driver: AsyncDriver, pages: Pages) -> AsyncIterator[Item]:
    """The items of all pages."""
    while (page := await driver.run(pages.next())) is not None:
        for item in page["Items"]:
            yield item


async def _side_by_side(driver: AsyncDriver, parts: list[Pages]) -> AsyncIterator[Item]:
    """A page of each part is on its way at a time."""
    waiting = {asyncio.ensure_future(driver.run(part.next())): part for part in parts}
    try:
        while waiting:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                part = waiting.pop(task)
                page = task.result()
                if page is not None:
                    waiting[asyncio.ensure_future(driver.run(part.next()))] = part
                    for item in page["Items"]:
                        yield item
    finally:
        for task in waiting:
            task.cancel()
