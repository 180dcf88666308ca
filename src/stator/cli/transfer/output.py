"""What a dump is written to: a file that appears under its name when it is whole, or standard output.

Until then it is NAME.partial. Up to a checkpoint it is on the disk; what lies behind is cut off by who goes on. A
compressed one is a member of gzip for each stretch between two checkpoints, which together are one gzip file.
"""

from __future__ import annotations

import gzip
import io
import os
import sys
from typing import IO, Final, cast

from stator.cli.transfer import place
from stator.errors import StatorError

_LEVEL: Final = 6


class Output:
    """`path`: None for standard output. `offset`: bytes of the file before this one went on."""

    def __init__(self, path: str | None, is_compressed: bool, offset: int = 0) -> None:
        """Raises StatorError."""
        self._path = path
        self._is_compressed = is_compressed
        self._gzip: gzip.GzipFile | None = None
        try:
            self._file = sys.stdout.buffer if path is None else _opened(partial_of(path), offset)
        except OSError as error:
            raise StatorError(f"{path} cannot be written: {error.strerror}") from error

    def write(self, text: bytes) -> None:
        """Raises StatorError where there is no room, BrokenPipeError where nobody reads."""
        try:
            self._write(text)
        except OSError as error:
            raise self._fault(error) from error

    def _write(self, text: bytes) -> None:
        if self._is_compressed:
            if self._gzip is None:
                self._gzip = gzip.GzipFile("", "wb", _LEVEL, self._file, mtime=0)
            self._gzip.write(text)
        else:
            self._file.write(text)

    def checkpoint(self) -> int:
        """Returns the bytes of the file, all of which are on the disk. Raises as `write`."""
        try:
            return self._synced()
        except OSError as error:
            raise self._fault(error) from error

    def _synced(self) -> int:
        if self._gzip is not None:
            self._gzip.close()
            self._gzip = None
        self._file.flush()
        if self._path is None:
            return 0
        os.fsync(self._file.fileno())
        return self._file.tell()

    def _fault(self, error: OSError) -> Exception:
        if isinstance(error, BrokenPipeError):
            return error
        name = "standard output" if self._path is None else partial_of(self._path)
        return StatorError(f"{name} cannot be written: {error.strerror}")

    def finish(self) -> None:
        """All is written, and at a checkpoint: the file gets its name."""
        if self._path is not None:
            self._file.close()
            put_in_place(self._path)

    def close(self) -> None:
        """Leaves what was not finished as it was at the last checkpoint, perhaps with more behind."""
        if self._path is not None:
            self._file.close()


def partial_of(path: str) -> str:
    return f"{path}.partial"


def put_in_place(path: str) -> None:
    os.replace(partial_of(path), path)
    place.sync_folder(path)


def _opened(path: str, offset: int) -> IO[bytes]:
    file = open(path, "r+b" if offset else "wb")  # noqa: SIM115
    file.truncate(offset)
    file.seek(0, io.SEEK_END)
    return cast(IO[bytes], file)
