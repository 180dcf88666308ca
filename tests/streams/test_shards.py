"""Shards that close and are replaced, streams that end and begin anew, and what is trimmed after a day."""

from __future__ import annotations

import random
from typing import Any

import pytest
from doors import Refusal
from stream_session import DAY_S, HOUR_S, SHARD_S, Consumer, Session, key_of, replayed

from stator.clock import ManualClock
from stator.engine import log_upkeep
from stator.engine.database import Database, Options
from stator.keys import space
from stator.storage.memory import MemoryStore

Members = dict[str, Any]


def log_rows(session: Session) -> list[bytes]:
    """Keys of whatever a log holds, of any table."""
    kinds = (space.Kind.LOG, space.Kind.NEW_IMAGE, space.Kind.SHARD)
    return [key for key, _ in session.rows() if key[:4] != bytes(4) and key[4] in kinds]


def closed(shard: Members) -> bool:
    return "EndingSequenceNumber" in shard["SequenceNumberRange"]


# Replacement


def test_each_shard_is_replaced_by_a_child_when_its_time_is_over(session: Session):
    session.create()
    first = session.shards()
    session.pass_time(SHARD_S - 1)
    assert session.shards() == first
    # Logs are looked at once a minute
    session.pass_time(60)
    shards = session.shards()
    assert [closed(shard) for shard in shards] == [True] * 4 + [False] * 4
    assert [shard.get("ParentShardId") for shard in shards[4:]] == [shard["ShardId"] for shard in first]
    assert "ParentShardId" not in first[0]


def test_a_closed_shard_ends_with_its_last_record(session: Session):
    session.create(view="KEYS_ONLY")
    session.put("a")
    session.put("a", n={"N": "1"})
    session.rotate()
    records = session.records()
    (own,) = [
        shard["SequenceNumberRange"]
        for shard in session.shards()
        if records[0]["dynamodb"]["SequenceNumber"] == shard["SequenceNumberRange"]["StartingSequenceNumber"]
    ]
    assert own["EndingSequenceNumber"] == records[1]["dynamodb"]["SequenceNumber"]


def test_a_closed_shard_has_no_next_iterator_at_its_end(session: Session):
    session.create()
    for n in range(3):
        session.put("a", n={"N": str(n)})
    open_ends = [session.read(session.iterator(shard["ShardId"]))[1] for shard in session.shards()]
    assert all(open_ends)
    session.clock.advance(SHARD_S - 60)
    held = [session.iterator(shard["ShardId"], "LATEST") for shard in session.shards()]
    session.pass_time(120)
    for shard in session.shards()[:4]:
        records, following = session.read(session.iterator(shard["ShardId"]), Limit=2)
        assert bool(following) == bool(records)
        assert session.read(session.iterator(shard["ShardId"], "LATEST")) == ([], None)
        if following:
            assert (len(session.read(following)[0]), session.read(following)[1]) == (1, None)
    # Held since before the shard was closed, and at its end
    assert [session.read(iterator) for iterator in held] == [([], None)] * 4


def test_an_items_sequence_numbers_grow_from_a_shard_to_its_child(session: Session):
    session.create()
    consumer = Consumer(session, session.arn())
    for n in range(12):
        for pk in ("a", "b", "c", "d", "e"):
            session.put(pk, n={"N": str(n)})
        if n % 3 == 2:
            session.rotate()
    for pk in ("a", "b", "c", "d", "e"):
        own = [r for r in consumer.drain() if r["dynamodb"]["Keys"]["pk"]["S"] == pk]
        assert [r["dynamodb"]["NewImage"]["n"]["N"] for r in own] == [str(n) for n in range(12)]
        numbers = [int(r["dynamodb"]["SequenceNumber"]) for r in own]
        assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("seed", range(6))
def test_a_consumer_sees_every_record_once_and_in_order_across_replacements(seed: int):
    rng = random.Random(seed)
    session = Session(shards=rng.choice((1, 2, 4, 8)), shard_s=600)
    session.create()
    consumer = Consumer(session, session.arn(), limit=rng.choice((1, 3, 1000)))
    written: list[tuple[str, str]] = []
    for n in range(120):
        pk = f"k{rng.randrange(12)}"
        session.put(pk, n={"N": str(n)})
        written.append((pk, str(n)))
        if rng.random() < 0.2:
            consumer.step()
        if rng.random() < 0.05:
            session.rotate()
    records = consumer.drain()
    seen = [(r["dynamodb"]["Keys"]["pk"]["S"], r["dynamodb"]["NewImage"]["n"]["N"]) for r in records]
    assert sorted(seen) == sorted(written)
    for pk in {pk for pk, _ in written}:
        assert [n for key, n in seen if key == pk] == [n for key, n in written if key == pk]
    assert len(replayed(records)) == len({pk for pk, _ in written})


def test_more_shards_come_as_children_of_the_ones_there_are():
    clock = ManualClock()
    store = MemoryStore()
    session = Session(store, shards=2, clock=clock)
    session.create()
    consumer = Consumer(session, session.arn())
    written = []
    for round_ in range(3):
        for n in range(20):
            session.put(f"k{n}", n={"N": str(round_)})
            written.append((f"k{n}", str(round_)))
        if round_ == 0:
            session.db = Database(store, Options(stream_shards=8), clock)
        session.rotate()
    shards = session.shards()
    parents = [shard.get("ParentShardId") for shard in shards]
    first = [shard["ShardId"] for shard in shards[:2]]
    assert parents[:10] == [None, None] + [first[0]] * 4 + [first[1]] * 4
    # Never to fewer: a shard has one parent
    session.db = Database(store, Options(stream_shards=1), clock)
    session.rotate()
    assert len([shard for shard in session.shards() if not closed(shard)]) == 8
    seen = [(r["dynamodb"]["Keys"]["pk"]["S"], r["dynamodb"]["NewImage"]["n"]["N"]) for r in consumer.drain()]
    for pk in {pk for pk, _ in written}:
        assert [n for key, n in seen if key == pk] == ["0", "1", "2"]
    assert len(seen) == len(written)


def test_a_shard_is_replaced_though_its_process_died_at_any_step():
    for fatal in range(1, 4):
        session = Session()
        session.create()
        session.put("a")
        session.clock.advance(SHARD_S)
        steps = session.db.jobs.step()
        work = next(steps)
        assert work is not None
        if fatal == 1:
            steps.close()
        elif fatal == 2:
            session.db.store.transact(work.run)
            steps.close()
        else:
            session.db.store.transact(work.run)
            session.db.store.transact(work.run)
        after = Session(session.db.store, clock=session.clock)
        after.work_off()
        assert [closed(shard) for shard in after.shards()] == [True] * 4 + [False] * 4
        after.put("a", n={"N": "1"})
        assert [r["eventName"] for r in Consumer(after, after.arn()).drain()] == ["INSERT", "MODIFY"]


# Streams that end


def test_a_stream_that_ended_stays_readable_and_a_new_one_is_another(session: Session):
    session.create()
    old = session.arn()
    session.put("a")
    session.disable()
    session.put("unseen")
    new = session.enable("KEYS_ONLY")
    session.put("b")
    assert new != old
    assert session.arn() == new
    assert [r["dynamodb"]["Keys"]["pk"]["S"] for r in session.records(old)] == ["a"]
    assert [r["dynamodb"]["Keys"]["pk"]["S"] for r in session.records(new)] == ["b"]
    described = session.call("DescribeStream", StreamArn=old)["StreamDescription"]
    assert described["StreamStatus"] == "DISABLED"
    assert described["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert all(closed(shard) for shard in described["Shards"])
    assert not any("ParentShardId" in shard for shard in session.shards(new))
    assert len(session.call("ListStreams")["Streams"]) == 2


def test_two_streams_of_one_moment_have_two_names(session: Session):
    arns = {session.create()["LatestStreamArn"]}
    for _ in range(3):
        session.disable()
        arns.add(session.enable())
    session.call("DeleteTable", TableName="music")
    arns.add(session.create()["LatestStreamArn"])
    assert len(arns) == 5
    assert {stream["StreamArn"] for stream in session.call("ListStreams")["Streams"]} == arns
    assert session.arn() in arns


def test_a_stream_is_gone_a_day_after_its_end(session: Session):
    session.create()
    arn = session.arn()
    session.put("a")
    session.disable()
    assert log_rows(session)
    session.pass_time(DAY_S - 1)
    assert len(session.call("ListStreams")["Streams"]) == 1
    session.clock.advance(1)
    assert session.call("ListStreams")["Streams"] == []
    with pytest.raises(Refusal, match="ResourceNotFoundException"):
        session.call("DescribeStream", StreamArn=arn)
    session.pass_time(60)
    assert log_rows(session) == []
    assert [key for key, _ in session.rows() if key.startswith(space.LOGGED_PREFIX)] == []
    assert [key for key, _ in session.rows() if key.startswith(space.STREAM_PREFIX)] == []


def test_the_stream_of_a_deleted_table_stays_for_a_day(session: Session):
    session.create()
    arn = session.arn()
    session.put("a")
    session.call("DeleteTable", TableName="music")
    session.work_off()
    session.create(view=None)
    session.put("b")
    assert [r["dynamodb"]["Keys"]["pk"]["S"] for r in session.records(arn)] == ["a"]
    assert session.call("DescribeStream", StreamArn=arn)["StreamDescription"]["StreamStatus"] == "DISABLED"
    session.pass_time(DAY_S)
    assert log_rows(session) == []
    assert session.call("ListStreams")["Streams"] == []
    assert "Item" in session.call("GetItem", TableName="music", Key={"pk": {"S": "b"}})


# Trimming


def test_a_record_can_be_read_for_a_day(session: Session):
    session.create()
    session.put("a", n={"N": "1"})
    session.clock.advance(HOUR_S)
    session.put("a", n={"N": "2"})
    (shard,) = [s["ShardId"] for s in session.shards() if session.read(session.iterator(s["ShardId"]))[0]]
    numbers = [r["dynamodb"]["SequenceNumber"] for r in session.records()]
    session.clock.advance(DAY_S - HOUR_S)
    held = session.iterator(shard)
    assert len(session.read(held)[0]) == 2
    session.clock.advance(1)
    trimmed = "TrimmedDataAccessException: The data you are trying to access has been trimmed"
    with pytest.raises(Refusal, match=trimmed):
        session.read(held)
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        with pytest.raises(Refusal, match=trimmed):
            session.iterator(shard, kind, SequenceNumber=numbers[0])
    assert [r["dynamodb"]["SequenceNumber"] for r in session.records()] == numbers[1:]
    assert len(session.read(session.iterator(shard, "AT_TIMESTAMP", Timestamp=0))[0]) == 1


def test_a_shard_is_gone_a_day_after_it_was_closed(session: Session):
    session.create()
    session.put("a")
    first = session.shards()[0]["ShardId"]
    session.rotate()
    held = session.iterator(first, "LATEST")
    for _ in range(6):
        session.rotate()
    assert first not in [shard["ShardId"] for shard in session.shards()]
    with pytest.raises(Refusal, match="ResourceNotFoundException"):
        session.iterator(first)
    with pytest.raises(Refusal, match="ExpiredIteratorException"):
        session.read(held)
    # Those of six times closed within the day, and the open ones
    assert len(session.shards()) == 28
    assert session.records() == []


def test_a_log_is_trimmed_in_bounded_steps(session: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(log_upkeep, "JOB_STEP_ROWS", 3)
    session.create()
    for n in range(50):
        session.put(f"k{n}")
    session.disable()
    session.pass_time(DAY_S)
    before = len(log_rows(session))
    assert before == 0
    assert session.work_off() == 1


def test_reading_goes_on_while_shards_are_replaced_between_two_pages(session: Session):
    session.create()
    for n in range(10):
        session.put("a", n={"N": str(n)})
    (shard,) = [s["ShardId"] for s in session.shards() if session.read(session.iterator(s["ShardId"]))[0]]
    records, iterator = session.read(session.iterator(shard), Limit=4)
    session.rotate()
    session.put("a", n={"N": "10"})
    # The first iterator's time is over; the place is not
    number = records[-1]["dynamodb"]["SequenceNumber"]
    iterator = session.iterator(shard, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number)
    rest, following = session.read(iterator)
    assert (len(rest), following) == (6, None)
    assert {key_of(record) for record in rest} == {key_of(records[0])}
