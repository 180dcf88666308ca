"""Each test goes in process and over HTTP; the doors and the clients of killed servers are shared with other tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from actions import create_tables
from doors import Door, InProcessDoor, http_door

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crash"))


@pytest.fixture(scope="module", params=["in process", "http"])
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    """With the tables of `actions`. A module's tests share it: each has items of its own."""
    if request.param == "http":
        with http_door() as over_http:
            create_tables(over_http)
            yield over_http
        return
    in_process = InProcessDoor()
    create_tables(in_process)
    yield in_process
