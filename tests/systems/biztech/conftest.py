"""The club on each door: in process, the native client over HTTP, a boto3 client over HTTP."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import boto3
import pytest

import stator
from stator.clock import ManualClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore
from systems.biztech import BizTech

DOORS = ("memory", "http", "boto3")
CREDENTIALS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "x", "region_name": "us-east-1"}
T = TypeVar("T")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=DOORS)
def database(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Any]:
    """What stator.open gives, on each door."""
    if request.param == "memory":
        with stator.open(clock=clock) as opened:
            yield opened
        return
    served = Database(MemoryStore(), clock=clock)
    with BackgroundServer(served) as url:
        target: Any = url
        if request.param == "boto3":
            target = boto3.client("dynamodb", endpoint_url=url, **CREDENTIALS)
        with stator.open(target) as opened:
            yield opened
    served.close()


@pytest.fixture
def clubs(database: Any, clock: ManualClock) -> Callable[[str], BizTech]:
    """The club in an environment, of one database."""

    def made(environment: str) -> BizTech:
        # A lost race lets the others run instead of waiting.
        return BizTech(
            database, environment, now=clock.now, rng=random.Random(7), sleep=lambda _: time.sleep(0)
        )

    return made


@pytest.fixture
def club(clubs: Callable[[str], BizTech]) -> BizTech:
    club = clubs("dev")
    club.create_tables()
    return club


@pytest.fixture
def at_once() -> Callable[[Sequence[Callable[[], Any]]], list[Any]]:
    """Runs calls at the same time, a thread each; what they returned or raised, in their order."""

    def run(calls: Sequence[Callable[[], Any]]) -> list[Any]:
        start = Barrier(len(calls))

        def one(call: Callable[[], Any]) -> Any:
            start.wait()
            try:
                return call()
            except Exception as error:
                return error

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    return run
