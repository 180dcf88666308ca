"""boto3's own client of streams, unmodified, against the server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from stator.engine.database import Database, Options
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore

TABLE = {
    "TableName": "music",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}


@pytest.fixture
def clients() -> Iterator[tuple[Any, Any]]:
    with BackgroundServer(Database(MemoryStore(), Options(region="eu-west-1"))) as endpoint:
        session = boto3.Session("key", "secret", region_name="eu-west-1")
        options = {"endpoint_url": endpoint, "config": Config(retries={"total_max_attempts": 1})}
        yield session.client("dynamodb", **options), session.client("dynamodbstreams", **options)


def read_all(streams: Any, arn: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found += streams.get_records(ShardIterator=iterator)["Records"]
    return found


def test_boto3_reads_what_was_written(clients: tuple[Any, Any]):
    tables, streams = clients
    arn = tables.create_table(**TABLE)["TableDescription"]["LatestStreamArn"]
    tables.put_item(TableName="music", Item={"pk": {"S": "a"}, "blob": {"B": b"\0\xff"}})
    tables.delete_item(TableName="music", Key={"pk": {"S": "a"}})
    assert [stream["StreamArn"] for stream in streams.list_streams(TableName="music")["Streams"]] == [arn]
    inserted, removed = read_all(streams, arn)
    assert inserted["dynamodb"]["NewImage"] == {"pk": {"S": "a"}, "blob": {"B": b"\0\xff"}}
    assert removed["dynamodb"]["OldImage"] == inserted["dynamodb"]["NewImage"]
    assert (inserted["eventName"], removed["eventName"]) == ("INSERT", "REMOVE")
    assert inserted["awsRegion"] == "eu-west-1"
    created = inserted["dynamodb"]["ApproximateCreationDateTime"]
    assert abs((datetime.now(UTC) - created).total_seconds()) < 60


def test_boto3_knows_the_errors(clients: tuple[Any, Any]):
    tables, streams = clients
    arn = tables.create_table(**TABLE)["TableDescription"]["LatestStreamArn"]
    with pytest.raises(streams.exceptions.ResourceNotFoundException):
        streams.describe_stream(StreamArn=arn + "0")
    with pytest.raises(ClientError, match="Invalid ShardIterator"):
        streams.get_records(ShardIterator=arn)
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    with pytest.raises(ClientError, match="in the future"):
        streams.get_shard_iterator(
            StreamArn=arn,
            ShardId=shard,
            ShardIteratorType="AT_TIMESTAMP",
            Timestamp=datetime(2200, 1, 1, tzinfo=UTC),
        )
