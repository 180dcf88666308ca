"""Databases to apply templates to: in memory, in a file, and behind an endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stator.client.connecting import MEMORY, connect
from stator.client.over_http import OverHttp
from stator.client.transport import Transport
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore


@pytest.fixture
def memory() -> Iterator[Transport]:
    transport = connect(MEMORY, background=False)
    yield transport
    transport.close()


@pytest.fixture(params=["file", "endpoint"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Transport]:
    if request.param == "file":
        transport = connect(tmp_path / "app.db", durability="relaxed", background=False)
        yield transport
        transport.close()
        return
    with BackgroundServer(Database(MemoryStore())) as endpoint:
        over = OverHttp(endpoint)
        yield over
        over.close()
