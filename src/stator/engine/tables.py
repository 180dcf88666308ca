"""The catalogue: which tables there are, found by name, made, changed and deleted.

Live tables are remembered by name. What is remembered holds while the store's generation stands still; when it moved,
one read of the catalogue's version says whether a table has changed. A change made through this catalogue is a Work
that `change` runs: until it is known to have ended, every look-up checks the version.

Making a table decides on its catalogue key and on the counter of table ids; changing and deleting one decide on its
catalogue key, which every item write shares. So a write meets a table either before a change or after it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from stator.clock import Clock, SystemClock
from stator.engine import backup_records, log_readers, time_to_live
from stator.engine.catalogue import Status, Table, TableDescription, decode, encode
from stator.engine.job_records import Job, JobKind, add
from stator.engine.log import LogClock
from stator.engine.throttling import Throttle
from stator.errors import ResourceInUseException, ResourceNotFoundException, StatorError, ValidationException
from stator.keys import space
from stator.limits import CACHED_TABLES_MAX, STREAM_SHARDS
from stator.storage.contract import Reader, Steps, Store, Transaction, Work, decode_counter

T = TypeVar("T")

NOT_FOUND = "Requested resource not found"
PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. "
    "Disable deletion protection first."
)
INDEXES_BUSY = (
    "Attempt to change a resource which is still in use: "
    "Cannot delete table while indexes are being created, updated, or deleted."
)
BACKUPS_BUSY = (
    "Attempt to change a resource which is still in use: "
    "Cannot delete table while it is being backed up or restored to another table."
)
INDEXES_BUSY_FOR_BULK = (
    "Attempt to change a resource which is still in use: "
    "Cannot start a bulk operation while indexes are being created, updated, or deleted."
)
_TABLE_ID_MAX = 2**32 - 2

Counts = dict[int, tuple[int, int]]
"""Items and bytes, by index id; the table's own under 0."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a table becomes, and how the answer to the request that changes it shows it."""

    stored: TableDescription
    shown: TableDescription


@dataclass(frozen=True, slots=True)
class Changed:
    """`backfill` is the job that fills the index which the change added, or fills or clears the expiry queue."""

    shown: TableDescription
    backfill: int | None


def not_found(name: str) -> ResourceNotFoundException:
    """As the operations on tables word it; those on items say only NOT_FOUND."""
    return ResourceNotFoundException(f"{NOT_FOUND}: Table: {name} not found")


def being_created(name: str) -> ResourceInUseException:
    return ResourceInUseException(
        f"Attempt to change a resource which is still in use: Table is being created: {name}"
    )


class Catalogue:
    """Shared by threads: the remembered tables, and what says how far they can be trusted, change under `_lock`;
    `table` reads them without it."""

    def __init__(
        self,
        store: Store,
        clock: Clock | None = None,
        stream_shards: int = STREAM_SHARDS,
        throttle: Throttle | None = None,
    ) -> None:
        """`stream_shards`: how many shards a log that comes to be read has, a power of two."""
        self._store = store
        self._clock = clock or SystemClock()
        self._throttle = throttle or Throttle(self._clock)
        self._log_clock = LogClock(self._clock.now)
        self._stream_shards = stream_shards
        self._lock = threading.Lock()
        self._tables: dict[tuple[str, str, str], Table] = {}
        self._generation: int | None = None
        self._version: bytes | None = None
        self._forgotten = 0
        self._changing = 0

    def table(self, account: str, region: str, name: str) -> Table:
        """Raises ResourceNotFoundException."""
        generation = self._store.generation()
        if generation != self._generation or self._changing:
            self._check_version(generation)
        key = account, region, name
        table = self._tables.get(key)
        return self._load(key) if table is None else table

    def current(self, tx: Reader, table: Table) -> Table:
        """Inside a work: the table as the transaction sees it. Raises ResourceNotFoundException when it was deleted,
        also when another was made under its name."""
        stored = tx.get(table.catalogue_key)
        if stored == table.stored:
            return table
        fresh = None if stored is None else self.live(stored)
        if fresh is None or fresh.id != table.id:
            raise ResourceNotFoundException(NOT_FOUND)
        return fresh

    def live(self, stored: bytes) -> Table:
        """The table of a stored description."""
        table = Table(stored, self._store.salt, self._log_clock)
        table.meter = self._throttle.meter(table.description)
        return table

    def names(self, account: str, region: str, after: str | None, limit: int) -> tuple[list[str], bool]:
        """Table names in order, those after `after`, at most `limit`; and whether there are more."""
        prefix = space.catalogue_prefix(account, region)
        start = prefix if after is None else prefix + after.encode() + b"\0"
        with self._store.snapshot() as snapshot:
            rows, _ = snapshot.range(start, space.successor(prefix), limit + 1)
        names = [key[len(prefix) :].decode() for key, _ in rows]
        return names[:limit], len(names) > limit

    def counts(self, description: TableDescription) -> Counts:
        """Of the table and each of its indexes, of one state."""
        ids = [0, *(index.id for index in description.indexes)]
        keys = [space.counter_key(description.id, what, id) for id in ids for what in space.Counted]
        with self._store.snapshot() as snapshot:
            numbers = [decode_counter(value) for value in snapshot.get_many(keys)]
        return {id: (numbers[2 * at], numbers[2 * at + 1]) for at, id in enumerate(ids)}

    def create(self, description: TableDescription) -> Steps[TableDescription]:
        """Stores a new table, under an id of its own (`description.id` is not looked at).

        Raises ResourceInUseException when the name is taken."""
        key = space.catalogue_key(description.account, description.region, description.name)
        now = self._clock.now()

        def run(tx: Transaction) -> TableDescription:
            if tx.get(key) is not None:
                raise ResourceInUseException(f"Table already exists: {description.name}")
            made = msgspec.structs.replace(description, id=next_table_id(tx))
            return self.put(tx, None, made, now)

        return self.change(Work(run, (key, space.NEXT_TABLE_ID_KEY)))

    def update(self, table: Table, decide: Callable[[TableDescription], Change]) -> Steps[Changed]:
        """Changes a table to what `decide` makes of its present description; `decide` may refuse, and run again.

        An index that it adds is queued to be filled, one that it leaves out to be purged; the log follows what reads
        it. Raises ResourceNotFoundException, and what `decide` raises."""
        now = self._clock.now()

        def run(tx: Transaction) -> Changed:
            present = described(tx, table)
            change = decide(present)
            stored = self.put(tx, present, change.stored, now)
            shown = msgspec.structs.replace(change.shown, stream=stored.stream)
            queued = time_to_live.follow(tx, present, stored)
            return Changed(shown, _queue_index_jobs(tx, present, stored) or queued)

        return self.change(Work(run, (table.catalogue_key, space.NEXT_JOB_ID_KEY)))

    def delete(self, table: Table) -> Steps[TableDescription]:
        """Deletes a table at once and queues the purge of its rows but those of its log. Returns it as it was.

        The items of one that could be recovered are kept, as a backup. Raises ResourceNotFoundException,
        ValidationException when it is protected, ResourceInUseException while an index is being filled or the table
        is restored or copied."""
        now = self._clock.now()

        def run(tx: Transaction) -> TableDescription:
            present = described(tx, table)
            if present.deletion_protection:
                raise ValidationException(PROTECTED)
            if any(index.status is not Status.ACTIVE for index in present.indexes):
                raise ResourceInUseException(INDEXES_BUSY)
            if present.copied_to:
                raise ResourceInUseException(BACKUPS_BUSY)
            kind = JobKind.PURGE_TABLE
            if present.recovery is not None:
                backup_records.keep_deleted(tx, present, now)
                kind = JobKind.PURGE_ALL_BUT_ITEMS
            log_readers.end(tx, present, now)
            time_to_live.end(tx, present)
            tx.delete(table.catalogue_key)
            tx.add(space.VERSION_KEY, 1)
            add(tx, Job(kind, present.id, present.account, present.region, present.name))
            return present

        return self.change(Work(run, (table.catalogue_key, space.NEXT_JOB_ID_KEY)))

    def put(
        self, tx: Transaction, before: TableDescription | None, after: TableDescription, now: float
    ) -> TableDescription:
        """Inside a work that `change` runs and that decides on the catalogue key: stores a description in the place of
        another (None: a new table), with its log as what reads it needs. Returns what is stored."""
        stored = log_readers.follow(tx, before, after, self._stream_shards, now)
        if stored != before:
            tx.put(space.catalogue_key(stored.account, stored.region, stored.name), encode(stored))
            tx.add(space.VERSION_KEY, 1)
        return stored

    def change(self, work: Work) -> Steps[T]:
        """Runs a work that changes the catalogue, and forgets what it may have made untrue."""
        with self._lock:
            self._changing += 1
        try:
            result: T = yield work
        except GeneratorExit:
            # Abandoned, and the work may still commit: from here on every look-up checks the version.
            raise
        except BaseException:
            self._ended()
            raise
        self._ended()
        return result

    def _ended(self) -> None:
        with self._lock:
            self._changing -= 1
            self._forget()

    def _check_version(self, generation: int) -> None:
        # The generation was read before the version, so a commit in between moves it once more.
        version = self._store.get(space.VERSION_KEY)
        with self._lock:
            if version != self._version:
                self._version = version
                self._forget()
            self._generation = generation

    def _forget(self) -> None:
        self._tables.clear()
        self._forgotten += 1

    def _load(self, key: tuple[str, str, str]) -> Table:
        forgotten = self._forgotten
        stored = self._store.get(space.catalogue_key(*key))
        if stored is None:
            raise ResourceNotFoundException(NOT_FOUND)
        table = self.live(stored)
        with self._lock:
            # What was read before another thread forgot may be what it forgot.
            if forgotten == self._forgotten:
                if len(self._tables) >= CACHED_TABLES_MAX:
                    self._tables.clear()
                self._tables[key] = table
        return table


def next_table_id(tx: Transaction) -> int:
    """Gives out an id for rows, of a table or a backup. The work decides on `space.NEXT_TABLE_ID_KEY`."""
    tx.add(space.NEXT_TABLE_ID_KEY, 1)
    table_id = decode_counter(tx.get(space.NEXT_TABLE_ID_KEY))
    if table_id > _TABLE_ID_MAX:
        raise StatorError("this file has given out every table id it has")
    return table_id


def described(tx: Transaction, table: Table) -> TableDescription:
    """The table's present description, which may be changed. Raises ResourceNotFoundException, and
    ResourceInUseException while the table is restored."""
    stored = tx.get(table.catalogue_key)
    present = None if stored is None else decode(stored)
    if present is None or present.id != table.id:
        raise not_found(table.name)
    if present.status is Status.CREATING:
        raise being_created(table.name)
    return present


def _queue_index_jobs(tx: Transaction, before: TableDescription, after: TableDescription) -> int | None:
    old = {index.id: index for index in before.indexes}
    new = {index.id: index for index in after.indexes}
    for id in old.keys() - new.keys():
        add(tx, _index_job(JobKind.PURGE_INDEX, before, id, old[id].name))
    backfill = None
    for id in new.keys() - old.keys():
        backfill = add(tx, _index_job(JobKind.BACKFILL_INDEX, after, id, new[id].name))
    return backfill


def _index_job(kind: JobKind, table: TableDescription, index_id: int, index: str) -> Job:
    return Job(kind, table.id, table.account, table.region, table.name, index_id, index)
