"""Imports: a new table filled from objects, a slice of records a step.

One transaction makes the table, CREATING, the import's record and its job. Each step reads a slice of records and puts
their items; the job's cursor, written with them, is the place in the source (engine.import_reading). The last step
makes the table ACTIVE and ends the import.

An item that the table refuses is counted as an error. An object whose rest cannot be read counts one error and is left.
An import with errors ends FAILED, with the items that were good. One whose bucket is not there leaves no table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from stator.engine import import_records, items
from stator.engine.catalogue import Status, Table, TableDescription
from stator.engine.import_reading import (
    Placed,
    Readers,
    Source,
    cursor_at,
    place_of,
    placed,
    step_rows,
)
from stator.engine.import_records import IMPORTS, Import, ImportStatus
from stator.engine.import_sources import Form, Records, UnreadableRest
from stator.engine.job_records import Job, JobKind, QueuedJob, add, advance, finish, still_as_read
from stator.engine.objects import failure_of
from stator.engine.tables import next_table_id
from stator.engine.transfer_lists import id_of
from stator.errors import ImportConflictException, ResourceInUseException, ServiceError
from stator.keys import space
from stator.limits import JOB_STEP_BYTES
from stator.storage.contract import Steps, Transaction, Work, aside

if TYPE_CHECKING:
    from stator.engine.database import Database

_CONFLICT = "There was a conflict when importing: the client token was used with other parameters."
_NO_BUCKET = ("S3NoSuchBucket", "The specified bucket does not exist")
_INVALID = "Some of the items failed validation checks and were not imported."


def start(db: Database, table: TableDescription, record: Import) -> Steps[tuple[Import, int | None]]:
    """Makes the table, to be filled, and the import (their ids are not looked at); or finds the one that its token
    began. Returns the import, and the job of a new one.

    Raises ResourceInUseException, ImportConflictException."""
    key = space.catalogue_key(table.account, table.region, table.name)

    def run(tx: Transaction) -> tuple[Import, int | None]:
        now = record.started_at
        place = table.account, table.region
        first = IMPORTS.begun(tx, record, ImportConflictException(_CONFLICT))
        if first is not None:
            return first, None
        if tx.get(key) is not None:
            raise ResourceInUseException(f"Table already exists: {table.name}")
        made = replace(table, id=next_table_id(tx), status=Status.CREATING)
        db.catalogue.put(tx, None, made, now)
        begun = replace(record, id=id_of(now, made.id))
        import_records.write(tx, begun)
        job = Job(JobKind.IMPORT_TABLE, made.id, *place, made.name, transfer=begun.id)
        return begun, add(tx, job)

    return db.catalogue.change(Work(run, (key, space.NEXT_TABLE_ID_KEY, space.NEXT_JOB_ID_KEY)))


class Slice:
    """What one step has read: the items to put, and what the import's counts grow by."""

    def __init__(self, rows_max: int) -> None:
        self.placed: list[Placed] = []
        self.processed = 0
        self.errors: list[str] = []
        self.weight = 0
        self._rows_max = rows_max

    def is_full(self) -> bool:
        return self.processed >= self._rows_max or self.weight >= JOB_STEP_BYTES


class Imports:
    """Takes the steps of imports. What is remembered here is only open readers."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._readers = Readers(db.objects)

    def step(self, queued: QueuedJob) -> Steps[int]:
        """Handles the next slice of records; at the end finishes the job. Returns the records handled."""
        job, db = queued.job, self._db
        with db.store.snapshot() as snapshot:
            record = IMPORTS.read(snapshot, space.import_key(job.account, job.region, job.transfer))
            stored = snapshot.get(space.catalogue_key(job.account, job.region, job.table))
        assert record is not None, "the import of a job has its record"
        assert stored is not None, "a table that is imported stays until its import ends"
        table = db.catalogue.live(stored)
        source = _source(record, table)
        try:
            key, number = place_of(job.cursor)
            if not key:
                if not (yield from aside(lambda: db.objects.has_bucket(source.bucket))):
                    return (yield from self._end(queued, record, table, _NO_BUCKET, keep=False))
                following = yield from self._readers.following(queued.id, source, "")
                if following is None:
                    return (yield from self._end(queued, record, table, None, keep=True))
                key, number = following, 0
            return (yield from self._slice(queued, record, table, source, key, number))
        except OSError as error:
            return (yield from self._end(queued, record, table, failure_of(error), keep=True))

    def _slice(
        self, queued: QueuedJob, record: Import, table: Table, source: Source, key: str, number: int
    ) -> Steps[int]:
        records = yield from self._readers.take(queued.id, source, key, number)
        before = records.size if number else 0
        slice = Slice(step_rows(table))
        is_over = yield from aside(lambda: _fill(slice, records, table, key))
        size = record.size + records.size - before
        now_at: str | None = key
        if is_over:
            records.close()
            now_at = yield from self._readers.following(queued.id, source, key)
        else:
            self._readers.keep(queued.id, key, records)
        counted = replace(
            record,
            processed=record.processed + slice.processed,
            imported=record.imported + len(slice.placed),
            errors=record.errors + len(slice.errors),
            size=size,
            first_error=record.first_error or next(iter(slice.errors), ""),
        )
        if now_at is None:
            return (yield from self._end(queued, counted, table, None, keep=True, placed=slice.placed))
        cursor = cursor_at(now_at, 0 if is_over else records.number)

        def run(tx: Transaction) -> int:
            if not still_as_read(tx, queued):
                return 0
            _put(tx, table, slice.placed)
            import_records.write(tx, counted)
            advance(tx, queued, cursor, slice.processed)
            return slice.processed

        handled: int = yield Work(run, (queued.key, record.key), (table.catalogue_key,), slice.weight)
        return max(handled, 1)

    def _end(
        self,
        queued: QueuedJob,
        record: Import,
        table: Table,
        failure: tuple[str, str] | None,
        keep: bool,
        placed: list[Placed] | None = None,
    ) -> Steps[int]:
        """Puts the last items and ends the import; its table is ACTIVE, or, unless it is kept, gone."""
        db = self._db
        if failure is None and record.errors:
            failure = "ItemValidationError", f"{_INVALID} The first: {record.first_error}"
        now = round(db.clock.now(), 3)
        status = ImportStatus.COMPLETED if failure is None else ImportStatus.FAILED
        ended = replace(record, status=status, ended_at=now, failure=failure)

        def run(tx: Transaction) -> int:
            if not still_as_read(tx, queued):
                return 0
            _put(tx, table, placed or [])
            import_records.write(tx, ended)
            if keep:
                db.catalogue.put(
                    tx, table.description, replace(table.description, status=Status.ACTIVE), now
                )
            else:
                _remove(tx, table)
            finish(tx, queued)
            return 1

        keys = (queued.key, record.key, table.catalogue_key, space.NEXT_JOB_ID_KEY)
        handled: int = yield from db.catalogue.change(Work(run, keys))
        return handled


def _source(record: Import, table: Table) -> Source:
    asked = record.asked
    bucket = asked["S3BucketSource"]
    csv = (asked.get("InputFormatOptions") or {}).get("Csv") or {}
    header = csv.get("HeaderList")
    form = Form(
        asked["InputFormat"],
        asked.get("InputCompressionType") or "NONE",
        table.types,
        csv.get("Delimiter") or ",",
        None if header is None else tuple(header),
    )
    return Source(bucket["S3Bucket"], bucket.get("S3KeyPrefix") or "", form)


def _fill(slice: Slice, records: Records, table: Table, key: str) -> bool:
    """Reads until the slice is full or the object at its end; returns whether it is."""
    is_over = False
    while not slice.is_full() and not is_over:
        is_over = _read(records, table, key, slice)
    return is_over


def _read(records: Records, table: Table, key: str, slice: Slice) -> bool:
    """Reads one record into the slice; returns whether the object is at its end."""
    before = records.size
    try:
        record = records.next()
    except UnreadableRest as error:
        slice.processed += 1
        slice.errors.append(f"{key}: record {records.number + 1} and all behind it: {error}")
        return True
    if record is None:
        return True
    slice.processed += 1
    slice.weight += records.size - before
    try:
        slice.placed.append(placed(table, record["Item"]))
    except ServiceError as error:
        slice.errors.append(f"{key}: record {records.number}: {error.message}")
    return False


def _put(tx: Transaction, table: Table, placed: list[Placed]) -> None:
    for key, item, size in placed:
        items.put_item(tx, table, key, item, size, None)


def _remove(tx: Transaction, table: Table) -> None:
    description = table.description
    tx.delete(table.catalogue_key)
    tx.add(space.VERSION_KEY, 1)
    place = description.account, description.region, description.name
    add(tx, Job(JobKind.PURGE_TABLE, description.id, *place))
