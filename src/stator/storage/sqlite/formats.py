"""Older file formats and the way from each to the next.

An upgrade is a step that is called again until it says that nothing is left. Each call is one transaction and finds
its place in the file, so an upgrade that was cut short goes on when the file is opened next. Before the first step
the whole file is copied beside it, to `<file>.format<n>`; a copy that is there already is never replaced (a row of
`meta` says that this upgrade has made its copy). The file is
held exclusively meanwhile: an upgrade beside another process that has it open is refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

import apsw

from stator.errors import SettingError, UnsupportedFileError

FORMAT: Final = 1
"""What this version reads and writes; `PRAGMA user_version` of the file."""

Step = Callable[[apsw.Connection], bool]
"""Moves the file a bounded way towards the next format, in the transaction that is open; True while more is left."""

UPGRADES: Final[dict[int, Step]] = {}
"""From each older format, the step towards the next."""

_COPY_PAGES: Final = 1024
_LOCK_WAIT_MS: Final = 200


def check_supported(path: str, found: int) -> None:
    if found > FORMAT:
        raise UnsupportedFileError(
            f"{path} has format {found}; this version of Stator reads up to {FORMAT}. It was left untouched."
            " Open it with the version that wrote it, or a newer one."
        )
    for older in range(found, FORMAT):
        if older not in UPGRADES:
            raise UnsupportedFileError(
                f"{path} has format {found}, which this version of Stator no longer reads. It was left untouched."
            )


def upgrade(connection: apsw.Connection, path: str) -> None:
    """Brings the file to `FORMAT`. The connection is fresh, has read nothing yet, and is closed afterwards."""
    try:
        found = _hold_exclusively(connection)
    except apsw.BusyError as error:
        raise SettingError(
            f"{path} has an older format and is open elsewhere: close it there, so that it can be upgraded."
        ) from error
    if found == FORMAT:
        return
    if not connection.execute("SELECT 1 FROM meta WHERE name = 'upgrading from'").get:
        _copy(connection, path, found)
        connection.execute("INSERT INTO meta VALUES ('upgrading from', ?)", (found,))
    for older in range(found, FORMAT):
        while _advance(connection, older):
            pass
    connection.execute("DELETE FROM meta WHERE name = 'upgrading from'")


def _hold_exclusively(connection: apsw.Connection) -> int:
    """Locks every other connection out until this one closes, and returns the file's format."""
    connection.set_busy_timeout(_LOCK_WAIT_MS)
    connection.pragma("locking_mode", "exclusive")
    connection.execute("BEGIN EXCLUSIVE; COMMIT")
    found: int = connection.pragma("user_version")
    return found


def _advance(connection: apsw.Connection, older: int) -> bool:
    with connection:
        more = UPGRADES[older](connection)
        if not more:
            connection.pragma("user_version", older + 1)
    return more


def _copy(connection: apsw.Connection, path: str, found: int) -> None:
    name = f"{path}.format{found}"
    number = 2
    while os.path.exists(name):
        name = f"{path}.format{found}-{number}"
        number += 1
    unfinished = f"{name}.part"
    if os.path.exists(unfinished):
        os.remove(unfinished)
    copy = apsw.Connection(unfinished)
    try:
        with copy.backup("main", connection, "main") as backup:
            while not backup.done:
                backup.step(_COPY_PAGES)
        copy.pragma("journal_mode", "delete")
    finally:
        copy.close()
    os.replace(unfinished, name)
