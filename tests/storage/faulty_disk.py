"""A disk that fails at its n-th write, sync or truncation, as an SQLite VFS; and what a power cut leaves of it.

`Fault.ONCE` refuses one call, `FULL` says so of one write, `DEAD` refuses that call and everything after it, and
`TORN` is a `DEAD` whose last write got half its bytes down. After the fault `written()` is what the files hold, and
`synced()` what a power cut would leave: each file as of its last sync. (The real disk below is not synced.)
"""

from __future__ import annotations

import enum
import os
from typing import Any

import apsw


class Fault(enum.Enum):
    ONCE = "once"
    FULL = "full"
    DEAD = "dead"
    TORN = "torn"


class FaultyDisk(apsw.VFS):
    def __init__(self, name: str, fault: Fault, fails_at: int) -> None:
        super().__init__(name, "")
        self.name = name
        self.fault = fault
        self.fails_at = fails_at
        self.calls = 0
        self.paths: set[str] = set()
        self.as_synced: dict[str, bytes] = {}

    @property
    def has_failed(self) -> bool:
        return self.calls >= self.fails_at

    def repair(self) -> None:
        """From now on nothing fails."""
        self.fails_at = 1 << 60

    def count(self) -> bool:
        """Counts a call that changes the disk; True when it is the one to fail. Raises when the disk is dead."""
        self.calls += 1
        if self.calls > self.fails_at and self.fault in (Fault.DEAD, Fault.TORN):
            raise apsw.IOError("the disk is gone")
        return self.calls == self.fails_at

    def fail(self) -> None:
        if self.fault is Fault.FULL:
            raise apsw.FullError("no space")
        raise apsw.IOError("a bad sector")

    def xOpen(self, name: Any, flags: list[int]) -> FaultyFile:  # noqa: N802
        return FaultyFile(self, name, flags)

    def xDelete(self, name: str, sync_folder: bool) -> None:  # noqa: N802
        if self.count():
            self.fail()
        self.as_synced.pop(name, None)
        super().xDelete(name, sync_folder)

    def written(self) -> dict[str, bytes]:
        return {os.path.basename(path): read(path) for path in self.paths if os.path.exists(path)}

    def synced(self) -> dict[str, bytes]:
        return {os.path.basename(path): body for path, body in self.as_synced.items()}


class FaultyFile(apsw.VFSFile):
    def __init__(self, disk: FaultyDisk, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self.disk = disk
        self.path = name.filename() if isinstance(name, apsw.URIFilename) else name
        disk.paths.add(self.path)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self.disk.count():
            if self.disk.fault is Fault.TORN:
                super().xWrite(bytes(data)[: len(data) // 2], offset)
            self.disk.fail()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        if self.disk.count():
            self.disk.fail()
        self.disk.as_synced[self.path] = read(self.path)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        if self.disk.count():
            self.disk.fail()
        super().xTruncate(size)


def read(path: str) -> bytes:
    """The file's bytes. SQLite's locks on it do not matter on this disk: one store has it."""
    with open(path, "rb") as file:
        return file.read()
