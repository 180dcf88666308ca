"""Filling the expiry queue of a table that had items when expiry was switched on, and clearing it when that ends.

Both go a slice a step, as every job does. Filling reads each item again in the transaction that queues it, and writes
what the item's own writes would have: an entry that is there already is the same one.
"""

from __future__ import annotations

from msgspec.structs import replace

from stator.engine import time_to_live
from stator.engine.backfill import over_items
from stator.engine.catalogue import Table, TableDescription, TtlStatus, decode, encode
from stator.engine.job_records import Job, QueuedJob, advance, finish, still_as_read
from stator.engine.tables import Catalogue
from stator.keys import space
from stator.limits import JOB_STEP_BYTES, JOB_STEP_ROWS
from stator.storage.contract import Steps, Store, Transaction, Work


class _Filling:
    """Of a table whose TTL is ENABLING."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def fill(self, tx: Transaction, keys: tuple[bytes, ...]) -> None:
        queue = self._table.expiry
        assert queue is not None
        for key, record in zip(keys, tx.get_many(keys), strict=True):
            second = queue.second_of_record(record)
            if second is not None:
                tx.put(queue.entry(key, second), b"")

    def activate(self, tx: Transaction) -> None:
        table = self._table.description
        assert table.ttl is not None
        enabled = replace(table, ttl=replace(table.ttl, status=TtlStatus.ENABLED))
        tx.put(self._table.catalogue_key, encode(enabled))
        tx.add(space.VERSION_KEY, 1)


def fill_step(store: Store, catalogue: Catalogue, queued: QueuedJob) -> Steps[int]:
    """Queues the next slice of items; at the end finishes the job. Returns the items read."""

    def find(stored: bytes | None) -> _Filling | None:
        if stored is None or _present(stored, queued.job, TtlStatus.ENABLING) is None:
            return None
        return _Filling(catalogue.live(stored))

    return over_items(store, catalogue, queued, find)


def clear_step(store: Store, catalogue: Catalogue, queued: QueuedJob) -> Steps[int]:
    """Deletes the next slice of entries; at the end switches expiry off and finishes the job. Returns the entries."""
    job = queued.job
    table_key = space.catalogue_key(job.account, job.region, job.table)
    prefix = space.expiry_prefix(job.table_id)
    with store.snapshot() as snapshot:
        rows, more = snapshot.range(prefix, space.successor(prefix), JOB_STEP_ROWS, JOB_STEP_BYTES)

    def run(tx: Transaction) -> int:
        if not still_as_read(tx, queued):
            return 0
        if rows:
            tx.delete_range(prefix, rows[-1][0] + b"\0")
        if more:
            advance(tx, queued, b"", len(rows))
        else:
            _switch_off(tx, table_key, job)
            finish(tx, queued)
        return len(rows)

    if more:
        cleared: int = yield Work(run, (queued.key,))
    else:
        cleared = yield from catalogue.change(Work(run, (queued.key, table_key)))
    return cleared


def _switch_off(tx: Transaction, table_key: bytes, job: Job) -> None:
    table = _present(tx.get(table_key), job, TtlStatus.DISABLING)
    if table is not None:
        time_to_live.end(tx, table)
        tx.put(table_key, encode(replace(table, ttl=None)))
        tx.add(space.VERSION_KEY, 1)


def _present(stored: bytes | None, job: Job, status: TtlStatus) -> TableDescription | None:
    """The job's table; None when it is gone, or not in this status."""
    table = None if stored is None else decode(stored)
    if table is None or table.id != job.table_id or table.ttl is None or table.ttl.status is not status:
        return None
    return table
