"""Streams, shards and records as the wire has them. A record is joined from stored bytes: no image is decoded."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from stator.engine import records
from stator.engine.log_shards import Shard
from stator.engine.stream_records import StreamRecord, ending_number, sequence_text, starting_number
from stator.engine.streams import StreamDescription

Members = dict[str, Any]

_EVENT_VERSION = "1.1"
_EVENT_ID_BYTES = 16
_EXPIRED_BY = b',"userIdentity":{"PrincipalId":"dynamodb.amazonaws.com","Type":"Service"}'


def listed(stream: StreamDescription) -> Members:
    return {"StreamArn": stream.arn, "TableName": stream.table, "StreamLabel": stream.label}


def stream_description(stream: StreamDescription, status: str) -> Members:
    """Without its shards."""
    keys = [{"AttributeName": stream.partition, "KeyType": "HASH"}]
    if stream.sort is not None:
        keys.append({"AttributeName": stream.sort, "KeyType": "RANGE"})
    return {
        "StreamArn": stream.arn,
        "StreamLabel": stream.label,
        "StreamStatus": status,
        "StreamViewType": stream.view_type,
        "CreationRequestDateTime": stream.created_at,
        "TableName": stream.table,
        "KeySchema": keys,
    }


def shard_text(shard: Shard) -> Members:
    numbers = {"StartingSequenceNumber": starting_number(shard)}
    ending = ending_number(shard)
    if ending is not None:
        numbers["EndingSequenceNumber"] = ending
    shown: Members = {"ShardId": shard.id, "SequenceNumberRange": numbers}
    if shard.parent is not None:
        shown["ParentShardId"] = shard.parent
    return shown


def record_bytes(record: StreamRecord) -> int:
    """SizeBytes: the key and the images that are shown, by DynamoDB's rules."""
    size: int = record.entry.key_size
    return size + sum(records.size(image) for image in (record.old, record.new) if image is not None)


def record_text(salt: bytes, stream: StreamDescription, shard: Shard, record: StreamRecord) -> bytes:
    """The record as JSON."""
    entry = record.entry
    number = sequence_text(shard.slot, record.number)
    images = b""
    if record.new is not None:
        images += b',"NewImage":' + records.body(record.new)
    if record.old is not None:
        images += b',"OldImage":' + records.body(record.old)
    return b"".join(
        (
            f'{{"eventID":"{_event_id(salt, stream, number)}","eventName":"{_event_name(record)}",'
            f'"eventVersion":"{_EVENT_VERSION}","eventSource":"aws:dynamodb","awsRegion":"{stream.region}",'
            f'"dynamodb":{{"ApproximateCreationDateTime":{entry.time // 1000},"Keys":'.encode(),
            entry.key,
            images,
            f',"SequenceNumber":"{number}","SizeBytes":{record_bytes(record)},'
            f'"StreamViewType":"{stream.view_type}"}}'.encode(),
            _EXPIRED_BY if entry.expired else b"",
            b"}",
        )
    )


def _event_name(record: StreamRecord) -> str:
    if not record.entry.was:
        return "INSERT"
    return "MODIFY" if record.entry.is_there else "REMOVE"


def _event_id(salt: bytes, stream: StreamDescription, number: str) -> str:
    """The same whenever the record is read, and another for every record of every table."""
    return blake2b(f"{stream.table_id} {number}".encode(), digest_size=_EVENT_ID_BYTES, key=salt).hexdigest()
