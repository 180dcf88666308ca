"""What `patched` and AioSession promise aiobotocore's users beyond the answers, told by steps in its own Python."""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "clients" / "python_stories"))

from steps import step, tell

import stator.boto3
from stator.client.connecting import open_database

KEY = {"region_name": "eu-west-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
TABLE = {
    "TableName": "events",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def classes() -> list[dict[str, Any]]:
    from aiobotocore.endpoint import AioEndpoint
    from aiobotocore.session import AioSession
    from aiobotocore.signers import AioRequestSigner

    return [dict(each.__dict__) for each in (AioEndpoint, AioSession, AioRequestSigner)]


@step
async def loaded_within() -> Any:
    loaded = "aiobotocore.session" in sys.modules
    with stator.boto3.patched():
        from aiobotocore.session import get_session

        async with get_session().create_client("dynamodb") as client:
            return [loaded, (await client.list_tables())["TableNames"]]


@step
async def made_before() -> Any:
    from aiobotocore.session import get_session

    before = classes()
    made = get_session().create_client("dynamodb", endpoint_url="http://127.0.0.1:9", **KEY)
    async with made as client, stator.boto3.patched():
        await client.create_table(**TABLE)
        within = (await client.list_tables())["TableNames"]
    return [within, classes() == before]


@step
async def another_service() -> Any:
    from aiobotocore.session import get_session

    with stator.boto3.patched():
        async with get_session().create_client("sqs") as client:
            try:
                await client.list_queues()
            except stator.boto3.OtherServiceError as error:
                return str(error).partition(" was called")[0]


@step
async def own_database() -> Any:
    from aiobotocore.session import get_session

    with stator.boto3.AioSession() as own, stator.boto3.patched():
        async with own.create_client("dynamodb") as mine, get_session().create_client("dynamodb") as other:
            await mine.create_table(**TABLE)
            return [(await each.list_tables())["TableNames"] for each in (mine, other)]


@step
async def a_write_that_waits() -> Any:
    """The store waits for what only the loop can do: were the loop waiting for the store, neither would go on."""
    db = open_database()
    async with stator.boto3.AioSession(db).create_client("dynamodb") as client:
        await client.create_table(**TABLE)
        transact, let_go = db.store.transact, threading.Event()

        def wait(*arguments: Any) -> Any:
            assert let_go.wait(30)
            return transact(*arguments)

        db.store.transact = wait
        put = asyncio.create_task(client.put_item(TableName="events", Item={"pk": {"S": "a"}}))
        await asyncio.sleep(0)
        read = await client.get_item(TableName="events", Key={"pk": {"S": "a"}})
        let_go.set()
        await put
        large = {"pk": {"S": "b"}, "many": {"L": [{"N": str(n)} for n in range(30_000)]}}
        await client.put_item(TableName="events", Item=large)
        again = await client.get_item(TableName="events", Key={"pk": {"S": "b"}})
    db.close()
    return ["Item" in read, again["Item"] == large]


if __name__ == "__main__":
    tell()
