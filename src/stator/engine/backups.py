"""On-demand backups: begun, deleted, restored to new tables; and those whose time is over purged.

Each function is one transaction that does what is small at once and queues the rest as a job (engine.copies): making a
backup takes its moment and its table's description, restoring one makes the table, which is CREATING until it is full,
deleting one leaves its rows to be purged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from stator.engine import backup_records, moments
from stator.engine.backup_records import Backup, BackupStatus, BackupType
from stator.engine.catalogue import Status, Table, TableDescription, decode
from stator.engine.job_records import Copy, Job, JobKind, add
from stator.engine.tables import Catalogue, described, next_table_id
from stator.errors import (
    BackupInUseException,
    BackupNotFoundException,
    TableAlreadyExistsException,
    TableInUseException,
    ValidationException,
)
from stator.keys import space
from stator.limits import BACKUPS_ENDING_LOOKED_AT, BACKUPS_LOOK_S
from stator.storage.contract import Steps, Transaction, Work

if TYPE_CHECKING:
    from stator.engine.database import Database

Place = tuple[str, str, str]
"""Account, region and name."""

_KEPT = "SYSTEM backups cannot be deleted. They are deleted when they expire"


def create(catalogue: Catalogue, table: Table, name: str, now: float) -> Steps[tuple[Backup, int]]:
    """Begins a backup of the table as it is in this transaction; returns it, and the job that copies it.

    Raises ResourceNotFoundException, and ResourceInUseException while the table is itself restored."""

    def run(tx: Transaction) -> tuple[Backup, int]:
        present = described(tx, table)
        rows = next_table_id(tx)
        backup = backup_records.beginning(tx, present, name, rows, now)
        source = catalogue.put(tx, present, replace(present, copied_to=(*present.copied_to, rows)), now)
        copy = Copy(rows, backup.items, backup=backup.id, moment=moments.present(tx, source))
        backup_records.write(tx, backup)
        return backup, add(tx, job_on(present, JobKind.MAKE_BACKUP, copy))

    return catalogue.change(Work(run, (table.catalogue_key, space.NEXT_TABLE_ID_KEY, space.NEXT_JOB_ID_KEY)))


def job_on(source: TableDescription, kind: JobKind, copy: Copy, rows: int | None = None) -> Job:
    """`rows`: the table id that is copied from, the source's own unless given."""
    table_id = source.id if rows is None else rows
    return Job(kind, table_id, source.account, source.region, source.name, copy=copy)


def restore(
    catalogue: Catalogue, backup: Backup, wanted: TableDescription, now: float
) -> Steps[tuple[TableDescription, int]]:
    """Makes the table that is wanted (its id, status and log are not looked at), to be filled from the backup; returns
    it, and the job that fills it.

    Raises BackupNotFoundException, BackupInUseException while the backup is made, and what `make_target` raises."""

    def run(tx: Transaction) -> tuple[TableDescription, int]:
        present = _found(tx, backup, now)
        if present.status is BackupStatus.CREATING:
            raise BackupInUseException(f"Backup is being created: {backup.arn}")
        made = make_target(catalogue, tx, wanted, now)
        backup_records.write(tx, replace(present, restores=present.restores + 1))
        copy = Copy(made.id, backup.items, into=place(made), backup=backup.id)
        return made, add(tx, job_on(backup.table, JobKind.RESTORE_BACKUP, copy, backup.rows))

    return catalogue.change(Work(run, (backup.key, *keys_of_target(place(wanted)))))


def keys_of_target(place: Place) -> tuple[bytes, ...]:
    """What a work decides on that makes a target there and queues a job."""
    return space.catalogue_key(*place), space.NEXT_TABLE_ID_KEY, space.NEXT_JOB_ID_KEY


def make_target(
    catalogue: Catalogue, tx: Transaction, wanted: TableDescription, now: float
) -> TableDescription:
    """Stores the new table of a restore, still CREATING. Raises TableAlreadyExistsException, or TableInUseException
    where there is one that is CREATING."""
    stored = tx.get(space.catalogue_key(*place(wanted)))
    if stored is not None:
        if decode(stored).status is Status.CREATING:
            raise TableInUseException(f"Table is being created: {wanted.name}")
        raise TableAlreadyExistsException(f"Table already exists: {wanted.name}")
    return catalogue.put(tx, None, replace(wanted, id=next_table_id(tx), status=Status.CREATING), now)


def place(table: TableDescription) -> Place:
    return table.account, table.region, table.name


def delete(backup: Backup, now: float) -> Steps[Backup]:
    """Deletes a USER backup at once and queues the purge of its rows. Returns it as it was.

    Raises BackupNotFoundException, BackupInUseException, ValidationException for a SYSTEM backup."""

    def run(tx: Transaction) -> Backup:
        present = _found(tx, backup, now)
        if present.type is BackupType.SYSTEM:
            raise ValidationException(f"One or more parameter values were invalid: {_KEPT}: {backup.arn}")
        if present.status is BackupStatus.CREATING:
            raise BackupInUseException(f"Backup is being created: {backup.arn}")
        if present.restores:
            raise BackupInUseException(f"Backup is being used to restore another table: {backup.arn}")
        _purge(tx, present)
        return present

    deleted: Backup = yield Work(run, (backup.key, space.NEXT_JOB_ID_KEY))
    return deleted


def _found(tx: Transaction, backup: Backup, now: float) -> Backup:
    present = backup_records.find(tx, backup.key, now)
    if present is None:
        raise not_found(backup.arn)
    return present


def not_found(arn: str) -> BackupNotFoundException:
    return BackupNotFoundException(f"Backup not found: {arn}")


def _purge(tx: Transaction, backup: Backup) -> None:
    backup_records.remove(tx, backup)
    table = backup.table
    add(tx, Job(JobKind.PURGE_TABLE, backup.rows, table.account, table.region, table.name))


class BackupUpkeep:
    """Purges backups whose time is over. What is remembered here is only when to look again."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._next_look = 0.0

    def is_due(self) -> bool:
        return self._db.clock.monotonic() >= self._next_look

    def look_again(self) -> None:
        self._next_look = float("-inf")

    def step(self) -> Steps[bool]:
        """Ends one backup, or none; returns whether there may be more to end."""
        now = self._db.clock.now()
        with self._db.store.snapshot() as snapshot:
            keys = backup_records.over(snapshot, now, BACKUPS_ENDING_LOOKED_AT)
            backups = [backup for key in keys if (backup := backup_records.read(snapshot, key)) is not None]
        # One that is being restored from waits until that is done.
        idle = next((backup for backup in backups if not backup.restores), None)
        if idle is None:
            self._next_look = self._db.clock.monotonic() + BACKUPS_LOOK_S
            return False
        yield self._ending(idle)
        return True

    def _ending(self, backup: Backup) -> Work:
        def run(tx: Transaction) -> None:
            present = backup_records.read(tx, backup.key)
            if present is not None and not present.restores:
                _purge(tx, present)

        return Work(run, (backup.key, space.NEXT_JOB_ID_KEY))
