"""All records of the table's stream, of an open database."""

from __future__ import annotations

from typing import Any

from items_client import TABLE

from stator.client.in_process import InProcess
from stator.engine.database import Database

Members = dict[str, Any]


def records(db: Database) -> list[Members]:
    """Shard by shard in the stream's order, parents before their children."""
    client = InProcess(db)
    arn = client.call("DescribeTable", {"TableName": TABLE})["Table"]["LatestStreamArn"]
    shards = client.call("DescribeStream", {"StreamArn": arn})["StreamDescription"]["Shards"]
    return [record for shard in shards for record in _of_shard(client, arn, shard["ShardId"])]


def _of_shard(client: InProcess, arn: str, shard: str) -> list[Members]:
    asked = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = client.call("GetShardIterator", asked)["ShardIterator"]
    found: list[Members] = []
    while iterator is not None:
        page = client.call("GetRecords", {"ShardIterator": iterator})
        if not page["Records"]:
            return found
        found += page["Records"]
        iterator = page.get("NextShardIterator")
    return found
