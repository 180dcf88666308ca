"""The two ways that every case goes: boto3 over a database in the process, and boto3 over HTTP to a server."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from boto3_doors import KINDS, Door, open_door

from stator.client.connecting import open_database

# What tests/clients has on outside clients is used here too
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "clients"))


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of AWS, so that nothing helps a client but what is being tested."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


@pytest.fixture(scope="module", params=KINDS)
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    with ExitStack() as until:
        db = open_database()
        until.callback(db.close)
        yield open_door(request.param, db, until)


@pytest.fixture(scope="module")
def client(door: Door) -> Any:
    return door.client()


@pytest.fixture
def doors() -> Iterator[Callable[..., tuple[Door, Door]]]:
    """Makes both doors, each into a database of its own."""
    with ExitStack() as until:

        def make() -> tuple[Door, Door]:
            databases = [open_database(), open_database()]
            for db in databases:
                until.callback(db.close)
            first, second = (open_door(kind, db, until) for kind, db in zip(KINDS, databases, strict=True))
            return first, second

        yield make
