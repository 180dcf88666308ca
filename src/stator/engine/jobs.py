"""The background work of a database: its queue of jobs and what is due without one, one bounded piece at a time.

A step takes a few milliseconds at most: 256 rows or 256 KB, in one transaction. Any number of processes may drive the
same queue, and a crash between any two steps loses nothing (see job_records). Drivers have one of them do it at a time
(engine.lease).

There are three lanes. The steps of one come one after the other; a driver takes those of different lanes side by side,
so that what waits for an object store that does not answer holds up neither expiry nor the backfill of an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stator.engine import backfill, copies, expiry_jobs, export_changes, exports, job_records, purge
from stator.engine.job_records import Job, JobKind, QueuedJob
from stator.keys import space
from stator.limits import JOBS_LOOKED_AT, JOBS_SLICES_LOOKED_AT
from stator.storage.contract import Reader, Steps, decode_counter

if TYPE_CHECKING:
    from stator.engine.backups import BackupUpkeep
    from stator.engine.database import Database
    from stator.engine.expiry import Expiry
    from stator.engine.log_upkeep import LogUpkeep


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


_ON_OBJECTS = frozenset((JobKind.IMPORT_TABLE, JobKind.EXPORT_TABLE, JobKind.BULK_PUT))


class Lane(Enum):
    """UPKEEP: what is due without a job: expiry, logs, backups whose time is over. STORE: the jobs that need nothing
    but the store. OBJECTS: those that read and write objects, whose storage may let them wait."""

    UPKEEP = "upkeep"
    STORE = "store"
    OBJECTS = "objects"


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
    """The background work of one database. Holds no state: everything is in the store."""

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

    def has_anything(self) -> bool:
        """Whether there is anything that may fall due: a job, a table whose items expire or whose writes are logged, a
        backup with an end. One short read."""
        kept = (space.JOB_PREFIX, space.EXPIRING_PREFIX, space.LOGGED_PREFIX, space.BACKUP_END_PREFIX)
        with self._db.store.snapshot() as snapshot:
            return any(snapshot.range(prefix, space.successor(prefix), 1)[0] for prefix in kept)

    def is_due(self, lane: Lane) -> bool:
        """Whether the lane has a job to take a step of, or its upkeep is to be looked at again. One short read."""
        if lane is Lane.UPKEEP:
            return any(upkeep.is_due() for upkeep in self._upkeep())
        return self._next(lane) is not None

    def look_again(self) -> None:
        """Has the next step of the upkeep look at everything, however short ago it did: the clock was moved."""
        for upkeep in self._upkeep():
            upkeep.look_again()

    def step(self, lane: Lane | None = None) -> Steps[bool]:
        """Does one piece of one job of the lane, or one of what is due without a job; None: one of each. Returns
        whether anything remains to be done now. Raises what a piece raised: the job stays."""
        looking = False
        if lane is None or lane is Lane.UPKEEP:
            for upkeep in self._upkeep():
                if upkeep.is_due():
                    looking = (yield from upkeep.step()) or looking
            if lane is Lane.UPKEEP:
                return looking
        queued = self._next(lane)
        if queued is None:
            return looking
        yield from self._piece(queued)
        return looking or self._next(lane) is not None

    def _upkeep(self) -> tuple[Expiry, LogUpkeep, BackupUpkeep]:
        return self._db.expiry, self._db.log_upkeep, self._db.backup_upkeep

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

    def _next(self, lane: Lane | None) -> QueuedJob | None:
        """A backfill or a copy before a purge: a user waits for the one, nobody for the other. Else the oldest. None
        when there is none but what waits for its time, or for what another lane does first."""
        now = self._db.clock.now()
        start = space.JOB_PREFIX
        with self._db.store.snapshot() as snapshot:
            for _ in range(JOBS_SLICES_LOOKED_AT):
                queued = job_records.queue(snapshot, JOBS_LOOKED_AT, start)
                jobs = [each for each in queued if each.is_due(now) and _is_in(snapshot, each.job, lane)]
                if jobs or len(queued) < JOBS_LOOKED_AT:
                    break
                start = queued[-1].key + b"\0"
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


def _is_in(reader: Reader, job: Job, lane: Lane | None) -> bool:
    if lane is None or job.kind not in _ON_OBJECTS:
        return lane is not Lane.OBJECTS
    if lane is not Lane.OBJECTS:
        return False
    return not job.after or reader.get(space.job_key(job.after)) is None


def _total(reader: Reader, job: Job) -> int | None:
    if job.kind in _FILLS:
        return decode_counter(reader.get(space.counter_key(job.table_id, space.Counted.ITEMS)))
    return None if job.copy is None else job.copy.total
