"""Exports as stored: which there were, of which tables, and how far each has come.

    export row := msgspec JSON of Export        under account, region and id (keys.space); ids order as time does
    file row   := msgspec JSON of DataFile      under the table id that the export's items lie under, and its number
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from stator.engine import transfer_lists
from stator.keys import space
from stator.limits import TRANSFERS_LOOKED_AT
from stator.storage.contract import Reader, Transaction


class ExportStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Export(msgspec.Struct, frozen=True):
    """`asked`: the request's members as they are shown again; `asked_hash`: of what a token's repeat must ask for.
    `time`: the moment that is exported, epoch seconds. `rows`: the table id that the items as they were then are copied
    to. `files`, `items` and `size`, in bytes, are what is written so far.

    Of an incremental export, `since` is the moment it begins at, `view` the images it shows, `changes` the table id
    that the changes are collected to, and `keys` are the names of the table's key attributes."""

    id: str
    account: str
    region: str
    table: str
    table_uid: str
    token: str
    asked_hash: str
    asked: dict[str, Any]
    time: float
    started_at: float
    rows: int = 0
    since: float | None = None
    view: str = "NEW_AND_OLD_IMAGES"
    changes: int = 0
    keys: tuple[str, ...] = ()
    ended_at: float | None = None
    status: ExportStatus = ExportStatus.IN_PROGRESS
    files: int = 0
    items: int = 0
    size: int = 0
    failure: tuple[str, str] | None = None

    @property
    def key(self) -> bytes:
        return space.export_key(self.account, self.region, self.id)

    @property
    def table_arn(self) -> str:
        return f"arn:aws:dynamodb:{self.region}:{self.account}:table/{self.table}"

    @property
    def arn(self) -> str:
        return f"{self.table_arn}/export/{self.id}"

    @property
    def folder(self) -> str:
        """What the keys of its objects begin with."""
        prefix = (self.asked.get("S3Prefix") or "").strip("/")
        return f"{prefix}/AWSDynamoDB/{self.id}" if prefix else f"AWSDynamoDB/{self.id}"

    @property
    def data_folder(self) -> str:
        """Of its data files: that of an incremental export is shared with others under the same prefix."""
        if self.since is None:
            return f"{self.folder}/data"
        return f"{self.folder.rpartition('/')[0]}/data"

    @property
    def type(self) -> str:
        return "FULL_EXPORT" if self.since is None else "INCREMENTAL_EXPORT"


class DataFile(msgspec.Struct, frozen=True):
    """A data file that is written; `md5` is of its bytes, base64."""

    key: str
    items: int
    md5: str
    etag: str


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Export).decode
_decode_file = msgspec.json.Decoder(DataFile).decode


def read(reader: Reader, key: bytes) -> Export | None:
    stored = reader.get(key)
    return None if stored is None else _decode(stored)


def write(tx: Transaction, record: Export) -> None:
    tx.put(record.key, _encode(record))


def add_file(tx: Transaction, rows: int, number: int, file: DataFile) -> None:
    tx.put(space.export_file_key(rows, number), _encode(file))


def files(reader: Reader, rows: int, first: int) -> list[DataFile]:
    """A page of the files, from the number `first` on; empty behind the last."""
    start = space.export_file_key(rows, first)
    found, _ = reader.range(start, space.export_files_stop(rows), TRANSFERS_LOOKED_AT)
    return [_decode_file(stored) for _, stored in found]


def listed(
    reader: Reader, account: str, region: str, after: str, wanted: Callable[[Export], bool], limit: int
) -> tuple[list[Export], str | None]:
    """As transfer_lists.listed."""
    return transfer_lists.listed(reader, space.exports_prefix(account, region), _decode, after, wanted, limit)


def with_token(reader: Reader, account: str, region: str, token: str, since: float) -> Export | None:
    """As transfer_lists.with_token."""
    return transfer_lists.with_token(reader, space.exports_prefix(account, region), _decode, token, since)
