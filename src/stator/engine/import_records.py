"""Imports as stored: which there were, into which tables, and how far each has come."""

from __future__ import annotations

from enum import StrEnum

from stator.engine import transfer_lists
from stator.engine.transfer_lists import Transfer, TransferList
from stator.keys import space
from stator.storage.contract import Transaction


class ImportStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Import(Transfer, frozen=True, kw_only=True):
    """`processed`, `imported` and `errors` are records, `size` bytes once decompressed."""

    status: ImportStatus = ImportStatus.IN_PROGRESS
    processed: int = 0
    imported: int = 0
    errors: int = 0
    size: int = 0
    first_error: str = ""

    @property
    def key(self) -> bytes:
        return space.import_key(self.account, self.region, self.id)

    @property
    def arn(self) -> str:
        return f"{self.table_arn}/import/{self.id}"


IMPORTS = TransferList(Import, space.imports_prefix)
decode = IMPORTS.decode


def write(tx: Transaction, record: Import) -> None:
    transfer_lists.write(tx, record.key, record)
