"""A pattern on each door: in memory, and over HTTP."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pydantic", reason="pydantic is not installed")

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import stator  # noqa: E402
from patterns.pattern import START_S, Pattern  # noqa: E402
from patterns.running import Running  # noqa: E402
from stator.clock import ManualClock  # noqa: E402
from stator.engine.database import Database, Options  # noqa: E402
from stator.engine.like_aws import LikeAws  # noqa: E402
from stator.server.background import BackgroundServer  # noqa: E402
from stator.storage.memory import MemoryStore  # noqa: E402


@pytest.fixture
def served() -> Iterator[Any]:
    database = Database(MemoryStore(), clock=ManualClock(START_S))
    with BackgroundServer(database) as url, stator.open(url) as db:
        yield db
    database.close()


@pytest.fixture
def by_boto3() -> Iterator[Any]:
    """As on AWS: what stator.open makes of a boto3 session's client."""
    boto3 = pytest.importorskip("boto3", reason="boto3 is not installed")
    database = Database(MemoryStore(), clock=ManualClock(START_S))
    with BackgroundServer(database) as url:
        client = boto3.client(
            "dynamodb",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="AKIDEXAMPLE",
            aws_secret_access_key="x",
        )
        with stator.open(client) as db:
            yield db
    database.close()


@pytest.fixture
def in_memory() -> Iterator[Any]:
    with stator.open(":memory:", clock=ManualClock(START_S)) as db:
        yield db


@pytest.fixture
def hard() -> Iterator[Any]:
    """In process, where indexes lag, reads are stale, batches come back in part and writes collide."""
    like_aws = LikeAws(index_lag=True, stale_reads=True, partial_batches=True, conflict_rate=0.2)
    clock = ManualClock(START_S)
    database = Database(MemoryStore(), Options(like_aws=like_aws), clock, random.Random(7))
    with stator.open(database) as db:
        yield db
    database.close()


@pytest.fixture(params=["in_memory", "served"])
def prepared(request: pytest.FixtureRequest) -> Callable[[Pattern], Running]:
    """A pattern with its items, no example run yet."""
    db = request.getfixturevalue(request.param)

    def prepare(pattern: Pattern) -> Running:
        running = Running(pattern, db)
        running.prepare()
        return running

    return prepare


@pytest.fixture(params=["in_memory", "served", "hard"])
def contended(request: pytest.FixtureRequest) -> Callable[[Pattern], Running]:
    """As `prepared`, and where AWS is at its worst, too; nothing waits between attempts."""
    db = request.getfixturevalue(request.param)

    def prepare(pattern: Pattern) -> Running:
        running = Running(pattern, db, sleep=lambda seconds: None)
        running.prepare()
        return running

    return prepare
