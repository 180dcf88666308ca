"""The write connection: what groups are written through.

SQLite's savepoints do not isolate a failed statement (a full disk rolls the whole transaction back), so an error here
fails the group, closes the connection and opens another before the next group.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import apsw

from stator.errors import StoreFailedError
from stator.storage.layer import Base, Layer
from stator.storage.sqlite.checkpoints import Checkpoints
from stator.storage.sqlite.errors import close, translated
from stator.storage.sqlite.generation import Generation
from stator.storage.sqlite.row_cache import RowCache
from stator.storage.sqlite.tables import Tables

_PAGES_WRITTEN: Final = apsw.SQLITE_DBSTATUS_CACHE_WRITE


class WriteSession:
    """A `group.Session`. Belongs to whoever has the writer role, or has borrowed it for a read."""

    __slots__ = ("_applied", "_checkpoints", "_connect", "_generation", "_path", "_rows", "_written", "tables")

    def __init__(
        self,
        path: str,
        connect: Callable[[], Tables],
        generation: Generation,
        rows: RowCache,
        checkpoints: Checkpoints,
    ) -> None:
        self._path = path
        self._connect = connect
        self._generation = generation
        self._rows = rows
        self._checkpoints = checkpoints
        self._written = 0
        self._applied: Layer | None = None
        self.tables: Tables | None = connect()

    def begin(self) -> bool:
        if self.tables is None:
            self.tables = self._connect()
        connection = self.tables.connection
        try:
            self.tables.execute("BEGIN IMMEDIATE")
        except apsw.BusyError:
            return False
        except apsw.Error as error:
            raise translated(error, self._path, "starting a group") from error
        self._generation.own_commit_begins()
        self._rows.refresh()
        self._written = connection.status(_PAGES_WRITTEN)[0]
        self._applied = None
        return True

    def base(self) -> Base:
        return _Base(self._open_tables(), self._rows)

    def apply(self, layer: Layer) -> None:
        tables = self._open_tables()
        if not tables.connection.in_transaction:
            raise StoreFailedError(f"{self._path}: a read failed and took the group's transaction with it.")
        tables.apply(layer)
        self._applied = layer

    def commit(self) -> None:
        try:
            self._open_tables().execute("COMMIT")
        except apsw.Error as error:
            raise translated(error, self._path, "committing a group") from error

    def settle(self, committed: bool) -> None:
        if not committed:
            self._start_anew()
            self._generation.moved()
            self._rows.forget()
            return
        tables = self._open_tables()
        applied, self._applied = self._applied, None
        if applied is not None:
            wrote = tables.connection.status(_PAGES_WRITTEN)[0] != self._written
            self._generation.own_commit_ended(wrote)
            if wrote:
                self._rows.committed(applied)
            return
        if tables.connection.in_transaction:  # a failed read may have ended it
            tables.execute("ROLLBACK")
        self._generation.own_commit_ended(wrote=False)

    def checkpoint_is_due(self) -> bool:
        return self._checkpoints.are_due()

    def checkpoint(self) -> None:
        self._checkpoints.run()

    def close(self) -> None:
        self._start_anew()

    def _start_anew(self) -> None:
        if self.tables is not None:
            close(self.tables.connection, self._path)
            self.tables = None

    def _open_tables(self) -> Tables:
        assert self.tables is not None
        return self.tables


class _Base:
    """What lies under a group: the file, with the rows that are known. The transaction has written nothing yet, and
    nobody else can."""

    __slots__ = ("_read", "_rows", "get_many", "range", "sequence")

    def __init__(self, tables: Tables, rows: RowCache) -> None:
        self._read = tables.get
        self._rows = rows
        self.get_many = tables.get_many
        self.range = tables.range
        self.sequence = tables.sequence

    def get(self, key: bytes) -> bytes | None:
        return self._rows.get(key, self._read)
