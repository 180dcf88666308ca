"""Purging the rows of a deleted table or index, a slice a step.

Nothing waits for it: a table's rows lie under an id that is never used again, and no write reaches an index once the
table's description no longer names it.
"""

from __future__ import annotations

from stator.engine.job_records import Job, JobKind, QueuedJob, advance, finish, still_as_read
from stator.keys import space
from stator.limits import JOB_STEP_BYTES, JOB_STEP_ROWS
from stator.storage.contract import Steps, Transaction, Work


def step(queued: QueuedJob) -> Steps[int]:
    """Deletes the next slice; at the end the job too. Returns the rows deleted."""
    start, stop = _interval(queued.job)

    def run(tx: Transaction) -> int:
        if not still_as_read(tx, queued):
            return 0
        rows, more = tx.range(queued.job.cursor or start, stop, JOB_STEP_ROWS, JOB_STEP_BYTES)
        if rows:
            after = rows[-1][0] + b"\0"
            tx.delete_range(rows[0][0], after)
            if more:
                advance(tx, queued, after, len(rows))
        if not (rows and more):
            _delete_counters(tx, queued.job)
            finish(tx, queued)
        return len(rows)

    deleted: int = yield Work(run, (queued.key,))
    return deleted


def _interval(job: Job) -> tuple[bytes, bytes]:
    if job.kind is JobKind.PURGE_TABLE:
        prefix = space.table_prefix(job.table_id)
    else:
        prefix = space.index_prefix(job.table_id, job.index_id, local=False)
    return prefix, space.successor(prefix)


def _delete_counters(tx: Transaction, job: Job) -> None:
    if job.kind is JobKind.PURGE_INDEX:
        for what in space.Counted:
            tx.delete(space.counter_key(job.table_id, what, job.index_id))
