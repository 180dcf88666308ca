"""Clients that run at once, in threads of one process and in processes of their own, over every way into a database:
what they were told is strictly serialisable."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import stream_reader
from checker import violation
from doors import Door, InProcessDoor, Refusal
from driven import database
from history import Op, Recorder
from http_clients import ClientProcess, Task
from items_client import CREATE, changes_of, request_of, result_of, result_of_refusal
from models import Action, Result
from stator_process import StatorProcess
from traffic import Client, Crossing, OneByOne, Wide

from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage import open_store
from stator.storage.contract import Store
from stator.storage.memory import MemoryStore
from stator.storage.simulator import SimulatorStore

LONG = bool(os.environ.get("SOAK"))
SEEDS = 10 if LONG else 1
EACH = 200 if LONG else 40
THREADS = 6
CLIENTS = [Client, OneByOne, Crossing, Wide]


@contextmanager
def many_switches() -> Iterator[None]:
    """Threads meet within works, not only between them."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def ask(door: Door, action: Action) -> Result:
    try:
        answer = door.call(*request_of(action))
    except Refusal as refusal:
        return result_of_refusal(refusal.code, str(refusal))
    return result_of(action, answer)


def history_in_threads(db: Database, kind: type[Client], seed: int) -> list[Op]:
    recorder = Recorder(time.perf_counter_ns)
    door = InProcessDoor(db)

    def live(client: Client) -> None:
        for _ in range(EACH):
            action = client.next()
            client.saw(action, recorder.do(client.number, action, lambda action: ask(door, action)))

    threads = [threading.Thread(target=live, args=(kind(number, seed),)) for number in range(THREADS)]
    with many_switches():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(recorder.ops) == THREADS * EACH
    return recorder.ops


def open_kind(name: str, folder: Path) -> Store:
    if name == "file":
        return open_store(str(folder / "data.db"), "relaxed")
    return MemoryStore() if name == "memory" else SimulatorStore()


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("name", ["memory", "simulator", "file"])
def test_a_history_of_threads_is_linearizable(name: str, kind: type[Client], tmp_path: Path) -> None:
    for seed in range(SEEDS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        db = database(open_kind(name, folder))
        history = history_in_threads(db, kind, seed)
        records = changes_of(stream_reader.records(db))
        db.close()
        found = violation(history, records=records)
        assert found is None, str(found)


def history_of_processes(endpoints: list[str], kind: type[Client], seed: int, folder: Path) -> list[Op]:
    """Two processes with four clients each."""
    processes = [
        ClientProcess(
            Task(endpoints, list(range(place, 8, 2)), seed, EACH, str(folder / f"{place}"), kind.__name__)
        )
        for place in range(2)
    ]
    return [op for process in processes for op in process.history()]


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_history_of_clients_over_http_is_linearizable(kind: type[Client], tmp_path: Path) -> None:
    for seed in range(SEEDS):
        with BackgroundServer(database(MemoryStore())) as endpoint:
            found = violation(history_of_processes([endpoint], kind, seed, tmp_path))
        assert found is None, str(found)


@pytest.mark.parametrize("kind", [Client, OneByOne])
def test_a_history_over_several_workers_is_linearizable(kind: type[Client], tmp_path: Path) -> None:
    """Every client reads what any other was told, whichever worker either is at."""
    for seed in range(SEEDS):
        with StatorProcess(tmp_path / f"{seed}.db", "--durability", "relaxed", "--workers", "3") as server:
            server.client().call("CreateTable", **CREATE)
            found = violation(history_of_processes([server.endpoint], kind, seed, tmp_path))
        assert found is None, str(found)


def test_a_history_over_two_servers_of_one_file_is_linearizable(tmp_path: Path) -> None:
    """Every client reads what any other was told, whichever server either is at."""
    for seed in range(SEEDS):
        data = tmp_path / f"{seed}.db"
        with ExitStack() as stack:
            servers = [stack.enter_context(StatorProcess(data, "--durability", "relaxed")) for _ in range(2)]
            servers[0].client().call("CreateTable", **CREATE)
            endpoints = [server.endpoint for server in servers]
            found = violation(history_of_processes(endpoints, Client, seed, tmp_path))
        assert found is None, str(found)
