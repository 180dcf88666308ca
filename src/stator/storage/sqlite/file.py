"""The file: what it is, how it is recognised, made, upgraded and connected to.

A Stator file is an SQLite database in WAL mode whose application id is "STAT" and whose user version is the number of
its format (`formats`). Its table `meta` holds

    salt    16 random bytes, made with the file, that key hashes are salted with
    created when it was made, in seconds since the epoch

The file is made in one rollback-journal transaction and then switched to WAL, so its first 100 bytes always say what
it is. Those are read before anything else is done to an existing file, through SQLite's own VFS: to open and close
the file beside SQLite would drop the locks that this process holds on it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

import apsw

from stator.errors import CorruptionError, SettingError, StoreReadOnlyError, UnsupportedFileError
from stator.storage.contract import SALT_BYTES as SALT_BYTES
from stator.storage.sqlite import formats, mounts
from stator.storage.sqlite.errors import close, translating
from stator.storage.sqlite.tables import SCHEMA, Tables

APPLICATION_ID: Final = int.from_bytes(b"STAT", "big")
PAGE_BYTES: Final = 8192
DURABILITIES: Final = {"full": "FULL", "relaxed": "NORMAL"}
WRITER_CACHE_BYTES: Final = 64 << 20
READER_CACHE_BYTES: Final = 16 << 20
_SETUP_WAIT_MS: Final = 10_000
_READERS_WAIT_MS: Final = 5_000
_WAL_FILE_BYTES_KEPT: Final = 64 << 20
_HEADER_BYTES: Final = 100
_MAGIC: Final = b"SQLite format 3\0"
_VERSIONS: Final = slice(18, 20)
_WAL_VERSIONS: Final = b"\2\2"
_JOURNAL_HEADER_BYTES: Final = 28
_JOURNAL_MAGIC: Final = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_READ_ONLY: Final = apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY


@dataclass(frozen=True, slots=True)
class StoreFile:
    """Where the file is and how it is opened. `path` is absolute; `vfs` is SQLite's name of one, None its default."""

    path: str
    durability: str
    vfs: str | None = None

    def connect(self, cache_bytes: int = READER_CACHE_BYTES, wait_ms: int = _READERS_WAIT_MS) -> Tables:
        """A connection to a file that `prepare` has seen. Raises StatorError."""
        with translating(self.path, "opening the file"):
            connection = self._open(apsw.SQLITE_OPEN_READWRITE, wait_ms)
            try:
                self._configure(connection, cache_bytes)
            except BaseException:
                close(connection, self.path)
                raise
            return Tables(connection, self.path)

    def prepare(self, salt: bytes, now: float) -> bytes:
        """Makes the file, with this salt, or upgrades or recognises it. Returns the file's salt.

        A file that is not ours is left untouched: UnsupportedFileError. An unsuitable place is a SettingError."""
        self._check_place()
        if self._check_header() < formats.FORMAT:
            self._upgrade()
        with translating(self.path, "opening the file"):
            connection = self._open(apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE, _SETUP_WAIT_MS)
            try:
                if connection.readonly("main"):
                    raise StoreReadOnlyError(f"{self.path} cannot be written: check its owner and permissions.")
                return self._set_up(connection, salt, now)
            finally:
                close(connection, self.path)

    def _open(self, flags: int, wait_ms: int) -> apsw.Connection:
        connection = apsw.Connection(self.path, flags=flags, vfs=self.vfs)
        connection.set_busy_timeout(wait_ms)
        return connection

    def _configure(self, connection: apsw.Connection, cache_bytes: int) -> None:
        connection.wal_autocheckpoint(0)
        connection.pragma("synchronous", DURABILITIES[self.durability])
        connection.pragma("cache_size", -(cache_bytes >> 10))
        connection.pragma("journal_size_limit", _WAL_FILE_BYTES_KEPT)
        if self.durability == "full":  # macOS: fsync alone leaves data in the drive's cache
            connection.pragma("fullfsync", 1)
            connection.pragma("checkpoint_fullfsync", 1)

    def _set_up(self, connection: apsw.Connection, salt: bytes, now: float) -> bytes:
        self._configure(connection, READER_CACHE_BYTES)
        connection.pragma("page_size", PAGE_BYTES)
        if not connection.pragma("application_id"):
            self._create(connection, salt, now)
        if connection.pragma("journal_mode", "wal") != "wal":
            raise SettingError(f"{self.path}: this file system cannot hold SQLite's WAL. Put it on a local disk.")
        if self._read_header()[0][_VERSIONS] != _WAL_VERSIONS:
            # A power cut brought back the journal of the switch to WAL, and left the WAL: SQLite took the header back
            connection.pragma("journal_mode", "delete")
            connection.pragma("journal_mode", "wal")
        kept = connection.execute("SELECT value FROM meta WHERE name = 'salt'").get
        if not isinstance(kept, bytes) or len(kept) != SALT_BYTES:
            raise CorruptionError(f"{self.path}: the file's salt is missing; restore a backup.")
        return kept

    def _create(self, connection: apsw.Connection, salt: bytes, now: float) -> None:
        connection.execute("BEGIN EXCLUSIVE")
        if connection.pragma("application_id"):  # another process was first
            connection.execute("ROLLBACK")
            return
        connection.execute(SCHEMA)
        connection.executemany("INSERT INTO meta VALUES (?, ?)", [("created", now), ("salt", salt)])
        connection.pragma("application_id", APPLICATION_ID)
        connection.pragma("user_version", formats.FORMAT)
        connection.execute("COMMIT")

    def _check_place(self) -> None:
        folder = os.path.dirname(self.path)
        if not os.path.isdir(folder):
            raise SettingError(f"{self.path}: the folder {folder} does not exist. Create it, or choose another path.")
        if os.path.isdir(self.path):
            raise SettingError(f"{self.path} is a folder. Give the path of a file.")
        kind = mounts.network_file_system(folder)
        if kind is not None:
            raise SettingError(
                f"{self.path} lies on a network file system ({kind}), whose locks and shared memory cannot keep the"
                " file safe. Put it on a local disk."
            )

    def _upgrade(self) -> None:
        with translating(self.path, "upgrading the file"):
            connection = self._open(apsw.SQLITE_OPEN_READWRITE, _SETUP_WAIT_MS)
            try:
                self._configure(connection, WRITER_CACHE_BYTES)
                formats.upgrade(connection, self.path)
            finally:
                close(connection, self.path)

    def _check_header(self) -> int:
        """The format that the file's first bytes state; today's when there is no file yet."""
        if not os.path.exists(self.path) or os.path.getsize(self.path) == 0:
            return formats.FORMAT
        with translating(self.path, "reading the file's header"):
            return self._recognise(*self._read_header())

    def _read_header(self) -> tuple[bytes, int]:
        """The file's first bytes, and its size."""
        file = apsw.VFSFile(self.vfs or "", self.path, [_READ_ONLY, 0])
        try:
            return file.xRead(_HEADER_BYTES, 0), file.xFileSize()
        finally:
            file.xClose()

    def _recognise(self, header: bytes, size: int) -> int:
        if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
            if self._was_being_made():
                return formats.FORMAT
            raise self._foreign("it does not begin as one")
        if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
            raise self._foreign("it is another program's SQLite database")
        found = int.from_bytes(header[60:64], "big")
        formats.check_supported(self.path, found)
        pages = int.from_bytes(header[28:32], "big")
        if header[24:28] == header[92:96] and size < pages * PAGE_BYTES and not self._has_log():
            raise self._foreign(f"it is cut short at {size} of {pages * PAGE_BYTES} bytes; restore a backup")
        return found

    def _was_being_made(self) -> bool:
        """Whether a power cut came in the file's first transaction: its journal says that it was empty before, which
        SQLite makes it again."""
        journal = f"{self.path}-journal"
        if not os.path.exists(journal):
            return False
        with open(journal, "rb") as file:
            header = file.read(_JOURNAL_HEADER_BYTES)
        return header.startswith(_JOURNAL_MAGIC) and header[16:20] == bytes(4)  # pages of the file before

    def _has_log(self) -> bool:
        """What was cut short leaves a short file and a log that makes it whole: a checkpoint the WAL, the making of
        the file a rollback journal."""
        logs = (f"{self.path}-wal", f"{self.path}-journal")
        return any(os.path.exists(log) and os.path.getsize(log) > 0 for log in logs)

    def _foreign(self, why: str) -> UnsupportedFileError:
        return UnsupportedFileError(
            f"{self.path} is no Stator file: {why}. It was left untouched. Choose another path for the data."
        )
