"""An ordered transactional key-value store: the contract (`contract`) and the stores that keep it."""

from __future__ import annotations

from random import Random

from stator.storage.contract import SALT_BYTES, Store
from stator.storage.memory import MemoryStore

MEMORY = ":memory:"


def open_store(path_or_memory: str, durability: str = "full", rng: Random | None = None) -> Store:
    """Opens the file at this path, making it when it is absent; or, for ":memory:", a store that keeps nothing.

    `durability`: "full" answers after a sync, "relaxed" before it (docs/durability.md). `rng`: where the salt of
    a store that is made here comes from; the system unless given. Raises SettingError, UnsupportedFileError,
    StoreReadOnlyError or CorruptionError, each with the path and what to do."""
    salt = None if rng is None else rng.randbytes(SALT_BYTES)
    if path_or_memory == MEMORY:
        return MemoryStore(salt=salt)
    from stator.storage.sqlite import SqliteStore  # SQLite is loaded only when a file is opened

    return SqliteStore(path_or_memory, durability, salt=salt)
