"""A table's stream, fed to a function in the shapes of AWS Lambda: `handler(event, context)`, and its answer.

The event is what Lambda's mapping of a DynamoDB stream gives: `Records`, each with its images in wire shapes. The
answer is that of `ReportBatchItemFailures`: the first record that failed, from which on Lambda gives them again. So a
handler runs here and there unchanged.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Record: TypeAlias = Mapping[str, Any]
Handler: TypeAlias = Callable[[Mapping[str, Any], Any], Mapping[str, Any]]

_log = logging.getLogger(__name__)


def handler_for(work: Callable[[Record], None]) -> Handler:
    """A handler that does `work` for each record in turn, and says which failed; what follows it waits, since the
    changes of an item are to be seen in their order."""

    def handler(event: Mapping[str, Any], context: Any) -> Mapping[str, Any]:
        for record in event["Records"]:
            try:
                work(record)
            except Exception:
                number = record["dynamodb"]["SequenceNumber"]
                _log.exception("record %s failed", number)
                return {"batchItemFailures": [{"itemIdentifier": number}]}
        return {"batchItemFailures": []}

    return handler


def feed(db: Any, table: str, handler: Handler, batch_size: int = 100, attempts: int = 3) -> None:
    """All that the table's stream has, to the handler. Raises RuntimeError for a record that failed so often."""
    for batch in _batches(db, table, batch_size):
        failures = 0
        while batch:
            failed = handler({"Records": batch}, None).get("batchItemFailures")
            if not failed:
                break
            numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
            first = min(numbers.index(each["itemIdentifier"]) for each in failed)
            failures = failures + 1 if first == 0 else 1
            if failures == attempts:
                raise RuntimeError(f"record {numbers[first]} of {table} failed {attempts} times")
            batch = batch[first:]


def _batches(db: Any, table: str, size: int) -> Iterator[list[dict[str, Any]]]:
    """Shard by shard, parents first: each is read as far as it has come."""
    arn = db.client.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    for shard in _shards(db, arn):
        iterator = db.client.get_shard_iterator(
            StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator is not None:
            answer = db.client.get_records(ShardIterator=iterator, Limit=size)
            if not answer["Records"]:
                break
            yield [_as_lambda_has_it(record, arn) for record in answer["Records"]]
            iterator = answer.get("NextShardIterator")


def _shards(db: Any, arn: str) -> Iterator[str]:
    start: dict[str, str] = {}
    while True:
        described = db.client.describe_stream(StreamArn=arn, **start)["StreamDescription"]
        yield from (shard["ShardId"] for shard in described["Shards"])
        if "LastEvaluatedShardId" not in described:
            return
        start = {"ExclusiveStartShardId": described["LastEvaluatedShardId"]}


def _as_lambda_has_it(record: Record, arn: str) -> dict[str, Any]:
    change = dict(record["dynamodb"])
    change["ApproximateCreationDateTime"] = change["ApproximateCreationDateTime"].timestamp()
    for image in ("Keys", "NewImage", "OldImage"):
        if image in change:
            change[image] = {name: _json_value(value) for name, value in change[image].items()}
    made = {**record, "dynamodb": change, "eventSourceARN": arn}
    if "userIdentity" in record:
        given = record["userIdentity"]
        made["userIdentity"] = {"type": given["Type"], "principalId": given["PrincipalId"]}
    return made


def _json_value(value: Mapping[str, Any]) -> dict[str, Any]:
    """An event is JSON: bytes are base64 in it."""
    ((kind, content),) = value.items()
    if kind == "B":
        return {kind: b64encode(content).decode()}
    if kind == "BS":
        return {kind: [b64encode(each).decode() for each in content]}
    if kind == "L":
        return {kind: [_json_value(each) for each in content]}
    if kind == "M":
        return {kind: {name: _json_value(each) for name, each in content.items()}}
    return {kind: content}
