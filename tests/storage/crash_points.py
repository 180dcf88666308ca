"""A store whose every transaction is counted, and the check of every crash that could have come over it.

What a crash leaves is opened anew. It must then hold the rows after all the transactions that were acknowledged before
it, or those and the one that was under way, exactly; be sound to SQLite, and writable.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import apsw
from faulty_disk import Event, FaultyDisk
from power_cut import Crash, Files, Loss, crashes

from stator.storage.contract import Store, Transaction
from stator.storage.sqlite.store import SqliteStore

T = TypeVar("T")
Rows = dict[bytes, bytes]

SALT = b"0123456789abcdef"
STILL_WRITABLE = b"\xfe still writable"
FILE = "data.db"
EVERY_LOSS = tuple(Loss)
_LARGE_NAMED = (
    "SELECT count(*) FROM rows, large WHERE typeof(rows.value) = 'integer'"
    " AND large.id BETWEEN abs(rows.value) AND abs(rows.value) + (rows.value < 0)"
)


def rows_of(store: Store) -> Rows:
    with store.snapshot() as snapshot:
        rows, more = snapshot.range(b"", b"\xfd", 1_000_000)
    assert not more
    return dict(rows)


class CountedStore:
    """A store that calls `acknowledged` with the number of each transaction once that is durable."""

    def __init__(self, store: Store, acknowledged: Callable[[int], object]) -> None:
        self._store = store
        self._acknowledged = acknowledged
        self.count = 0

    def transact(
        self, run: Callable[[Transaction], T], decides: Iterable[bytes] = (), shares: Iterable[bytes] = ()
    ) -> T:
        result = self._store.transact(run, decides, shares)
        self.count += 1
        self._acknowledged(self.count)
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class Reopener:
    """Opens what crashes leave, each different one once, on a disk that is never waited for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._disk = FaultyDisk(f"sound {folder}", records=False)
        self._seen: dict[bytes, Rows] = {}

    @property
    def opened(self) -> int:
        return len(self._seen)

    def rows(self, files: Files) -> Rows:
        digest = hashlib.blake2b()
        for name in sorted(files):
            digest.update(b"%s %d " % (name.encode(), len(files[name])))
            digest.update(files[name])
        known = self._seen.get(digest.digest())
        if known is None:
            known = self._seen[digest.digest()] = self._open(files)
        return known

    def store(self, files: Files) -> SqliteStore:
        """For more than a look; the caller closes it, and takes no other before."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        for name, body in files.items():
            (self._folder / name).write_bytes(body)
        return SqliteStore(str(self._folder / FILE), vfs=self._disk.name, salt=SALT)

    def _open(self, files: Files) -> Rows:
        store = self.store(files)
        rows = rows_of(store)
        store.transact(lambda own: own.put(STILL_WRITABLE, b"yes"))
        assert store.get(STILL_WRITABLE) == b"yes"
        store.close()
        self._check_file()
        return rows

    def _check_file(self) -> None:
        connection = apsw.Connection(str(self._folder / FILE), vfs=self._disk.name)
        assert connection.pragma("integrity_check") == "ok"
        assert connection.execute("SELECT count(*) FROM large").get == connection.execute(_LARGE_NAMED).get
        connection.close()

    def close(self) -> None:
        self._disk.unregister()
        shutil.rmtree(self._folder, ignore_errors=True)


def check_crashes(
    base: Files,
    events: list[Event],
    states: list[Rows],
    reopener: Reopener,
    losses: Iterable[Loss] = EVERY_LOSS,
    every: int = 1,
    is_relaxed: bool = False,
) -> None:
    """`states`: the rows after each number of transactions. A relaxed store may lose the last ones, whole, with the
    power."""
    for crash in crashes(base, events, losses, every):
        rows = reopener.rows(crash.files)
        first = 0 if is_relaxed and crash.loss is not Loss.NOTHING else crash.mark
        assert rows in states[first : crash.mark + 2], told(crash, rows, states)


def told(crash: Crash, rows: Rows, states: list[Rows]) -> str:
    found = [number for number, state in enumerate(states) if state == rows]
    where = f"after event {crash.point}, of which {crash.loss.value} is lost, with {crash.mark} works acknowledged"
    return f"{where}: found the rows after {found or 'no number of'} works"
