"""The native client on each of its targets: memory, a file, a server, a boto3 client; and its async twin on three."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

import stator
from stator.clock import ManualClock, seeded_random
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore

sys.path.insert(0, str(Path(__file__).resolve().parent))

from awaited import Awaited
from native_tables import CREDENTIALS, schema

_names = itertools.count(1)

TARGETS = ("memory", "file", "http", "boto3", "async memory", "async file", "async http")


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    database = Database(MemoryStore())
    with BackgroundServer(database) as url:
        yield url
    database.close()


@pytest.fixture(params=TARGETS)
def db(request: pytest.FixtureRequest, tmp_path: Path, endpoint: str) -> Iterator[Any]:
    """An open database on each target."""
    way, _, kind = request.param.rpartition(" ")
    target: Any = {"memory": ":memory:", "file": tmp_path / "a.db", "http": endpoint}.get(kind)
    if target is None:
        target = boto3.client("dynamodb", endpoint_url=endpoint, **CREDENTIALS)
    if not way:
        with stator.open(target) as opened:
            yield opened
        return
    loop = asyncio.new_event_loop()
    with Awaited(stator.open_async(target), loop) as awaited:
        yield awaited
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.fixture
def table(db: Any) -> Any:
    """An empty table; streams have the old and the new image."""
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    made = db.create_table(**schema(f"Orders{next(_names)}", StreamSpecification=stream))
    made.wait_until_exists()
    return made


@pytest.fixture
def twins() -> Iterator[Callable[[], Database]]:
    """Makes databases that answer alike: one clock, one salt, one seed."""
    clock = ManualClock()
    made: list[Database] = []

    def make() -> Database:
        made.append(Database(MemoryStore(salt=b"0" * 16), clock=clock, rng=seeded_random(1)))
        return made[-1]

    yield make
    for database in made:
        database.close()
