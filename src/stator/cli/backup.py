"""`stator backup`: a whole database file, of one moment, while a server and others use it.

DEST appears under its name once it is whole, verified and on the disk; until then it is DEST.partial. Exit codes: 0 it
is there; 1 it is not; 2 a wrong command line.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING

from stator.cli import targets
from stator.errors import SettingError, StatorError

if TYPE_CHECKING:
    from stator.engine.verification_findings import Watch

EXAMPLES = (
    ("stator backup app.db app-2026-10-01.db", "the whole database as it is now, while a server uses it"),
    ("stator backup app.db backups/app.db --force", "in the place of an older one"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="The database file. A server may have it in use meanwhile."
    )
    parser.add_argument("destination", metavar="DEST", help="The backup: a database file as any other.")
    parser.add_argument("--force", action="store_true", help="Replace DEST where it is there.")
    parser.add_argument(
        "--no-verify", action="store_true", help="Do not read the copy again and check each row."
    )
    parser.add_argument("--no-progress", action="store_true", help="Show no progress on standard error.")
    targets.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Raises SettingError and StatorError."""
    from stator.cli.progress import progress_on
    from stator.cli.transfer.summary import sized, tell
    from stator.storage.sqlite.copying import remove_file

    source, destination = (
        os.path.abspath(os.path.expanduser(each)) for each in (arguments.file, arguments.destination)
    )
    _check(source, destination, arguments.force)
    partial, started = f"{destination}.partial", time.monotonic()
    try:
        with progress_on(sys.stderr, arguments.no_progress) as watch:
            _copy(source, partial, watch)
            if not arguments.no_verify:
                _verify(partial, watch)
        _put_in_place(partial, destination)
    except OSError as error:
        raise StatorError(f"{destination} cannot be written: {error.strerror}") from error
    finally:
        remove_file(partial)
    size, seconds = os.path.getsize(destination), time.monotonic() - started
    verified = not arguments.no_verify
    line = f"{destination} is a backup of {source}: {sized(size)} in {seconds:.1f} s{', verified' if verified else ''}"
    members = {
        "file": source,
        "backup": destination,
        "bytes": size,
        "seconds": round(seconds, 3),
        "verified": verified,
    }
    tell(members, line, arguments.json)
    return 0


def _check(source: str, destination: str, force: bool) -> None:
    from stator.storage.sqlite.copying import is_unfinished

    if not os.path.exists(source):
        raise StatorError(f"{source} is not there: name the database file first, then the backup")
    folder = os.path.dirname(destination)
    if os.path.isdir(destination):
        raise SettingError(f"DEST is the folder {destination}; allowed: the path of a file")
    if not os.path.isdir(folder):
        raise StatorError(
            f"{destination}: the folder {folder} does not exist: create it, or choose another path"
        )
    if os.path.exists(destination):
        if os.path.samefile(source, destination):
            raise SettingError(f"DEST is FILE itself, {source}; allowed: another file")
        if not force:
            raise StatorError(
                f"{destination} is there already: name another file, or replace it with --force"
            )
    if is_unfinished(destination):
        raise StatorError(
            f"{destination} is in use, or a crash left its log: its -wal would be taken for the backup's."
            " Name another file, or close it there"
        )


def _copy(source: str, partial: str, watch: Watch) -> None:
    from stator.engine.verification_findings import Progress
    from stator.storage.sqlite.copying import copy_file

    copy_file(source, partial, lambda pages, total: watch(Progress("copying", pages, total, "pages")))


def _verify(partial: str, watch: Watch) -> None:
    """Every page and every row against its checksum. Raises StatorError."""
    from stator.engine.verification_file import verify_file

    finding = next(verify_file(partial, quick=True, watch=watch), None)
    if finding is not None:
        raise StatorError(
            f"the copy has a fault, and so has the file it was made from: {finding} (`stator check`)"
        )


def _put_in_place(partial: str, destination: str) -> None:
    from stator.cli.transfer.place import sync_folder

    os.replace(partial, destination)
    sync_folder(destination)
