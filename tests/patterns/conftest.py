"""A pattern on each door: in memory, and over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pydantic", reason="pydantic is not installed")

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import stator  # noqa: E402
from patterns.pattern import START_S, Pattern  # noqa: E402
from patterns.running import Running  # noqa: E402
from stator.clock import ManualClock  # noqa: E402
from stator.engine.database import Database  # noqa: E402
from stator.server.background import BackgroundServer  # noqa: E402
from stator.storage.memory import MemoryStore  # noqa: E402


@pytest.fixture
def served() -> Iterator[Any]:
    database = Database(MemoryStore(), clock=ManualClock(START_S))
    with BackgroundServer(database) as url, stator.open(url) as db:
        yield db
    database.close()


@pytest.fixture
def in_memory() -> Iterator[Any]:
    with stator.open(":memory:", clock=ManualClock(START_S)) as db:
        yield db


@pytest.fixture(params=["in_memory", "served"])
def prepared(request: pytest.FixtureRequest) -> Callable[[Pattern], Running]:
    """A pattern with its items, no example run yet."""
    db = request.getfixturevalue(request.param)

    def prepare(pattern: Pattern) -> Running:
        running = Running(pattern, db)
        running.prepare()
        return running

    return prepare
