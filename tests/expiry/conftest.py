"""A fresh database in memory for each test of expiry."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from expiring import Expiring


@pytest.fixture
def session() -> Iterator[Expiring]:
    session = Expiring()
    session.create()
    yield session
    session.db.close()
