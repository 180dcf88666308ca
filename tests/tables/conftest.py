"""A fresh database in memory for each test of tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from table_session import Session


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.db.close()
