"""What a bulk put reports: the records that it did not put, in files of lines, and at its end the manifests.

    <prefix>/AWSDynamoDB/<id>/error/<number>.json                       one record a line
                             /condition-check-failure/<number>.json
                             /manifest-files.json                       one file a line; manifest-files.md5
                             /manifest-summary.json                     the last but for manifest-summary.md5

A step that puts notes what it did not put in rows, in its own transaction. Once they fill a file, a step of its own
writes it, under a name that follows from the rows, and then drops them: taken twice, it writes the same bytes in the
same place.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from stator.engine import bulk_records, transfer_files
from stator.engine.bulk_records import BulkPut, BulkStatus, ReportType
from stator.engine.job_records import Job, JobKind, QueuedJob, add, advance, finish, still_as_read
from stator.engine.objects import Terms, failure_of
from stator.engine.transfer_files import DataFile, written_time
from stator.keys import space
from stator.storage.contract import Steps, Transaction, Work, aside

if TYPE_CHECKING:
    from stator.engine.database import Database

_FOLDERS = {
    ReportType.ERROR: "error",
    ReportType.CONDITION_CHECK_FAILURE: "condition-check-failure",
}
_CANCELLED = ("UserCancelled", "The bulk operation was cancelled by a CancelBulkOperation request.")


def as_read(tx: Transaction, queued: QueuedJob, record: BulkPut, stored: bytes) -> bool:
    """False when another step, or a cancellation, came first."""
    return still_as_read(tx, queued) and tx.get(record.key) == stored


def terms(record: BulkPut) -> Terms:
    output = record.asked["OutputS3Configuration"]
    kms_key = output.get("S3SseKmsKeyId")
    return Terms(output.get("S3BucketOwner"), output.get("S3SseAlgorithm") == "KMS", kms_key)


def write_files(db: Database, queued: QueuedJob, record: BulkPut, stored: bytes) -> Steps[int]:
    """Writes a file's worth of rows, as one file a type. Returns the rows."""
    with db.store.snapshot() as snapshot:
        rows = bulk_records.reports(snapshot, record)
    lines: dict[ReportType, list[bytes]] = {}
    for row in rows:
        type, line = bulk_records.opened(row)
        lines.setdefault(type, []).append(line)
    files: list[DataFile] = []
    for type, of_type in sorted(lines.items()):
        key = f"{record.folder}/{_FOLDERS[type]}/{record.files + len(files):08d}.json"
        content = b"".join(of_type)
        files.append(transfer_files.data_file(key, len(of_type), content))
        try:
            yield from aside(partial(db.objects.write, record.bucket, key, content, terms(record)))
        except OSError as error:
            return (yield from _end(db, queued, record, stored, failure_of(error)))
    reported = replace(
        record,
        reported=record.reported + len(rows),
        unreported_bytes=record.unreported_bytes - sum(len(value) for _, value in rows),
        files=record.files + len(files),
    )

    def run(tx: Transaction) -> int:
        if as_read(tx, queued, record, stored):
            for number, file in enumerate(files, record.files):
                transfer_files.add_file(tx, record.rows, number, file)
            for key, _ in rows:
                tx.delete(key)
            bulk_records.write(tx, reported)
            advance(tx, queued, queued.job.cursor, 0)
        return len(rows)

    written: int = yield Work(run, (queued.key, record.key))
    return written


def end(db: Database, queued: QueuedJob, record: BulkPut, stored: bytes) -> Steps[int]:
    """Writes the manifests, and ends the bulk put and its job."""
    files = yield from transfer_files.manifest(db, record.rows)
    record = replace(record, ended_at=round(db.clock.now(), 3))
    summary = msgspec.json.encode(_summary(_ended(record)))

    def write() -> None:
        for name, content in (("manifest-files", files), ("manifest-summary", summary)):
            for ending, each in ((".json", content), (".md5", transfer_files.md5(content).encode())):
                db.objects.write(record.bucket, f"{record.folder}/{name}{ending}", each, terms(record))

    try:
        yield from aside(write)
    except OSError as error:
        return (yield from _end(db, queued, record, stored, record.failure or failure_of(error)))
    return (yield from _end(db, queued, record, stored, record.failure))


def _end(
    db: Database, queued: QueuedJob, record: BulkPut, stored: bytes, failure: tuple[str, str] | None
) -> Steps[int]:
    ended_at = record.ended_at or round(db.clock.now(), 3)
    ended = _ended(replace(record, is_read=True, ended_at=ended_at, failure=failure))

    def run(tx: Transaction) -> int:
        if as_read(tx, queued, record, stored):
            bulk_records.write(tx, ended)
            add(tx, Job(JobKind.PURGE_TABLE, record.rows, *record.place))
            finish(tx, queued)
        return 1

    handled: int = yield Work(run, (queued.key, record.key, space.NEXT_JOB_ID_KEY))
    return handled


def _ended(record: BulkPut) -> BulkPut:
    """With the status that it ends in. A failure comes before a cancellation, which found nothing to stop."""
    if record.failure is not None:
        return replace(record, status=BulkStatus.FAILED)
    if record.status is BulkStatus.CANCELLING:
        return replace(record, status=BulkStatus.CANCELLED, failure=_CANCELLED)
    errors = BulkStatus.COMPLETED_WITH_ERRORS
    return replace(record, status=errors if record.failed else BulkStatus.COMPLETED)


def _summary(record: BulkPut) -> dict[str, Any]:
    assert record.ended_at is not None, "a bulk put's end is known when it is summed up"
    return {
        "bulkOperationArn": record.arn,
        "bulkOperationStatus": record.status,
        "startTime": written_time(record.started_at),
        "endTime": written_time(record.ended_at),
        "tableArn": record.table_arn,
        "tableId": record.table_uid,
        "s3Bucket": record.bucket,
        "manifestFilesS3Key": f"{record.folder}/manifest-files.json",
        "processedItemCount": record.processed,
        "failedItemCount": record.failed,
        "reportedItemCount": record.reported,
    }
