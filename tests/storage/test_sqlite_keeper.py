"""The memory that is shared with other processes is never read once it may be gone.

It is read by its address. A read after the connection that pins it was closed ended the interpreter: `close` on one
thread while another was in `generation` could do that, and did once, in a long run.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

import stator
from stator.errors import StatorError
from stator.storage.contract import Store
from stator.storage.sqlite.keeper import Keeper
from stator.storage.sqlite.store import SqliteStore

OpenStore = Callable[..., Store]


def keeper_of(path: str) -> Keeper:
    return Keeper(apsw.Connection(path, flags=apsw.SQLITE_OPEN_READWRITE), path)


def test_its_two_numbers_follow_the_files_commits(open_sqlite: OpenStore, sqlite_path: str) -> None:
    store = open_sqlite("relaxed")
    keeper = keeper_of(sqlite_path)
    before = keeper.change_counter(), keeper.frames()
    store.transact(lambda own: own.put(b"a", b"1"))
    assert keeper.change_counter() == before[0] + 1
    assert keeper.frames() > before[1]
    keeper.close()


@pytest.mark.parametrize("ask", [Keeper.change_counter, Keeper.frames])
def test_after_close_it_refuses_and_reads_nothing(
    open_sqlite: OpenStore, sqlite_path: str, ask: Callable[[Keeper], int]
) -> None:
    open_sqlite().close()
    keeper = keeper_of(sqlite_path)
    assert ask(keeper) >= 0
    keeper.close()
    keeper.close()
    with pytest.raises(StatorError, match=r"data\.db: the store is closed"):
        ask(keeper)


def test_what_was_taken_from_a_store_before_it_closed_refuses_too(open_sqlite: OpenStore) -> None:
    store = open_sqlite()
    assert isinstance(store, SqliteStore)
    generation, session = store._generation, store._session
    store.close()
    for call in (generation.current, generation.moved, session.checkpoint_is_due):
        with pytest.raises(StatorError, match="the store is closed"):
            call()


CLOSES_UNDER_READS = """
import os, sys, threading
from stator.errors import StatorError
from stator.storage import open_store

sys.setswitchinterval(1e-6)

def read(store, started):
    try:
        while True:
            store.generation()
            store.get(b"a")
            started.set()
    except StatorError:
        pass

for _ in range(40):
    store = open_store(sys.argv[1], "relaxed")
    started = [threading.Event() for _ in range(3)]
    readers = [threading.Thread(target=read, args=(store, each)) for each in started]
    for reader in readers:
        reader.start()
    for each in started:
        each.wait()
    store.close()
    for reader in readers:
        reader.join()
print("whole", os.path.exists(sys.argv[1] + "-wal"))
"""


def test_closing_a_store_that_other_threads_read_ends_their_reads_and_not_the_process(sqlite_path: str) -> None:
    source = str(Path(stator.__file__).parents[1])
    ended = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CLOSES_UNDER_READS, sqlite_path],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": source},
        timeout=120,
    )
    assert (ended.returncode, ended.stdout) == (0, "whole False\n"), ended.stderr
