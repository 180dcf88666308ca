"""TruthByte on each door: in process, the native client over HTTP, boto3 over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2])]

from truthbyte_play import DOORS, NOON, Place, opened_at  # noqa: E402

from stator.clock import ManualClock  # noqa: E402
from systems.truthbyte import TruthByte  # noqa: E402


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture(params=DOORS)
def place(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Place]:
    yield from opened_at(request.param, clock)


@pytest.fixture
def memory(clock: ManualClock) -> Iterator[Place]:
    """In process alone, for what no door changes."""
    yield from opened_at("memory", clock)


@pytest.fixture
def quick(memory: Place) -> TruthByte:
    """As `filled`, in process alone: for tables of cases."""
    return memory.made(60)


@pytest.fixture
def game(place: Place) -> TruthByte:
    """With tables, and nothing in them."""
    return place.made()


@pytest.fixture
def filled(place: Place) -> TruthByte:
    """With sixty questions: twenty in each category, twelve of each difficulty."""
    return place.made(60)
