"""The async database: what is awaited does not hold up the loop, and many writes share a sync."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from native_tables import schema

import stator
from stator.errors import StatorError


def run(main: Any) -> Any:
    return asyncio.run(main)


def test_awaiting_a_durable_write_does_not_block_the_loop(tmp_path: Path) -> None:
    """The disk is held up until the loop has run on: a write that blocked the loop would never end."""

    async def main() -> None:
        async with stator.aopen(tmp_path / "a.db") as db:
            table = await db.create_table(**schema("Slow"))
            let_go = threading.Event()
            store: Any = db.transport.db.store  # type: ignore[attr-defined]
            transact = store.transact

            def held_up(*arguments: Any) -> Any:
                assert let_go.wait(30)
                return transact(*arguments)

            store.transact = held_up
            write = asyncio.ensure_future(table.put_item(Item={"id": "a", "at": 1}))
            for _ in range(20):
                await asyncio.sleep(0)
            assert not write.done()
            assert (await table.get_item(Key={"id": "b", "at": 1})).get("Item") is None
            let_go.set()
            await write
            store.transact = transact
            assert (await table.get_item(Key={"id": "a", "at": 1}))["Item"] == {"id": "a", "at": 1}

    run(main())


def test_a_long_read_gives_the_loop_turns() -> None:
    async def main() -> None:
        async with stator.open_async() as db:
            table = await db.create_table(**schema("Long"))
            async with table.batch_writer() as batch:
                for at in range(4000):
                    await batch.put_item(Item={"id": "a", "at": at})
            turns = 0
            scan = asyncio.ensure_future(table.scan(FilterExpression="attribute_exists(absent)"))
            while not scan.done():
                turns += 1
                await asyncio.sleep(0)
            assert (await scan)["ScannedCount"] == 4000
            assert turns > 3

    run(main())


def test_many_awaited_writes_are_all_there(tmp_path: Path) -> None:
    async def main() -> None:
        async with stator.aopen(tmp_path / "a.db") as db:
            table = await db.create_table(**schema("Many"))
            await asyncio.gather(*(table.put_item(Item={"id": "a", "at": at}) for at in range(200)))
            items = [item async for item in table.query_items(KeyConditionExpression="id = :a", **of("a"))]
            assert [item["at"] for item in items] == list(range(200))

    def of(value: str) -> dict[str, Any]:
        return {"ExpressionAttributeValues": {":a": value}}

    run(main())


def test_an_async_paginator_and_an_early_end_of_a_scan() -> None:
    async def main() -> None:
        async with stator.aopen() as db:
            table = await db.create_table(**schema("Paged"))
            async with table.batch_writer() as batch:
                for at in range(30):
                    await batch.put_item(Item={"id": "a", "at": at})
            pages = db.client.get_paginator("scan").paginate(TableName="Paged", Limit=10)
            assert [page["Count"] async for page in pages][:3] == [10, 10, 10]
            async for _ in table.scan_items(segments=3, Limit=1):
                break

    run(main())


def test_attributes_are_loaded_first_and_a_closed_database_says_so() -> None:
    async def main() -> None:
        db = stator.open_async()
        await db.create_table(**schema("Closed"))
        table = db.table("Closed")
        with pytest.raises(StatorError, match=r"await table\.load\(\) first"):
            _ = table.item_count
        await table.load()
        assert table.item_count == 0
        await db.close()
        await db.close()
        for call in (table.load(), table.put_item(Item={"id": "a", "at": 1})):
            with pytest.raises(StatorError, match="is closed"):
                await call

    run(main())
