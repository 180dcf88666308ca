"""A small database in which every kind of row is, and all that can be read of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from doors import InProcessDoor

from stator.clock import ManualClock, seeded_random
from stator.engine.database import Database, Options
from stator.storage.contract import Store, drive
from stator.storage.memory import MemoryStore
from stator.storage.sqlite import SqliteStore

Members = dict[str, Any]

T0 = 1_700_000_000.0
HOUR_S = 3600
DAY_S = 24 * HOUR_S

ALL: Members = {
    "TableName": "all",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
        {"AttributeName": "l", "AttributeType": "B"},
        {"AttributeName": "g", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by-l",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "l", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["v"]},
        }
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-g",
            "KeySchema": [
                {"AttributeName": "g", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        },
        {
            "IndexName": "by-g-keys",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        },
    ],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    "Tags": [{"Key": "team", "Value": "blue"}],
}
PLAIN: Members = {
    "TableName": "plain",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
    "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/mine"},
}


def item(pk: str, sk: int, **more: Any) -> Members:
    return {"pk": {"S": pk}, "sk": {"N": str(sk)}, **more}


class Full:
    """The open database, on a clock that is moved by hand."""

    def __init__(self, store: Store) -> None:
        self.clock = ManualClock(T0)
        self.db = Database(store, Options(stream_shards=2), self.clock, seeded_random(1))
        self.door = InProcessDoor(self.db)

    def call(self, operation: str, **request: Any) -> Members:
        self.clock.advance(0.01)
        return self.door.call(operation, request)

    def work(self) -> None:
        """Until no job is left."""
        while drive(self.db.store, self.db.jobs.step()):
            pass

    def fill(self) -> None:
        self.call("CreateTable", **ALL)
        self.call("CreateTable", **PLAIN)
        self.call(
            "UpdateTimeToLive",
            TableName="all",
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"},
        )
        self.recovering("all")
        for number in range(12):
            self.put(
                item(
                    f"p{number % 3}",
                    number,
                    g={"S": f"g{number % 2}"},
                    l={"B": "AAE="},
                    v={"N": str(number)},
                    ttl={"N": str(int(T0) + 100_000 + number)},
                )
            )
        self.put(item("p0", 100, half={"S": "h" * 5000}, g={"S": "g0"}))
        self.put(item("p0", 101, large={"S": "l" * 20_000}))
        self.put(item("p1", 1, v={"N": "7"}, l={"B": "AAI="}))
        self.call("DeleteItem", TableName="all", Key=item("p2", 2))
        self.call(
            "TransactWriteItems",
            ClientRequestToken="token",
            TransactItems=[{"Put": {"TableName": "plain", "Item": {"pk": {"S": "a"}}}}],
        )
        self.work()
        self.call("CreateBackup", TableName="all", BackupName="kept")
        self.work()
        self.call("CreateTable", **{**PLAIN, "TableName": "gone"})
        self.recovering("gone")
        self.call("PutItem", TableName="gone", Item={"pk": {"S": "a"}, "v": {"S": "kept by its own backup"}})
        self.call("DeleteTable", TableName="gone")
        self.work()

    def recovering(self, table: str) -> None:
        self.call(
            "UpdateContinuousBackups",
            TableName=table,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )

    def put(self, item: Members) -> None:
        self.call("PutItem", TableName="all", Item=item)

    def readable(self) -> list[Members]:
        """All that a client can read, but for what depends on the time."""
        found = [self.call("ListTables"), self.call("ListBackups"), self.call("ListStreams")]
        for table in found[0]["TableNames"]:
            described = self.call("DescribeTable", TableName=table)
            found += [described, self.call("Scan", TableName=table)]
            found.append(self.call("DescribeTimeToLive", TableName=table))
            found.append(self.call("ListTagsOfResource", ResourceArn=described["Table"]["TableArn"]))
            continuous = self.call("DescribeContinuousBackups", TableName=table)[
                "ContinuousBackupsDescription"
            ]
            continuous.get("PointInTimeRecoveryDescription", {}).pop("LatestRestorableDateTime", None)
            found.append(continuous)
            for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
                for index in described["Table"].get(kind, ()):
                    found.append(self.call("Scan", TableName=table, IndexName=index["IndexName"]))
        for backup in found[1]["BackupSummaries"]:
            found.append(self.call("DescribeBackup", BackupArn=backup["BackupArn"]))
        for stream in found[2]["Streams"]:
            found += self._records(stream["StreamArn"])
        return found

    def _records(self, arn: str) -> list[Members]:
        described = self.call("DescribeStream", StreamArn=arn)
        found = [described]
        for shard in described["StreamDescription"]["Shards"]:
            iterator = self.call(
                "GetShardIterator",
                StreamArn=arn,
                ShardId=shard["ShardId"],
                ShardIteratorType="TRIM_HORIZON",
            )["ShardIterator"]
            found.append({"Records": self.call("GetRecords", ShardIterator=iterator)["Records"]})
        return found


def in_memory() -> Full:
    full = Full(MemoryStore())
    full.fill()
    return full


def make_file(path: Path) -> None:
    full = Full(SqliteStore(str(path), "relaxed", salt=b"0123456789abcdef", clock=ManualClock(T0)))
    full.fill()
    full.db.close()
