"""The objects that a transfer writes: exports and bulk puts note each in the store, and name all in a manifest.

    file row := msgspec JSON of DataFile      under a table id that is the transfer's own, and its number
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from stator.keys import space
from stator.limits import TRANSFERS_LOOKED_AT
from stator.storage.contract import Reader, Steps, Transaction

if TYPE_CHECKING:
    from stator.engine.database import Database
    from stator.engine.objects import Terms


class DataFile(msgspec.Struct, frozen=True):
    """An object that is written; `md5` is of its bytes, base64."""

    key: str
    items: int
    md5: str
    etag: str


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(DataFile).decode


def folder(prefix: str | None, id: str) -> str:
    """What the keys of a transfer's objects begin with."""
    prefix = (prefix or "").strip("/")
    return f"{prefix}/AWSDynamoDB/{id}" if prefix else f"AWSDynamoDB/{id}"


def data_file(key: str, items: int, content: bytes) -> DataFile:
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    etag = f"{hashlib.md5(digest, usedforsecurity=False).hexdigest()}-1"
    return DataFile(key, items, md5(content), etag)


def add_file(tx: Transaction, rows: int, number: int, file: DataFile) -> None:
    tx.put(space.export_file_key(rows, number), _encode(file))


def files(reader: Reader, rows: int, first: int) -> list[DataFile]:
    """A page of the files, from the number `first` on; empty behind the last."""
    start = space.export_file_key(rows, first)
    found, _ = reader.range(start, space.export_files_stop(rows), TRANSFERS_LOOKED_AT)
    return [_decode(stored) for _, stored in found]


def manifest(db: Database, rows: int) -> Steps[bytes]:
    """What manifest-files.json says of all files: one a line."""
    lines: list[bytes] = []
    while True:
        with db.store.snapshot() as snapshot:
            found = files(snapshot, rows, len(lines))
        if not found:
            return b"".join(lines)
        lines += [
            _encode(
                {
                    "itemCount": file.items,
                    "md5Checksum": file.md5,
                    "etag": file.etag,
                    "dataFileS3Key": file.key,
                }
            )
            + b"\n"
            for file in found
        ]
        yield None


def write_manifest(
    db: Database, bucket: str, in_folder: str, name: str, content: bytes, terms: Terms | None = None
) -> None:
    """`name`: without its ending. Its checksum lies beside it. Raises OSError."""
    db.objects.write(bucket, f"{in_folder}/{name}.json", content, terms)
    db.objects.write(bucket, f"{in_folder}/{name}.md5", md5(content).encode(), terms)


def md5(content: bytes) -> str:
    return b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def written_time(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
