"""Backups and restores on a real file while threads move money: every copy holds the sum."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from backup_session import Session

from stator.client.in_process import InProcess
from stator.clock import SystemClock
from stator.engine import copies
from stator.engine.database import Database
from stator.storage.sqlite import SqliteStore

ACCOUNTS = 60
EACH = 100


class Load:
    """Threads that move money between accounts until they are told to stop."""

    def __init__(self, db: Database, threads: int) -> None:
        self._client = InProcess(db)
        self._stop = threading.Event()
        self.moves = 0
        self._moved = threading.Condition()
        self._threads = [threading.Thread(target=self._run, args=(seed,)) for seed in range(threads)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, seed: int) -> None:
        rng = random.Random(seed)
        while not self._stop.is_set():
            giver, taker = rng.sample(range(ACCOUNTS), 2)
            self._client.call("TransactWriteItems", {"TransactItems": [add(giver, -1), add(taker, 1)]})
            with self._moved:
                self.moves += 1
                self._moved.notify_all()

    def wait_for(self, moves: int) -> None:
        with self._moved:
            assert self._moved.wait_for(lambda: self.moves >= moves, 30)


def add(account: int, amount: int) -> dict[str, object]:
    return {
        "Update": {
            "TableName": "music",
            "Key": {"pk": {"S": f"a{account}"}},
            "UpdateExpression": "ADD n :n",
            "ExpressionAttributeValues": {":n": {"N": str(amount)}},
        }
    }


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """On a real file and by the real clock: accounts with money, recovery on, copies of eight items a step."""
    monkeypatch.setattr(copies, "JOB_STEP_ROWS", 8)
    session = Session(SqliteStore(str(tmp_path / "bank.db"), "relaxed"), SystemClock())
    session.create()
    for account in range(ACCOUNTS):
        session.put(f"a{account}", EACH)
    session.protect()
    yield session
    session.db.close()


def test_every_backup_and_every_moment_holds_the_sum(bank: Session) -> None:
    moments, arns = [], []
    with Load(bank.db, 3) as load:
        for round_ in range(6):
            load.wait_for(load.moves + 20)
            moments.append(bank.clock.now())
            arns.append(bank.back_up())
            bank.recover(f"latest{round_}")
        for at, moment in enumerate(moments):
            bank.recover(f"moment{at}", moment)
    bank.work_off()
    for at, arn in enumerate(arns):
        bank.restore(arn, f"backup{at}")
    states = []
    for name in bank.call("ListTables")["TableNames"]:
        contents = bank.contents(name)
        assert (len(contents), sum(contents.values())) == (ACCOUNTS, ACCOUNTS * EACH), name
        states.append(tuple(sorted(contents.items())))
    assert len(set(states)) > 5


def test_two_stores_on_one_file_take_the_steps_of_one_backup(
    bank: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for api in ("on_demand", "restores"):
        monkeypatch.setattr(f"stator.api.backups.{api}.COPY_FIRST_ITEMS", 0)
    other = Session(SqliteStore(str(tmp_path / "bank.db"), "relaxed"), SystemClock())
    then = bank.contents()
    arn = bank.back_up()
    with Load(bank.db, 2) as load:
        while load.moves < 50 or bank.db.jobs.pending():
            other.step()
            bank.step()
    assert other.backup(arn)["BackupDetails"]["BackupStatus"] == "AVAILABLE"
    other.restore(arn)
    other.work_off()
    assert bank.contents("restored") == then != bank.contents()
    other.db.close()
