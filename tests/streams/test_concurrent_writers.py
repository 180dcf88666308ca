"""Many writers at once while shards are replaced, on each kind of store; and streams of tables on their way."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stream_session import Consumer, Session, in_process, replayed

from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.engine.like_aws import LikeAws
from stator.storage import open_store
from stator.storage.contract import Store
from stator.storage.memory import MemoryStore
from stator.storage.simulator import SimulatorStore

WRITERS = 4
WRITES = 60


@pytest.fixture(autouse=True)
def many_switches() -> Iterator[None]:
    """Threads meet within works, not only between them."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


@pytest.fixture(params=["memory", "simulator", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "memory":
        return MemoryStore()
    if request.param == "simulator":
        return SimulatorStore()
    return open_store(str(tmp_path / "stator.db"), "relaxed")


def test_no_record_is_lost_or_doubled_while_shards_are_replaced(store: Store):
    session = Session(store, shard_s=60)
    session.create()
    consumer = Consumer(session, session.arn(), limit=7)

    def write(writer: int) -> None:
        for n in range(WRITES):
            session.put(f"own {writer} {n % 3}", n={"N": str(n)})
            session.update(
                "shared", "SET n = if_not_exists(n, :zero) + :one", zero={"N": "0"}, one={"N": "1"}
            )

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    rotations = 0
    while any(thread.is_alive() for thread in threads):
        if rotations < 12:
            session.rotate()
            rotations += 1
        consumer.step()
    for thread in threads:
        thread.join()
    records = consumer.drain()
    counted = [r["dynamodb"]["NewImage"]["n"]["N"] for r in records if "shared" in str(r["dynamodb"]["Keys"])]
    assert counted == [str(n + 1) for n in range(WRITERS * WRITES)]
    assert len(records) == 2 * WRITERS * WRITES
    items = session.call("Scan", TableName="music")["Items"]
    assert sorted(replayed(records).values(), key=str) == sorted(items, key=str)
    session.db.close()


def test_a_stream_is_on_its_way_as_long_as_its_table_is():
    clock = ManualClock()
    session = Session(clock=clock)
    session.db = Database(MemoryStore(), Options(like_aws=LikeAws(lingering_states=True)), clock)
    session.caller = in_process(session.db)
    arn = session.create()["LatestStreamArn"]

    def status() -> Any:
        return session.call("DescribeStream", StreamArn=arn)["StreamDescription"]["StreamStatus"]

    assert status() == "ENABLING"
    clock.advance(2)
    assert status() == "ENABLED"
    session.call("UpdateTable", TableName="music", TableClass="STANDARD_INFREQUENT_ACCESS")
    assert status() == "ENABLED"
    clock.advance(2)
    session.disable()
    assert status() == "DISABLING"
    clock.advance(2)
    assert status() == "DISABLED"
    arn = session.enable()
    assert status() == "ENABLING"
    clock.advance(2)
    session.call("DeleteTable", TableName="music")
    assert status() == "DISABLING"
    clock.advance(2)
    assert status() == "DISABLED"
