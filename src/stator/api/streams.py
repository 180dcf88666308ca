"""ListStreams, DescribeStream, GetShardIterator, GetRecords: the operations of the streams' own endpoint.

A stream is named by its ARN. In the namespace `shared` the account and region in it are not looked at; otherwise they
decide as a table's do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Raw

from stator.api.call import Answer, Call, Request
from stator.api.names import namespace, place
from stator.api.stream_answers import listed, record_bytes, record_text, shard_text, stream_description
from stator.engine import shard_iterators, stream_records, streams
from stator.engine.catalogue import Status
from stator.engine.log_shards import Shard, number_of
from stator.engine.shard_iterators import ShardIterator
from stator.engine.stream_records import StreamRecord
from stator.engine.streams import StreamDescription
from stator.errors import ResourceNotFoundException, TrimmedDataAccessException, ValidationException
from stator.limits import (
    DESCRIBE_SHARDS_MAX,
    LIST_STREAMS_MAX,
    LOG_SHARDS_LOOKED_AT,
    STREAM_RECORDS_BYTES_MAX,
    STREAM_RECORDS_MAX,
    TURN_BYTES_MAX,
    TURN_ROWS_DECODED,
)
from stator.storage.contract import Reader, Steps

if TYPE_CHECKING:
    from stator.engine.database import Database

_INVALID = "One or more parameter values were invalid: "
_BY_NUMBER = ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")


def list_streams(db: Database, request: Request, call: Call) -> Answer:
    limit = _limit(request, LIST_STREAMS_MAX)
    account, region = namespace(db, call)
    call.table = request.get("TableName")
    after = request.get("ExclusiveStartStreamArn")
    start = None if after is None else _place(db, call, after)[2:]
    with db.store.snapshot() as snapshot:
        found, more = streams.listed(snapshot, account, region, call.table, start, limit, db.clock.now())
    answer: Answer = {"Streams": [listed(stream) for stream in found]}
    if more:
        answer["LastEvaluatedStreamArn"] = found[-1].arn
    return answer


def describe_stream(db: Database, request: Request, call: Call) -> Steps[Answer]:
    limit = _limit(request, DESCRIBE_SHARDS_MAX)
    now = db.clock.now()
    with db.store.snapshot() as snapshot:
        stream = _stream(db, call, snapshot, request["StreamArn"], now)
    return _describe(db, request, stream, limit, now)


def _describe(
    db: Database, request: Request, stream: StreamDescription, limit: int, now: float
) -> Steps[Answer]:
    parent = (request.get("ShardFilter") or {}).get("ShardId")
    after: int | None = number_of(request.get("ExclusiveStartShardId") or "") or 0
    found: list[Shard] = []
    while after is not None and len(found) <= limit:
        with db.store.snapshot() as snapshot:
            shards, after = streams.shards(snapshot, stream, after, LOG_SHARDS_LOOKED_AT, now)
        found += [shard for shard in shards if parent is None or shard.parent == parent]
        if after is not None:
            yield None
    description = stream_description(stream, _status(db, stream))
    description["Shards"] = [shard_text(shard) for shard in found[:limit]]
    if len(found) > limit:
        description["LastEvaluatedShardId"] = found[limit - 1].id
    return {"StreamDescription": description}


def _status(db: Database, stream: StreamDescription) -> str:
    """A stream is on its way for as long as its table is because of it."""
    now, on_its_way = ("ENABLED", "ENABLING") if stream.closed_at is None else ("DISABLED", "DISABLING")
    return on_its_way if _lingers(db, stream) else now


def _lingers(db: Database, stream: StreamDescription) -> bool:
    place = stream.account, stream.region, stream.table
    gone = db.lingering.gone(place)
    if gone is not None:
        return gone.id == stream.table_id
    try:
        table = db.catalogue.table(*place).description
    except ResourceNotFoundException:
        return False
    changed_at = stream.created_at if stream.closed_at is None else stream.closed_at
    return table.updated_at == changed_at and db.lingering.shown(table).status is not Status.ACTIVE


def get_shard_iterator(db: Database, request: Request, call: Call) -> Answer:
    kind, sequence = request["ShardIteratorType"], request.get("SequenceNumber")
    now = db.clock.now()
    _check_start(kind, sequence, request.get("Timestamp"), now)
    with db.store.snapshot() as snapshot:
        stream = _stream(db, call, snapshot, request["StreamArn"], now)
        shard = streams.shard(snapshot, stream, number_of(request["ShardId"]), now)
        if shard is None or shard.id != request["ShardId"]:
            raise ResourceNotFoundException(
                f"Requested resource not found: Shard: {request['ShardId']} not found in Stream: {stream.arn}"
            )
        if kind == "TRIM_HORIZON":
            start = stream_records.oldest(snapshot, stream, shard, now)
        elif kind == "LATEST":
            start = stream_records.latest(snapshot, stream, shard)
        elif kind in _BY_NUMBER:
            start = stream_records.at(snapshot, stream, shard, sequence or "", now) + (kind != _BY_NUMBER[0])
        else:
            start = stream_records.since(snapshot, stream, shard, round(request["Timestamp"] * 1000), now)
    return {"ShardIterator": _iterator(db, request["StreamArn"], stream, shard, start)}


def _check_start(kind: str, sequence: str | None, timestamp: float | None, now: float) -> None:
    for given, member, kinds in (
        (sequence, "SequenceNumber", _BY_NUMBER),
        (timestamp, "Timestamp", ("AT_TIMESTAMP",)),
    ):
        if kind in kinds and given is None:
            raise ValidationException(f"{_INVALID}{member} is required when ShardIteratorType is {kind}")
        if kind not in kinds and given is not None:
            raise ValidationException(f"{_INVALID}{member} is not allowed when ShardIteratorType is {kind}")
    if timestamp is not None and timestamp > now:
        raise ValidationException(f"{_INVALID}Timestamp must not be in the future")


def get_records(db: Database, request: Request, call: Call) -> Steps[Answer]:
    now = db.clock.now()
    iterator = shard_iterators.decode(request["ShardIterator"], db.store.salt, now)
    limit = request.get("Limit") or STREAM_RECORDS_MAX
    if limit > STREAM_RECORDS_MAX:
        raise ValidationException(f"{_INVALID}Limit should be less than or equal to {STREAM_RECORDS_MAX}")
    with db.store.snapshot() as snapshot:
        stream = _stream(db, call, snapshot, iterator.stream_arn, now)
    if stream.table_id != iterator.table_id:
        raise _not_found(iterator.stream_arn)
    return _get(db, call, stream, iterator, limit, now)


def _get(
    db: Database, call: Call, stream: StreamDescription, iterator: ShardIterator, limit: int, now: float
) -> Steps[Answer]:
    """Each slice reads its shard anew: one that was closed meanwhile ends where its children begin."""
    texts: list[bytes] = []
    place = iterator.place
    left = STREAM_RECORDS_BYTES_MAX
    while True:
        with db.store.snapshot() as snapshot:
            shard = streams.shard(snapshot, stream, iterator.shard, now)
            if shard is None:
                raise TrimmedDataAccessException(stream_records.TRIMMED)
            slice_rows = min(limit - len(texts), TURN_ROWS_DECODED)
            records, more = stream_records.read(
                snapshot, stream, shard, place, slice_rows, TURN_BYTES_MAX, now
            )
        taken = _fitting(records, left, bool(texts))
        if taken:
            left -= sum(map(record_bytes, taken))
            place = taken[-1].number + 1
            texts += [record_text(db.store.salt, stream, shard, record) for record in taken]
        if not more or len(taken) < len(records) or len(texts) >= limit:
            break
        yield None
    call.items_read = call.items_returned = len(texts)
    answer: Answer = {"Records": Raw(b"[" + b",".join(texts) + b"]")}
    if place < shard.end:
        answer["NextShardIterator"] = _iterator(db, iterator.stream_arn, stream, shard, place)
    return answer


def _fitting(records: list[StreamRecord], bytes_left: int, some: bool) -> list[StreamRecord]:
    """As many of the records as there is room for; the first of all always."""
    for at, record in enumerate(records):
        bytes_left -= record_bytes(record)
        if bytes_left < 0 and (at or some):
            return records[:at]
    return records


def _iterator(db: Database, arn: str, stream: StreamDescription, shard: Shard, place: int) -> str:
    iterator = ShardIterator(arn, stream.table_id, shard.number, place)
    return shard_iterators.encode(iterator, db.store.salt, db.clock.now())


def _limit(request: Request, most: int) -> int:
    limit: int = request.get("Limit") or most
    if limit > most:
        raise ValidationException(f"{_INVALID}Limit cannot be greater than the maximum allowed size: {most}")
    return limit


def _stream(db: Database, call: Call, reader: Reader, arn: str, now: float) -> StreamDescription:
    account, region, table, label = _place(db, call, arn)
    call.table = table
    stream = streams.find(reader, account, region, table, label, now)
    if stream is None:
        raise _not_found(arn)
    return stream


def _place(db: Database, call: Call, arn: str) -> tuple[str, str, str, str]:
    """Account, region, table and label of a stream's ARN. Raises ValidationException."""
    table, found, label = arn.partition("/stream/")
    if not found or not label or not table.startswith("arn:"):
        raise ValidationException("Invalid StreamArn")
    try:
        return *place(db, call, table), label
    except ValidationException:
        raise ValidationException("Invalid StreamArn") from None


def _not_found(arn: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Requested resource not found: Stream: {arn} not found")
