"""A disk that fails, as an SQLite VFS, and that remembers what was done to it (`events`; power_cut says what is left).

`Fault.ONCE` refuses the n-th write, sync, truncation or removal, `UNREAD` the n-th read. `FORGETS` refuses the n-th
sync, and what it should have made durable never will be, though it can still be read (as Linux does it). `FULL` has no
space for any write from the n-th call until `repair`. `DEAD` refuses the n-th call and everything after it.

The files lie on the real disk below, which is not synced: a sync here is an event.
"""

from __future__ import annotations

import enum
import os
from typing import Any, Final, NamedTuple

import apsw

NEVER: Final = 1 << 60
_LOGS: Final = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL


class Fault(enum.Enum):
    ONCE = "once"
    UNREAD = "unread"
    FORGETS = "forgets"
    FULL = "full"
    DEAD = "dead"


class Kind(enum.Enum):
    READ = "read"
    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    FAILED_SYNC = "failed sync"
    DELETE = "delete"
    MARK = "mark"


_ONLY: Final = {Fault.FORGETS: Kind.SYNC, Fault.UNREAD: Kind.READ}


class Event(NamedTuple):
    """`at`: a write's offset; the size truncated to; for a sync or a removal, 1 where the folder was synced too; a
    mark's own number."""

    kind: Kind
    file: str
    at: int = 0
    data: bytes = b""


class FaultyDisk(apsw.VFS):
    def __init__(self, name: str, fault: Fault = Fault.ONCE, fails_at: int = NEVER, records: bool = True) -> None:
        super().__init__(name, "")
        self.name = name
        self.fault = fault
        self.fails_at = fails_at
        self.calls = 0
        self.events: list[Event] = []
        self._records = records

    @property
    def has_failed(self) -> bool:
        return self.calls >= self.fails_at

    def repair(self) -> None:
        """From now on nothing fails."""
        self.fails_at = NEVER

    def mark(self, number: int) -> None:
        self.events.append(Event(Kind.MARK, "", number))

    def note(self, kind: Kind, path: str | None, at: int = 0, data: bytes = b"") -> None:
        if self._records and path:
            self.events.append(Event(kind, os.path.basename(path), at, bytes(data)))

    def count(self, kind: Kind) -> None:
        """Counts a call that changes the disk; raises when it is to fail."""
        if kind is not _ONLY.get(self.fault, kind):
            return
        self.calls += 1
        if self.fault is Fault.FULL:
            if self.calls >= self.fails_at and kind is Kind.WRITE:
                raise apsw.FullError("no space")
        elif self.calls == self.fails_at or (self.calls > self.fails_at and self.fault is Fault.DEAD):
            raise apsw.IOError("a bad sector")

    def xOpen(self, name: Any, flags: list[int]) -> FaultyFile:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        may_be_new = bool(flags[0] & _LOGS) and bool(flags[0] & apsw.SQLITE_OPEN_CREATE)
        kind = UnreadFile if self.fault is Fault.UNREAD else FaultyFile
        return kind(self, name, flags, path, may_be_new)

    def xDelete(self, name: str, sync_folder: bool) -> None:  # noqa: N802
        self.count(Kind.DELETE)
        super().xDelete(name, sync_folder)
        self.note(Kind.DELETE, name, int(sync_folder))


class FaultyFile(apsw.VFSFile):
    """SQLite's own file. The first sync of a log that may be new syncs the folder too, as SQLite's does."""

    def __init__(self, disk: FaultyDisk, name: Any, flags: list[int], path: str | None, may_be_new: bool) -> None:
        super().__init__("", name, flags)
        self.disk = disk
        self.path = path
        self.may_be_new = may_be_new

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self.disk.count(Kind.WRITE)
        super().xWrite(data, offset)
        self.disk.note(Kind.WRITE, self.path, offset, data)

    def xSync(self, flags: int) -> None:  # noqa: N802
        try:
            self.disk.count(Kind.SYNC)
        except apsw.IOError:
            if self.disk.fault is Fault.FORGETS:
                self.disk.note(Kind.FAILED_SYNC, self.path)
            raise
        self.disk.note(Kind.SYNC, self.path, int(self.may_be_new))
        self.may_be_new = False

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self.disk.count(Kind.TRUNCATE)
        super().xTruncate(size)
        self.disk.note(Kind.TRUNCATE, self.path, size)


class UnreadFile(FaultyFile):
    """One whose reads are counted, which takes time."""

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self.disk.count(Kind.READ)
        return super().xRead(amount, offset)
