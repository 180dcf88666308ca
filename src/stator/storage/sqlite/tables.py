"""The tables of a Stator file, read and written through one connection.

    rows      key -> value, where a row is short; key -> where in `large` it is, where it is not. In key order.
    large     id -> value, or half of one
    sequences log -> the last number given out
    meta      name -> what `file` says about it

A row of 1,900 bytes and more would leave its value's tail on an overflow page of its own (a quarter of the 8 KB page
is where a WITHOUT ROWID tree begins to); in `large`, a rowid table, it does not. There a value just over half a page
would take a whole one: those are halved, so that three halves share a page (5 KB values: 1.1 times their size on
disk instead of 1.6). A value in `rows` is therefore a blob; or n, for the large row n; or -n, for the halves n and
n + 1. Triggers drop large rows with the row that names them, so that no statement here can forget to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import apsw

from stator.errors import CorruptionError
from stator.storage.contract import Row
from stator.storage.layer import Layer, summed
from stator.storage.sqlite.errors import translated

LARGE_ROW_BYTES: Final = 1900
HALVED_BYTES: Final = range(4070, 5400)
"""Lengths of large values that are halved: from half a page, to where a page each wastes less than a third."""

SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE rows (key BLOB PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE large (id INTEGER PRIMARY KEY, value BLOB);
CREATE TABLE sequences (log BLOB PRIMARY KEY, number INTEGER) WITHOUT ROWID;
CREATE TRIGGER large_rows_replaced AFTER UPDATE ON rows WHEN typeof(old.value) = 'integer'
  BEGIN DELETE FROM large WHERE id BETWEEN abs(old.value) AND abs(old.value) + (old.value < 0); END;
CREATE TRIGGER large_rows_deleted AFTER DELETE ON rows WHEN typeof(old.value) = 'integer'
  BEGIN DELETE FROM large WHERE id BETWEEN abs(old.value) AND abs(old.value) + (old.value < 0); END;
"""

_WHOLE: Final = "SELECT one.value FROM large one WHERE one.id = rows.value"
_HALVES: Final = (
    "SELECT CAST(one.value || two.value AS BLOB) FROM large one, large two"
    " WHERE one.id = -rows.value AND two.id = 1 - rows.value"
)
_LARGE: Final = f"CASE WHEN value > 0 THEN ({_WHOLE}) ELSE ({_HALVES}) END"
# 0 stands for a large row that is not there
_VALUE: Final = f"CASE WHEN typeof(value) = 'blob' THEN value ELSE coalesce({_LARGE}, 0) END"
_GET: Final = f"SELECT {_VALUE} FROM rows WHERE key = ?"
_RANGE: Final = f"SELECT key, {_VALUE} FROM rows WHERE key >= ? AND key < ? ORDER BY key"
_RANGE_REVERSED: Final = _RANGE + " DESC"
_PUT: Final = "INSERT INTO rows VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_PUT_LARGE: Final = "INSERT INTO large VALUES (?, ?)"
_LAST_LARGE: Final = "SELECT max(id) FROM large"
_DELETE: Final = "DELETE FROM rows WHERE key = ?"
_DELETE_RANGE: Final = "DELETE FROM rows WHERE key >= ? AND key < ?"
_SEQUENCE: Final = "SELECT number FROM sequences WHERE log = ?"
_PUT_SEQUENCE: Final = "INSERT INTO sequences VALUES (?, ?) ON CONFLICT (log) DO UPDATE SET number = excluded.number"


class Tables:
    """Reads, and applies layers. Like its connection, used by one thread at a time."""

    __slots__ = ("_executemany", "connection", "execute", "path")

    def __init__(self, connection: apsw.Connection, path: str) -> None:
        cursor = connection.cursor()
        self.connection = connection
        self.path = path
        self.execute = cursor.execute
        self._executemany = cursor.executemany

    # Reads

    def get(self, key: bytes) -> bytes | None:
        try:
            value: bytes | int | None = self.execute(_GET, (key,)).get
        except apsw.Error as error:
            raise translated(error, self.path, "reading a row") from error
        if isinstance(value, int):
            raise self._without_value(key)
        return value

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        get = self.get
        return [get(key) for key in keys]

    def range(
        self, start: bytes, stop: bytes, limit: int, bytes_max: int = 1 << 62, reverse: bool = False
    ) -> tuple[list[Row], bool]:
        rows: list[Row] = []
        try:
            for row in self.execute(_RANGE_REVERSED if reverse else _RANGE, (start, stop)):
                if len(rows) >= limit or bytes_max <= 0:
                    self.execute("")  # ends the statement, and with it its hold on the read transaction
                    return rows, True
                rows.append(row)
                bytes_max -= len(row[0]) + len(row[1])
        except apsw.Error as error:
            if len(rows) >= limit:  # it was looking whether there is one more
                return rows, True
            raise translated(error, self.path, "reading a range") from error
        except TypeError:
            self.execute("")
            raise self._without_value(rows[-1][0]) from None
        return rows, False

    def _without_value(self, key: bytes) -> CorruptionError:
        return CorruptionError(
            f"{self.path}: the value of row {key.hex()} is not where the row says; keep a copy of the file and"
            " restore a backup."
        )

    def sequence(self, log: bytes) -> int:
        try:
            number: int | None = self.execute(_SEQUENCE, (log,)).get
        except apsw.Error as error:
            raise translated(error, self.path, "reading a sequence") from error
        return number or 0

    # Writes

    def apply(self, layer: Layer) -> None:
        """Writes what a layer holds, in key order, within the transaction that is open."""
        try:
            for interval in layer.cleared:
                self.execute(_DELETE_RANGE, interval)
            deleted = [(key,) for key, value in layer.writes.items() if value is None]
            puts = [(key, value) for key, value in layer.writes.items() if value is not None]
            puts.extend((key, summed(self.get(key), delta)) for key, delta in layer.sums.items())
            puts.sort()
            if deleted:
                deleted.sort()
                self._executemany(_DELETE, deleted)
            self._put(puts)
            if layer.sequences:
                self._executemany(_PUT_SEQUENCE, sorted(layer.sequences.items()))
        except apsw.Error as error:
            raise translated(error, self.path, "writing a group") from error

    def _put(self, puts: list[Row]) -> None:
        if all(len(key) + len(value) < LARGE_ROW_BYTES for key, value in puts):
            self._executemany(_PUT, puts)
            return
        named, large = _named(puts, (self.execute(_LAST_LARGE).get or 0) + 1)
        self._executemany(_PUT_LARGE, large)
        self._executemany(_PUT, named)


def _named(puts: list[Row], number: int) -> tuple[list[tuple[bytes, bytes | int]], list[tuple[int, bytes]]]:
    """The rows as they are stored, and the large rows, numbered from `number`, that they name."""
    named: list[tuple[bytes, bytes | int]] = []
    large: list[tuple[int, bytes]] = []
    for key, value in puts:
        size = len(value)
        if len(key) + size < LARGE_ROW_BYTES:
            named.append((key, value))
        elif size in HALVED_BYTES:
            named.append((key, -number))
            large += [(number, value[: size // 2]), (number + 1, value[size // 2 :])]
            number += 2
        else:
            named.append((key, number))
            large.append((number, value))
            number += 1
    return named, large
