"""Every store that keeps the contract, by name."""

from __future__ import annotations

from pathlib import Path

from stator.storage import open_store
from stator.storage.contract import Store
from stator.storage.memory import MemoryStore
from stator.storage.simulator import SimulatorStore

KINDS = ["memory", "simulator", "sqlite", "sqlite-relaxed"]


def make_store(kind: str, folder: Path) -> Store:
    match kind:
        case "memory":
            return MemoryStore()
        case "simulator":
            return SimulatorStore()
        case "sqlite-relaxed":
            return open_store(str(folder / "relaxed.db"), "relaxed")
        case _:
            return open_store(str(folder / "full.db"))
