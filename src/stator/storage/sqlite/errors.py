"""The boundary at which SQLite's errors become ours. Every call into apsw outside this package's tests passes it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import apsw

from stator.errors import (
    CorruptionError,
    StatorError,
    StoreBusyError,
    StoreFailedError,
    StoreFullError,
    StoreReadOnlyError,
)

_log: Final = logging.getLogger("stator.storage")

_KINDS: Final[tuple[tuple[tuple[type[apsw.Error], ...], type[StatorError], str], ...]] = (
    ((apsw.FullError,), StoreFullError, "the disk or a quota is full; free space and try again"),
    (
        (apsw.CorruptError, apsw.NotADBError),
        CorruptionError,
        "the file is damaged; keep a copy of it and restore a backup",
    ),
    (
        (apsw.ReadOnlyError, apsw.PermissionsError, apsw.AuthError),
        StoreReadOnlyError,
        "the file or its folder cannot be written; check their owner and permissions",
    ),
    (
        (apsw.CantOpenError,),
        StoreReadOnlyError,
        "the file, its -wal or its -shm cannot be opened; check that the folder exists and can be written",
    ),
    (
        (apsw.BusyError, apsw.LockedError),
        StoreBusyError,
        "another program holds the file's lock; close it there, or wait until it is done",
    ),
    ((apsw.ConnectionClosedError, apsw.CursorClosedError), StatorError, "the store is closed"),
)


_NO_ROOM_FOR_SHARED_MEMORY: Final = apsw.SQLITE_IOERR_SHMSIZE


def translated(error: apsw.Error, path: str, doing: str) -> StatorError:
    """Our error for SQLite's, with the place. Raise it `from` the original."""
    code = getattr(error, "extendedresult", apsw.SQLITE_ERROR)
    if code == _NO_ROOM_FOR_SHARED_MEMORY:
        error = apsw.FullError("no room for the file's -shm")
    for kinds, ours, hint in _KINDS:
        if isinstance(error, kinds):
            return ours(f"{path}: while {doing}: {hint} (SQLite: {error}).")
    name = apsw.mapping_extended_result_codes.get(code) or type(error).__name__
    return StoreFailedError(f"{path}: while {doing}: {name} (SQLite: {error}).")


@contextmanager
def translating(path: str, doing: str) -> Iterator[None]:
    """For calls off the hot path; hot ones write the `except` out."""
    try:
        yield
    except apsw.Error as error:
        raise translated(error, path, doing) from error


def close(connection: apsw.Connection, path: str) -> None:
    """Closes for good. What SQLite complains of then is logged and not raised: no acknowledged write depends on it,
    and a checkpoint that failed is made up for when the file is opened next. A connection that another thread is in the
    middle of using stays open, for that thread to close."""
    try:
        connection.close(True)
    except apsw.ThreadingViolationError:
        pass
    except apsw.Error as error:
        _log.warning("%s: closing the file: %s", path, error)
