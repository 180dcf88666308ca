"""Buckets of objects as folders: `s3://bucket/key` is the file `bucket/key` below one folder that is configured.

A key's parts are names of files: none is `.`, `..` or empty, and none leads out of the folder. Names that begin with
`.stator-` are files still being written; they are no objects. An object is written whole or not at all: into such a
file first, which is synced and then renamed.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from stator.errors import ValidationException

_UNFINISHED = ".stator-"


class ObjectFolders:
    """Any number of processes may use the same folder. Holds no state but where it is."""

    def __init__(self, root: str | None) -> None:
        self._root = None if root is None else Path(root)

    def require(self) -> None:
        """Raises ValidationException when no folder is configured."""
        if self._root is None:
            raise ValidationException(
                "S3 is not configured: start Stator with --s3-folder PATH, and s3://bucket/key is PATH/bucket/key"
            )

    def has_bucket(self, bucket: str) -> bool:
        return self._bucket(bucket).is_dir()

    def keys(self, bucket: str, prefix: str, after: str = "") -> Iterator[str]:
        """The keys that begin with `prefix` and come after `after`, in their order, a folder read at a time."""
        return _files(self._bucket(bucket), "", prefix, after)

    def read(self, bucket: str, key: str) -> BinaryIO:
        """Raises OSError."""
        return self._path(bucket, key).open("rb")

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """Puts an object in place of whatever has its key. Durable on return. Raises OSError."""
        path = self._path(bucket, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.parent / f"{_UNFINISHED}{uuid.uuid4().hex}"
        try:
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise

    def _bucket(self, bucket: str) -> Path:
        assert self._root is not None, "who uses folders has required them"
        if bucket in ("", ".", "..") or "/" in bucket or "\0" in bucket:
            raise FileNotFoundError(bucket)
        return self._root / bucket

    def _path(self, bucket: str, key: str) -> Path:
        parts = key.split("/")
        if any(part in ("", ".", "..") or "\0" in part for part in parts):
            raise FileNotFoundError(key)
        return self._bucket(bucket).joinpath(*parts)


def _files(folder: Path, key: str, prefix: str, after: str) -> Iterator[str]:
    """Folders count with the `/` that ends them, so that a walk in the order of names is one in the order of keys."""
    with os.scandir(folder) as entries:
        found = sorted(
            key + entry.name + ("/" if entry.is_dir(follow_symlinks=False) else "")
            for entry in entries
            if not entry.name.startswith(_UNFINISHED) and not entry.is_symlink()
        )
    for each in found:
        if each.endswith("/"):
            may_have = each.startswith(prefix) or prefix.startswith(each)
            if may_have and (each > after or after.startswith(each)):
                yield from _files(folder / each[len(key) : -1], each, prefix, after)
        elif each.startswith(prefix) and each > after:
            yield each
