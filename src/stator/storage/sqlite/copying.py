"""A copy of a file in use, of one moment: SQLite's own backup, under one snapshot, a few pages at a time.

Writers go on meanwhile. They cannot begin their WAL anew while the snapshot is open, so it grows by what they write
until the copy is done; each time they try they wait for 0.1 s at most (checkpoints.READERS_WAIT_MS).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

import apsw

from stator.errors import StatorError
from stator.storage.sqlite.errors import translating
from stator.storage.sqlite.inspection import InspectedFile

PAGES_A_STEP: Final = 256
_FILES_BESIDE: Final = ("", "-wal", "-shm", "-journal")

Copied = Callable[[int, int], None]
"""Called after each step: pages copied, and how many there are."""


def copy_file(source: str, target: str, copied: Copied) -> None:
    """Makes `target`, which is replaced, from the file's state at the call's beginning; returns when it is on the disk.
    What `copied` raises ends it. Raises UnsupportedFileError for what is no Stator file, and StatorError."""
    remove_file(target)
    file = InspectedFile(source)
    try:
        if file.lost_wal or file.size_problem or file.salt_problem:
            raise StatorError(
                f"{source} is damaged, and a copy would be: see `stator check`, restore a backup."
            )
        file.begin().get(b"")  # the first read takes the snapshot
        with translating(target, "copying the file"):
            _copy(file, target, copied)
    finally:
        file.close()
    with open(target, "rb+") as made:
        os.fsync(made.fileno())


def remove_file(path: str) -> None:
    """With what SQLite keeps beside it. One that is not there is no error."""
    for ending in _FILES_BESIDE:
        if os.path.exists(path + ending):
            os.unlink(path + ending)


def is_unfinished(path: str) -> bool:
    """Whether a log beside the file is part of it: it is in use, or a crash left it."""
    return any(
        os.path.exists(path + ending) and os.path.getsize(path + ending) for ending in ("-wal", "-journal")
    )


def _copy(file: InspectedFile, target: str, copied: Copied) -> None:
    made = apsw.Connection(target)
    try:
        made.pragma("journal_mode", "off")
        made.pragma("synchronous", "off")
        with made.backup("main", file.connection, "main") as backup:
            while not backup.done:
                backup.step(PAGES_A_STEP)
                copied(backup.page_count - backup.remaining, backup.page_count)
    finally:
        made.close(True)
