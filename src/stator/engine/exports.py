"""Exports: a table's items as they were at one moment, written to objects, a data file a step.

The items are first copied as they were then (engine.copies), to rows of a table id of the export's own. Its job then
reads these rows, which do not change, a file's worth at a time. A file is written whole under a name that follows from
the export and the file's number, and only then noted in the transaction that moves the cursor: a step that is taken
twice writes the same bytes in the same place. The last step writes the manifests and purges the rows.

An incremental export is of the changes from a moment on (inclusive) to another (exclusive): its items are copied as
they were just before the second, and the changes collected (engine.export_changes); its files are written from these.

    <prefix>/AWSDynamoDB/<id>/_started                      empty: the bucket can be written
                             /data/<name>.json.gz           one item a line; .ion.gz
                             /manifest-files.json           one data file a line; manifest-files.md5
                             /manifest-summary.json         the last to be written but for manifest-summary.md5
"""

from __future__ import annotations

import gzip
import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from stator.engine import (
    copies,
    export_changes,
    export_lines,
    export_records,
    job_records,
    transfer_files,
)
from stator.engine.catalogue import Table
from stator.engine.export_lines import Change
from stator.engine.export_records import EXPORTS, Export, ExportStatus
from stator.engine.job_records import Copy, Job, JobKind, QueuedJob, add, advance, finish, still_as_read
from stator.engine.moments import Moment, present
from stator.engine.objects import Terms, failure_of
from stator.engine.recovery import unavailable, window
from stator.engine.tables import described, next_table_id
from stator.engine.transfer_files import DataFile, written_time
from stator.engine.transfer_lists import id_of
from stator.errors import ExportConflictException, InvalidExportTimeException, ServiceError
from stator.keys import space
from stator.limits import EXPORT_FILE_BYTES, EXPORT_FILE_ROWS, JOB_STEP_BYTES, JOB_STEP_ROWS
from stator.storage.contract import Row, Steps, Transaction, Work, aside, decode_counter

if TYPE_CHECKING:
    from stator.engine.database import Database

_CONFLICT = "There was a conflict when exporting: the client token was used with other parameters."
_INVALID_TIME = (
    "The specified ExportTime is outside of the point in time recovery window: it must be between "
    "EarliestRestorableDateTime and LatestRestorableDateTime"
)
_VERSION = "2020-06-30"
_INCREMENTAL_VERSION = "2023-08-01"


def start(db: Database, table: Table, record: Export, latest: bool) -> Steps[tuple[Export, int | None]]:
    """Begins the export of the table at the record's time (its id and rows are not looked at), or as it is in this
    transaction if `latest`; or finds the one that its token began. Returns the export, and the job of a new one.

    Raises ResourceNotFoundException, ResourceInUseException while the table is restored, ExportConflictException,
    PointInTimeRecoveryUnavailableException, InvalidExportTimeException."""

    def run(tx: Transaction) -> tuple[Export, int | None]:
        now = db.clock.now()
        first = EXPORTS.begun(tx, record, ExportConflictException(_CONFLICT))
        if first is not None:
            return first, None
        source = described(tx, table)
        if source.recovery is None:
            raise unavailable(source.name)
        bounds = window(source.recovery, now)
        times = (record.time,) if record.since is None else (record.since, record.time)
        if not latest and not all(bounds.earliest <= time <= bounds.latest for time in times):
            raise InvalidExportTimeException(_INVALID_TIME)
        rows = next_table_id(tx)
        begun = replace(record, id=id_of(now, rows), rows=rows)
        own: tuple[int, ...] = (rows,)
        if record.since is not None:
            own = rows, next_table_id(tx)
            begun = replace(begun, changes=own[1], keys=table.key_names)
        export_records.write(tx, begun)
        pinned = db.catalogue.put(tx, source, replace(source, copied_to=(*source.copied_to, *own)), now)
        if record.since is not None:
            moment = _just_before(record.time)
        else:
            is_past = not latest and record.time < now
            moment = Moment(record.time) if is_past else present(tx, pinned)
        copy = Copy(rows, decode_counter(tx.get(table.items_counter)), moment=moment)
        place = source.account, source.region, source.name
        copying = add(tx, Job(JobKind.COPY_FOR_EXPORT, source.id, *place, copy=copy))
        if record.since is not None:
            of = Copy(begun.changes, 0, moment=_just_before(record.since), until=record.time)
            copying = add(tx, Job(JobKind.COLLECT_CHANGES, source.id, *place, copy=of, after=copying))
        return begun, add(tx, Job(JobKind.EXPORT_TABLE, own[-1], *place, transfer=begun.id, after=copying))

    keys = (table.catalogue_key, space.NEXT_TABLE_ID_KEY, space.NEXT_JOB_ID_KEY)
    return db.catalogue.change(Work(run, keys))


def _just_before(time: float) -> Moment:
    """Writes have times in milliseconds, and one at a moment belongs to it."""
    return Moment(time - 0.001)


def step(db: Database, queued: QueuedJob) -> Steps[int]:
    """Writes the next data file; at the end the manifests, and finishes the job. Returns the rows written.

    While the items are still copied, takes a step of that."""
    job = queued.job
    with db.store.snapshot() as snapshot:
        copying = job_records.read(snapshot, job.after)
        record = EXPORTS.read(snapshot, space.export_key(job.account, job.region, job.transfer))
    assert record is not None, "the export of a job has its record"
    if copying is not None:
        collects = copying.job.kind is JobKind.COLLECT_CHANGES
        first = export_changes.step if collects else copies.step
        handled: int = yield from first(db, copying)
        return handled
    try:
        if not job.cursor:
            yield from aside(partial(_write, db, record, f"{record.folder}/_started", b""))
        rows = yield from _rows(db, queued, record)
        if rows or not record.files:
            return (yield from _file(db, queued, record, rows))
        record = replace(record, ended_at=_milliseconds(db.clock.now()))
        files = yield from transfer_files.manifest(db, record.rows)
        yield from aside(partial(_write_manifests, db, record, files))
    except OSError as error:
        return (yield from _end(db, queued, record, failure_of(error)))
    except ServiceError as error:
        return (yield from _end(db, queued, record, (error.code, error.message)))
    return (yield from _end(db, queued, record, None))


def _rows(db: Database, queued: QueuedJob, record: Export) -> Steps[list[Row]]:
    """A file's worth of rows, from the job's cursor on. Gives the turn away between slices."""
    start, stop = _interval(queued, record)
    cursor = queued.job.cursor or start
    rows: list[Row] = []
    size, more = 0, cursor < stop
    while more and len(rows) < EXPORT_FILE_ROWS and size < EXPORT_FILE_BYTES:
        with db.store.snapshot() as snapshot:
            found, more = snapshot.range(cursor, stop, JOB_STEP_ROWS, JOB_STEP_BYTES)
        rows += found
        size += sum(len(value) for _, value in found)
        more = more and bool(found)
        if more:
            cursor = found[-1][0] + b"\0"
            yield None
    return rows


def _interval(queued: QueuedJob, record: Export) -> tuple[bytes, bytes]:
    prefix = space.item_prefix(queued.job.table_id)
    start, stop = record.within or (b"", b"")
    return prefix + start, prefix + stop if stop else space.successor(prefix)


def _file(db: Database, queued: QueuedJob, record: Export, rows: list[Row]) -> Steps[int]:
    changes = None if record.since is None else export_changes.images(db.store, record, rows)
    file, billed = yield from aside(partial(_write_file, db, record, rows, changes))
    counted = replace(
        record, files=record.files + 1, items=record.items + file.items, size=record.size + billed
    )
    # Behind the last row of an empty file nothing follows either
    cursor = (rows[-1][0] if rows else _interval(queued, record)[0]) + b"\0"

    def run(tx: Transaction) -> int:
        if not still_as_read(tx, queued):
            return 0
        transfer_files.add_file(tx, record.rows, record.files, file)
        export_records.write(tx, counted)
        advance(tx, queued, cursor, len(rows))
        return len(rows)

    written: int = yield Work(run, (queued.key, record.key))
    return written


# Aside: these write objects and read nothing of the store


def _write(db: Database, record: Export, key: str, content: bytes) -> None:
    db.objects.write(record.asked["S3Bucket"], key, content, _terms(record))


def _terms(record: Export) -> Terms:
    asked = record.asked
    return Terms(asked.get("S3BucketOwner"), asked["S3SseAlgorithm"] == "KMS", asked.get("S3SseKmsKeyId"))


def _write_file(
    db: Database, record: Export, rows: list[Row], changes: list[Change] | None
) -> tuple[DataFile, int]:
    """Returns the file and the bytes that it is billed for."""
    found = export_lines.of_items(record, rows) if changes is None else export_lines.of_changes(record, changes)
    name = hashlib.blake2b(f"{record.id} {record.files}".encode(), digest_size=13).hexdigest()
    key = f"{record.data_folder}/{name}.{'ion' if record.is_ion else 'json'}.gz"
    content = gzip.compress(b"".join(found.lines), mtime=0)
    _write(db, record, key, content)
    return transfer_files.data_file(key, len(found.lines), content), found.billed


def _write_manifests(db: Database, record: Export, files: bytes) -> None:
    summary = msgspec.json.encode(_summary(record))
    for name, content in (("manifest-files", files), ("manifest-summary", summary)):
        transfer_files.write_manifest(
            db, record.asked["S3Bucket"], record.folder, name, content, _terms(record)
        )


def _summary(record: Export) -> dict[str, Any]:
    assert record.ended_at is not None, "an export's end is known when it is summed up"
    asked = record.asked
    of_kind: dict[str, Any] = {"exportTime": written_time(record.time)}
    if record.since is not None:
        of_kind = {
            "exportFromTime": written_time(record.since),
            "exportToTime": written_time(record.time),
            "outputView": record.view,
        }
    return {
        "version": _VERSION if record.since is None else _INCREMENTAL_VERSION,
        "exportArn": record.arn,
        "startTime": written_time(record.started_at),
        "endTime": written_time(record.ended_at),
        "tableArn": record.table_arn,
        "tableId": record.table_uid,
        **of_kind,
        "s3Bucket": asked["S3Bucket"],
        "s3Prefix": asked.get("S3Prefix"),
        "s3SseAlgorithm": asked["S3SseAlgorithm"],
        "s3SseKmsKeyId": asked.get("S3SseKmsKeyId"),
        "manifestFilesS3Key": f"{record.folder}/manifest-files.json",
        "billedSizeBytes": record.size,
        "itemCount": record.items,
        "outputFormat": asked["ExportFormat"],
        "exportType": record.type,
    }


def _milliseconds(time: float) -> float:
    return round(time, 3)


def _end(
    db: Database, queued: QueuedJob, record: Export, failure: tuple[str, str] | None
) -> Steps[int]:
    """Ends the export, and leaves its rows to be purged."""
    status = ExportStatus.COMPLETED if failure is None else ExportStatus.FAILED
    ended_at = record.ended_at or _milliseconds(db.clock.now())
    ended = replace(record, status=status, failure=failure, ended_at=ended_at)

    def run(tx: Transaction) -> int:
        if not still_as_read(tx, queued):
            return 0
        export_records.write(tx, ended)
        job = queued.job
        for rows in filter(None, (record.rows, record.changes)):
            add(tx, Job(JobKind.PURGE_TABLE, rows, job.account, job.region, job.table))
        finish(tx, queued)
        return 1

    handled: int = yield Work(run, (queued.key, record.key, space.NEXT_JOB_ID_KEY))
    return handled
