"""Every fact of `facts_*`, over HTTP. The server is shared, so a fact leaves no table behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doors import HttpDoor, http_door
from facts import FACTS
from statement_case import Call, Fact, drop_tables, hold


@pytest.fixture(scope="module")
def shared_door() -> Iterator[HttpDoor]:
    with http_door() as door:
        yield door


@pytest.mark.parametrize("fact", FACTS)
def test_over_http(fact: Fact | Call, shared_door: HttpDoor) -> None:
    try:
        hold(shared_door, fact)
    finally:
        drop_tables(shared_door)
