"""The log on a real file: killed processes, several processes, and a size that does not grow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from stream_session import DAY_S, HOUR_S, Consumer, Session, replayed

import stator
from stator.clock import ManualClock
from stator.storage import open_store

WRITER = """
import sys
from stator.client.in_process import InProcess
from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.storage import open_store
from stator.storage.contract import drive

path, name = sys.argv[1:]
clock = ManualClock()
db = Database(open_store(path), Options(stream_shard_s=5), clock)
call = InProcess(db).call
number = 0
while True:
    item = {"pk": {"S": f"{name} {number % 7}"}, "n": {"N": str(number)}}
    if number % 3 == 2:
        call("TransactWriteItems", {"TransactItems": [
            {"Put": {"TableName": "music", "Item": item}},
            {"Update": {"TableName": "music", "Key": {"pk": {"S": name}}, "UpdateExpression": "SET n = :n",
                        "ExpressionAttributeValues": {":n": item["n"]}}},
        ]})
    else:
        call("PutItem", {"TableName": "music", "Item": item})
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
    number += 1
    clock.advance(0.25)
    if number % 20 == 0:
        while drive(db.store, db.jobs.step()):
            pass
"""


def start(path: Path, name: str) -> subprocess.Popen[str]:
    source = str(Path(stator.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )


def acknowledged(process: subprocess.Popen[str], count: int) -> int:
    """Kills the process once it has acknowledged `count` writes; returns the last that it did."""
    assert process.stdout is not None
    for _ in range(count):
        process.stdout.readline()
    process.kill()
    lines = process.stdout.read().split("\n")
    process.wait()
    return max([count - 1, *(int(line) for line in lines[:-1])])


def opened(path: Path) -> Session:
    return Session(open_store(str(path)), clock=ManualClock(), shard_s=60)


@pytest.mark.parametrize("count", [30, 137])
def test_a_killed_process_leaves_a_record_of_every_write_it_acknowledged(tmp_path: Path, count: int):
    path = tmp_path / "stator.db"
    session = opened(path)
    session.create()
    session.db.close()
    last = acknowledged(start(path, "one"), count)
    session = opened(path)
    session.clock.advance(count / 4)
    assert len(session.shards()) > 4
    records = Consumer(session, session.arn()).drain()
    numbers = [int(record["dynamodb"]["NewImage"]["n"]["N"]) for record in records]
    assert set(range(last + 1)) <= set(numbers) <= set(range(last + 2))
    items = session.call("Scan", TableName="music")["Items"]
    built = replayed(records)
    assert sorted(built.values(), key=str) == sorted(items, key=str)
    session.db.close()


def test_two_processes_write_one_log_while_its_shards_are_replaced(tmp_path: Path):
    path = tmp_path / "stator.db"
    session = opened(path)
    session.create()
    consumer = Consumer(session, session.arn())
    processes = [start(path, name) for name in ("one", "two")]
    lasts = [acknowledged(process, 150) for process in processes]
    session.clock.advance(150 / 4)
    assert len(session.shards()) > 8
    records = consumer.drain()
    for name, last in zip(("one", "two"), lasts, strict=True):
        own = [r["dynamodb"] for r in records if r["dynamodb"]["Keys"]["pk"]["S"].startswith(name + " ")]
        assert set(range(last + 1)) <= {int(change["NewImage"]["n"]["N"]) for change in own}
    items = session.call("Scan", TableName="music")["Items"]
    assert sorted(replayed(records).values(), key=str) == sorted(items, key=str)
    session.db.close()


def test_a_file_under_steady_updates_stays_of_one_size(tmp_path: Path):
    path = tmp_path / "stator.db"
    session = Session(open_store(str(path), "relaxed"))
    session.create()
    clock = session.clock
    sizes, rows = [], []
    number = 0
    for hour in range(1, 5 * 24 + 1):
        for _ in range(40):
            number += 1
            session.put(f"k{number % 50}", n={"N": str(number)}, text={"S": f"{number:08d}" * 60})
        session.pass_time(HOUR_S)
        if hour % 24 == 0:
            rows.append(len(session.rows()))
            session.db.close()
            sizes.append(path.stat().st_size)
            session = Session(open_store(str(path), "relaxed"), clock=clock)
    # A day and one shard's time are kept; the first two days fill it
    assert clock.now() == 1_700_000_000 + 5 * DAY_S
    assert max(rows[2:]) <= min(rows[1:]) * 1.05
    assert max(sizes[2:]) <= sizes[1] * 1.1
    session.db.close()
