"""An ordered transactional key-value store: the contract (`contract`) and the stores that keep it."""

from __future__ import annotations

from stator.storage.contract import Store
from stator.storage.memory import MemoryStore

MEMORY = ":memory:"


def open_store(path_or_memory: str, durability: str = "full") -> Store:
    """Opens the file at this path, making it when it is absent; or, for ":memory:", a store that keeps nothing.

    `durability`: "full" answers after a sync, "relaxed" before it (docs/durability.md). Raises SettingError,
    UnsupportedFileError, StoreReadOnlyError or CorruptionError, each with the path and what to do."""
    if path_or_memory == MEMORY:
        return MemoryStore()
    from stator.storage.sqlite import SqliteStore  # SQLite is loaded only when a file is opened

    return SqliteStore(path_or_memory, durability)
