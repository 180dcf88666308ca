"""Histories of interleaved steps on every store are strictly serialisable."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import stream_reader
from checker import violation
from driven import Driven, database
from history import Op, load, save
from items_client import changes_of
from models import ReadAll, ReadEach
from msgspec import structs
from traffic import Client, Crossing, OneByOne, Wide

from stator.storage.contract import Store
from stator.storage.memory import MemoryStore
from stator.storage.simulator import SimulatorStore
from stator.storage.sqlite.store import SqliteStore

SEEDS = 100 if os.environ.get("SOAK") else 4

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda path: MemoryStore(),
    "memory, 4 side by side": lambda path: MemoryStore(side_by_side=4),
    "simulator": lambda path: SimulatorStore(),
    "file": lambda path: SqliteStore(str(path / "data.db"), "relaxed"),
}


@pytest.mark.parametrize("name", STORES)
@pytest.mark.parametrize("client", [Client, OneByOne, Crossing, Wide])
def test_a_history_of_interleaved_steps_is_linearizable(
    name: str, client: type[Client], tmp_path: Path
) -> None:
    for seed in range(SEEDS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        db = database(STORES[name](folder))
        history = Driven(db, seed, client).run()
        records = changes_of(stream_reader.records(db))
        db.close()
        found = violation(history, records=records)
        assert found is None, f"seed {seed}: {found}"


def test_a_seed_makes_the_same_history_and_a_file_keeps_it(tmp_path: Path) -> None:
    first, second, other = (Driven(database(MemoryStore()), seed).run() for seed in (1, 1, 2))
    assert first == second != other
    save(first, tmp_path / "history")
    assert load(tmp_path / "history") == first


def test_a_query_that_takes_turns_reads_each_item_at_a_moment_of_its_own() -> None:
    """As docs/transactions.md says: not all of them at one moment, unless they are read in one turn."""
    found = []
    for seed in range(5):
        history = Driven(database(MemoryStore()), seed, Wide).run()
        assert violation(history) is None
        found.append(violation(map(as_of_one_moment, history)))
    assert any(found)


def as_of_one_moment(op: Op) -> Op:
    if isinstance(op.action, ReadEach):
        return structs.replace(op, action=ReadAll(op.action.keys, by_query=True))
    return op
