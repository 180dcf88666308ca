"""The records of a file that is loaded, one after the other, in bounded memory: a plain file, a gzip one, or a pipe.

A record is known by the number of its first line and by where it ends, in bytes before compression; reading goes on
there later.
"""

from __future__ import annotations

import gzip
import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final, cast
from zlib import error as DeflateError  # noqa: N812

from stator.cli.transfer import CSV
from stator.cli.transfer.columns import Column, columns_of
from stator.cli.transfer.formats import Format, format_by_look, format_by_name, format_of
from stator.errors import SettingError, StatorError
from stator.limits import IMPORT_RECORD_BYTES_MAX

STANDARD: Final = "-"
_GZIP_MAGIC: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"
_SKIP_BYTES: Final = 1 << 20
_PEEK_BYTES: Final = IMPORT_RECORD_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Spot:
    """Behind a record: `offset` bytes into the uncompressed file, `lines` of them."""

    offset: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """`line`: the number of its first line, from 1. `text`: with its line end, as it stands there."""

    line: int
    text: bytes
    behind: Spot


class Input:
    """One open input. `size`: of the file as it lies there; None for a pipe."""

    def __init__(self, path: str) -> None:
        """Raises StatorError."""
        self.path = path
        self.name = "standard input" if path == STANDARD else path
        self.size: int | None = None
        self._file = self._opened()
        start = cast(io.BufferedReader, self._file).peek(2)[:2]
        self.is_compressed = start == _GZIP_MAGIC
        stream: IO[bytes] = self._file
        if self.is_compressed:
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=self._file))
        self._stream = io.BufferedReader(cast(io.RawIOBase, stream), _PEEK_BYTES)
        self._behind = Spot()

    def close(self) -> None:
        self._file.close()

    def format(self, asked: str | None, columns: tuple[Column, ...]) -> Format:
        """The format that was asked for, or that the file's name or first line shows. Reads the header of CSV, which
        the next record follows. Raises SettingError and StatorError."""
        name = asked
        if name is None:
            is_csv = format_by_name(self.path) == CSV
            name = CSV if is_csv else format_by_look(self._first_line())
        if name != CSV:
            return format_of(name)
        header = next(self.records(is_csv=True), None)
        if header is None:
            raise StatorError(f"{self.name} is empty: CSV begins with a header")
        text = header.text.removeprefix(_BOM).decode("utf-8", "replace").rstrip("\r\n")
        return format_of(name, _declared(text, columns, self.name))

    def records(self, is_csv: bool, start: Spot | None = None) -> Iterator[Record]:
        """Those behind `start`, and behind what was read already. Blank lines are left out. Raises StatorError for what
        cannot be read: nothing behind it is looked at."""
        if start is not None and start.offset > self._behind.offset:
            self._skip(start)
        while text := self._record(is_csv):
            before = self._behind
            self._behind = Spot(before.offset + len(text), before.lines + _lines_of(text))
            if text.strip():
                yield Record(before.lines + 1, text, self._behind)

    def _opened(self) -> IO[bytes]:
        if self.path == STANDARD:
            return sys.stdin.buffer
        try:
            file = open(self.path, "rb")  # noqa: SIM115
        except OSError as error:
            raise StatorError(f"{self.path} cannot be read: {error.strerror}") from error
        if os.path.isfile(self.path):
            self.size = os.fstat(file.fileno()).st_size
        return file

    def _first_line(self) -> bytes:
        try:
            return self._stream.peek(_PEEK_BYTES).partition(b"\n")[0]
        except (OSError, EOFError, DeflateError) as error:
            raise self._unreadable(error) from error

    def _record(self, is_csv: bool) -> bytes:
        """The next record's bytes, none at the end."""
        text = self._line(IMPORT_RECORD_BYTES_MAX)
        if not is_csv or text.count(b'"') % 2 == 0:
            return text
        lines, quotes, size = [text], text.count(b'"'), len(text)
        while quotes % 2 and (line := self._line(IMPORT_RECORD_BYTES_MAX - size)):
            lines.append(line)
            quotes += line.count(b'"')
            size += len(line)
        return b"".join(lines)

    def _line(self, bytes_max: int) -> bytes:
        try:
            text = self._stream.readline(bytes_max + 1)
        except (OSError, EOFError, DeflateError) as error:
            raise self._unreadable(error) from error
        if len(text) > bytes_max:
            raise StatorError(
                f"{self.name}, line {self._behind.lines + 1}: the record is larger than {IMPORT_RECORD_BYTES_MAX} bytes"
                " (a quote that is not closed, or no line ends?)"
            )
        return text

    def _skip(self, to: Spot) -> None:
        if self.size is not None and not self.is_compressed:
            self._stream.seek(to.offset)
        else:
            left = to.offset - self._behind.offset
            while left and (read := self._stream.read(min(left, _SKIP_BYTES))):
                left -= len(read)
        self._behind = to

    def _unreadable(self, error: Exception) -> StatorError:
        return StatorError(f"{self.name}, behind line {self._behind.lines}: it cannot be read: {error}")


def _lines_of(text: bytes) -> int:
    return text.count(b"\n") or 1


def _declared(header: str, columns: tuple[Column, ...], name: str) -> tuple[Column, ...]:
    """The columns by a file's header: it names their types itself, or --columns does."""
    from stator.cli.transfer.columns import cells_of

    if not columns:
        return columns_of(header, f"the header of {name}")
    declared = {column.name: column for column in columns} | {str(column): column for column in columns}
    chosen = []
    for cell in cells_of(header):
        if cell not in declared:
            raise SettingError(f"{name} has a column '{cell}', which --columns does not declare")
        chosen.append(declared[cell])
    return tuple(chosen)
