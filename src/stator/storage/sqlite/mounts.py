"""Whether a folder lies on a network file system, where SQLite's locks and shared memory do not hold.

Known on Linux from /proc/mounts, on Windows from a path that names another machine; elsewhere nothing is said.
"""

from __future__ import annotations

import os
import re
from typing import Final

NETWORK_FILE_SYSTEMS: Final = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "coda",
        "ceph",
        "glusterfs",
        "lustre",
        "gpfs",
        "beegfs",
        "orangefs",
        "ocfs2",
        "gfs2",
        "9p",
        "vboxsf",
        "davfs",
        "fuse.davfs",
        "fuse.sshfs",
        "fuse.s3fs",
        "fuse.rclone",
        "fuse.glusterfs",
        "fuse.ceph",
        "fuse.gcsfuse",
        "fuse.mount-s3",
    }
)
_TABLE: Final = "/proc/mounts"
_OCTAL: Final = re.compile(r"\\([0-7]{3})")


def network_file_system(folder: str, table: str | None = None) -> str | None:
    """The kind of network file system that `folder` lies on, or None. `table` is as /proc/mounts writes it."""
    if folder.startswith(("\\\\", "//")):
        return "network share"
    if table is None:
        table = _mounts()
    longest, kind = "", None
    for line in table.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[1])
        if len(point) >= len(longest) and _holds(point, folder):
            longest, kind = point, fields[2]
    return kind if kind in NETWORK_FILE_SYSTEMS else None


def _holds(point: str, folder: str) -> bool:
    return folder == point or folder.startswith(point.rstrip("/") + "/")


def _mounts() -> str:
    if not os.path.exists(_TABLE):
        return ""
    with open(_TABLE, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()
