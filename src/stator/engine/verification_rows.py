"""The file's own rows against each other: tables, jobs, streams, backups, transfers, tokens.

Each is decoded and held against its key, and what is under way must have a job that does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from stator.engine import backup_records, catalogue, job_records, lease, sealed, streams, tokens
from stator.engine.backup_records import Backup, BackupStatus
from stator.engine.catalogue import Status, Table, TableDescription, TtlStatus
from stator.engine.job_records import Job, JobKind
from stator.engine.streams import Logged
from stator.engine.verification_findings import Area, Finding, Progress, Watch
from stator.engine.verification_items import ItemsCheck
from stator.engine.verification_reading import Unreadable, look_up, walk
from stator.errors import CorruptionError
from stator.keys import space
from stator.keys.space import OwnKind
from stator.storage.contract import Reader, Row, Store, decode_counter

_JOBS_SLICE: Final = 256


class _Transfer(msgspec.Struct):
    """What all imports, exports and bulk puts have."""

    id: str
    account: str
    region: str
    table: str
    status: str
    rows: int = 0
    changes: int = 0


decode_transfer = sealed.decoder(_Transfer)
TRANSFERS: Final = {
    OwnKind.IMPORT: space.import_key,
    OwnKind.EXPORT: space.export_key,
    OwnKind.BULK_PUT: space.bulk_put_key,
}
_UNDER_WAY: Final = ("IN_PROGRESS", "CANCELLING")


class OwnRowsCheck:
    def __init__(self, store: Store, now: Callable[[], float], watch: Watch) -> None:
        self._store = store
        self._now = now
        self._watch = watch
        self._findings: list[Finding] = []

    def run(self) -> Iterator[Finding]:
        looks: tuple[tuple[OwnKind, Area, Callable[[Reader, list[Row]], None]], ...] = (
            (OwnKind.CATALOGUE, Area.CATALOGUE, self._tables),
            (OwnKind.JOB, Area.JOB, self._jobs),
            (OwnKind.LEASE, Area.JOB, self._lease),
            (OwnKind.STREAM, Area.STREAM, self._streams),
            (OwnKind.LOGGED, Area.LOG, self._logged_rows),
            (OwnKind.EXPIRING, Area.EXPIRY, self._expiring),
            (OwnKind.TOKEN, Area.TOKEN, self._tokens),
            (OwnKind.BACKUP, Area.BACKUP, self._backups),
            (OwnKind.BACKUP_END, Area.BACKUP, self._backup_ends),
            *((kind, Area.TRANSFER, self._transfers(kind)) for kind in TRANSFERS),
        )
        for kind, area, look in looks:
            start = space.own_prefix(kind)
            for gap in walk(self._store, start, space.successor(start), look):
                yield from self._taken()
                if gap is not None:
                    text = f"rows from {gap.start.hex()} to {gap.stop.hex()} cannot be read: {gap.why}"
                    yield Finding(area, text)
                self._watch(Progress(f"the file's own rows: {area}", 0))

    def _taken(self) -> list[Finding]:
        found, self._findings = self._findings, []
        return found

    def _find(self, area: Area, problem: str, table: str = "", row: bytes = b"") -> None:
        self._findings.append(Finding(area, problem, table, row=row))

    def _decoded(
        self, area: Area, rows: list[Row], decode: Callable[[bytes], Any]
    ) -> Iterator[tuple[bytes, Any]]:
        for key, value in rows:
            try:
                yield key, decode(value)
            except Exception as error:
                self._find(area, f"the row cannot be decoded: {type(error).__name__}: {error}", row=key)

    # Tables

    def _tables(self, reader: Reader, rows: list[Row]) -> None:
        jobs = jobs_of(reader)
        last = last_given(reader, space.NEXT_TABLE_ID_KEY)
        for key, table in self._decoded(Area.CATALOGUE, rows, catalogue.decode):
            if space.catalogue_key(table.account, table.region, table.name) != key:
                self._find(Area.CATALOGUE, f"the row describes table {table.name}", table.name, key)
            if last is not None and not 0 < table.id <= last:
                self._find(
                    Area.CATALOGUE, f"its id {table.id} was not given out: the last was {last}", table.name
                )
            for text, does_it in _wanted_jobs(table):
                if jobs is not None and not any(map(does_it, jobs)):
                    self._find(Area.CATALOGUE, f"{text}, and no job does it", table.name, key)
            self._readers_of(reader, table)

    def _readers_of(self, reader: Reader, table: TableDescription) -> None:
        """The rows by which a table's stream, log and queue are found."""
        stream, place = table.stream, (table.account, table.region, table.name)
        if stream is not None and stream.enabled:
            row = space.stream_key(*place, stream.label)
            if look_up(reader, row) is None:
                text = f"the stream {stream.label} is on, and its row is missing"
                self._find(Area.STREAM, text, table.name, row)
        if table.log.shards and look_up(reader, space.logged_key(table.id)) is None:
            self._find(Area.LOG, "the row that says there is a log is missing", table.name)
        if table.ttl is not None and look_up(reader, space.expiring_key(table.id)) is None:
            self._find(Area.EXPIRY, "the row that says that items expire is missing", table.name)

    def _logged_rows(self, reader: Reader, rows: list[Row]) -> None:
        for key, logged in self._decoded(Area.LOG, rows, streams.decode_logged):
            if len(key) != len(space.logged_key(0)):
                self._find(Area.LOG, "the row's key is no table id", logged.table, key)

    def _expiring(self, reader: Reader, rows: list[Row]) -> None:
        for key, catalogue_key in rows:
            id = int.from_bytes(key[len(space.EXPIRING_PREFIX) :], "big")
            table = description(reader, catalogue_key)
            if table is None or table.id != id or table.ttl is None:
                self._find(
                    Area.EXPIRY, f"the row says that items of table id {id} expire; they do not", row=key
                )

    def _streams(self, reader: Reader, rows: list[Row]) -> None:
        for key, stream in self._decoded(Area.STREAM, rows, streams.decode):
            if space.stream_key(stream.account, stream.region, stream.table, stream.label) != key:
                self._find(Area.STREAM, f"the row describes stream {stream.label}", stream.table, key)
            if stream.closed_at is None:
                place = space.catalogue_key(stream.account, stream.region, stream.table)
                table = description(reader, place)
                if table is None or table.id != stream.table_id or not _has_stream(table, stream.label):
                    self._find(
                        Area.STREAM, f"the stream {stream.label} is on, its table's is not", stream.table, key
                    )

    def logged(self) -> list[tuple[int, Logged]]:
        """Tables with logs, as far as their rows can be read."""
        found: list[tuple[int, Logged]] = []

        def look(_: Reader, rows: list[Row]) -> None:
            for key, value in rows:
                try:
                    found.append(
                        (int.from_bytes(key[len(space.LOGGED_PREFIX) :], "big"), streams.decode_logged(value))
                    )
                except CorruptionError:
                    continue

        for _ in walk(self._store, space.LOGGED_PREFIX, space.successor(space.LOGGED_PREFIX), look):
            pass
        return found

    # Jobs and transfers

    def _lease(self, _: Reader, rows: list[Row]) -> None:
        for key, _holding in self._decoded(Area.JOB, rows, lease.decode):
            if key != space.LEASE_KEY:
                self._find(Area.JOB, "a lease lies where none belongs", row=key)

    def _jobs(self, reader: Reader, rows: list[Row]) -> None:
        last = last_given(reader, space.NEXT_JOB_ID_KEY)
        for key, job in self._decoded(Area.JOB, rows, job_records.decode):
            number = int.from_bytes(key[len(space.JOB_PREFIX) :], "big")
            if last is not None and number > last:
                self._find(Area.JOB, f"job {number} was not given out: the last was {last}", job.table, key)
            if job.copy is not None and job.copy.backup is not None:
                backup = space.backup_key(job.account, job.region, job.table, job.copy.backup)
                if look_up(reader, backup) is None:
                    self._find(Area.JOB, f"job {number} is about a backup that is not there", job.table, key)
            if job.transfer and all(
                look_up(reader, key_of(job.account, job.region, job.transfer)) is None
                for key_of in TRANSFERS.values()
            ):
                text = f"job {number} is about {job.transfer}, which is not there"
                self._find(Area.JOB, text, job.table, key)

    def _transfers(self, kind: OwnKind) -> Callable[[Reader, list[Row]], None]:
        def look(reader: Reader, rows: list[Row]) -> None:
            jobs = jobs_of(reader)
            for key, record in self._decoded(Area.TRANSFER, rows, decode_transfer):
                if TRANSFERS[kind](record.account, record.region, record.id) != key:
                    self._find(Area.TRANSFER, f"the row describes {record.id}", record.table, key)
                is_under_way = record.status in _UNDER_WAY
                if is_under_way and jobs is not None and not any(job.transfer == record.id for job in jobs):
                    text = f"{record.id} is under way, and no job does it"
                    self._find(Area.TRANSFER, text, record.table, key)

        return look

    def _tokens(self, reader: Reader, rows: list[Row]) -> None:
        for key, _ in self._decoded(Area.TOKEN, rows, tokens.decode):
            if key.count(b"\0", len(space.token_span_prefix(0))) < 3:
                self._find(Area.TOKEN, "the row's key names no token", row=key)

    # Backups

    def _backups(self, reader: Reader, rows: list[Row]) -> None:
        jobs = jobs_of(reader)
        for key, backup in self._decoded(Area.BACKUP, rows, backup_records.decode):
            name = backup.table.name
            if backup.key != key:
                self._find(Area.BACKUP, f"the row describes backup {backup.id}", name, key)
            if backup.ends_at is not None:
                end = space.backup_end_key(ceil(backup.ends_at), backup.rows)
                if look_up(reader, end) is None:
                    self._find(Area.BACKUP, f"the row that ends backup {backup.id} is missing", name, key)
            if jobs is not None:
                self._jobs_on(backup, key, jobs)

    def _jobs_on(self, backup: Backup, key: bytes, jobs: list[Job]) -> None:
        own = [job for job in jobs if job.copy is not None and job.copy.backup == backup.id]
        restores = sum(job.kind is JobKind.RESTORE_BACKUP for job in own)
        if restores != backup.restores:
            text = f"backup {backup.id} says that {backup.restores} restores go on, and there are {restores}"
            self._find(Area.BACKUP, text, backup.table.name, key)
        if backup.status is BackupStatus.CREATING and not any(job.kind is JobKind.MAKE_BACKUP for job in own):
            self._find(
                Area.BACKUP, f"backup {backup.id} is being made, and no job does it", backup.table.name, key
            )

    def _backup_ends(self, reader: Reader, rows: list[Row]) -> None:
        for key, value in rows:
            if look_up(reader, value) is None:
                self._find(Area.BACKUP, "there is a row that ends a backup, and no backup", row=key)

    def backup(self, stored: bytes, live: Callable[[bytes], Table | None]) -> Iterator[Finding]:
        """A backup's rows: each one, and their sums."""
        try:
            backup = backup_records.decode(stored)
        except CorruptionError:
            return
        bare = replace(backup.table, id=backup.rows, indexes=(), ttl=None, log=catalogue.Log())
        table = live(catalogue.encode(bare))
        if table is None:
            return
        items = ItemsCheck(
            self._store, table, self._follow_backup(backup.key), self._now, self._watch, Area.BACKUP
        )
        findings = list(items.run())
        yield from findings
        if backup.status is not BackupStatus.AVAILABLE or findings or not self._is_as_it_was(backup):
            return
        for what, kept, own in (("items", backup.items, items.items), ("bytes", backup.size, items.bytes)):
            if kept != own:
                text = f"backup {backup.id} says {kept} {what}, and there are {own}"
                yield Finding(Area.BACKUP, text, backup.table.name, row=backup.key)

    def _is_as_it_was(self, backup: Backup) -> bool:
        try:
            return self._store.get(backup.key) is not None
        except Unreadable:
            return False

    def _follow_backup(self, key: bytes) -> Callable[[Reader, Table], Table | None]:
        return lambda reader, table: None if look_up(reader, key) is None else table


def jobs_of(reader: Reader) -> list[Job] | None:
    """All jobs; None where not all can be read, so that none can be said to be missing."""
    jobs: list[Job] = []
    start, more = space.JOB_PREFIX, True
    try:
        while more:
            rows, more = reader.range(start, space.successor(space.JOB_PREFIX), _JOBS_SLICE)
            jobs += [job_records.decode(value) for _, value in rows]
            if not rows:
                break
            start = rows[-1][0] + b"\0"
    except Unreadable:
        return None
    return jobs


def last_given(reader: Reader, counter: bytes) -> int | None:
    """The number that a counter of ids stands at; None where it cannot be read."""
    value = look_up(reader, counter)
    return decode_counter(value) if value is None or isinstance(value, bytes) else None


def description(reader: Reader, key: bytes) -> TableDescription | None:
    value = look_up(reader, key)
    try:
        return catalogue.decode(value) if isinstance(value, bytes) else None
    except CorruptionError:
        return None


def _has_stream(table: TableDescription, label: str) -> bool:
    return table.stream is not None and table.stream.enabled and table.stream.label == label


def _wanted_jobs(table: TableDescription) -> Iterator[tuple[str, Callable[[Job], bool]]]:
    """What is under way on a table, in words; and which job does it."""
    ttl = table.ttl
    if table.status is Status.CREATING:
        yield "the table is being filled", lambda job: _fills(job, table)
    for index in table.indexes:
        if index.backfilling:
            id = index.id
            yield (
                f"index {index.name} is being filled",
                lambda job, id=id: _is(job, JobKind.BACKFILL_INDEX, table) and job.index_id == id,  # type: ignore[misc]
            )
    if ttl is not None and ttl.status is TtlStatus.ENABLING:
        yield "its expiry queue is being filled", lambda job: _is(job, JobKind.FILL_EXPIRY, table)
    if ttl is not None and ttl.status is TtlStatus.DISABLING:
        yield "its expiry queue is being cleared", lambda job: _is(job, JobKind.CLEAR_EXPIRY, table)
    for rows in table.copied_to:
        yield (
            f"it is copied to table id {rows}",
            lambda job, rows=rows: job.copy is not None and job.copy.rows == rows,  # type: ignore[misc]
        )


def _is(job: Job, kind: JobKind, table: TableDescription) -> bool:
    return job.kind is kind and job.table_id == table.id


def _fills(job: Job, table: TableDescription) -> bool:
    place = table.account, table.region, table.name
    if job.copy is not None:
        return job.copy.into == place
    return _is(job, JobKind.IMPORT_TABLE, table)
