"""A fresh database for each test: in process, or also over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from backup_session import Session
from doors import HttpDoor

from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture(params=["in-process", "http"])
def either(request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session through either door."""
    if request.param == "in-process":
        yield Session()
        return
    with ExitStack() as stack:

        def serve(db: object) -> HttpDoor:
            door = HttpDoor(stack.enter_context(BackgroundServer(db)))  # type: ignore[arg-type]
            stack.callback(door.close)
            return door

        yield Session(MemoryStore(), door=serve)
