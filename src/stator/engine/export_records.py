"""Exports as stored: which there were, of which tables, and how far each has come."""

from __future__ import annotations

from enum import StrEnum

from stator.engine import transfer_files, transfer_lists
from stator.engine.transfer_lists import Transfer, TransferList
from stator.keys import space
from stator.storage.contract import Transaction


class ExportStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Export(Transfer, frozen=True, kw_only=True):
    """`time`: the moment that is exported, epoch seconds. `rows`: the table id that the items as they were then are
    copied to. `files`, `items` and `size`, in bytes, are what is written so far.

    Of an incremental export, `since` is the moment it begins at, `view` the images it shows, `changes` the table id
    that the changes are collected to, and `keys` are the names of the table's key attributes.

    `within`: the interval of rows that is exported, as what follows a table's prefix in their keys, an empty stop being
    the end; None: all."""

    time: float
    rows: int = 0
    since: float | None = None
    view: str = "NEW_AND_OLD_IMAGES"
    changes: int = 0
    keys: tuple[str, ...] = ()
    status: ExportStatus = ExportStatus.IN_PROGRESS
    files: int = 0
    items: int = 0
    size: int = 0
    within: tuple[bytes, bytes] | None = None

    @property
    def is_ion(self) -> bool:
        return bool(self.asked["ExportFormat"] == "ION")

    @property
    def key(self) -> bytes:
        return space.export_key(self.account, self.region, self.id)

    @property
    def arn(self) -> str:
        return f"{self.table_arn}/export/{self.id}"

    @property
    def folder(self) -> str:
        """What the keys of its objects begin with."""
        return transfer_files.folder(self.asked.get("S3Prefix"), self.id)

    @property
    def data_folder(self) -> str:
        """Of its data files: that of an incremental export is shared with others under the same prefix."""
        if self.since is None:
            return f"{self.folder}/data"
        return f"{self.folder.rpartition('/')[0]}/data"

    @property
    def type(self) -> str:
        return "FULL_EXPORT" if self.since is None else "INCREMENTAL_EXPORT"


EXPORTS = TransferList(Export, space.exports_prefix)
decode = EXPORTS.decode


def write(tx: Transaction, record: Export) -> None:
    transfer_lists.write(tx, record.key, record)
