"""The SQLite store: readers from a pool, one writer role, one connection that keeps the file open and checkpoints.

A single read is answered by the rows read lately, else goes through the write connection while the role is free: its
page cache survives own commits, a reader's does not (measured at one read a commit: 12-19 us against 24-29). All other
reads take a connection from the pool. What a close or a fork leaves unusable is replaced by `_Unusable`, so that the
hot paths test nothing.
"""

from __future__ import annotations

import ctypes
import os
import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NoReturn, TypeVar

import apsw

from stator.clock import Clock, SystemClock
from stator.errors import SettingError, StatorError
from stator.storage.contract import Budgets, Done, Row, Scheduler, Transaction, Work
from stator.storage.sqlite.checkpoints import CHECKPOINT_WAL_BYTES, Checkpoints
from stator.storage.sqlite.errors import close, translated
from stator.storage.sqlite.file import DURABILITIES, SALT_BYTES, WRITER_CACHE_BYTES, StoreFile
from stator.storage.sqlite.generation import Generation
from stator.storage.sqlite.keeper import Keeper
from stator.storage.sqlite.row_cache import RowCache
from stator.storage.sqlite.session import WriteSession
from stator.storage.sqlite.tables import Tables
from stator.storage.writer import Writer

T = TypeVar("T")

BUDGETS: Final = Budgets(32 << 10, 32 << 20, 256 << 20, 10.0)


class SqliteSnapshot:
    """One state, from its first read until `close`."""

    __slots__ = ("_readers", "_tables")

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._tables: Tables | None = None

    def get(self, key: bytes) -> bytes | None:
        return (self._tables or self._begin()).get(key)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return (self._tables or self._begin()).get_many(keys)

    def range(
        self, start: bytes, stop: bytes, limit: int, bytes_max: int = 1 << 62, reverse: bool = False
    ) -> tuple[list[Row], bool]:
        return (self._tables or self._begin()).range(start, stop, limit, bytes_max, reverse)

    def close(self) -> None:
        tables, self._tables = self._tables, None
        readers, self._readers = self._readers, _CLOSED_SNAPSHOT
        if tables is not None:
            readers.end(tables)

    def _begin(self) -> Tables:
        self._tables = self._readers.begin()
        return self._tables

    def __enter__(self) -> SqliteSnapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Readers:
    """A pool of reading connections, as many as were ever reading at once. Shared: list operations are atomic."""

    __slots__ = ("_all", "_closed", "_connect", "_idle")

    def __init__(self, connect: Callable[[], Tables]) -> None:
        self._connect = connect
        self._idle: list[Tables] = []
        self._all: list[Tables] = []
        self._closed = False

    def take(self) -> Tables:
        try:
            return self._idle.pop()
        except IndexError:
            if self._closed:
                raise StatorError("The store is closed.") from None
            tables = self._connect()
            self._all.append(tables)
            if self._closed:  # meanwhile, and perhaps without seeing this one
                self.discard(tables)
                raise StatorError("The store is closed.") from None
            return tables

    def get(self, key: bytes) -> bytes | None:
        tables = self.take()
        try:
            return tables.get(key)
        finally:
            self._give_back(tables)

    def begin(self) -> Tables:
        """A connection in a read transaction, whose state is settled by its first read."""
        tables = self.take()
        try:
            tables.execute("BEGIN")
        except apsw.Error as error:
            self.discard(tables)
            raise translated(error, tables.path, "starting a snapshot") from error
        return tables

    def end(self, tables: Tables) -> None:
        try:
            tables.execute("COMMIT")
        except apsw.Error:
            self.discard(tables)  # it only read: nothing is lost with it
        else:
            self._give_back(tables)

    def _give_back(self, tables: Tables) -> None:
        self._idle.append(tables)
        if self._closed:
            self.close()

    def discard(self, tables: Tables) -> None:
        if tables in self._all:
            self._all.remove(tables)
        close(tables.connection, tables.path)

    def close(self) -> None:
        """Closes all but what another thread is reading through, which that thread closes as it gives it back."""
        self._closed = True
        self._idle.clear()
        for tables in list(self._all):
            close(tables.connection, tables.path)


class _Unusable:
    """Stands in for a part of the store; whatever is asked of it is refused with `why`."""

    def __init__(self, why: str) -> None:
        self.__dict__["why"] = why

    def __getattr__(self, name: str) -> NoReturn:
        raise StatorError(self.__dict__["why"])


_CLOSED_SNAPSHOT: Final[Any] = _Unusable("This snapshot is closed.")


class SqliteStore:
    """A `Store` in one file; see the module. `durability` is "full" or "relaxed" (docs/durability.md)."""

    def __init__(
        self,
        path: str,
        durability: str = "full",
        *,
        vfs: str | None = None,
        clock: Clock | None = None,
        checkpoint_wal_bytes: int = CHECKPOINT_WAL_BYTES,
        salt: bytes | None = None,
    ) -> None:
        if durability not in DURABILITIES:
            allowed = " or ".join(DURABILITIES)
            raise SettingError(f"durability is {durability!r}; it must be {allowed}.")
        clock = clock or SystemClock()
        self.budgets = BUDGETS
        self.path = os.path.realpath(path)
        self._file = StoreFile(self.path, durability, vfs)
        self.salt = self._file.prepare(salt or os.urandom(SALT_BYTES), clock.now())
        self._keeper = Keeper(self._file.connect().connection, self.path)
        try:
            self._generation: Any = Generation(self._keeper)
            self._rows: Any = RowCache(self._keeper)
            self._readers: Any = Readers(self._file.connect)
            self._session = self._new_session(Checkpoints(self._keeper, checkpoint_wal_bytes))
        except BaseException:
            self._keeper.close()
            raise
        self._writer: Any = Writer(self._session, self.budgets, clock.monotonic, time.sleep)
        self._closed = False
        _open_stores.add(self)

    def _new_session(self, checkpoints: Checkpoints) -> WriteSession:
        def connect() -> Tables:
            return self._file.connect(WRITER_CACHE_BYTES, wait_ms=0)

        return WriteSession(self.path, connect, self._generation, self._rows, checkpoints)

    def get(self, key: bytes) -> bytes | None:
        value: bytes | None = self._rows.get(key, self._read)
        return value

    def _read(self, key: bytes) -> bytes | None:
        if self._writer.borrow():
            try:
                tables = self._session.tables
                if tables is not None:
                    self._rows.refresh()
                    return tables.get(key)
            finally:
                self._writer.give_back()
        value: bytes | None = self._readers.get(key)
        return value

    def snapshot(self) -> SqliteSnapshot:
        return SqliteSnapshot(self._readers)

    def generation(self) -> int:
        number: int = self._generation.current()
        return number

    def transact(
        self, run: Callable[[Transaction], T], decides: Iterable[bytes] = (), shares: Iterable[bytes] = ()
    ) -> T:
        result: T = self._writer.transact(run)
        return result

    def submit(self, work: Work, done: Done) -> None:
        self._writer.submit(work.run, done)

    def attach(self, scheduler: Scheduler | None) -> None:
        self._writer.attach(scheduler)

    def close(self) -> None:
        if self._closed:
            return
        self._writer.close()
        self._closed = True
        readers = self._readers
        self._disable(f"{self.path}: the store is closed.")
        readers.close()
        self._session.close()
        self._keeper.close()

    def _disable(self, why: str) -> None:
        self._generation = self._rows = self._readers = self._writer = _Unusable(why)
        _open_stores.discard(self)

    def _forget_after_fork(self) -> None:
        """In a forked child: the connections are the parent's. They are kept for ever, since closing one here would
        act on the parent's file, or wait for a lock that no thread of this process holds."""
        for part in (self._readers, self._session, self._keeper):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(part))
        self._closed = True
        self._disable(f"{self.path}: the store was opened before a fork; open it anew in the child process.")


_open_stores: Final[weakref.WeakSet[SqliteStore]] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for store in list(_open_stores):
        store._forget_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
