"""The checker finds each fault that a store can have, in a database on such a store, and none in a sound one."""

from __future__ import annotations

import pytest
from broken import (
    DirtyReads,
    DoubleWrites,
    LostUpdates,
    LostWrites,
    Phantoms,
    Sound,
    StaleReads,
    TornTransactions,
    WriteSkews,
)
from checker import violation
from driven import Driven, database
from history import Op
from traffic import Client, Crossing

from stator.storage.memory import MemoryStore

SEEDS = range(10)
FAULTS = [
    StaleReads, LostUpdates, WriteSkews, TornTransactions, LostWrites, DirtyReads, DoubleWrites, Phantoms,
]  # fmt: skip


def history_on(kind: type[Sound], seed: int, client: type[Client] = Client) -> list[Op]:
    store = kind(MemoryStore())
    db = database(store)
    store.armed = True
    return Driven(db, seed, client, each=40).run()


def found_in(kind: type[Sound], client: type[Client] = Client) -> int:
    """In how many of the histories."""
    return sum(violation(history_on(kind, seed, client)) is not None for seed in SEEDS)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_database_on_a_faulty_store_is_found_out(kind: type[Sound]) -> None:
    # A write skew takes two transactions that cross
    assert found_in(kind, Crossing if kind is WriteSkews else Client) >= len(SEEDS) * 0.8


@pytest.mark.parametrize("client", [Client, Crossing])
def test_the_same_around_a_sound_store_is_sound(client: type[Client]) -> None:
    assert found_in(Sound, client) == 0
