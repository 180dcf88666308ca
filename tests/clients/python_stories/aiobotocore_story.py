"""aiobotocore as its users write it: many calls at once on one event loop, waiters, paginators, batches, streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from boto3_tables import attributes, index, schema
from botocore.exceptions import ClientError, WaiterError
from steps import step, tell

TABLE = "events"
CONFIG = AioConfig(retries={"total_max_attempts": 1, "mode": "standard"}, max_pool_connections=50)


@asynccontextmanager
async def client(service: str = "dynamodb", config: AioConfig = CONFIG) -> AsyncIterator[Any]:
    async with get_session().create_client(service, config=config) as made:
        yield made


def event(pk: str, sk: int, **members: Any) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"N": str(sk)}, **members}


def numbers(items: list[dict[str, Any]]) -> list[int]:
    return [int(item["sk"]["N"]) for item in items]


async def refused(call: Any) -> dict[str, Any]:
    try:
        await call
    except ClientError as error:
        return {"class": type(error).__name__, **error.response["Error"]}
    raise AssertionError("not refused")


@step
async def created() -> Any:
    async with client() as db:
        made = await db.create_table(
            TableName=TABLE,
            KeySchema=schema("pk:S sk:N"),
            AttributeDefinitions=attributes("pk:S sk:N", "kind:S"),
            GlobalSecondaryIndexes=[index("by-kind", "kind:S sk:N")],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        await db.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 5})
        described = await db.describe_table(TableName=TABLE)
        return [made["TableDescription"]["TableStatus"], described["Table"]["TableStatus"]]


@step
async def fifty_at_once() -> Any:
    async with client() as db:
        puts = [
            db.put_item(TableName=TABLE, Item=event("many", n, kind={"S": "even" if n % 2 == 0 else "odd"}))
            for n in range(50)
        ]
        answers = await asyncio.gather(*puts)
        reads = await asyncio.gather(
            *(db.get_item(TableName=TABLE, Key=event("many", n), ConsistentRead=True) for n in range(50))
        )
        return {
            "statuses": sorted({answer["ResponseMetadata"]["HTTPStatusCode"] for answer in answers}),
            "request ids": len({answer["ResponseMetadata"]["RequestId"] for answer in answers}),
            "read": numbers([read["Item"] for read in reads]) == list(range(50)),
        }


@step
async def fifty_increments_at_once() -> Any:
    async with client() as db:

        def increment() -> Any:
            return db.update_item(
                TableName=TABLE,
                Key=event("counter", 0),
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
                ReturnValues="UPDATED_NEW",
            )

        answers = await asyncio.gather(*(increment() for _ in range(50)))
        return sorted(int(answer["Attributes"]["n"]["N"]) for answer in answers) == list(range(1, 51))


@step
async def a_lock_is_taken_once() -> Any:
    async with client() as db:

        async def take(owner: int) -> int | None:
            try:
                await db.put_item(
                    TableName=TABLE,
                    Item=event("lock", 0, owner={"N": str(owner)}),
                    ConditionExpression="attribute_not_exists(pk)",
                )
            except db.exceptions.ConditionalCheckFailedException:
                return None
            return owner

        taken = [owner for owner in await asyncio.gather(*map(take, range(20))) if owner is not None]
        held = await db.get_item(TableName=TABLE, Key=event("lock", 0), ConsistentRead=True)
        return [len(taken), taken == [int(held["Item"]["owner"]["N"])]]


@step
async def pages() -> Any:
    async with client() as db:
        request = {
            "TableName": TABLE,
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": "many"}},
            "ScanIndexForward": False,
        }
        found: list[list[int]] = []
        async for page in db.get_paginator("query").paginate(**request, PaginationConfig={"PageSize": 20}):
            found.append(numbers(page["Items"]))
        whole = await db.get_paginator("scan").paginate(TableName=TABLE, Limit=7).build_full_result()
        resumed = (
            await db.get_paginator("query")
            .paginate(**request, PaginationConfig={"PageSize": 4, "MaxItems": 6})
            .build_full_result()
        )
        rest = (
            await db.get_paginator("query")
            .paginate(**request, PaginationConfig={"StartingToken": resumed["NextToken"]})
            .build_full_result()
        )
        names: list[str] = []
        async for listed in db.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 1}):
            names += listed["TableNames"]
        return {
            "query": [len(page) for page in found],
            "order": [n for page in found for n in page] == list(range(49, -1, -1)),
            "scan": whole["Count"],
            "resumed": [numbers(resumed["Items"])[-1], numbers(rest["Items"])[0], len(rest["Items"])],
            "listed": TABLE in names,
        }


@step
async def an_index() -> Any:
    async with client() as db:
        odd = await db.query(
            TableName=TABLE,
            IndexName="by-kind",
            KeyConditionExpression="kind = :k AND sk BETWEEN :a AND :b",
            ExpressionAttributeValues={":k": {"S": "odd"}, ":a": {"N": "10"}, ":b": {"N": "15"}},
        )
        return numbers(odd["Items"])


@step
async def batches() -> Any:
    async with client() as db:
        puts = [
            {
                TABLE: [
                    {"PutRequest": {"Item": event("batch", at + n, data={"B": b"\x00\xff"})}}
                    for n in range(25)
                ]
            }
            for at in range(0, 100, 25)
        ]
        answers = await asyncio.gather(*(db.batch_write_item(RequestItems=put) for put in puts))
        keys = [event("batch", n) for n in range(100)]
        read = await db.batch_get_item(RequestItems={TABLE: {"Keys": keys, "ConsistentRead": True}})
        return {
            "unprocessed": [answer["UnprocessedItems"] for answer in answers],
            "read": len(read["Responses"][TABLE]),
            "binary": read["Responses"][TABLE][0]["data"]["B"] == b"\x00\xff",
            "unread": read["UnprocessedKeys"],
        }


@step
async def transactions() -> Any:
    async with client() as db:

        def transfer(n: int) -> Any:
            def move(account: str, amount: int) -> dict[str, Any]:
                change = {"Key": event(account, 0), "UpdateExpression": "ADD balance :n", "TableName": TABLE}
                return {"Update": change | {"ExpressionAttributeValues": {":n": {"N": str(amount)}}}}

            return db.transact_write_items(TransactItems=[move("one", -n), move("two", n)])

        await asyncio.gather(*map(transfer, range(1, 11)))
        gets = [{"Get": {"TableName": TABLE, "Key": event(account, 0)}} for account in ("one", "two")]
        read = await db.transact_get_items(TransactItems=gets)
        check = {"TableName": TABLE, "Key": event("none", 0), "ConditionExpression": "attribute_exists(pk)"}
        cancelled = None
        try:
            await db.transact_write_items(TransactItems=[{"ConditionCheck": check}])
        except db.exceptions.TransactionCanceledException as error:
            cancelled = error.response["CancellationReasons"]
        return {
            "balances": [each["Item"]["balance"]["N"] for each in read["Responses"]],
            "cancelled": cancelled,
        }


@step
async def statements() -> Any:
    async with client() as db:
        found = await db.execute_statement(
            Statement=f'SELECT sk FROM "{TABLE}" WHERE pk = ? AND sk IN [1, 2, 3]', Parameters=[{"S": "many"}]
        )
        return sorted(numbers(found["Items"]))


@step
async def the_stream() -> Any:
    async with client() as db, client("dynamodbstreams") as streams:
        await db.delete_item(TableName=TABLE, Key=event("many", 0))
        [stream] = (await streams.list_streams(TableName=TABLE))["Streams"]
        described = (await streams.describe_stream(StreamArn=stream["StreamArn"]))["StreamDescription"]
        records: list[dict[str, Any]] = []
        for shard in described["Shards"]:
            iterator = (
                await streams.get_shard_iterator(
                    StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
                )
            )["ShardIterator"]
            while iterator is not None:
                read = await streams.get_records(ShardIterator=iterator, Limit=40)
                records += read["Records"]
                iterator = read.get("NextShardIterator") if read["Records"] else None
        counter = [
            record["dynamodb"] for record in records if record["dynamodb"]["Keys"]["pk"]["S"] == "counter"
        ]
        [gone] = [record for record in records if record["eventName"] == "REMOVE"]
        return {
            "view": described["StreamViewType"],
            "puts": sum(record["eventName"] == "INSERT" for record in records),
            "counted": [int(each["NewImage"]["n"]["N"]) for each in counter] == list(range(1, 51)),
            "gone": gone["dynamodb"]["OldImage"],
        }


@step
async def refusals() -> Any:
    async with client() as db:
        return {
            "absent": await refused(db.get_item(TableName="nothing", Key=event("x", 0))),
            "twice": await refused(
                db.create_table(
                    TableName=TABLE,
                    KeySchema=schema("pk:S"),
                    AttributeDefinitions=attributes("pk:S"),
                    BillingMode="PAY_PER_REQUEST",
                )
            ),
            "wrong": await refused(db.put_item(TableName=TABLE, Item={"pk": {"S": "x"}})),
        }


@step
async def a_waiter_gives_up() -> Any:
    async with client() as db:
        try:
            waiting = {"Delay": 0, "MaxAttempts": 2}
            await db.get_waiter("table_exists").wait(TableName="nothing", WaiterConfig=waiting)
        except WaiterError as error:
            return str(error)
        raise AssertionError("the table is there")


@step
async def deleted() -> Any:
    async with client() as db:
        await db.delete_table(TableName=TABLE)
        waiting = {"Delay": 1, "MaxAttempts": 5}
        await db.get_waiter("table_not_exists").wait(TableName=TABLE, WaiterConfig=waiting)
        return TABLE in (await db.list_tables())["TableNames"]


if __name__ == "__main__":
    tell()
