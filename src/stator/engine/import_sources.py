"""What imports and bulk puts read: the records of one object, decompressed and parsed, one after the other.

    DYNAMODB_JSON   {"Item": {...}} after another, separated by newlines or nothing
    CSV             a header unless one is given, then rows; a quoted field may hold delimiters, newlines and "" for "
    ION             {Item: {...}} after another, text or binary

A record has an Item, not yet canonical, and whatever members stand beside it; `UnreadableRest` ends an object whose
rest makes no sense.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast
from zlib import error as DeflateError  # noqa: N812

from stator.engine import ion_items
from stator.errors import ValidationException
from stator.limits import IMPORT_RECORD_BYTES_MAX

Record = dict[str, Any]
"""As JSON has it, whatever it was written in; `Item` is an object of objects."""


class UnreadableRest(Exception):
    """Nothing more can be read of this object."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a source is written. `types`: those of key attributes, by name; in CSV all others are strings.
    `header`: of CSV; None: it is each object's first line."""

    format: str
    compression: str
    types: dict[str, str]
    delimiter: str = ","
    header: tuple[str, ...] | None = None


def require_libraries(format: str, compression: str) -> None:
    """Raises ValidationException, naming the extra, for what needs a library that is not installed."""
    if format == "ION":
        ion_items.require()
    if compression == "ZSTD":
        try:
            import zstandard  # noqa: F401
        except ImportError:
            raise ValidationException(
                "ZSTD needs the zstandard library, which is not installed: pip install 'stator[zstd]'"
            ) from None


class Records:
    """The records of one open object, in order. `number`: those read so far."""

    def __init__(self, file: BinaryIO, form: Form) -> None:
        self.number = 0
        self._file = file
        self._decompression_errors = _decompression_errors()
        self._object = _Counted(file)
        self._stream = _Counted(_decompressed(cast(BinaryIO, self._object), form.compression))
        self._records = _parsed(self._stream, form)

    @property
    def size(self) -> int:
        """Decompressed bytes of what was read, or of what had to be read for it."""
        return self._stream.bytes

    @property
    def object_bytes(self) -> int:
        """The same, of the object as it lies there."""
        return self._object.bytes

    def next(self) -> Record | None:
        """The next record; None at the end. Raises UnreadableRest."""
        try:
            record = next(self._records, None)
        except self._decompression_errors as error:
            raise UnreadableRest(f"cannot be decompressed: {error}") from error
        except ion_items.IonError as error:
            raise UnreadableRest(f"not Ion of items: {error}") from error
        except (UnicodeDecodeError, RecursionError) as error:
            raise UnreadableRest(str(error)) from error
        if record is not None:
            self.number += 1
        return record

    def close(self) -> None:
        self._file.close()


class _Counted(io.RawIOBase):
    """A stream that counts the bytes that are read of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.bytes = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._count(self._stream.read(size))

    def readline(self, size: int | None = -1) -> bytes:
        return self._count(self._stream.readline(-1 if size is None else size))

    def _count(self, content: bytes) -> bytes:
        self.bytes += len(content)
        return content


def _decompressed(file: BinaryIO, compression: str) -> IO[bytes]:
    if compression == "GZIP":
        return cast(IO[bytes], gzip.GzipFile(fileobj=file, mode="rb"))
    if compression == "ZSTD":
        import zstandard

        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        return io.BufferedReader(cast(io.RawIOBase, reader))
    return file


def _decompression_errors() -> tuple[type[Exception], ...]:
    found: tuple[type[Exception], ...] = (gzip.BadGzipFile, EOFError, DeflateError)
    try:
        import zstandard
    except ImportError:
        return found
    return (*found, zstandard.ZstdError)


def _parsed(stream: _Counted, form: Form) -> Iterator[Record]:
    if form.format == "ION":
        return map(_ion_record, ion_items.values(cast(IO[bytes], stream)))
    return _csv_records(stream, form) if form.format == "CSV" else _json_records(stream)


def _ion_record(value: Any) -> Record:
    record: Record = {"Item": ion_items.item_of(value)}
    for name, member in value.items():
        if name == "ExpressionAttributeValues" and isinstance(member, Mapping):
            record["ExpressionAttributeValues"] = {
                str(each): ion_items.attribute_of(held) for each, held in member.items()
            }
        elif name != "Item":
            record[str(name)] = _plain(member)
    return record


def _plain(member: Any) -> Any:
    """Of texts, and structs of texts, what JSON would have; anything else as it is."""
    if isinstance(member, Mapping):
        return {str(name): _plain(held) for name, held in member.items()}
    return str(member) if isinstance(member, str) else member


def _lines(stream: _Counted) -> Iterator[str]:
    while line := stream.readline(IMPORT_RECORD_BYTES_MAX):
        if len(line) == IMPORT_RECORD_BYTES_MAX:
            raise UnreadableRest(f"a line is longer than {IMPORT_RECORD_BYTES_MAX} bytes")
        yield line.decode()


_decode_at = json.JSONDecoder().raw_decode


def _json_records(stream: _Counted) -> Iterator[Record]:
    for line in _lines(stream):
        text = line.strip()
        while text:
            try:
                value, end = _decode_at(text)
            except ValueError as error:
                raise UnreadableRest(f"not JSON: {error}") from error
            item = value.get("Item") if isinstance(value, dict) else None
            if not isinstance(item, dict) or not all(isinstance(each, dict) for each in item.values()):
                raise UnreadableRest("not an object with an Item")
            yield value
            text = text[end:].lstrip()


def _csv_records(stream: _Counted, form: Form) -> Iterator[Record]:
    header = form.header
    for row in _csv_rows(stream, form.delimiter):
        if header is None:
            header = tuple(row)
            if len(set(header)) < len(header):
                raise UnreadableRest("the header names a column twice")
        elif len(row) != len(header):
            raise UnreadableRest(f"a row of {len(row)} columns, where the header has {len(header)}")
        else:
            columns = zip(header, row, strict=True)
            yield {"Item": {name: {form.types.get(name, "S"): text} for name, text in columns}}


def _csv_rows(stream: _Counted, delimiter: str) -> Iterator[list[str]]:
    record = ""
    for line in _lines(stream):
        record += line
        if len(record) > IMPORT_RECORD_BYTES_MAX:
            raise UnreadableRest("a quote that is not closed")
        # Every quote is one of a pair, doubled ones too, but where a field goes on behind the line's end.
        if record.count('"') % 2:
            continue
        yield from _row(record, delimiter)
        record = ""
    if record:
        raise UnreadableRest("a quote that is not closed")


def _row(record: str, delimiter: str) -> Iterator[list[str]]:
    try:
        rows: list[list[Any]] = list(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UnreadableRest(f"not CSV: {error}") from error
    yield from (row for row in rows if row)
