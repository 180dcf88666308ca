"""A table's stream as one sequence of records, parents before children, from a place that can be kept and gone on
from.

A stream is a run of shards that are replaced as time goes by: a shard is read to its end before those that follow
it, so the changes of an item come in their order. `Reading` holds where each shard has got to, and gives calls that
fetch the next records; the sync and the async streams walk it.

    checkpoint := base64(JSON {"v": 1, "arn": the stream, "since": seconds, "shards": {shard id: place}})
    place      := the sequence number of the last record taken | "" (read to its end) | null (nothing taken yet)

A shard that is not in the checkpoint came later and is read from its beginning. One of which nothing was taken yet
goes on from the time `since`, to within a second: a record may then come twice, none is left out.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import msgspec

from stator.client.native.arguments import Dialect
from stator.client.native.calls import Calls, one
from stator.errors import ExpiredIteratorException, StatorError

TRIM_HORIZON: Final = "TRIM_HORIZON"
LATEST: Final = "LATEST"
_VERSION: Final = 1
_DONE: Final = ""


class Checkpoint(msgspec.Struct):
    """See the module."""

    v: int
    arn: str
    since: float
    shards: dict[str, str | None]


class Reading:
    """Where a stream's reader has got to. Used by one thread or task at a time.

    `checkpoint` is the place after the last record that `taken` was told of."""

    def __init__(
        self,
        dialect: Dialect,
        table: str,
        start: str,
        checkpoint: str | None,
        limit: int | None,
        now: Callable[[], float],
    ) -> None:
        if start not in (TRIM_HORIZON, LATEST):
            raise StatorError(f"start is {start!r}; allowed: 'TRIM_HORIZON' or 'LATEST', or a checkpoint")
        self._dialect = dialect
        self._table = table
        self._start = start
        self._limit = limit
        self._now = now
        self._place = None if checkpoint is None else _decoded(checkpoint)
        self._open: deque[str] = deque()
        self._iterators: dict[str, str] = {}
        self._is_over = False

    @property
    def checkpoint(self) -> str | None:
        """None before `begin`."""
        return None if self._place is None else _encoded(self._place)

    def taken(self, shard: str, record: dict[str, Any]) -> None:
        assert self._place is not None
        self._place.shards[shard] = record["dynamodb"]["SequenceNumber"]

    def next(self) -> Calls[tuple[str, list[dict[str, Any]]] | None]:
        """Records of one shard, in their order, and its id; no records when every shard had none; None when the
        stream was turned off and is read to its end. All of them are `taken` before this is called again."""
        while not self._is_over:
            yield from self._find_shards()
            for shard in tuple(self._open):
                self._open.rotate(-1)
                records = yield from self._records(shard)
                if records:
                    return shard, records
                if not self._open:
                    break  # the shard has ended: others follow it
            else:
                if not self._is_over:
                    return "", []
        return None

    # Shards

    def _find_shards(self) -> Calls[None]:
        """Begins to read the shards whose parents are read. Shards are listed anew only when one has ended."""
        if self._open:
            return
        yield from self.begin()
        shards, status = yield from self._list_shards()
        place = self._placed()
        listed = {shard["ShardId"] for shard in shards}
        for shard_id in [each for each in place.shards if each not in listed]:
            del place.shards[shard_id]  # trimmed: nobody asks for it again
        for shard in shards:
            parent = shard.get("ParentShardId")
            is_ready = parent is None or parent not in listed or place.shards.get(parent) == _DONE
            if is_ready and place.shards.get(shard["ShardId"]) != _DONE:
                self._open.append(shard["ShardId"])
        self._is_over = not self._open and status == "DISABLED"

    def begin(self) -> Calls[None]:
        """Takes the place to start from, once: `LATEST` is the moment of this call."""
        if self._place is not None:
            return
        described = yield from one(self._dialect, "DescribeTable", {"TableName": self._table})
        arn = described["Table"].get("LatestStreamArn")
        if arn is None:
            raise StatorError(f"The table {self._table} has no stream; turn one on with StreamSpecification.")
        self._place = Checkpoint(_VERSION, arn, self._now(), {})
        if self._start == LATEST:
            yield from self._begin_at_latest(self._place)

    def _begin_at_latest(self, place: Checkpoint) -> Calls[None]:
        shards, _ = yield from self._list_shards()
        for shard in shards:
            shard_id = shard["ShardId"]
            if "EndingSequenceNumber" in shard["SequenceNumberRange"]:
                place.shards[shard_id] = _DONE
            else:
                self._iterators[shard_id] = yield from self._iterator(shard_id, ShardIteratorType=LATEST)
                place.shards[shard_id] = None

    def _list_shards(self) -> Calls[tuple[list[dict[str, Any]], str]]:
        """All shards, oldest first, and the stream's status."""
        shards: list[dict[str, Any]] = []
        arguments = {"StreamArn": self._placed().arn}
        while True:
            answer = yield from one(self._dialect, "DescribeStream", arguments)
            description = answer["StreamDescription"]
            shards += description["Shards"]
            last = description.get("LastEvaluatedShardId")
            if last is None:
                return shards, description["StreamStatus"]
            arguments["ExclusiveStartShardId"] = last

    # Records

    def _records(self, shard: str) -> Calls[list[dict[str, Any]]]:
        iterator = self._iterators.pop(shard, None)
        if iterator is None:
            iterator = yield from self._iterator_anew(shard)
        try:
            answer = yield from self._fetch(iterator)
        except ExpiredIteratorException:
            iterator = yield from self._iterator_anew(shard)
            answer = yield from self._fetch(iterator)
        following = answer.get("NextShardIterator")
        records: list[dict[str, Any]] = answer["Records"]
        if following is not None:
            self._iterators[shard] = following
        elif records:
            # The shard is done once these are taken: the next look at it finds no more
            self._iterators.pop(shard, None)
        else:
            self._placed().shards[shard] = _DONE
            self._open.clear()
        return records

    def _fetch(self, iterator: str) -> Calls[dict[str, Any]]:
        arguments: dict[str, Any] = {"ShardIterator": iterator}
        if self._limit is not None:
            arguments["Limit"] = self._limit
        return (yield from one(self._dialect, "GetRecords", arguments))

    def _iterator_anew(self, shard: str) -> Calls[str]:
        place = self._placed()
        if shard not in place.shards:
            return (yield from self._iterator(shard, ShardIteratorType=TRIM_HORIZON))
        last = place.shards[shard]
        if last is None:
            since = max(0.0, place.since - 1)
            return (yield from self._iterator(shard, ShardIteratorType="AT_TIMESTAMP", Timestamp=since))
        return (
            yield from self._iterator(shard, ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=last)
        )

    def _iterator(self, shard: str, **start: Any) -> Calls[str]:
        arguments = {"StreamArn": self._placed().arn, "ShardId": shard, **start}
        answer = yield from one(self._dialect, "GetShardIterator", arguments)
        iterator: str = answer["ShardIterator"]
        return iterator

    def _placed(self) -> Checkpoint:
        assert self._place is not None
        return self._place


def _encoded(place: Checkpoint) -> str:
    return urlsafe_b64encode(msgspec.json.encode(place)).decode()


def _decoded(text: str) -> Checkpoint:
    try:
        place = msgspec.json.decode(urlsafe_b64decode(text), type=Checkpoint)
    except ValueError as error:
        raise StatorError("The checkpoint is not one that a stream gave.") from error
    if place.v != _VERSION:
        raise StatorError("The checkpoint is of another version of Stator.")
    return place
