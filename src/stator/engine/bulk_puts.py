"""Bulk puts: items from objects, put into a table that is there and in use, a slice of records a step.

One transaction makes the bulk put's record and its job. Each step reads a slice of records, aside, and puts their items
as PutItem would, with indexes, log and expiry; the counts, the report of what was not put, and the job's cursor, the
place in the source (engine.import_reading), are written with them: whatever crashes, a record is put and counted once.
What a step has read and could not write, since its reports grew too large, is kept for the next.

A bulk put with a rate waits between steps: the job's `not_before` moves by what each step wrote.
When all is read, or nothing more can be, what is left to report is written (engine.bulk_reports), and the job ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from stator.engine import bulk_reading, bulk_records, bulk_reports, job_records
from stator.engine.bulk_reading import Slice, refused
from stator.engine.bulk_records import BULK_PUTS, BulkPut, BulkStatus
from stator.engine.bulk_writing import Outcome, RefusedEntry
from stator.engine.catalogue import Status, Table
from stator.engine.import_reading import Readers, Source, cursor_at, place_of
from stator.engine.import_sources import Form
from stator.engine.items import Written
from stator.engine.job_records import Job, JobKind, QueuedJob, add, advance
from stator.engine.objects import failure_of
from stator.engine.tables import INDEXES_BUSY_FOR_BULK, described, next_table_id
from stator.engine.tokens import MISMATCH
from stator.engine.transfer_lists import id_of
from stator.errors import (
    IdempotentParameterMismatchException,
    ResourceInUseException,
    ResourceNotFoundException,
    ValidationException,
)
from stator.keys import space
from stator.limits import BULK_BURST_S, JOB_STEP_BYTES
from stator.storage.contract import Steps, Transaction, Work, aside

if TYPE_CHECKING:
    from stator.engine.database import Database

_NO_BUCKET = ("S3NoSuchBucket", "The specified bucket does not exist")
_NO_TABLE = ("ResourceNotFoundException", "The table was deleted before all items were put")
_UNDER_WAY = (BulkStatus.IN_PROGRESS, BulkStatus.CANCELLING)


def start(table: Table, record: BulkPut) -> Steps[tuple[BulkPut, int | None]]:
    """Makes the bulk put (its id and rows are not looked at); or finds the one that its token began. Returns it, and
    the job of a new one.

    Raises ResourceNotFoundException, ResourceInUseException while the table is restored or an index of it built,
    IdempotentParameterMismatchException."""

    def run(tx: Transaction) -> tuple[BulkPut, int | None]:
        first = BULK_PUTS.begun(tx, record, IdempotentParameterMismatchException(MISMATCH))
        if first is not None:
            return first, None
        present = described(tx, table)
        if any(index.status is not Status.ACTIVE for index in present.indexes):
            raise ResourceInUseException(INDEXES_BUSY_FOR_BULK)
        rows = next_table_id(tx)
        id = id_of(record.started_at, rows)
        job = add(tx, Job(JobKind.BULK_PUT, rows, *record.place, transfer=id))
        begun = replace(record, id=id, rows=rows, job=job)
        bulk_records.write(tx, begun)
        return begun, job

    keys = (space.NEXT_TABLE_ID_KEY, space.NEXT_JOB_ID_KEY)
    begun: tuple[BulkPut, int | None] = yield Work(run, keys, (table.catalogue_key,))
    return begun


def cancel(record: BulkPut) -> Steps[BulkPut]:
    """Has the bulk put stop before its next step, which is due now; what it has put stays. Raises ValidationException
    for one that is over."""

    def run(tx: Transaction) -> BulkPut:
        present = BULK_PUTS.read(tx, record.key)
        assert present is not None, "a bulk put's record stays"
        if present.status not in _UNDER_WAY:
            raise ValidationException(f"The bulk operation is {present.status} and cannot be cancelled")
        cancelling = replace(present, status=BulkStatus.CANCELLING)
        bulk_records.write(tx, cancelling)
        queued = job_records.read(tx, record.job)
        assert queued is not None, "what is under way has a job"
        advance(tx, queued, queued.job.cursor, 0)
        return cancelling

    cancelled: BulkPut = yield Work(run, (record.key, space.job_key(record.job)))
    return cancelled


class BulkPuts:
    """Takes the steps of bulk puts. What is remembered here is only open readers, and what was read and not put yet,
    at the place a job stands at."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._readers = Readers(db.objects)
        self._left: tuple[int, bytes, Slice] | None = None

    def step(self, queued: QueuedJob) -> Steps[int]:
        """Handles the next slice of records, or writes the next files; at the end finishes the job. Returns how much it
        handled."""
        job, db = queued.job, self._db
        with db.store.snapshot() as snapshot:
            stored = snapshot.get(space.bulk_put_key(job.account, job.region, job.transfer))
            of_table = snapshot.get(space.catalogue_key(job.account, job.region, job.table))
        assert stored is not None, "the bulk put of a job has its record"
        record = BULK_PUTS.decode(stored)
        if record.wants_report:
            return (yield from bulk_reports.write_files(db, queued, record, stored))
        if record.is_read:
            return (yield from bulk_reports.end(db, queued, record, stored))
        if record.status is BulkStatus.CANCELLING:
            return (yield from _stop(queued, record, stored, None))
        table = None if of_table is None else db.catalogue.live(of_table)
        if table is None or table.description.uid != record.table_uid:
            return (yield from _stop(queued, record, stored, _NO_TABLE))
        try:
            if not job.cursor and not (yield from self._has_buckets(record)):
                return (yield from _stop(queued, record, stored, _NO_BUCKET))
            slice = yield from self._slice(queued, record, table)
        except OSError as error:
            return (yield from _stop(queued, record, stored, failure_of(error)))
        if slice is None:
            return (yield from _stop(queued, record, stored, None))
        try:
            return (yield from self._put(queued, record, stored, table, slice))
        except ResourceNotFoundException:
            return (yield from _stop(queued, record, stored, _NO_TABLE))

    def _has_buckets(self, record: BulkPut) -> Steps[bool]:
        buckets = (record.asked["InputS3Configuration"]["S3Bucket"], record.bucket)
        return aside(lambda: all(map(self._db.objects.has_bucket, buckets)))

    def _slice(self, queued: QueuedJob, record: BulkPut, table: Table) -> Steps[Slice | None]:
        """What the step is to handle; None when there are no objects. Raises OSError."""
        left, self._left = self._left, None
        if left is not None and left[:2] == (queued.id, queued.job.cursor):
            return left[2]
        source = _source(record, table)
        key, number = place_of(queued.job.cursor)
        if not key:
            first = yield from self._readers.following(queued.id, source, "")
            if first is None:
                return None
            key = first
        records = yield from self._readers.take(queued.id, source, key, number)
        slice = yield from aside(lambda: bulk_reading.read(records, table, key))
        if slice.is_over:
            records.close()
            slice.following = yield from self._readers.following(queued.id, source, key)
        else:
            self._readers.keep(queued.id, key, records)
        return slice

    def _put(self, queued: QueuedJob, record: BulkPut, stored: bytes, table: Table, slice: Slice) -> Steps[int]:
        """Puts as much of the slice as one transaction may, and counts it. Raises ResourceNotFoundException."""
        outcome = Outcome(record)
        run = self._work(queued, record, stored, table, slice, outcome)
        puts = [entry.put for entry in slice.entries if entry.put is not None]
        decides = (queued.key, record.key, *(key.stored for key, _, _ in puts))
        weight = min(JOB_STEP_BYTES, sum(size for _, _, size in puts))
        while True:
            try:
                yield Work(run, decides, (table.catalogue_key,), weight)
                break
            except RefusedEntry as refusal:
                # Nothing of the transaction stayed: what was refused is reported instead, and the rest put again
                entry = slice.entries[refusal.at]
                assert entry.put is not None, "what is refused was to be put"
                shown = {"Item": entry.put[1]}
                slice.entries[refusal.at] = refused(entry.key, entry.number, refusal.error, shown)
        rest = slice.without(outcome.handled)
        if rest.entries and outcome.handled:
            behind = slice.entries[outcome.handled - 1]
            self._left = queued.id, cursor_at(behind.key, behind.number), rest
        return max(outcome.handled, 1)

    def _work(
        self, queued: QueuedJob, record: BulkPut, stored: bytes, table: Table, slice: Slice, outcome: Outcome
    ) -> Callable[[Transaction], list[Written]]:
        now, catalogue = self._db.clock.now(), self._db.catalogue

        def run(tx: Transaction) -> list[Written]:
            outcome.begin()
            if not bulk_reports.as_read(tx, queued, record, stored):
                return []
            outcome.put_all(tx, catalogue.current(tx, table), slice.entries)
            cursor = _cursor_behind(slice, outcome.handled)
            bulk_records.write(tx, _counted(record, outcome, slice, is_read=cursor is None))
            waits = _not_before(record, queued.job.not_before, outcome.units, now)
            advance(tx, queued, cursor or queued.job.cursor, outcome.handled, not_before=waits)
            return outcome.written

        return self._db.remembering(run)


def _source(record: BulkPut, table: Table) -> Source:
    asked = record.asked["InputS3Configuration"]
    form = Form(asked["InputFormat"], asked["InputCompressionType"], table.types)
    return Source(asked["S3Bucket"], asked.get("S3KeyPrefix") or "", form)


def _cursor_behind(slice: Slice, handled: int) -> bytes | None:
    """The place behind the entries that were handled; None at the end of all objects."""
    if slice.is_over and handled == len(slice.entries):
        return None if slice.following is None else cursor_at(slice.following, 0)
    return cursor_at(slice.key, slice.entries[handled - 1].number)


def _counted(record: BulkPut, outcome: Outcome, slice: Slice, is_read: bool) -> BulkPut:
    whole, size = record.whole_objects, record.whole_objects + slice.object_bytes
    if slice.is_over and outcome.handled == len(slice.entries):
        whole = size
    put_bytes = dict(record.put_bytes)
    for name, count in outcome.put_bytes.items():
        put_bytes[name] = put_bytes.get(name, 0) + count
    return replace(
        record,
        is_read=is_read,
        processed=record.processed + outcome.handled,
        failed=record.failed + outcome.failed,
        size=max(size, record.size),
        whole_objects=whole,
        put_bytes=put_bytes,
        reports=record.reports + outcome.reports,
        unreported_bytes=record.unreported_bytes + outcome.report_bytes,
    )


def _not_before(record: BulkPut, waited_until: float, units: float, now: float) -> float:
    """When the next step may come, so that the rate is kept. What was not used of the last second may be caught up."""
    rate = record.asked.get("MaxWriteRequestUnits")
    return 0.0 if rate is None else max(waited_until, now - BULK_BURST_S) + units / rate


def _stop(queued: QueuedJob, record: BulkPut, stored: bytes, failure: tuple[str, str] | None) -> Steps[int]:
    """Nothing more is put: what is left is to report, and to end."""
    stopped = replace(record, is_read=True, failure=failure)

    def run(tx: Transaction) -> int:
        if bulk_reports.as_read(tx, queued, record, stored):
            bulk_records.write(tx, stopped)
            advance(tx, queued, queued.job.cursor, 0)
        return 1

    handled: int = yield Work(run, (queued.key, record.key))
    return handled
