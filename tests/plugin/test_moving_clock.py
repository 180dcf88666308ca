"""A clock that a test moves, and what follows it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from bench_session import Session

from stator.errors import ExpiredIteratorException

DAY_S = 86400


def test_it_goes_with_the_walls(session: Session) -> None:
    assert abs(session.clock.now() - time.time()) < 5


def test_it_is_set_to_a_moment_and_goes_on_from_there(session: Session) -> None:
    session.clock.set(datetime(2030, 1, 1, tzinfo=UTC))
    assert 0 <= session.clock.now() - datetime(2030, 1, 1, tzinfo=UTC).timestamp() < 5
    session.clock.set(1_000_000)
    assert 0 <= session.clock.now() - 1_000_000 < 5


def test_it_stands_still_when_it_is_told_to(session: Session) -> None:
    session.clock.stop(datetime(2030, 1, 1))
    assert session.clock.now() == datetime(2030, 1, 1, tzinfo=UTC).timestamp()
    session.clock.advance(60)
    assert session.clock.now() == datetime(2030, 1, 1, 0, 1, tzinfo=UTC).timestamp()


def test_what_is_only_counted_never_goes_back(session: Session) -> None:
    before = session.clock.monotonic()
    session.clock.advance(100)
    forward = session.clock.monotonic()
    session.clock.set(0)
    session.bench.begin()
    assert before + 100 <= forward <= session.clock.monotonic()


def test_it_does_not_advance_backwards(session: Session) -> None:
    with pytest.raises(ValueError, match="-1 seconds forward is back"):
        session.clock.advance(-1)


def test_items_expire_when_it_passes_their_time(session: Session) -> None:
    session.create()
    session.call(
        "UpdateTimeToLive",
        TableName="Orders",
        TimeToLiveSpecification={"AttributeName": "until", "Enabled": True},
    )
    session.put("soon", until={"N": str(int(session.clock.now()) + 60)})
    session.put("later", until={"N": str(int(session.clock.now()) + 7200)})
    session.clock.advance(30)
    assert session.ids() == ["later", "soon"]
    session.clock.advance(120)
    assert session.ids() == ["later"]
    session.clock.advance(DAY_S)
    assert session.ids() == []
    assert session.of_customer() == []


def test_a_table_is_restored_to_a_moment_before_it_was_moved(session: Session) -> None:
    session.create()
    session.call(
        "UpdateContinuousBackups",
        TableName="Orders",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    session.put("before")
    session.clock.advance(3600)
    moment = int(session.clock.now())
    session.clock.advance(3600)
    session.put("after")
    session.clock.advance(3600)
    session.call(
        "RestoreTableToPointInTime",
        SourceTableName="Orders",
        TargetTableName="Restored",
        RestoreDateTime=moment,
    )
    assert session.ids("Restored") == ["before"]


def test_a_transactions_token_is_over_after_ten_minutes(session: Session) -> None:
    session.create()
    session.transact("1", ClientRequestToken="token")
    session.clock.advance(1300)
    session.transact("2", ClientRequestToken="token")
    assert session.ids() == ["1", "2"]


def test_an_iterator_of_a_stream_is_over_after_fifteen_minutes(session: Session) -> None:
    session.create()
    session.call(
        "UpdateTable",
        TableName="Orders",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    arn = session.call("DescribeTable", TableName="Orders")["Table"]["LatestStreamArn"]
    shard = session.call("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = session.call(
        "GetShardIterator", StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    session.call("GetRecords", ShardIterator=iterator)
    session.clock.advance(901)
    with pytest.raises(ExpiredIteratorException):
        session.call("GetRecords", ShardIterator=iterator)
