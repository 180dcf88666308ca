"""Filling a new index from the items that were there before it, a slice of items a step.

Writes maintain an index from the transaction on that added it, so the backfill has only to bring in what no write has
touched: it reads a slice of keys, then, in the transaction that decides on those items, reads each again and writes
its row unless a write has. An item without the index's key attributes, or with another type there, has no row and is
left out. The step that meets the end makes the index ACTIVE.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from stator.engine import records
from stator.engine.catalogue import Index, Status, Table, encode
from stator.engine.indexes import index_row
from stator.engine.job_records import Job, QueuedJob, advance, finish, still_as_read
from stator.engine.tables import Catalogue
from stator.keys import space
from stator.limits import JOB_STEP_BYTES, JOB_STEP_ROWS
from stator.storage.contract import Steps, Store, Transaction, Work


class Filling(Protocol):
    """What is being filled, as the transaction that fills it sees it."""

    def fill(self, tx: Transaction, keys: tuple[bytes, ...]) -> None:
        """Brings in the items of these keys, those that are still there."""

    def activate(self, tx: Transaction) -> None:
        """All items are in."""


def step(store: Store, catalogue: Catalogue, queued: QueuedJob) -> Steps[int]:
    """Fills in the next slice of items; at the end finishes the job. Returns the items read."""
    return over_items(store, catalogue, queued, lambda stored: _being_filled(catalogue, stored, queued.job))


def over_items(
    store: Store,
    catalogue: Catalogue,
    queued: QueuedJob,
    find: Callable[[bytes | None], Filling | None],
) -> Steps[int]:
    """Takes the next slice of a table's items to what `find` makes of the table's stored description; None, when
    there is nothing to fill any more, finishes the job, as the end does. Returns the items read."""
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
        filling = find(tx.get(table_key))
        if filling is None:
            finish(tx, queued)
            return 0
        filling.fill(tx, keys)
        if more:
            advance(tx, queued, keys[-1] + b"\0", len(keys))
        else:
            filling.activate(tx)
            finish(tx, queued)
        return len(keys)

    weight = sum(len(key) + len(value) for key, value in rows)
    if more:
        filled: int = yield Work(run, (queued.key, *keys), (table_key,), weight)
    else:
        filled = yield from catalogue.change(Work(run, (queued.key, table_key, *keys), (), weight))
    return filled


def _being_filled(catalogue: Catalogue, stored: bytes | None, job: Job) -> _NewIndex | None:
    """The job's table and index; None when either is gone, or the index is already ACTIVE."""
    if stored is None:
        return None
    table = catalogue.live(stored)
    index = table.by_index_name.get(job.index)
    if table.id != job.table_id or index is None or index.id != job.index_id or index.readable:
        return None
    return _NewIndex(table, index)


class _NewIndex:
    def __init__(self, table: Table, index: Index) -> None:
        self._table = table
        self._index = index

    def fill(self, tx: Transaction, keys: tuple[bytes, ...]) -> None:
        _fill(tx, self._table, self._index, keys)

    def activate(self, tx: Transaction) -> None:
        _activate(tx, self._table, self._index)


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
