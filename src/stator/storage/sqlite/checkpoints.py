"""Keeping the WAL short: the writer checkpoints, between groups, on the keeper's connection.

Automatic and passive checkpoints let the WAL grow past 1 GB within seconds under overlapping 1 ms readers, because
some reader always keeps the log from beginning anew. A RESTART checkpoint waits for the readers of the old log while
new ones read the file alone; it holds the WAL near its threshold.
"""

from __future__ import annotations

import logging
from typing import Final

import apsw

from stator.storage.sqlite.keeper import Keeper

_log: Final = logging.getLogger("stator.storage")

CHECKPOINT_WAL_BYTES: Final = 32 << 20
READERS_WAIT_MS: Final = 100


class Checkpoints:
    """Used by whoever has the writer role, and by the helper thread for it."""

    __slots__ = ("_frames_due", "_frames_max", "_keeper")

    def __init__(self, keeper: Keeper, wal_bytes: int) -> None:
        self._keeper = keeper
        self._frames_max = max(wal_bytes // keeper.frame_bytes, 1)
        self._frames_due = self._frames_max

    def are_due(self) -> bool:
        """Asked after a commit: a checkpoint before it leaves the last frame's number as it was."""
        return self._keeper.frames() >= self._frames_due

    def run(self) -> None:
        """One checkpoint. What keeps it from ending (a long reader, a full disk) only leaves the WAL longer: it is
        tried again when the WAL has grown by another quarter."""
        try:
            self._keeper.checkpoint(READERS_WAIT_MS)
        except apsw.Error as error:
            self._frames_due = self._keeper.frames() + max(self._frames_max // 4, 1)
            level = logging.DEBUG if isinstance(error, apsw.BusyError | apsw.LockedError) else logging.WARNING
            _log.log(level, "%s: the checkpoint did not end and will be tried again: %s", self._keeper.path, error)
        else:
            self._frames_due = self._frames_max
