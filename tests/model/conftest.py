"""A design on each door: memory, a file, a server, a boto3 client."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

import stator
from stator.clock import ManualClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore

sys.path.insert(0, str(Path(__file__).resolve().parent))

from shop_design import Shop

DOORS = ("memory", "file", "http", "boto3")
CREDENTIALS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "x", "region_name": "us-east-1"}


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
    with BackgroundServer(database) as url:
        client = boto3.client("dynamodb", endpoint_url=url, **CREDENTIALS)
        yield (url if request.param == "http" else client), {}
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
