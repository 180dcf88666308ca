"""A server is killed with SIGKILL under load from many clients, started again and killed again: what they were told,
before and after, is one strictly serialisable history, in which a call without an answer was done whole, before its
server died, or not at all. And verification finds nothing wrong in what each killed server left.
"""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from pathlib import Path

import pytest
import stream_reader
from checker import violation
from history import Op, Recorder
from http_clients import ask, converse
from items_client import CREATE, changes_of
from models import UNKNOWN, ReadAll
from stator_process import StatorProcess
from traffic import COUNTERS, REGISTERS, Client

from stator.engine.database import Database
from stator.engine.verification import verify
from stator.storage.sqlite.store import SqliteStore

LONG = bool(os.environ.get("SOAK"))
FILES = 12 if LONG else 1
KILLS = 25 if LONG else 5
CALLS_MAX = 250 if LONG else 120
CLIENTS = 8
ALL = ReadAll((*REGISTERS, *COUNTERS))
AUDITOR = 99


class Killed:
    """Rounds of load and death, on one file."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.data = folder / "data.db"
        self._left = folder / "left"
        self._chances = random.Random(seed)
        self._clients = [Client(number, seed) for number in range(CLIENTS)]
        self._recorder: Recorder | None = None
        self._known: dict[str, int | None] = {}
        self.told: list[Op] = []

    def round(self) -> None:
        """Starts the server and holds what is there against what was told before; loads it and kills it."""
        with StatorProcess(self.data) as server:
            if self._recorder is None:
                server.client().call("CreateTable", **CREATE)
            known = self._audit(server)
            self._recorder = Recorder(time.monotonic_ns)
            self._load_and_kill(server, self._recorder)
        self._recorder.all_are_over()
        self._known = known
        self._verify()

    def end(self) -> None:
        """Holds the whole against the stream, too."""
        with StatorProcess(self.data) as server:
            self._audit(server)
        db = Database(SqliteStore(str(self.data), "relaxed"))
        found = violation(self.told, records=changes_of(stream_reader.records(db)))
        db.close()
        assert found is None, str(found)

    def _audit(self, server: StatorProcess) -> dict[str, int | None]:
        """Reads all that is there at one moment: the last operation of the history since this was last done, and what
        the next one begins with. So each stretch is checked by itself, and the whole is one history."""
        recorder = self._recorder or Recorder(time.monotonic_ns)
        connection = server.client()
        values = recorder.do(AUDITOR, ALL, lambda action: ask(connection, action))
        connection.close()
        assert isinstance(values, tuple)
        found = violation(recorder.ops, self._known)
        assert found is None, str(found)
        self.told += recorder.ops
        return dict(zip(ALL.keys, values, strict=True))

    def _load_and_kill(self, server: StatorProcess, recorder: Recorder) -> None:
        threads = [
            threading.Thread(target=converse, args=(client, server.endpoint, recorder, lambda: True))
            for client in self._clients
        ]
        for thread in threads:
            thread.start()
        wanted = self._chances.randrange(20, CALLS_MAX)
        while len(recorder.ops) < wanted and all(map(threading.Thread.is_alive, threads)):
            threads[0].join(0.001)
        server.kill()
        for thread in threads:
            thread.join()
        assert len(recorder.ops) >= wanted, "a client ended before its server"

    def _verify(self) -> None:
        """A copy, so that the next server finds what the killed one left."""
        self._left.mkdir()
        for file in self.data.parent.glob("data.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, self._left)
        store = SqliteStore(str(self._left / self.data.name), "relaxed")
        assert list(verify(store)) == []
        store.close()
        shutil.rmtree(self._left)


@pytest.mark.parametrize("seed", range(FILES))
def test_what_clients_of_killed_servers_were_told_is_one_history(seed: int, tmp_path: Path) -> None:
    killed = Killed(tmp_path, seed)
    for _ in range(KILLS):
        killed.round()
    killed.end()
    unanswered = sum(op.result == UNKNOWN for op in killed.told)
    print(f"\n{KILLS} servers killed, {len(killed.told)} calls, {unanswered} of them without an answer")
    assert unanswered > KILLS
