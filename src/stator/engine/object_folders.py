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

from stator.engine.objects import NoSuchBucket, ObjectError, Terms

_UNFINISHED = ".stator-"


class ObjectFolders:
    """`Objects` below one folder. Holds no state but where that is."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)

    def require(self) -> None:
        return

    def has_bucket(self, bucket: str) -> bool:
        return self._bucket(bucket).is_dir()

    def keys(self, bucket: str, prefix: str, after: str = "") -> Iterator[str]:
        """As Objects.keys; a folder is read at a time."""
        return _files(self._bucket(bucket), "", prefix, after)

    def read(self, bucket: str, key: str) -> BinaryIO:
        return self._path(bucket, key).open("rb")

    def write(self, bucket: str, key: str, content: bytes, terms: Terms | None = None) -> None:
        path = self._path(bucket, key)
        if not self.has_bucket(bucket):
            raise NoSuchBucket
        made = _make_folders(path.parent)
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
        for folder in (path.parent, *made):
            _sync_folder(folder)

    def _bucket(self, bucket: str) -> Path:
        if bucket in ("", ".", "..") or "/" in bucket or "\0" in bucket:
            raise NoSuchBucket
        return self._root / bucket

    def _path(self, bucket: str, key: str) -> Path:
        parts = key.split("/")
        if any(part in ("", ".", "..") or "\0" in part or part.startswith(_UNFINISHED) for part in parts):
            raise ObjectError("InvalidURI", f"The key is no path of a file below its bucket: {key}")
        return self._bucket(bucket).joinpath(*parts)


def _make_folders(folder: Path) -> list[Path]:
    """Makes the folder and those above it that are missing; returns those in which one was made."""
    missing: list[Path] = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
    return [each.parent for each in missing]


def _sync_folder(folder: Path) -> None:
    """A new name is durable when its folder is. Windows knows no such thing."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


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
