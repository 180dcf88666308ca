"""The club on each door: in process, the native client over HTTP, a boto3 client over HTTP."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Barrier
from typing import Any

import pytest
from boto3_clients import boto3_client

import stator
from stator.client.in_process import InProcess
from stator.client.native.database import DB
from stator.client.native.values import Values
from stator.clock import ManualClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.server.server import Listening
from stator.storage.memory import MemoryStore, State
from systems.biztech import BizTech

DOORS = ("memory", "http", "boto3")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@cache
def with_tables() -> State:
    """A store in which dev's tables are, made once."""
    store = MemoryStore()
    database = Database(store, clock=ManualClock())
    BizTech(inside(database)).create_tables()
    return store.state()


@pytest.fixture
def served(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Database]:
    """What the server serves; in process, what is opened. Empty, unless the case uses the club."""
    store = MemoryStore()
    if "arranger" in request.fixturenames:
        store.put_back(with_tables())
    database = Database(store, clock=clock)
    yield database
    database.close()


@pytest.fixture(params=DOORS)
def database(request: pytest.FixtureRequest, served: Database) -> Iterator[Any]:
    """What stator.open gives, on each door."""
    if request.param == "memory":
        yield inside(served)
        return
    port, client = boto3_client() if request.param == "boto3" else (0, None)
    with BackgroundServer(served, Listening(port=port)) as url, stator.open(client or url) as opened:
        yield opened


def inside(served: Database) -> DB:
    """The database in this process, whatever serves it elsewhere."""
    return DB(InProcess(served), Values("int", False), served.clock.now)


@pytest.fixture
def clubs(database: Any, clock: ManualClock) -> Callable[[str], BizTech]:
    """The club in an environment, of one database."""

    def made(environment: str) -> BizTech:
        return BizTech(database, environment, now=clock.now, rng=random.Random(7))

    return made


@pytest.fixture
def arranger(served: Database, clock: ManualClock) -> BizTech:
    """The club in dev, with its tables, in process on every door: what a case begins with is quickly made so."""
    return BizTech(inside(served), now=clock.now, rng=random.Random(11))


@pytest.fixture
def club(clubs: Callable[[str], BizTech], arranger: BizTech) -> BizTech:
    """The club in dev, with its tables."""
    return clubs("dev")


@pytest.fixture
def at_once() -> Callable[[Sequence[Callable[[], Any]]], list[Any]]:
    """Runs calls at the same time, a thread each; what they returned or raised, in their order."""

    def run(calls: Sequence[Callable[[], Any]]) -> list[Any]:
        start = Barrier(len(calls))

        def one(call: Callable[[], Any]) -> Any:
            start.wait()
            try:
                return call()
            except Exception as error:
                return error

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    return run
