"""LetsGo on each door: memory, a file, a server by the native client, and that server by boto3."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pydantic", reason="pydantic is not installed")
pytest.importorskip("rich", reason="rich is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from boto3_clients import boto3_client

import stator
from stator.clock import ManualClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.server.server import Listening
from stator.storage.memory import MemoryStore
from systems.letsgo import Data, Tenants

TOKEN_KEY = b"the tests' key of tokens"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=("memory", "file", "http", "boto3"))
def db(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[Any]:
    if request.param in ("memory", "file"):
        place = ":memory:" if request.param == "memory" else tmp_path / "a.db"
        with stator.open(place, clock=clock, background=False) as opened:
            yield opened
        return
    database = Database(MemoryStore(), clock=clock)
    port, client = boto3_client() if request.param == "boto3" else (0, None)
    with BackgroundServer(database, Listening(port=port)) as url, stator.open(client or url) as opened:
        yield opened
    database.close()


@pytest.fixture
def data(db: Any, clock: ManualClock) -> Data:
    data = Data(db, token_key=TOKEN_KEY, now=clock.now)
    data.design.create_tables()
    return data


@pytest.fixture
def tenants(db: Any, data: Data, clock: ManualClock) -> Tenants:
    return Tenants(db, now=clock.now, new_id=_counted())


def _counted() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{next(numbers):04}"


@pytest.fixture
def agreed(db: Any) -> Callable[[], set[tuple[str, str]]]:
    """The memberships that are stored, each as (tenant, identity); they are the same from both sides."""
    operator = Data(db, reads_reserved=True)

    def keys(category: str) -> list[list[str]]:
        return [item["key"].split("/") for item in operator.every(category, consistent=True)]

    def agreed() -> set[tuple[str, str]]:
        found = {(tenant, who) for _, tenant, who in keys("letsgo-tenant-identity")}
        assert found == {(tenant, who) for _, who, tenant in keys("letsgo-identity-tenant")}
        return found

    return agreed
