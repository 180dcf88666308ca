"""What changed in a table between two moments: collected from its log for an incremental export, a page a step.

    change := time of the last change in milliseconds (8 bytes, big-endian) [record before the first change]

A change lies under the item's key, in rows of a table id of the export's own. The log is read from the first moment on
and in order, so that the first change met for a key has the image that counts, and the last one the time. Until it is
read the source keeps its log (TableDescription.copied_to).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from stator.engine import copies, job_records
from stator.engine.catalogue import decode
from stator.engine.export_lines import Change
from stator.engine.export_records import Export
from stator.engine.job_records import QueuedJob, advance, finish, still_as_read
from stator.engine.log_history import changes_after, spans_after
from stator.keys import space
from stator.limits import JOB_STEP_BYTES, JOB_STEP_ROWS
from stator.storage.contract import Row, Steps, Store, Transaction, Work

if TYPE_CHECKING:
    from stator.engine.database import Database

_TIME_BYTES = 8


def step(db: Database, queued: QueuedJob) -> Steps[int]:
    """Collects the next page of changes; at the end lets go of the log and finishes the job. Returns the changes read.

    While the items are still copied, takes a step of that."""
    job, copy = queued.job, queued.job.copy
    assert copy is not None, "a job that collects says what"
    assert copy.moment is not None, "changes are collected since a moment"
    assert copy.moment.time is not None, "which is a time"
    assert copy.until is not None, "and until another"
    key = space.catalogue_key(job.account, job.region, job.table)
    with db.store.snapshot() as snapshot:
        copying = job_records.read(snapshot, job.after)
        stored = snapshot.get(key)
    if copying is not None:
        return (yield from copies.step(db, copying))
    assert stored is not None, "a table that is being exported stays"
    table = db.catalogue.live(stored)
    until_ms, start = round(copy.until * 1000), len(table.item_prefix)
    with db.store.snapshot() as snapshot:
        spans = copy.spans if copy.spans is not None else tuple(spans_after(snapshot, table, copy.moment.time))
        limits = JOB_STEP_ROWS, JOB_STEP_BYTES
        found, place = changes_after(snapshot, table, list(spans), copy.place, False, *limits)
    changes = [
        (space.item_prefix(copy.rows) + change.stored[start:], round(change.time * 1000), change.old)
        for change in found
        if round(change.time * 1000) < until_ms
    ]

    def run(tx: Transaction) -> int:
        if not still_as_read(tx, queued):
            return 0
        for row, time_ms, old in changes:
            first = tx.get(row)
            before = (old or b"") if first is None else first[_TIME_BYTES:]
            tx.put(row, time_ms.to_bytes(_TIME_BYTES, "big") + before)
        if place is not None:
            advance(tx, queued, b"", len(found), replace(copy, spans=spans, place=place))
            return len(found)
        present = tx.get(key)
        assert present is not None, "a table that is being exported stays"
        source = decode(present)
        copied_to = tuple(rows for rows in source.copied_to if rows != copy.rows)
        db.catalogue.put(tx, source, replace(source, copied_to=copied_to), db.clock.now())
        finish(tx, queued)
        return len(found)

    weight = sum(len(row) + len(old or b"") for row, _, old in changes)
    collected: int = yield from db.catalogue.change(Work(run, (queued.key, key), (), weight))
    return collected


def images(store: Store, record: Export, rows: list[Row]) -> list[Change]:
    """These changes with the items' images. One short read."""
    start = len(space.item_prefix(record.changes))
    prefix = space.item_prefix(record.rows)
    with store.snapshot() as snapshot:
        after = snapshot.get_many([prefix + key[start:] for key, _ in rows])
    return [
        Change(int.from_bytes(stored[:_TIME_BYTES], "big"), stored[_TIME_BYTES:] or None, new)
        for (_, stored), new in zip(rows, after, strict=True)
    ]
