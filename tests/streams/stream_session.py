"""A database with a clock that is moved by hand, the operations of both services in it, and a consumer of streams that
keeps to AWS's rules: a shard is read to its end before its children are."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from doors import Refusal

from stator.client.in_process import InProcess
from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.errors import ServiceError
from stator.storage.contract import Store, drive
from stator.storage.memory import MemoryStore

Members = dict[str, Any]
Caller = Callable[[str, Members], Members]

HOUR_S = 3600
SHARD_S = 4 * HOUR_S
DAY_S = 24 * HOUR_S
BOTH = "NEW_AND_OLD_IMAGES"
STREAMS = ("ListStreams", "DescribeStream", "GetShardIterator", "GetRecords")
_AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261010/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host;x-amz-date;x-amz-target, Signature=00"
)


def in_process(db: Database) -> Caller:
    client = InProcess(db)

    def call(operation: str, request: Members) -> Members:
        try:
            return client.call(operation, request)
        except ServiceError as error:
            raise Refusal(error.code, error.message) from error

    return call


def over_http(endpoint: str) -> tuple[Caller, Callable[[], None]]:
    """A caller, of operations by name or by whole target, and what closes its connection."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)

    def call(operation: str, request: Members) -> Members:
        service = "DynamoDBStreams_20120810" if operation in STREAMS else "DynamoDB_20120810"
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": operation if "." in operation else f"{service}.{operation}",
            "X-Amz-Date": "20261010T000000Z",
            "Authorization": _AUTHORIZATION,
        }
        connection.request("POST", "/", json.dumps(request), headers)
        response = connection.getresponse()
        answer: Members = json.loads(response.read())
        if response.status != 200:
            raise Refusal(
                answer["__type"].partition("#")[2], answer.get("message", answer.get("Message", ""))
            )
        return answer

    return call, connection.close


class Session:
    def __init__(
        self,
        store: Store | None = None,
        shards: int = 4,
        clock: ManualClock | None = None,
        shard_s: float = SHARD_S,
    ) -> None:
        self.clock = clock or ManualClock()
        self.shard_s = shard_s
        options = Options(stream_shards=shards, stream_shard_s=shard_s)
        self.db = Database(store or MemoryStore(), options, self.clock)
        self.caller = in_process(self.db)

    def call(self, operation: str, **request: Any) -> Members:
        return self.caller(operation, request)

    # Tables

    def create(
        self, name: str = "music", view: str | None = BOTH, sort: bool = False, **request: Any
    ) -> Members:
        keys = [("pk", "HASH"), ("sk", "RANGE")] if sort else [("pk", "HASH")]
        filled = {
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key, _ in keys],
            "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in keys],
            "BillingMode": "PAY_PER_REQUEST",
            **({} if view is None else {"StreamSpecification": on(view)}),
            **request,
        }
        return self.call("CreateTable", **filled)["TableDescription"]

    def enable(self, view: str = BOTH, name: str = "music") -> str:
        """Returns the new stream's ARN."""
        return self.call("UpdateTable", TableName=name, StreamSpecification=on(view))["TableDescription"][
            "LatestStreamArn"
        ]

    def disable(self, name: str = "music") -> None:
        self.call("UpdateTable", TableName=name, StreamSpecification={"StreamEnabled": False})

    def arn(self, name: str = "music") -> str:
        return self.call("DescribeTable", TableName=name)["Table"]["LatestStreamArn"]

    # Items

    def put(self, pk: str, name: str = "music", **attributes: Any) -> Members:
        return self.call("PutItem", TableName=name, Item={"pk": {"S": pk}, **attributes})

    def delete(self, pk: str, name: str = "music") -> Members:
        return self.call("DeleteItem", TableName=name, Key={"pk": {"S": pk}})

    def update(self, pk: str, expression: str, name: str = "music", **values: Any) -> Members:
        given = {f":{key}": value for key, value in values.items()}
        members = {"ExpressionAttributeValues": given} if given else {}
        return self.call(
            "UpdateItem", TableName=name, Key={"pk": {"S": pk}}, UpdateExpression=expression, **members
        )

    # Streams

    def shards(self, arn: str | None = None) -> list[Members]:
        """All pages of them."""
        found: list[Members] = []
        page: Members = {}
        while not found or "LastEvaluatedShardId" in page:
            start = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]} if page else {}
            request = {"StreamArn": arn or self.arn(), **start}
            page = self.call("DescribeStream", **request)["StreamDescription"]
            found += page["Shards"]
        return found

    def iterator(self, shard: str, kind: str = "TRIM_HORIZON", arn: str | None = None, **members: Any) -> str:
        return self.call(
            "GetShardIterator", StreamArn=arn or self.arn(), ShardId=shard, ShardIteratorType=kind, **members
        )["ShardIterator"]

    def read(self, iterator: str | None, **members: Any) -> tuple[list[Members], str | None]:
        answer = self.call("GetRecords", ShardIterator=iterator, **members)
        return answer["Records"], answer.get("NextShardIterator")

    def records(self, arn: str | None = None, kind: str = "TRIM_HORIZON") -> list[Members]:
        """What can be read now, shard by shard, parents first."""
        found: list[Members] = []
        for shard in self.shards(arn):
            iterator: str | None = self.iterator(shard["ShardId"], kind, arn)
            while iterator is not None:
                records, iterator = self.read(iterator)
                found += records
                if not records:
                    break
        return found

    # Time

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.work_off()

    def rotate(self) -> None:
        self.pass_time(self.shard_s)

    def work_off(self) -> int:
        """Does all that is due."""
        steps = 1
        while drive(self.db.store, self.db.jobs.step()):
            steps += 1
            assert steps < 10_000
        return steps

    def rows(self) -> list[tuple[bytes, bytes]]:
        with self.db.store.snapshot() as snapshot:
            return snapshot.range(b"", b"\xff" * 5, 1_000_000)[0]


class Consumer:
    """Reads a stream from its beginning, in `step`s: finds new shards, and takes a page from each that may be read."""

    def __init__(self, session: Session, arn: str, limit: int = 1000) -> None:
        self._session = session
        self._arn = arn
        self._limit = limit
        self._iterators: dict[str, str | None] = {}
        self._last: dict[str, str] = {}
        self._had_ended = 0
        self.records: list[Members] = []

    def step(self) -> int:
        """Returns how many records came."""
        before = len(self.records)
        shards = self._session.shards(self._arn)
        unfinished = {s["ShardId"] for s in shards if self._iterators.get(s["ShardId"], "") is not None}
        for shard in shards:
            name = shard["ShardId"]
            if shard.get("ParentShardId") in unfinished:
                continue
            if name not in self._iterators:
                self._iterators[name] = self._session.iterator(name, arn=self._arn)
            if self._iterators[name] is not None:
                self.records += self._read(name)
        return len(self.records) - before

    def _read(self, shard: str) -> list[Members]:
        try:
            records, following = self._session.read(self._iterators[shard], Limit=self._limit)
        except Refusal as refusal:
            if refusal.code != "ExpiredIteratorException":
                raise
            self._iterators[shard] = self._renewed(shard)
            return self._read(shard)
        self._iterators[shard] = following
        if records:
            self._last[shard] = records[-1]["dynamodb"]["SequenceNumber"]
        return records

    def _renewed(self, shard: str) -> str:
        if shard not in self._last:
            return self._session.iterator(shard, arn=self._arn)
        number = self._last[shard]
        return self._session.iterator(shard, "AFTER_SEQUENCE_NUMBER", self._arn, SequenceNumber=number)

    def drain(self) -> list[Members]:
        """Goes on until nothing comes and no shard has ended."""
        while self.step() or self._ended() > self._had_ended:
            self._had_ended = self._ended()
        return self.records

    def _ended(self) -> int:
        return sum(iterator is None for iterator in self._iterators.values())


def on(view: str = BOTH) -> Members:
    return {"StreamEnabled": True, "StreamViewType": view}


def key_of(record: Members) -> str:
    return json.dumps(record["dynamodb"]["Keys"], sort_keys=True)


def replayed(records: list[Members]) -> dict[str, Members]:
    """The table that a stream's records, from its beginning on, build from nothing. Each must follow from the last."""
    table: dict[str, Members] = {}
    for record in records:
        key, change = key_of(record), record["dynamodb"]
        assert change.get("OldImage") == table.get(key)
        if record["eventName"] == "REMOVE":
            del table[key]
        else:
            assert (key in table) == (record["eventName"] == "MODIFY")
            table[key] = change["NewImage"]
    return table
