"""SQLite alone: point gets, and upserts in groups with a full sync, on the layout and settings of Stator's store.

`python -m benchmarks.raw_sqlite --file PATH --items N --value-bytes N --groups 1,64,256 --seconds N --repeats N`
prints one line of JSON: rates per second, the medians of the runs. What the storage engine allows before there is a
database, a protocol or a server. The table is loaded in random order; every upsert carries a new value; a group is
written in key order, as the store does; the writer checkpoints past the same length of the log.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from time import perf_counter

import apsw

PAGE_BYTES = 8192
CHECKPOINT_BYTES = 32 * 1024 * 1024
CACHE_KIB = 65536

_POOL_BYTES = 1 << 20
_LOAD_GROUP = 10_000
_PUT = "INSERT INTO rows VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
# As long as an item's key in the store: the table, the kind, a hash
_KEY_PREFIX = b"\x00" * 5


class RawTable:
    """One file with one table of `items` rows, each with a value of `value_bytes`."""

    def __init__(self, path: Path, items: int, value_bytes: int) -> None:
        self._items = items
        self._value_bytes = value_bytes
        self._pool = random.randbytes(_POOL_BYTES)
        self._connection = _opened(path)
        self._checkpointer = _opened(path)
        self._wal_pages = 0
        self._connection.set_wal_hook(self._committed)
        self._execute = self._connection.cursor().execute
        self._executemany = self._connection.cursor().executemany
        self._execute("CREATE TABLE rows (key BLOB PRIMARY KEY, value) WITHOUT ROWID")
        self._load()

    def _load(self) -> None:
        numbers = list(range(self._items))
        random.shuffle(numbers)
        self._execute("PRAGMA synchronous = OFF")
        for place in range(0, self._items, _LOAD_GROUP):
            self._write(numbers[place : place + _LOAD_GROUP])
        self._execute("PRAGMA synchronous = FULL")

    def _write(self, numbers: list[int]) -> None:
        pool, length = self._pool, self._value_bytes
        starts = random.choices(range(_POOL_BYTES - length), k=len(numbers))
        rows = [
            (_key(number), pool[start : start + length])
            for number, start in zip(numbers, starts, strict=True)
        ]
        rows.sort()
        self._execute("BEGIN IMMEDIATE")
        self._executemany(_PUT, rows)
        self._execute("COMMIT")
        if self._wal_pages * PAGE_BYTES > CHECKPOINT_BYTES:
            self._checkpointer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)

    def _committed(self, _connection: apsw.Connection, _name: str, wal_pages: int) -> int:
        self._wal_pages = wal_pages
        return apsw.SQLITE_OK

    def get(self) -> int:
        value = self._execute(
            "SELECT value FROM rows WHERE key = ?", (_key(random.randrange(self._items)),)
        ).get
        assert len(value) == self._value_bytes
        return 1

    def put_group(self, size: int) -> int:
        self._write(random.choices(range(self._items), k=size))
        return size

    def close(self) -> None:
        self._connection.close()
        self._checkpointer.close()


def _opened(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(10_000)
    for pragma in (
        f"page_size = {PAGE_BYTES}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "wal_autocheckpoint = 0",
        f"cache_size = -{CACHE_KIB}",
        f"journal_size_limit = {2 * CHECKPOINT_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _key(number: int) -> bytes:
    return _KEY_PREFIX + blake2b(number.to_bytes(8, "big"), digest_size=16).digest()


def rate(step: Callable[[], int], seconds: float, repeats: int) -> float:
    """How much `step` does in a second, of what it returns: the median of the runs."""
    rates = []
    for _ in range(repeats):
        done, begin = 0, perf_counter()
        while (elapsed := perf_counter() - begin) < seconds:
            done += step()
        rates.append(done / elapsed)
    return statistics.median(rates)


def main() -> None:
    parser = argparse.ArgumentParser(description="SQLite alone")
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--items", type=int, required=True)
    parser.add_argument("--value-bytes", type=int, required=True)
    parser.add_argument("--groups", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--repeats", type=int, required=True)
    chosen = parser.parse_args()
    table = RawTable(chosen.file, chosen.items, chosen.value_bytes)
    rate(table.get, chosen.seconds / 4, 1)
    rates = {"get": rate(table.get, chosen.seconds / 2, chosen.repeats)}
    for size in map(int, chosen.groups.split(",")):
        rates[f"put {size}"] = rate(lambda size=size: table.put_group(size), chosen.seconds, chosen.repeats)  # type: ignore[misc]
    table.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{chosen.file}{suffix}").unlink(missing_ok=True)
    print(json.dumps(rates))


if __name__ == "__main__":
    main()
