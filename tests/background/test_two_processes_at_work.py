"""The process that does the background work is killed, and another goes on with it: real processes, a real clock.

`SOAK=1` runs the long one: processes killed over and over, and each item expired exactly once.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import Process, settled

import stator
from stator.client.background import Background
from stator.limits import JOBS_POLL_S, LEASE_S
from stator.storage import open_store

# It begins an import whose bucket does not answer, says so, and stays with it until it is killed
HOLDER = """
import sys, threading
from pathlib import Path
from objects_that_wait import SilentObjects
from processes import Process
from test_lanes import begin_import
from stator.client.background import Background
from stator.engine.database import Options
from stator.storage import open_store
import stator.api.imports

stator.api.imports.IMPORT_FIRST_ITEMS = 0
root = Path(sys.argv[1])
process = Process(open_store(str(root / "app.db"), "relaxed"), options=Options(s3_folder=str(root)))
objects = process.db.objects = SilentObjects(root)
background = Background(process.db)
begin_import(process, root)
background.start()
objects.asked.wait(60)
print("holding", flush=True)
threading.Event().wait(120)
"""


# It does what is to be done until it is killed
WORKER = """
import sys, threading
from processes import Process
from stator.client.background import Background
from stator.storage import open_store

process = Process(open_store(sys.argv[1] + "/app.db", "relaxed"))
background = Background(process.db)
background.start()
background.wake()
print("holding", flush=True)
threading.Event().wait(120)
"""


def begun(root: Path, program: str = HOLDER) -> subprocess.Popen[str]:
    places = [str(Path(stator.__file__).parents[1]), str(Path(__file__).parent)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    command = [sys.executable, "-c", program, str(root)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holding\n"
    return holder


def test_the_work_of_a_process_that_is_killed_is_taken_over_within_seconds(tmp_path: Path) -> None:
    other = Process(open_store(str(tmp_path / "app.db"), "relaxed"))
    other.let_expire()
    background = Background(other.db)
    with begun(tmp_path) as holder:
        try:
            first = other.holding
            assert first is not None
            assert f"process {holder.pid} " in first.who
            background.start()
            # It lives and calls, and so keeps the lease for longer than one that is dead would
            settled(lambda: other.holding is not None and other.holding.beat > first.beat + 2)
            assert other.holding is not None
            assert other.holding.owner == first.owner
        finally:
            holder.kill()
    killed = time.monotonic()
    other.put("over", ttl=other.clock.now() - 5)
    settled(lambda: other.scanned() == [])
    took = time.monotonic() - killed
    assert took < LEASE_S + JOBS_POLL_S + 5, "a poll after the lease has lapsed, and room for a busy machine"
    assert other.holding is not None
    assert other.holding.owner != first.owner
    background.stop()
    assert other.holding is None
    other.db.close()


def removals(process: Process) -> list[str]:
    """The keys of the items that the table's stream says were deleted by expiry, each as often as it says so."""
    arn = process.call("DescribeTable", TableName="music")["Table"]["LatestStreamArn"]
    found: list[str] = []
    for shard in process.call("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]:
        place = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = process.call("GetShardIterator", **place)["ShardIterator"]
        while True:
            page = process.call("GetRecords", ShardIterator=iterator)
            for record in page["Records"]:
                if record["eventName"] == "REMOVE":
                    assert record["userIdentity"]["PrincipalId"] == "dynamodb.amazonaws.com"
                    found.append(record["dynamodb"]["Keys"]["pk"]["S"])
            if not page["Records"]:
                break
            iterator = page["NextShardIterator"]
    return found


@pytest.mark.skipif(not os.environ.get("SOAK"), reason="takes a minute; SOAK=1 runs it")
def test_however_often_holders_are_killed_each_item_expires_exactly_once(tmp_path: Path) -> None:
    rng = random.Random(7)
    process = Process(open_store(str(tmp_path / "app.db"), "relaxed"))
    process.let_expire()
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    process.call("UpdateTable", TableName="music", StreamSpecification=stream)
    workers = [begun(tmp_path, WORKER) for _ in range(3)]
    holders = set()
    count = 0
    try:
        for _ in range(12):
            until = time.monotonic() + rng.uniform(0.5, 4.0)
            while time.monotonic() < until:
                process.put(f"{count}", ttl=process.clock.now() + rng.randrange(3))
                count += 1
            holders.add(process.holding and process.holding.owner)
            number = rng.randrange(3)
            with workers[number] as killed:
                killed.kill()
            workers[number] = begun(tmp_path, WORKER)
        settled(lambda: process.scanned() == [])
    finally:
        for worker in workers:
            with worker:
                worker.kill()
    assert len(holders) > 2
    assert sorted(removals(process)) == sorted(str(number) for number in range(count))
    process.db.close()
