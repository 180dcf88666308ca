"""TruthByte on each door: in process, the native client over HTTP, boto3 over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2])]

from truthbyte_play import DOORS, NOON, Place, opened_at  # noqa: E402
from truthbyte_snippet_play import game_on, opened, taken_as_given  # noqa: E402

import stator  # noqa: E402
from stator.clock import ManualClock  # noqa: E402
from systems.truthbyte import TruthByte  # noqa: E402


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture(params=DOORS)
def place(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Place]:
    yield from opened_at(request.param, clock)


@pytest.fixture(params=DOORS[:2])
def pair(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Place]:
    """In process and over HTTP, for what takes its time."""
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


# Of the snippets


@pytest.fixture(scope="module", params=["in process", "http"])
def shared(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A resource over sixty questions, for those that change nothing of them."""
    with opened(request.param, ManualClock(NOON)) as opened_one:
        yield opened_one


@pytest.fixture(params=["in process", "http"])
def resource(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Any]:
    """The same of one's own, to be changed."""
    with opened(request.param, clock) as opened_one:
        yield opened_one


@pytest.fixture
def play(resource: Any, clock: ManualClock) -> TruthByte:
    """The game on one's own tables."""
    return game_on(stator.open(resource), clock)


@pytest.fixture
def own(resource: Any) -> dict[str, Any]:
    """What the snippets take as given, on one's own tables."""
    return taken_as_given(resource)


@pytest.fixture
def names(shared: Any) -> dict[str, Any]:
    """What the snippets take as given."""
    return taken_as_given(shared)
