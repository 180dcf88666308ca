"""Each test goes in process and over HTTP, into a database whose clock is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doors import Door, InProcessDoor, http_door

from stator.clock import ManualClock
from stator.engine.database import Database
from stator.storage.memory import MemoryStore


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def db(clock: ManualClock) -> Database:
    return Database(MemoryStore(), clock=clock)


@pytest.fixture(params=["in process", "http"])
def door(request: pytest.FixtureRequest, db: Database) -> Iterator[Door]:
    if request.param == "http":
        with http_door(db) as over_http:
            yield over_http
    else:
        yield InProcessDoor(db)
