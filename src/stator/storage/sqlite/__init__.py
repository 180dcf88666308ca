"""The embedded store: one SQLite file through apsw. See `store` for the whole and `file` for the format."""

from stator.storage.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
