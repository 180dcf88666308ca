"""Transactions are serialisable: while many clients move money, no reader ever sees the sum change."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from actions import create_tables
from doors import Door, HttpDoor, InProcessDoor, Refusal
from transfers import ACCOUNTS, BALANCE, balances, by_the_ledger, ledger, move, open_accounts

from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage import MEMORY, open_store

MOVERS = 6
READERS = 2
MOVES = 60

NewDoor = Callable[[], Door]


@contextmanager
def in_process(db: Database) -> Iterator[NewDoor]:
    yield lambda: InProcessDoor(db)


@contextmanager
def over_http(db: Database) -> Iterator[NewDoor]:
    with BackgroundServer(db) as endpoint:
        doors: list[HttpDoor] = []

        def new() -> Door:
            doors.append(HttpDoor(endpoint))
            return doors[-1]

        yield new
        for door in doors:
            door.close()


@pytest.mark.parametrize("kept", ["in memory", "in a file"])
@pytest.mark.parametrize("doors", [in_process, over_http])
def test_the_sum_holds_at_every_moment(
    doors: Callable[[Database], object], kept: str, tmp_path: Path
) -> None:
    db = Database(open_store(MEMORY if kept == "in memory" else str(tmp_path / "stator.db")))
    with doors(db) as new:  # type: ignore[attr-defined]
        create_tables(new())
        open_accounts(new())
        done: set[str] = set()
        running = threading.Event()
        running.set()
        faults: list[BaseException] = []

        def moves(number: int) -> None:
            door = new()
            chances = random.Random(number)
            for each in range(MOVES):
                name = f"{number}-{each}"
                try:
                    door.call("TransactWriteItems", move(chances, name, gives_token=each % 2 == 0))
                    done.add(name)
                except Refusal as refused:
                    if "ConditionalCheckFailed" not in refused.message:
                        raise

        def reads(number: int) -> None:
            door = new()
            while running.is_set():
                assert sum(balances(door)) == ACCOUNTS * BALANCE

        def guarded(work: Callable[[int], None], number: int) -> None:
            try:
                work(number)
            except BaseException as fault:
                faults.append(fault)

        movers = [threading.Thread(target=guarded, args=(moves, number)) for number in range(MOVERS)]
        readers = [threading.Thread(target=guarded, args=(reads, number)) for number in range(READERS)]
        for thread in movers + readers:
            thread.start()
        for thread in movers:
            thread.join()
        running.clear()
        for thread in readers:
            thread.join()
        assert not faults
        door = new()
        entries = ledger(door)
        assert entries.keys() == done
        assert len(done) > MOVERS * MOVES / 4
        assert balances(door) == by_the_ledger(entries)
        assert min(balances(door)) >= 0
    db.close()


def test_one_token_from_many_clients_at_once_is_done_once() -> None:
    db = Database(open_store(MEMORY))
    with over_http(db) as new:
        create_tables(new())
        open_accounts(new())
        request = move(random.Random(1), "one")
        said: list[str] = []
        together = threading.Barrier(8)

        def ask() -> None:
            door = new()
            together.wait()
            for _ in range(5):
                try:
                    door.call("TransactWriteItems", request)
                    said.append("done")
                except Refusal as refused:
                    said.append(refused.code)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(said) <= {"done", "TransactionInProgressException"}
        assert "done" in said
        assert len(ledger(new())) == 1
        assert balances(new()) == by_the_ledger(ledger(new()))
    db.close()
