"""Whether another process has committed, without reading the file.

The wal-index's change counter moves with every commit of any process. Own commits are taken out: before one, while
the file's write lock is held, the counter is known, and this commit can only bring it to the next number.
"""

from __future__ import annotations

import threading
from typing import Final

from stator.storage.sqlite.keeper import Keeper

_WORD: Final = 1 << 32


class Generation:
    """Shared by threads: `_lock` guards all fields; `current`'s first look needs no lock."""

    __slots__ = ("_keeper", "_known", "_lock", "_number", "_own")

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._lock = threading.Lock()
        self._known = keeper.change_counter()
        self._own = self._known
        self._number = 0

    def current(self) -> int:
        counter = self._keeper.change_counter()
        if counter in (self._known, self._own):
            return self._number
        with self._lock:
            self._look()
            return self._number

    def own_commit_begins(self) -> None:
        """The write lock is held, so the counter stands still until this commit."""
        with self._lock:
            self._own = self._known
            self._look()
            self._own = (self._known + 1) % _WORD

    def own_commit_ended(self, wrote: bool) -> None:
        """`wrote`: the commit succeeded and wrote at least one page (else the counter did not move)."""
        with self._lock:
            if wrote and (self._known + 1) % _WORD == self._own:
                self._known = self._own
            self._own = self._known
            self._look()

    def moved(self) -> None:
        """What was committed is uncertain."""
        with self._lock:
            self._known = self._own = self._keeper.change_counter()
            self._number += 1

    def _look(self) -> None:
        counter = self._keeper.change_counter()
        if counter != self._known and counter != self._own:
            self._known = counter
            self._number += 1
