"""Bulk puts as stored: which there were, into which tables, how far each has come, and what it has yet to report.

    report row := type (1 byte: E or C), line      under a table id of the bulk put's own, and its number

A line is JSON with its newline: what could not be put (E), or what its condition kept from being put (C).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from stator.engine import transfer_files, transfer_lists
from stator.engine.transfer_lists import Transfer, TransferList
from stator.keys import space
from stator.limits import EXPORT_FILE_BYTES, EXPORT_FILE_ROWS
from stator.storage.contract import Reader, Row, Transaction


class BulkStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    COMPLETED_WITH_ERRORS = "COMPLETED_WITH_ERRORS"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


class ReportType(StrEnum):
    ERROR = "ERROR"
    CONDITION_CHECK_FAILURE = "CONDITION_CHECK_FAILURE"


_TYPES: Final = {b"E": ReportType.ERROR, b"C": ReportType.CONDITION_CHECK_FAILURE}
_BYTES: Final = {type: byte for byte, type in _TYPES.items()}

ITSELF: Final = ""
"""Where bytes are counted by index name: the table."""


class BulkPut(Transfer, frozen=True, kw_only=True):
    """`local_indexes`: of the table, by name. `rows`: the table id of its report rows and files. `job`: the
    id of its job. `is_read`: nothing more is put; what is left is to report.

    `processed` and `failed` are records; `size` the bytes of objects that were read, `whole_objects` those of objects
    read to their end; `put_bytes` what was put, by index name. `reports` counts report rows, of which `reported` are in
    `files` files; the others have `unreported_bytes`."""

    local_indexes: tuple[str, ...] = ()
    rows: int = 0
    job: int = 0
    status: BulkStatus = BulkStatus.IN_PROGRESS
    is_read: bool = False
    processed: int = 0
    failed: int = 0
    size: int = 0
    whole_objects: int = 0
    put_bytes: dict[str, int] = msgspec.field(default_factory=dict)
    reports: int = 0
    reported: int = 0
    unreported_bytes: int = 0
    files: int = 0

    @property
    def key(self) -> bytes:
        return space.bulk_put_key(self.account, self.region, self.id)

    @property
    def arn(self) -> str:
        return f"{self.table_arn}/bulk-operation/{self.id}"

    @property
    def bucket(self) -> str:
        """Where it reports to."""
        bucket: str = self.asked["OutputS3Configuration"]["S3Bucket"]
        return bucket

    @property
    def folder(self) -> str:
        """What the keys of its objects begin with."""
        return transfer_files.folder(self.asked["OutputS3Configuration"].get("S3KeyPrefix"), self.id)

    @property
    def wants_report(self) -> bool:
        """Whether there is anything to report now: enough for a file, or the rest."""
        return self.unreported_bytes >= EXPORT_FILE_BYTES or (self.is_read and self.reported < self.reports)

    def reports_type(self, type: ReportType) -> bool:
        return type in self.asked["OutputS3Configuration"]["OutputType"]


BULK_PUTS = TransferList(BulkPut, space.bulk_puts_prefix)


def write(tx: Transaction, record: BulkPut) -> None:
    transfer_lists.write(tx, record.key, record)


def add_report(tx: Transaction, rows: int, number: int, type: ReportType, line: bytes) -> None:
    tx.put(space.bulk_report_key(rows, number), _BYTES[type] + line)


def reports(reader: Reader, record: BulkPut) -> list[Row]:
    """A file's worth of the rows that are not in files yet, the oldest first."""
    start = space.bulk_report_key(record.rows, record.reported)
    stop = space.bulk_report_key(record.rows, record.reports)
    rows, _ = reader.range(start, stop, EXPORT_FILE_ROWS, EXPORT_FILE_BYTES)
    return rows


def opened(row: Row) -> tuple[ReportType, bytes]:
    return _TYPES[row[1][:1]], row[1][1:]


def error_line(object_key: str, number: int, code: str, message: str, record: object) -> bytes:
    """`record`: as it was read, None where nothing could be. It may hold what is no JSON of DynamoDB's: then the line
    goes without it."""
    members = {"S3Key": object_key, "RecordNumber": number, "ErrorCode": code, "ErrorMessage": message}
    try:
        shown = msgspec.json.encode({**members, "Record": record} if record is not None else members)
    except (TypeError, ValueError, RecursionError):
        shown = msgspec.json.encode({**members, "ErrorMessage": message.encode(errors="replace").decode()})
    return shown + b"\n"


def refusal_line(object_key: str, number: int, item: object, existing: object) -> bytes:
    """Of a condition that was false; `existing` is None when there is no item."""
    members = {"S3Key": object_key, "RecordNumber": number, "Item": item}
    if existing is not None:
        members["ExistingItem"] = existing
    return msgspec.json.encode(members) + b"\n"
