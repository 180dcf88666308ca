"""`stator.metering`: what each request consumed, on every door, by whatever method it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

import stator
from stator.conditions import Attr, Key
from stator.engine.database import Database
from stator.metering import Meter, Used
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore

SCHEMA: dict[str, Any] = {
    "TableName": "Orders",
    "KeySchema": [
        {"AttributeName": "customer", "KeyType": "HASH"},
        {"AttributeName": "number", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "customer", "AttributeType": "S"},
        {"AttributeName": "number", "AttributeType": "N"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}
KEY = {"customer": "ada", "number": 1}
KEY_BYTES = len("customerada") + len("number") + 2
OTHER = {**KEY, "number": 2}
ITEM = {**KEY, "note": "x" * 1500}
ITEM_BYTES = KEY_BYTES + len("note") + 1500
CREDENTIALS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "x", "region_name": "us-east-1"}


@pytest.fixture(params=["memory", "http", "boto3"])
def meter(request: pytest.FixtureRequest) -> Iterator[Meter[stator.DB]]:
    database = Database(MemoryStore())
    with BackgroundServer(database) as url:
        targets = {"memory": lambda: database, "http": lambda: url, "boto3": lambda: _client(url)}
        meter = Meter(stator.open(targets[request.param]()))
        meter.db.create_table(**SCHEMA)
        meter.db.table("Orders").put_item(Item=ITEM)
        meter.taken()
        yield meter
        meter.db.close()
    database.close()


def _client(url: str) -> Any:
    return boto3.client("dynamodb", endpoint_url=url, **CREDENTIALS)


def orders(db: Any) -> Any:
    return db.table("Orders")


WIRE_KEY = {"customer": {"S": "ada"}, "number": {"N": "1"}}
CALLS: list[tuple[str, str, Callable[[Any], Any], Used]] = [
    ("get", "GetItem", lambda db: orders(db).get_item(Key=KEY), Used(0.5, 0, 1, ITEM_BYTES)),
    ("get nothing", "GetItem", lambda db: orders(db).get_item(Key={**KEY, "number": 2}), Used(0.5, 0)),
    (
        "consistent get", "GetItem",
        lambda db: orders(db).get_item(Key=KEY, ConsistentRead=True), Used(1, 0, 1, ITEM_BYTES),
    ),
    (
        "query", "Query",
        lambda db: orders(db).query(KeyConditionExpression=Key("customer").eq("ada")), Used(0.5, 0, 1, ITEM_BYTES),
    ),
    (
        "query_items", "Query",
        lambda db: list(orders(db).query_items(KeyConditionExpression=Key("customer").eq("ada"))),
        Used(0.5, 0, 1, ITEM_BYTES),
    ),
    (
        "a paginator", "Scan",
        lambda db: list(db.client.get_paginator("scan").paginate(TableName="Orders")), Used(0.5, 0, 1, ITEM_BYTES),
    ),
    ("put", "PutItem", lambda db: orders(db).put_item(Item=ITEM), Used(0, 2, 1, ITEM_BYTES)),
    (
        "update", "UpdateItem",
        lambda db: orders(db).update_item(Key=KEY, UpdateExpression="REMOVE paid"),
        Used(0, 2, 1),
    ),
    ("delete", "DeleteItem", lambda db: db.client.delete_item(TableName="Orders", Key=WIRE_KEY), Used(0, 2, 1)),
    (
        "batch get", "BatchGetItem",
        lambda db: db.batch_get_item(RequestItems={"Orders": {"Keys": [KEY, {**KEY, "number": 2}]}}),
        Used(1, 0, 1, ITEM_BYTES),
    ),
    (
        "batch write", "BatchWriteItem",
        lambda db: db.batch_write_item(RequestItems={"Orders": [{"PutRequest": {"Item": ITEM}}]}),
        Used(0, 2, 1, ITEM_BYTES),
    ),
    (
        "transaction", "TransactWriteItems",
        lambda db: db.transact_write([{"Put": {"TableName": "Orders", "Item": ITEM}}]), Used(0, 4, 1, ITEM_BYTES),
    ),
    (
        "reading transaction", "TransactGetItems",
        lambda db: db.transact_get([{"TableName": "Orders", "Key": KEY}]), Used(2, 0, 1, ITEM_BYTES),
    ),
    (
        "PartiQL that reads", "ExecuteStatement",
        lambda db: db.execute("SELECT * FROM Orders WHERE customer = 'ada' AND number = 1"), Used(0.5, 0),
    ),
    (
        "PartiQL that writes", "ExecuteStatement",
        lambda db: db.execute("INSERT INTO Orders VALUE {'customer': 'bob', 'number': 1}"), Used(0, 1),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "call", "used"), [each[1:] for each in CALLS], ids=[e[0] for e in CALLS]
)
def test_a_request_tells_what_it_used(
    meter: Meter[stator.DB], operation: str, call: Callable[[Any], Any], used: Used
) -> None:
    call(meter.db)
    (sent,) = meter.taken()
    assert (sent.operation, dict(sent.used), sent.is_refused) == (operation, {"Orders": used}, False)
    assert meter.taken() == []


def test_an_answer_has_its_capacity_only_for_who_asked(meter: Meter[stator.DB]) -> None:
    table = meter.db.table("Orders")
    assert "ConsumedCapacity" not in table.get_item(Key=KEY)
    assert "ConsumedCapacity" not in table.get_item(Key=KEY, ReturnConsumedCapacity="NONE")
    answer = table.get_item(Key=KEY, ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"]["Table"] == {"CapacityUnits": 0.5}
    assert [sent.read_units for sent in meter.taken()] == [0.5] * 3


def test_a_refused_request_is_told_and_its_error_passes(meter: Meter[stator.DB]) -> None:
    with pytest.raises(stator.errors.ConditionalCheckFailedException):
        meter.db.table("Orders").put_item(Item=ITEM, ConditionExpression=Attr("customer").not_exists())
    (sent,) = meter.taken()
    assert (sent.operation, sent.is_refused, dict(sent.used)) == ("PutItem", True, {})


def test_what_makes_tables_is_not_told(meter: Meter[stator.DB]) -> None:
    meter.db.client.describe_table(TableName="Orders")
    assert [table.name for table in meter.db.tables.all()] == ["Orders"]
    assert meter.taken() == []


def test_reads_of_a_stream_are_counted_by_requests(meter: Meter[stator.DB]) -> None:
    assert next(meter.db.table("Orders").stream(follow=False))["eventName"] == "INSERT"
    sent = meter.taken()
    assert {each.operation for each in sent} == {"GetRecords"}
    assert [each.stream_reads for each in sent] == [1] * len(sent)


def test_the_values_of_its_expressions_are_pythons(meter: Meter[stator.DB]) -> None:
    meter.db.table("Orders").query(
        KeyConditionExpression="customer = :c AND #n > :n",
        ExpressionAttributeNames={"#n": "number"},
        ExpressionAttributeValues={":c": "ada", ":n": 0},
    )
    (sent,) = meter.taken()
    assert sent.values == {":c": "ada", ":n": 0}


def test_two_tables_are_told_apart(meter: Meter[stator.DB]) -> None:
    meter.db.create_table(**{**SCHEMA, "TableName": "Others"}).wait_until_exists()
    meter.db.transact_write([{"Put": {"TableName": name, "Item": OTHER}} for name in ("Orders", "Others")])
    (sent,) = meter.taken()
    assert dict(sent.used) == {name: Used(0, 2, 1, KEY_BYTES) for name in ("Orders", "Others")}
    assert sent.total == Used(0, 4, 2, 2 * KEY_BYTES)


def test_an_async_database_is_metered_too() -> None:
    async def use() -> None:
        async with stator.open_async() as db:
            meter = Meter(db)
            table = await meter.db.create_table(**SCHEMA)
            await asyncio.gather(*(table.put_item(Item={**ITEM, "number": n}) for n in range(10)))
            sent = meter.taken()
            assert [each.write_units for each in sent] == [2.0] * 10

    asyncio.run(use())
