"""The queue of jobs: whoever drives the database takes their steps, one bounded piece at a time.

A step takes a few milliseconds at most: 256 rows or 256 KB, in one transaction. Any number of processes may drive the
same queue, and a crash between any two steps loses nothing (see job_records).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stator.engine import backfill, copies, expiry_jobs, export_changes, exports, job_records, purge
from stator.engine.job_records import Job, JobKind, QueuedJob
from stator.keys import space
from stator.limits import JOBS_LOOKED_AT
from stator.storage.contract import Reader, Steps, decode_counter

if TYPE_CHECKING:
    from stator.engine.database import Database


_FILLS = (JobKind.BACKFILL_INDEX, JobKind.FILL_EXPIRY)
_ON_TABLES = {
    JobKind.BACKFILL_INDEX: backfill.step,
    JobKind.FILL_EXPIRY: expiry_jobs.fill_step,
    JobKind.CLEAR_EXPIRY: expiry_jobs.clear_step,
}
_WAITED_FOR = frozenset(
    (
        JobKind.BACKFILL_INDEX,
        JobKind.FILL_EXPIRY,
        JobKind.MAKE_BACKUP,
        JobKind.RESTORE_BACKUP,
        JobKind.RESTORE_TABLE,
        JobKind.IMPORT_TABLE,
        JobKind.COPY_FOR_EXPORT,
        JobKind.COLLECT_CHANGES,
        JobKind.EXPORT_TABLE,
        JobKind.BULK_PUT,
    )
)


@dataclass(frozen=True, slots=True)
class Progress:
    """A job on its way: rows done so far, of `total` (a backfill's items now, a copy's when it began; None where it is
    not known). `table`: the one that is worked on, or copied from."""

    id: int
    kind: JobKind
    table: str
    index: str
    done: int
    total: int | None


class Jobs:
    """The jobs of one database. Holds no state: everything is in the store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def pending(self) -> bool:
        """Whether a job is queued. One short read."""
        with self._db.store.snapshot() as snapshot:
            return bool(job_records.queue(snapshot, 1))

    def progress(self) -> list[Progress]:
        """The oldest jobs, oldest first."""
        with self._db.store.snapshot() as snapshot:
            return [
                Progress(
                    queued.id,
                    queued.job.kind,
                    queued.job.table,
                    queued.job.index,
                    queued.job.done,
                    _total(snapshot, queued.job),
                )
                for queued in job_records.queue(snapshot, JOBS_LOOKED_AT)
            ]

    def step(self) -> Steps[bool]:
        """Does one piece of one job, and one of what is due without a job; returns whether anything remains to be done
        now. Raises what a piece raised: the job stays."""
        looking = False
        for upkeep in (self._db.log_upkeep, self._db.backup_upkeep, self._db.expiry):
            if upkeep.is_due():
                looking = (yield from upkeep.step()) or looking
        queued = self._next()
        if queued is None:
            return looking
        yield from self._piece(queued)
        return looking or self._next() is not None

    def run(self, job_id: int, seconds: float, rows: int) -> Steps[bool]:
        """Takes pieces of one job until it is finished (True), or it waits or one of the bounds is reached (False).

        Gives the turn away between pieces."""
        until = self._db.clock.monotonic() + seconds
        done = 0
        while True:
            with self._db.store.snapshot() as snapshot:
                queued = job_records.read(snapshot, job_id)
            if queued is None:
                return True
            is_over = done >= rows or self._db.clock.monotonic() > until
            if is_over or not queued.is_due(self._db.clock.now()):
                return False
            done += yield from self._piece(queued)
            yield None

    def _next(self) -> QueuedJob | None:
        """A backfill or a copy before a purge: a user waits for the one, nobody for the other. Else the oldest. None
        when there is none but what waits for its time."""
        now = self._db.clock.now()
        with self._db.store.snapshot() as snapshot:
            jobs = [job for job in job_records.queue(snapshot, JOBS_LOOKED_AT) if job.is_due(now)]
        waited_for = (queued for queued in jobs if queued.job.kind in _WAITED_FOR)
        return next(waited_for, jobs[0] if jobs else None)

    def _piece(self, queued: QueuedJob) -> Steps[int]:
        step = _ON_TABLES.get(queued.job.kind)
        if step is not None:
            return step(self._db.store, self._db.catalogue, queued)
        if queued.job.kind is JobKind.IMPORT_TABLE:
            return self._db.imports.step(queued)
        if queued.job.kind is JobKind.BULK_PUT:
            return self._db.bulk_puts.step(queued)
        if queued.job.kind is JobKind.COLLECT_CHANGES:
            return export_changes.step(self._db, queued)
        if queued.job.kind is JobKind.EXPORT_TABLE:
            return exports.step(self._db, queued)
        if queued.job.copy is not None:
            return copies.step(self._db, queued)
        return purge.step(queued)


def _total(reader: Reader, job: Job) -> int | None:
    if job.kind in _FILLS:
        return decode_counter(reader.get(space.counter_key(job.table_id, space.Counted.ITEMS)))
    return None if job.copy is None else job.copy.total
