"""Each test of the engine goes through the same operations in process, in a file and over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from doors import http_door

from stator.client.in_process import InProcess
from stator.engine.database import Database
from stator.storage import MEMORY, open_store

Caller = Callable[[str, dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="class", params=["memory", "file", "http"])
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    if request.param == "http":
        with http_door() as over_http:
            yield over_http.call
        return
    folder: Path = tmp_path_factory.mktemp("data")
    db = Database(open_store(MEMORY if request.param == "memory" else str(folder / "stator.db")))
    yield InProcess(db).call
    db.close()
