"""Purging the rows of a deleted table or index, a slice a step.

Nothing waits for it: a table's rows lie under an id that is never used again, and no write reaches an index once the
table's description no longer names it. A table's log stays: its stream is read for a day more, and engine.log_upkeep
trims it.
"""

from __future__ import annotations

from stator.engine.job_records import Job, JobKind, QueuedJob, advance, finish, still_as_read
from stator.keys import space
from stator.limits import JOB_STEP_BYTES, JOB_STEP_ROWS
from stator.storage.contract import Steps, Transaction, Work


def step(queued: QueuedJob) -> Steps[int]:
    """Deletes the next slice; at the end the job too. Returns the rows deleted."""
    intervals = _intervals(queued.job)
    cursor = queued.job.cursor or intervals[0][0]
    at = next(at for at, (_, stop) in enumerate(intervals) if cursor <= stop)

    def run(tx: Transaction) -> int:
        if not still_as_read(tx, queued):
            return 0
        rows, more = tx.range(cursor, intervals[at][1], JOB_STEP_ROWS, JOB_STEP_BYTES)
        if rows:
            tx.delete_range(rows[0][0], rows[-1][0] + b"\0")
        if rows and more:
            advance(tx, queued, rows[-1][0] + b"\0", len(rows))
        elif at + 1 < len(intervals):
            advance(tx, queued, intervals[at + 1][0], len(rows))
        else:
            _delete_counters(tx, queued.job)
            finish(tx, queued)
        return len(rows)

    deleted: int = yield Work(run, (queued.key,))
    return deleted


def _intervals(job: Job) -> list[tuple[bytes, bytes]]:
    if job.kind is not JobKind.PURGE_INDEX:
        prefix = space.table_prefix(job.table_id)
        log_start, log_stop = space.log_interval(job.table_id)
        keeps_items = job.kind is JobKind.PURGE_ALL_BUT_ITEMS
        start = space.successor(space.item_prefix(job.table_id)) if keeps_items else prefix
        return [(start, log_start), (log_stop, space.successor(prefix))]
    prefix = space.index_prefix(job.table_id, job.index_id, local=False)
    return [(prefix, space.successor(prefix))]


def _delete_counters(tx: Transaction, job: Job) -> None:
    if job.kind is JobKind.PURGE_INDEX:
        for what in space.Counted:
            tx.delete(space.counter_key(job.table_id, what, job.index_id))
