"""The queue of jobs: whoever drives the database takes their steps, one bounded piece at a time.

A step takes a few milliseconds at most: 256 rows or 256 KB, in one transaction. Any number of processes may drive the
same queue, and a crash between any two steps loses nothing (see job_records).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stator.engine import backfill, job_records, purge
from stator.engine.job_records import JobKind, QueuedJob
from stator.keys import space
from stator.limits import JOBS_LOOKED_AT
from stator.storage.contract import Steps, decode_counter

if TYPE_CHECKING:
    from stator.engine.database import Database


@dataclass(frozen=True, slots=True)
class Progress:
    """A job on its way: rows done so far, of `total` (a backfill's items now; None where it is not known)."""

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
                    decode_counter(snapshot.get(space.counter_key(queued.job.table_id, space.Counted.ITEMS)))
                    if queued.job.kind is JobKind.BACKFILL_INDEX
                    else None,
                )
                for queued in job_records.queue(snapshot, JOBS_LOOKED_AT)
            ]

    def step(self) -> Steps[bool]:
        """Does one piece of one job, and one of what is due without a job; returns whether anything remains.
        Raises what a piece raised: the job stays."""
        upkeep = self._db.log_upkeep
        looking = (yield from upkeep.step()) if upkeep.is_due() else False
        queued = self._next()
        if queued is None:
            return looking
        yield from self._piece(queued)
        return looking or self.pending()

    def run(self, job_id: int, seconds: float, rows: int) -> Steps[bool]:
        """Takes pieces of one job until it is finished (True) or one of the bounds is reached (False).

        Gives the turn away between pieces."""
        until = self._db.clock.monotonic() + seconds
        done = 0
        while True:
            with self._db.store.snapshot() as snapshot:
                queued = job_records.read(snapshot, job_id)
            if queued is None:
                return True
            if done >= rows or self._db.clock.monotonic() > until:
                return False
            done += yield from self._piece(queued)
            yield None

    def _next(self) -> QueuedJob | None:
        """A backfill before a purge: a user waits for the one, nobody for the other. Else the oldest."""
        with self._db.store.snapshot() as snapshot:
            jobs = job_records.queue(snapshot, JOBS_LOOKED_AT)
        waited_for = (queued for queued in jobs if queued.job.kind is JobKind.BACKFILL_INDEX)
        return next(waited_for, jobs[0] if jobs else None)

    def _piece(self, queued: QueuedJob) -> Steps[int]:
        if queued.job.kind is JobKind.BACKFILL_INDEX:
            return backfill.step(self._db.store, self._db.catalogue, queued)
        return purge.step(queued)
