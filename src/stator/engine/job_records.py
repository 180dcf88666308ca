"""Jobs as stored: long work that goes on in bounded steps, whoever takes them, across crashes.

A job's record, sealed JSON (engine.sealed) under its job key, says what is to be done and from where on. Every step
decides on the record: it goes on only while the stored bytes are those it began from, and replaces them in the
transaction that does the work. So two processes may take the same step at once (one does it, the other does nothing),
and a crash loses no more than the step in flight.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from stator.engine import sealed
from stator.engine.log_history import Place, Span
from stator.engine.moments import Moment
from stator.keys import space
from stator.limits import BULK_WAIT_S_MAX
from stator.storage.contract import Reader, Transaction, decode_counter


class JobKind(StrEnum):
    PURGE_TABLE = "PURGE_TABLE"
    PURGE_ALL_BUT_ITEMS = "PURGE_ALL_BUT_ITEMS"
    PURGE_INDEX = "PURGE_INDEX"
    BACKFILL_INDEX = "BACKFILL_INDEX"
    FILL_EXPIRY = "FILL_EXPIRY"
    CLEAR_EXPIRY = "CLEAR_EXPIRY"
    MAKE_BACKUP = "MAKE_BACKUP"
    RESTORE_BACKUP = "RESTORE_BACKUP"
    RESTORE_TABLE = "RESTORE_TABLE"
    IMPORT_TABLE = "IMPORT_TABLE"
    COPY_FOR_EXPORT = "COPY_FOR_EXPORT"
    COLLECT_CHANGES = "COLLECT_CHANGES"
    EXPORT_TABLE = "EXPORT_TABLE"
    BULK_PUT = "BULK_PUT"


class Copy(msgspec.Struct, frozen=True):
    """What a job copies items for, `total` of them, and where to: under the table id `rows`.

    `into`: account, region and name of the table that is being made of them; None: a backup is. `backup`: the id of the
    backup that is being made, or restored from. `moment`: which state is copied; None: the source does not change.
    `spans`: the parts of the source's log since then, once every item is copied; `place`: how far they are undone.

    COLLECT_CHANGES reads the log from `moment` on, of changes before `until` (epoch seconds; engine.export_changes)."""

    rows: int
    total: int
    into: tuple[str, str, str] | None = None
    backup: str | None = None
    moment: Moment | None = None
    spans: tuple[Span, ...] | None = None
    place: Place | None = None
    until: float | None = None


class Job(msgspec.Struct, frozen=True):
    """`account`, `region`, `table` and `index` are names, of a table or index that may be gone. `cursor` is the first
    key not yet handled (empty: from the start), `done` the rows handled. `copy`: of the jobs that copy items.
    `transfer`: the id of the import or bulk put, whose cursor is a place in its source (engine.import_reading), or of
    the export. `after`: the job that must be finished first. `not_before` (epoch seconds): it waits until then."""

    kind: JobKind
    table_id: int
    account: str
    region: str
    table: str
    index_id: int = 0
    index: str = ""
    cursor: bytes = b""
    done: int = 0
    copy: Copy | None = None
    transfer: str = ""
    after: int = 0
    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job as it was read: the record's key and bytes, which a step decides on."""

    key: bytes
    stored: bytes
    job: Job

    @property
    def id(self) -> int:
        return int.from_bytes(self.key[len(space.JOB_PREFIX) :], "big")

    def is_due(self, now: float) -> bool:
        """What waits for longer than anything does waits by a clock that was turned back."""
        return not now < self.job.not_before < now + BULK_WAIT_S_MAX


_encode = sealed.encode
decode = sealed.decoder(Job)
_STOP = space.successor(space.JOB_PREFIX)


def add(tx: Transaction, job: Job) -> int:
    """Queues a job and returns its id, never used again. The work decides on `space.NEXT_JOB_ID_KEY`."""
    tx.add(space.NEXT_JOB_ID_KEY, 1)
    job_id = decode_counter(tx.get(space.NEXT_JOB_ID_KEY))
    tx.put(space.job_key(job_id), _encode(job))
    return job_id


def queue(reader: Reader, limit: int, start: bytes = space.JOB_PREFIX) -> list[QueuedJob]:
    """The oldest jobs from the key `start` on, at most `limit`, oldest first."""
    rows, _ = reader.range(start, _STOP, limit)
    return [QueuedJob(key, stored, decode(stored)) for key, stored in rows]


def read(reader: Reader, job_id: int) -> QueuedJob | None:
    """One job; None when it is finished."""
    key = space.job_key(job_id)
    stored = reader.get(key)
    return None if stored is None else QueuedJob(key, stored, decode(stored))


def still_as_read(tx: Transaction, queued: QueuedJob) -> bool:
    """False when another step came first: then this one must do nothing."""
    return tx.get(queued.key) == queued.stored


def advance(
    tx: Transaction,
    queued: QueuedJob,
    cursor: bytes,
    rows: int,
    copy: Copy | None = None,
    not_before: float = 0.0,
) -> None:
    """`copy`: how far the copying has come, where that is more than the cursor."""
    job = msgspec.structs.replace(
        queued.job,
        cursor=cursor,
        done=queued.job.done + rows,
        copy=copy or queued.job.copy,
        not_before=not_before,
    )
    tx.put(queued.key, _encode(job))


def finish(tx: Transaction, queued: QueuedJob) -> None:
    tx.delete(queued.key)
