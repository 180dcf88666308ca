"""Rows read lately, kept as they are in the file: a hit costs a tenth of asking SQLite.

A cache holds rows of one state of the file, the one at which the wal-index's change counter read `_at`. While the
counter stands there every row in it is current; where it has moved, nothing is answered from here:

- an own commit moves it by one, and its group's writes bring the cache to the new state (`committed`);
- a commit of another process moves it too, and the cache begins anew.

So a reader never sees an older state than one it has seen before, through the cache or beside it.

There are two halves, as large as each other. A row that is read comes into the younger; when that is full it becomes
the elder, and what lay in the elder and was not read meanwhile is gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from stator.storage.layer import Layer
from stator.storage.sqlite.keeper import Keeper

ROWS_BYTES_MAX: Final = 32 << 20
"""Bytes of keys and values that the cache of one store holds at most."""

ROW_BYTES_MAX: Final = 16 << 10
"""A longer row is not kept: SQLite's part of reading it is small."""

_WORD: Final = 1 << 32
_ENTRY_BYTES: Final = 160  # two objects' heads and their place in a dict


class RowCache:
    """Shared by threads: `_lock` guards all fields; looking into the halves needs no lock."""

    __slots__ = ("_at", "_elder", "_half_bytes", "_keeper", "_lock", "_room", "_younger")

    def __init__(self, keeper: Keeper, bytes_max: int = ROWS_BYTES_MAX) -> None:
        self._keeper = keeper
        self._half_bytes = bytes_max // 2
        self._lock = threading.Lock()
        self._younger: dict[bytes, bytes] = {}
        self._elder: dict[bytes, bytes] = {}
        self._room = self._half_bytes
        self._at = keeper.change_counter()

    def get(self, key: bytes, read: Callable[[bytes], bytes | None]) -> bytes | None:
        """The row's value, by `read` (of a state no older than now) where it is not known here."""
        counter = self._keeper.change_counter()
        if counter == self._at:
            value = self._younger.get(key)
            if value is not None:
                return value
            value = self._elder.get(key)
            if value is None:
                value = read(key)
        else:
            value = read(key)
        if value is not None and len(value) <= ROW_BYTES_MAX:
            with self._lock:
                if counter == self._at == self._keeper.change_counter():
                    self._put(key, value)
        return value

    def refresh(self) -> None:
        """To be called while no own commit is in flight: what has moved the counter was another process."""
        if self._keeper.change_counter() != self._at:
            self.forget()

    def committed(self, layer: Layer) -> None:
        """An own commit has written what `layer` holds."""
        with self._lock:
            if layer.cleared or self._keeper.change_counter() != (self._at + 1) % _WORD:
                self._begin_anew()
                return
            for key in layer.sums:
                self._younger.pop(key, None)
                self._elder.pop(key, None)
            for key, value in layer.writes.items():
                if self._elder.pop(key, None) is not None or key in self._younger:
                    self._replace(key, value)
            self._at = (self._at + 1) % _WORD

    def forget(self) -> None:
        """What is in the file now is uncertain."""
        with self._lock:
            self._begin_anew()

    def _replace(self, key: bytes, value: bytes | None) -> None:
        if value is None or len(value) > ROW_BYTES_MAX:
            self._younger.pop(key, None)
        else:
            self._put(key, value)

    def _put(self, key: bytes, value: bytes) -> None:
        self._younger[key] = value
        self._room -= len(key) + len(value) + _ENTRY_BYTES
        if self._room < 0:
            self._elder = self._younger
            self._younger = {}
            self._room = self._half_bytes

    def _begin_anew(self) -> None:
        self._younger = {}
        self._elder = {}
        self._room = self._half_bytes
        self._at = self._keeper.change_counter()
