"""How much lies in a file's intervals of keys, counted a slice at a time, so that no snapshot is held for long."""

from __future__ import annotations

from typing import Final

from stator.storage.sqlite.errors import translating
from stator.storage.sqlite.inspection import InspectedFile

_SLICE: Final = 20_000
_BYTES: Final = (
    "length(key) + CASE WHEN typeof(value) = 'blob' THEN length(value) ELSE (SELECT sum(length(large.value)) FROM large"
    " WHERE large.id BETWEEN abs(rows.value) AND abs(rows.value) + (rows.value < 0)) END"
)
_COUNT: Final = (
    f"SELECT count(*), coalesce(sum(bytes), 0), max(key) FROM (SELECT key, {_BYTES} AS bytes FROM rows"
    " WHERE key >= ? AND key < ? ORDER BY key LIMIT ?)"
)


def sizes_of(path: str, intervals: list[tuple[bytes, bytes]]) -> list[tuple[int, int]]:
    """Rows of each interval, and bytes of their keys and values. Raises StatorError."""
    file = InspectedFile(path)
    try:
        return [_size(file, start, stop) for start, stop in intervals]
    finally:
        file.close()


def _size(file: InspectedFile, start: bytes, stop: bytes) -> tuple[int, int]:
    rows = size = 0
    while True:
        with translating(file.path, "counting rows"):
            counted, counted_bytes, last = file.connection.execute(_COUNT, (start, stop, _SLICE)).get
        rows, size = rows + counted, size + counted_bytes
        if counted < _SLICE:
            return rows, size
        start = last + b"\0"
