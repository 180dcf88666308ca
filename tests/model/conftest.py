"""A design on each door: memory, a file, a server, a boto3 client."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3_clients import boto3_client

import stator
from stator.clock import ManualClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.server.server import Listening
from stator.storage.memory import MemoryStore

sys.path.insert(0, str(Path(__file__).resolve().parent))

from shop_design import Shop

DOORS = ("memory", "file", "http", "boto3")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=DOORS)
def target(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """What stator.open takes, and its options."""
    if request.param in ("memory", "file"):
        yield {"memory": ":memory:", "file": tmp_path / "a.db"}[request.param], {"clock": clock}
        return
    database = Database(MemoryStore(), clock=clock)
    port, client = boto3_client() if request.param == "boto3" else (0, None)
    with BackgroundServer(database, Listening(port=port)) as url:
        yield client or url, {}
    database.close()


@pytest.fixture
def db(target: tuple[Any, dict[str, Any]]) -> Iterator[Any]:
    with stator.open(target[0], **target[1]) as opened:
        yield opened


@pytest.fixture
def shop(db: Any, clock: ManualClock) -> Shop:
    shop = Shop(db, now=clock.now, sleep=clock.advance)
    shop.create_tables()
    return shop
