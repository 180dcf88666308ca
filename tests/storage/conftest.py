"""Every store that keeps the contract, as fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stores import KINDS, make_store

from stator.storage.contract import Store


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = make_store(request.param, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_path(tmp_path: Path) -> str:
    return str(tmp_path / "data.db")


@pytest.fixture
def open_sqlite(sqlite_path: str) -> Iterator[Callable[..., Store]]:
    """Opens the one file, as often as asked, and closes what was opened."""
    from stator.storage.sqlite import SqliteStore

    opened: list[Store] = []

    def open_again(durability: str = "full", **settings: object) -> Store:
        opened.append(SqliteStore(sqlite_path, durability, **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield open_again
    for each in opened:
        each.close()
