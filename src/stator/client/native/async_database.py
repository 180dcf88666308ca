"""`DB`, awaitable: the same methods, arguments and answers.

async with stator.aopen("app.db") as db:
    orders = db.table("Orders")
    await orders.put_item(Item={"id": 7, "paid": True})
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Unpack

from stator.client.native import batches, parameters
from stator.client.native.arguments import Dialect
from stator.client.native.async_table import AsyncTable
from stator.client.native.asynchronous import AsyncDriver
from stator.client.native.client import Client
from stator.client.native.database import ChosenTables, Meta, executed, statement_of, transact_get
from stator.client.native.paging import Pages
from stator.client.native.parameters import Item
from stator.client.native.values import Values
from stator.client.transport import Transport


class AsyncDB:
    """An open database, made by `open_async`. Used on one loop at a time. Each method does what DB's does, with its
    arguments, its answer and its errors; awaiting a write does not block the loop.

    `client` has boto3's low-level shapes, `meta.client` plain values, both to be awaited; `tables` the tables there
    are, for `async for`."""

    def __init__(self, transport: Transport, values: Values, now: Callable[[], float] = time.time) -> None:
        self.transport = transport
        self._driver = AsyncDriver(transport)
        self._plain = Dialect.plain(values)
        self._now = now
        self._made_with = (values, now)
        region = getattr(transport, "region", "")
        self.client = Client(self._driver, Dialect.low_level(), region)
        self.meta = Meta(Client(self._driver, self._plain, region))
        self.tables = AsyncTables(self)

    def table(self, name: str) -> AsyncTable:
        return AsyncTable(self, name)

    def Table(self, name: str) -> AsyncTable:  # noqa: N802
        """`table`, by boto3's name."""
        return self.table(name)

    async def create_table(self, **arguments: Any) -> AsyncTable:
        answer = await self._call("CreateTable", arguments)
        made = self.table(answer["TableDescription"]["TableName"])
        made._description = answer["TableDescription"]
        return made

    async def batch_get_item(
        self, retry_unprocessed: bool = False, **arguments: Unpack[parameters.BatchGetItem]
    ) -> dict[str, Any]:
        if not retry_unprocessed:
            return await self._call("BatchGetItem", arguments)
        return await self._driver.run(batches.get_everything(self._plain, arguments))

    async def batch_write_item(
        self, retry_unprocessed: bool = False, **arguments: Unpack[parameters.BatchWriteItem]
    ) -> dict[str, Any]:
        if not retry_unprocessed:
            return await self._call("BatchWriteItem", arguments)
        return await self._driver.run(batches.write_everything(self._plain, arguments))

    async def transact_write(
        self, actions: Sequence[dict[str, Any]], **options: Unpack[parameters.TransactWrite]
    ) -> dict[str, Any]:
        return await self._call("TransactWriteItems", {"TransactItems": actions, **options})

    async def transact_get(
        self, gets: Sequence[dict[str, Any]], **options: Unpack[parameters.TransactGet]
    ) -> list[Item | None]:
        return await self._driver.run(transact_get(self._plain, gets, options))

    async def execute(
        self, statement: str, parameters: Sequence[Any] = (), **options: Unpack[parameters.Execute]
    ) -> list[Item]:
        return await self._driver.run(executed(self._plain, statement, parameters, options))

    async def execute_items(
        self, statement: str, parameters: Sequence[Any] = (), **options: Unpack[parameters.Execute]
    ) -> AsyncIterator[Item]:
        pages = Pages(self._plain, "ExecuteStatement", statement_of(statement, parameters, options))
        while (page := await self._driver.run(pages.next())) is not None:
            for item in page.get("Items", ()):
                yield item

    def now(self) -> float:
        """As DB's, and not to be awaited."""
        return self._now()

    async def close(self) -> None:
        """Waits for the writes that were begun. Idempotent."""
        await self._driver.close()

    async def __aenter__(self) -> AsyncDB:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def get_available_subresources(self) -> list[str]:
        return ["Table"]

    def _through(self, transport: Transport) -> AsyncDB:
        """The same database by a transport that stands before this one's."""
        return AsyncDB(transport, *self._made_with)

    async def _call(self, operation: str, arguments: Any) -> dict[str, Any]:
        return await self._driver.one(operation, self._plain.of(operation), arguments)


class AsyncTables(ChosenTables):
    """Tables, for `async for`."""

    async def __aiter__(self) -> AsyncIterator[AsyncTable]:
        left = self._most
        pages = self._pages()
        while left != 0 and (page := await self._db._driver.run(pages.next())) is not None:
            names = page["TableNames"][:left]
            left = None if left is None else left - len(names)
            for name in names:
                yield self._db.table(name)
