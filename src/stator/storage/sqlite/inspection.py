"""A file looked at without being changed: what it is, whether SQLite finds it whole, and its rows, to be read only.

A file that is damaged is not opened as others are: nothing is made, upgraded, checkpointed or written, the WAL that a
crash left stays as it is, and a server may have the file in use. What is wrong is told as pairs: where, and what.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NoReturn

import apsw

from stator.errors import StoreReadOnlyError, UnsupportedFileError
from stator.storage.contract import Done, Scheduler, Work
from stator.storage.sqlite import formats
from stator.storage.sqlite.errors import translated, translating
from stator.storage.sqlite.file import APPLICATION_ID, PAGE_BYTES, READER_CACHE_BYTES, SALT_BYTES
from stator.storage.sqlite.store import BUDGETS, SqliteSnapshot
from stator.storage.sqlite.tables import SCHEMA, Tables

Problem = tuple[str, str]
"""Where, and what is wrong there."""

_HEADER_BYTES: Final = 100
_MAGIC: Final = b"SQLite format 3\0"
_WAIT_MS: Final = 5_000
_STEPS_BETWEEN_TICKS: Final = 1_000_000
_PROBLEMS_MAX: Final = 1000
_NO_CHECKPOINT: Final = apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE

Tick = Callable[[], None]
"""Called now and then; may raise, to stop."""


class InspectedFile:
    """A `Store` that is only read. Used by one thread."""

    def __init__(self, path: str) -> None:
        """Raises UnsupportedFileError for what is no Stator file, StoreReadOnlyError for what cannot be opened, and
        CorruptionError where not even its first page can be read."""
        self.path = os.path.realpath(path)
        self.budgets = BUDGETS
        self.lost_wal = _has_lost_wal(self.path)
        _check_header(self.path)
        self.size_problem = _size_problem(self.path)
        self._connection = _connect(self.path, as_it_lies=self.lost_wal)
        try:
            with translating(self.path, "reading the file's salt"):
                self._connection.pragma("cache_size", -(READER_CACHE_BYTES >> 10))
                self._tables = Tables(self._connection, self.path)
                self.salt, self.salt_problem = self._salt()
        except BaseException:
            self._connection.close(True)
            raise

    def _salt(self) -> tuple[bytes, str | None]:
        kept = self._connection.execute("SELECT value FROM meta WHERE name = 'salt'").get
        if isinstance(kept, bytes) and len(kept) == SALT_BYTES:
            return kept, None
        return bytes(SALT_BYTES), "the file's salt is missing: no item can be found by its key"

    @property
    def connection(self) -> apsw.Connection:
        """For reading only; `close` closes it."""
        return self._connection

    # A store

    def get(self, key: bytes) -> bytes | None:
        return self._tables.get(key)

    def snapshot(self) -> SqliteSnapshot:
        readers: Any = self  # what a snapshot asks of its readers: begin and end
        return SqliteSnapshot(readers)

    def begin(self) -> Tables:
        try:
            self._tables.execute("BEGIN")
        except apsw.Error as error:
            raise translated(error, self.path, "starting a snapshot") from error
        return self._tables

    def end(self, tables: Tables) -> None:
        if not self._connection.get_autocommit():
            tables.execute("ROLLBACK")

    def generation(self) -> int:
        with translating(self.path, "reading the file's version"):
            version: int = self._connection.pragma("data_version")
        return version

    def transact(self, run: object, decides: Iterable[bytes] = (), shares: Iterable[bytes] = ()) -> NoReturn:
        raise self._refusal()

    def submit(self, work: Work, done: Done) -> NoReturn:
        raise self._refusal()

    def attach(self, scheduler: Scheduler | None) -> NoReturn:
        raise self._refusal()

    def _refusal(self) -> StoreReadOnlyError:
        return StoreReadOnlyError(f"{self.path} is open to be read only.")

    def close(self) -> None:
        self._connection.close(True)

    # What SQLite knows of it

    def problems(self, tick: Tick, quick: bool = False) -> Iterator[Problem]:
        """What is wrong below the rows: the file's length, its pages, its schema, its large rows, its sequences.

        `tick` is called every few milliseconds meanwhile."""
        if self.lost_wal:
            yield (
                "file",
                (
                    f"{os.path.basename(self.path)}-shm is there without its -wal: the latest writes were in"
                    " a -wal that is gone"
                ),
            )
        if self.size_problem is not None:
            yield "file", self.size_problem
        if self.salt_problem is not None:
            yield "file", self.salt_problem
        self._connection.set_progress_handler(_ticking(tick), _STEPS_BETWEEN_TICKS)
        try:
            yield from self._page_problems(quick)
            yield from self._schema_problems()
            if not quick:
                yield from self._row_problems()
                yield from self._sequence_problems()
        finally:
            self._connection.set_progress_handler(None)

    def _page_problems(self, quick: bool) -> Iterator[Problem]:
        check = "quick_check" if quick else "integrity_check"
        try:
            for (text,) in self._connection.execute(f"PRAGMA {check}({_PROBLEMS_MAX})"):
                if text != "ok":
                    yield "pages", " ".join(str(text).split())
        except apsw.InterruptError:
            raise
        except apsw.Error as error:
            yield "pages", f"SQLite cannot check them: {error}"

    def _schema_problems(self) -> Iterator[Problem]:
        try:
            found = {
                sql for (sql,) in self._connection.execute("SELECT sql FROM sqlite_schema WHERE sql NOT NULL")
            }
        except apsw.Error as error:
            yield "schema", str(error)
            return
        memory = apsw.Connection(":memory:")
        memory.execute(SCHEMA)
        own = {sql for (sql,) in memory.execute("SELECT sql FROM sqlite_schema WHERE sql NOT NULL")}
        memory.close()
        for sql in sorted(own ^ found):
            yield "schema", f"{'lacks' if sql in own else 'has a foreign'} {' '.join(str(sql).split()[:3])}"

    def _row_problems(self) -> Iterator[Problem]:
        for query, where, what in _ROW_QUERIES:
            try:
                for (row,) in self._connection.execute(query):
                    yield where, what.format(row)
            except apsw.InterruptError:
                raise
            except apsw.Error as error:
                yield where, f"cannot be checked: {error}"

    def _sequence_problems(self) -> Iterator[Problem]:
        """A log's next number is greater than all that it has."""
        last = b""
        rows: list[tuple[Any, ...]]
        try:
            while rows := self._connection.execute(_SEQUENCES, (last,)).fetchall():
                for log, number in rows:
                    last = log
                    stop = log + b"\xff" * _NUMBER_BYTES
                    key: Any = self._connection.execute(_LAST_ROW, (log + bytes(_NUMBER_BYTES), stop)).get
                    used = 0 if key is None else int.from_bytes(key[len(log) :], "big")
                    if not isinstance(number, int) or number < used:
                        yield (
                            "sequences",
                            f"of log {log.hex()} {number} was given out last, and {used} is used",
                        )
        except apsw.InterruptError:
            raise
        except apsw.Error as error:
            yield "sequences", f"cannot be checked: {error}"


_ROW_QUERIES: Final = (
    (
        f"SELECT hex(key) FROM rows WHERE key < x'' LIMIT {_PROBLEMS_MAX}",
        "rows",
        "there is a row whose key is not bytes: {}",
    ),
    (
        "SELECT hex(key) FROM rows WHERE typeof(value) NOT IN ('blob', 'integer')"
        f" OR (typeof(value) = 'integer' AND value = 0) LIMIT {_PROBLEMS_MAX}",
        "rows",
        "the value of row {} is neither bytes nor the place of a large one",
    ),
    (
        "SELECT there - named FROM (SELECT (SELECT count(*) FROM large) AS there, (SELECT coalesce(sum("
        "CASE WHEN typeof(value) = 'integer' THEN 1 + (value < 0) ELSE 0 END), 0) FROM rows) AS named)"
        " WHERE there <> named",
        "large rows",
        "there are {:+} of them more than rows name",
    ),
)
_SEQUENCES: Final = "SELECT log, number FROM sequences WHERE log > ? ORDER BY log LIMIT 256"
_LAST_ROW: Final = "SELECT key FROM rows WHERE key >= ? AND key <= ? ORDER BY key DESC LIMIT 1"
_NUMBER_BYTES: Final = 8


def _ticking(tick: Tick) -> Callable[[], bool]:
    def handler() -> bool:
        tick()
        return False

    return handler


def _has_lost_wal(path: str) -> bool:
    """The two go together: a clean close deletes both, the -shm last."""
    return os.path.exists(f"{path}-shm") and not os.path.exists(f"{path}-wal")


def _check_header(path: str) -> None:
    """Raises UnsupportedFileError, StoreReadOnlyError."""
    if not os.path.isfile(path):
        what = "is a folder" if os.path.isdir(path) else "is not there"
        raise UnsupportedFileError(f"{path} {what}: give the path of a Stator file.")
    header, _ = _header(path)
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise UnsupportedFileError(f"{path} is no Stator file, or its first page is destroyed.")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise UnsupportedFileError(
            f"{path} is another program's SQLite database, or its first page is damaged."
        )
    formats.check_supported(path, int.from_bytes(header[60:64], "big"))


def _header(path: str) -> tuple[bytes, int]:
    """Through SQLite, which a plain open and close would cost its locks on the file."""
    try:
        file = apsw.VFSFile("", path, [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0])
        try:
            size = file.xFileSize()
            return file.xRead(min(_HEADER_BYTES, size), 0), size
        finally:
            file.xClose()
    except apsw.Error as error:
        raise StoreReadOnlyError(
            f"{path} cannot be opened: check its owner and permissions ({error})."
        ) from error


def _size_problem(path: str) -> str | None:
    header, size = _header(path)
    pages = int.from_bytes(header[28:32], "big")
    if header[24:28] == header[92:96] and size < pages * PAGE_BYTES:
        wal = f"{path}-wal"
        if not os.path.exists(wal) or os.path.getsize(wal) == 0:
            return f"it is cut short: {size} of {pages * PAGE_BYTES} bytes are there"
    if size % PAGE_BYTES:
        return f"it ends within a page, at byte {size}"
    return None


def _connect(path: str, as_it_lies: bool) -> apsw.Connection:
    """Closing the last connection would checkpoint and delete the WAL, or a -shm without one: what a crash left stays.

    `as_it_lies`: without a look at the files beside it."""
    wal = f"{path}-wal"
    leaves_wal = os.path.exists(wal) and os.path.getsize(wal) > 0
    try:
        try:
            connection = _opened_as_it_lies(path) if as_it_lies else _opened(path, apsw.SQLITE_OPEN_READWRITE)
        except (apsw.CantOpenError, apsw.ReadOnlyError):
            if leaves_wal:
                raise
            connection = _opened_as_it_lies(path)  # no -wal can be made in its folder, and nobody writes it
        if leaves_wal:
            connection.config(_NO_CHECKPOINT, 1)
    except apsw.Error as error:
        raise translated(error, path, "opening the file") from error
    return connection


def _opened_as_it_lies(path: str) -> apsw.Connection:
    return _opened(f"file:{_escaped(path)}?immutable=1", apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)


def _opened(name: str, flags: int) -> apsw.Connection:
    connection = apsw.Connection(name, flags=flags)
    try:
        connection.set_busy_timeout(_WAIT_MS)
        connection.wal_autocheckpoint(0)
        connection.pragma("query_only", 1)
        connection.pragma("user_version")
    except BaseException:
        connection.close(True)
        raise
    return connection


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
