"""The process that does the background work is killed, and another goes on with it: real processes, a real clock."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

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


def begun(root: Path) -> subprocess.Popen[str]:
    places = [str(Path(stator.__file__).parents[1]), str(Path(__file__).parent)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    command = [sys.executable, "-c", HOLDER, str(root)]
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
