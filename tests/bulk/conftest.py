"""Each test goes in process and over HTTP, into a database whose S3 is a folder of its own, with a table in use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bulk_session import TABLE
from doors import Door, InProcessDoor, http_door

from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.storage.memory import MemoryStore


@pytest.fixture
def s3(tmp_path: Path) -> Path:
    for bucket in ("source", "reports"):
        (tmp_path / bucket).mkdir()
    return tmp_path


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def db(s3: Path, clock: ManualClock) -> Database:
    return Database(MemoryStore(), Options(s3_folder=str(s3)), clock=clock)


@pytest.fixture(params=["in process", "http"])
def door(request: pytest.FixtureRequest, db: Database) -> Iterator[Door]:
    InProcessDoor(db).call("CreateTable", TABLE)
    if request.param == "http":
        with http_door(db) as over_http:
            yield over_http
    else:
        yield InProcessDoor(db)
