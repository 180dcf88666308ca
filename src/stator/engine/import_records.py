"""Imports as stored: which there were, into which tables, and how far each has come.

    import row := msgspec JSON of Import        under account, region and id (keys.space); ids order as time does
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from stator.engine import transfer_lists
from stator.keys import space
from stator.storage.contract import Reader, Transaction


class ImportStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Import(msgspec.Struct, frozen=True):
    """`asked`: the request's members as they are shown again; `asked_hash`: of what a token's repeat must ask for.
    `table_uid`: AWS's TableId. `processed`, `imported` and `errors` are records, `size` bytes once decompressed.
    Times are epoch seconds."""

    id: str
    account: str
    region: str
    table: str
    table_uid: str
    token: str
    asked_hash: str
    asked: dict[str, Any]
    started_at: float
    ended_at: float | None = None
    status: ImportStatus = ImportStatus.IN_PROGRESS
    processed: int = 0
    imported: int = 0
    errors: int = 0
    size: int = 0
    first_error: str = ""
    failure: tuple[str, str] | None = None

    @property
    def key(self) -> bytes:
        return space.import_key(self.account, self.region, self.id)

    @property
    def table_arn(self) -> str:
        return f"arn:aws:dynamodb:{self.region}:{self.account}:table/{self.table}"

    @property
    def arn(self) -> str:
        return f"{self.table_arn}/import/{self.id}"


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Import).decode


def read(reader: Reader, key: bytes) -> Import | None:
    stored = reader.get(key)
    return None if stored is None else _decode(stored)


def write(tx: Transaction, record: Import) -> None:
    tx.put(record.key, _encode(record))


def listed(
    reader: Reader, account: str, region: str, after: str, wanted: Callable[[Import], bool], limit: int
) -> tuple[list[Import], str | None]:
    """As transfer_lists.listed."""
    return transfer_lists.listed(reader, space.imports_prefix(account, region), _decode, after, wanted, limit)


def with_token(reader: Reader, account: str, region: str, token: str, since: float) -> Import | None:
    """As transfer_lists.with_token."""
    return transfer_lists.with_token(reader, space.imports_prefix(account, region), _decode, token, since)
