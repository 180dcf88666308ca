"""Fills a peer's file without waiting for its syncs: a peer that syncs each item of a batch would take hours for a
million items, of which no figure is taken. What was filled is synced, and the peer started anew, before it is measured.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_SOURCE = """
int fsync(int file) { return 0; }
int fdatasync(int file) { return 0; }
"""


def prefix(folder: Path) -> tuple[str, ...]:
    """The words before a command that has its syncs do nothing; none where there is no C compiler, or it fails."""
    compiler = shutil.which("cc")
    if compiler is None:
        return ()
    source, library = folder / "unsynced.c", folder / "unsynced.so"
    source.write_text(_SOURCE, "ascii")
    made = subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(library), str(source)], capture_output=True, check=False
    )
    return ("env", f"LD_PRELOAD={library}") if made.returncode == 0 else ()


def sync() -> None:
    """Waits until all that was written is on the disk."""
    os.sync()
