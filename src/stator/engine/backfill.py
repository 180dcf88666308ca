"""Filling a new index from the items that were there before it, a slice of items a step.

Writes maintain an index from the transaction on that added it, so the backfill has only to bring in what no write has
touched: it reads a slice of keys, then, in the transaction that decides on those items, reads each again and writes
its row unless a write has. An item without the index's key attributes, or with another type there, has no row and is
left out. The step that meets the end makes the index ACTIVE.
"""

from __future__ import annotations

import msgspec

from stator.engine import records
from stator.engine.catalogue import Index, Status, Table, encode
from stator.engine.indexes import index_row
from stator.engine.job_records import Job, QueuedJob, advance, finish, still_as_read
from stator.engine.tables import Catalogue
from stator.keys import space
from stator.limits import JOB_STEP_BYTES, JOB_STEP_ROWS
from stator.storage.contract import Steps, Store, Transaction, Work


def step(store: Store, catalogue: Catalogue, queued: QueuedJob) -> Steps[int]:
    """Fills in the next slice of items; at the end finishes the job. Returns the items read."""
    job = queued.job
    table_key = space.catalogue_key(job.account, job.region, job.table)
    start = space.item_prefix(job.table_id)
    with store.snapshot() as snapshot:
        rows, more = snapshot.range(
            job.cursor or start, space.successor(start), JOB_STEP_ROWS, JOB_STEP_BYTES
        )
    keys = tuple(key for key, _ in rows)
    more = more and bool(keys)

    def run(tx: Transaction) -> int:
        if not still_as_read(tx, queued):
            return 0
        found = _being_filled(catalogue, tx.get(table_key), job)
        if found is None:
            finish(tx, queued)
            return 0
        _fill(tx, *found, keys)
        if more:
            advance(tx, queued, keys[-1] + b"\0", len(keys))
        else:
            _activate(tx, *found)
            finish(tx, queued)
        return len(keys)

    weight = sum(len(key) + len(value) for key, value in rows)
    if more:
        filled: int = yield Work(run, (queued.key, *keys), (table_key,), weight)
    else:
        filled = yield from catalogue.change(Work(run, (queued.key, table_key, *keys), (), weight))
    return filled


def _being_filled(catalogue: Catalogue, stored: bytes | None, job: Job) -> tuple[Table, Index] | None:
    """The job's table and index; None when either is gone, or the index is already ACTIVE."""
    if stored is None:
        return None
    table = catalogue.live(stored)
    index = table.by_index_name.get(job.index)
    if table.id != job.table_id or index is None or index.id != job.index_id or index.readable:
        return None
    return table, index


def _fill(tx: Transaction, table: Table, index: Index, keys: tuple[bytes, ...]) -> None:
    rows = []
    for key, record in zip(keys, tx.get_many(keys), strict=True):
        if record is not None:
            row = index_row(table, index, records.decode(record), key, record)
            if row is not None:
                rows.append(row)
    for row, present in zip(rows, tx.get_many([key for key, _ in rows]), strict=True):
        if present is None:
            tx.put(*row)
            tx.add(index.items_counter, 1)
            tx.add(index.bytes_counter, records.size(row[1]))


def _activate(tx: Transaction, table: Table, index: Index) -> None:
    indexes = tuple(
        msgspec.structs.replace(description, status=Status.ACTIVE, backfilling=None)
        if description.id == index.id
        else description
        for description in table.description.indexes
    )
    tx.put(table.catalogue_key, encode(msgspec.structs.replace(table.description, indexes=indexes)))
    tx.add(space.VERSION_KEY, 1)
