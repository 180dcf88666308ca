"""A fresh database for each test of streams, in process; and for the operations' own cases also over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stream_session import Session, over_http

from stator.server.background import BackgroundServer


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.db.close()


@pytest.fixture(params=["in process", "over http"])
def door(request: pytest.FixtureRequest) -> Iterator[Session]:
    session = Session()
    if request.param == "in process":
        yield session
    else:
        with BackgroundServer(session.db) as endpoint:
            session.caller, close = over_http(endpoint)
            yield session
            close()
    session.db.close()
