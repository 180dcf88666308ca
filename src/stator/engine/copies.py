"""Copying a table's items as they were at one moment, a slice a step, while the table is written.

    backup            the table's rows now                        -> the backup's
    restored backup   the backup's rows, which do not change      -> a new table
    recovered table   the table's rows at an earlier time         -> a new table

First every item is copied as it is found, each slice from a snapshot of its own. Meanwhile and until the end the source
keeps its log, with old images (TableDescription.copied_to). Then the log is undone on the copy: what was changed after
the moment is set back to its old image, from the latest change to the first, so that the first one's image stays. An
item that was not changed since the moment was copied as it was then; one that was has, in the end, the image of it
then, whenever it was copied. Writes after the log's end was looked up cannot be in the copy, complete by then.

A new table is CREATING meanwhile: nobody reads or changes it. The last step makes it ACTIVE, or the backup AVAILABLE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from stator.engine import backup_records, items, moments
from stator.engine.backup_records import BackupStatus
from stator.engine.catalogue import Status, Table, decode
from stator.engine.job_records import Copy, Job, QueuedJob, advance, finish, still_as_read
from stator.engine.log_history import changes_after
from stator.keys import space
from stator.limits import JOB_STEP_BYTES, JOB_STEP_ROWS
from stator.storage.contract import Reader, Steps, Transaction, Work

if TYPE_CHECKING:
    from stator.engine.database import Database


def step(db: Database, queued: QueuedJob) -> Steps[int]:
    """Copies or sets back the next slice of items; at the end finishes the job. Returns the items handled."""
    copy = queued.job.copy
    assert copy is not None, "a job that copies says what"
    table = _table(db, copy.into)
    if copy.spans is None:
        return _copy(db, queued, copy, table)
    return _set_back(db, queued, copy, table)


def _copy(db: Database, queued: QueuedJob, copy: Copy, table: Table | None) -> Steps[int]:
    start, start_of_copy = space.item_prefix(queued.job.table_id), space.item_prefix(copy.rows)
    limits = _limits(table)
    with db.store.snapshot() as snapshot:
        rows, more = snapshot.range(queued.job.cursor or start, space.successor(start), *limits)
    more = more and bool(rows)

    def run(tx: Transaction) -> int:
        if not still_as_read(tx, queued):
            return 0
        for key, record in rows:
            _write(tx, table, start_of_copy + key[len(start) :], None, record)
        if more:
            advance(tx, queued, rows[-1][0] + b"\0", len(rows))
        elif copy.moment is None:
            _finish(db, tx, queued, copy)
        else:
            source = db.catalogue.live(_present(tx, queued.job))
            spans = tuple(moments.spans_since(tx, source, copy.moment))
            advance(tx, queued, b"", len(rows), replace(copy, spans=spans))
        return len(rows)

    weight = sum(len(key) + len(value) for key, value in rows)
    if more or copy.moment is not None:
        copied: int = yield Work(run, (queued.key,), (), weight)
    else:
        copied = yield from db.catalogue.change(Work(run, _decided(queued, copy), (), weight))
    return copied


def _set_back(db: Database, queued: QueuedJob, copy: Copy, table: Table | None) -> Steps[int]:
    start, start_of_copy = space.item_prefix(queued.job.table_id), space.item_prefix(copy.rows)
    with db.store.snapshot() as snapshot:
        source = db.catalogue.live(_present(snapshot, queued.job))
        spans = list(copy.spans or ())
        changes, place = changes_after(snapshot, source, spans, copy.place, True, *_limits(table))
    # In reverse: the last image met for a key is the one before its first change.
    images = {start_of_copy + change.stored[len(start) :]: change.old for change in changes}

    def run(tx: Transaction) -> int:
        if not still_as_read(tx, queued):
            return 0
        for key, present in zip(images, tx.get_many(list(images)), strict=True):
            _write(tx, table, key, present, images[key])
        if place is not None:
            advance(tx, queued, b"", 0, replace(copy, place=place))
        else:
            _finish(db, tx, queued, copy)
        return len(changes)

    weight = sum(len(key) + len(image or b"") for key, image in images.items())
    if place is not None:
        undone: int = yield Work(run, (queued.key,), (), weight)
    else:
        undone = yield from db.catalogue.change(Work(run, _decided(queued, copy), (), weight))
    return undone


def _limits(table: Table | None) -> tuple[int, int]:
    """Rows and bytes of a step: less for a table whose every item has index rows too."""
    written = 1 if table is None else 1 + len(table.indexes)
    return max(JOB_STEP_ROWS // written, 1), JOB_STEP_BYTES // written


def _write(tx: Transaction, table: Table | None, key: bytes, old: bytes | None, record: bytes | None) -> None:
    if table is not None:
        items.replace_record(tx, table, key, old, record)
    elif record is not None:
        tx.put(key, record)
    elif old is not None:
        tx.delete(key)


# The source and what is made of it


def _source_key(job: Job) -> bytes:
    return space.catalogue_key(job.account, job.region, job.table)


def _backup_key(job: Job, backup: str) -> bytes:
    return space.backup_key(job.account, job.region, job.table, backup)


def _present(reader: Reader, job: Job) -> bytes:
    """The stored description of the table that is copied. It cannot be deleted before the copy is done."""
    stored = reader.get(_source_key(job))
    assert stored is not None, "a table that is being copied stays"
    return stored


def _table(db: Database, place: tuple[str, str, str] | None) -> Table | None:
    stored = None if place is None else db.store.get(space.catalogue_key(*place))
    return None if stored is None else db.catalogue.live(stored)


def _decided(queued: QueuedJob, copy: Copy) -> tuple[bytes, ...]:
    job, keys = queued.job, [queued.key]
    if copy.moment is not None:
        keys.append(_source_key(job))
    if copy.backup is not None:
        keys.append(_backup_key(job, copy.backup))
    if copy.into is not None:
        keys.append(space.catalogue_key(*copy.into))
    return tuple(keys)


def _finish(db: Database, tx: Transaction, queued: QueuedJob, copy: Copy) -> None:
    now = db.clock.now()
    if copy.moment is not None:
        source = decode(_present(tx, queued.job))
        copied_to = tuple(rows for rows in source.copied_to if rows != copy.rows)
        db.catalogue.put(tx, source, replace(source, copied_to=copied_to), now)
    if copy.backup is not None:
        _finish_backup(tx, _backup_key(queued.job, copy.backup), copy)
    if copy.into is not None:
        stored = tx.get(space.catalogue_key(*copy.into))
        assert stored is not None, "a table that is being restored stays"
        made = decode(stored)
        db.catalogue.put(tx, made, replace(made, status=Status.ACTIVE), now)
    finish(tx, queued)


def _finish_backup(tx: Transaction, key: bytes, copy: Copy) -> None:
    backup = backup_records.read(tx, key)
    assert backup is not None, "a backup that is being made or restored from stays"
    if copy.into is None:
        backup_records.write(tx, replace(backup, status=BackupStatus.AVAILABLE))
    else:
        backup_records.write(tx, replace(backup, restores=backup.restores - 1))
