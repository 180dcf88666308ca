"""CreateBackup, DescribeBackup, ListBackups, DeleteBackup.

CreateBackup answers with a backup that is CREATING. A small table's is AVAILABLE when its client next asks; a large
one's is copied by a job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stator.api.backups.descriptions import deleted, description, details, summary
from stator.api.backups.naming import active_table, backup_of, backup_place
from stator.api.call import Answer, Call, Request
from stator.api.names import namespace, place
from stator.engine import backup_records, backups
from stator.engine.backup_records import Backup
from stator.engine.catalogue import Table
from stator.limits import COPY_FIRST_ITEMS, COPY_FIRST_S, LIST_BACKUPS_MAX
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database


def create_backup(db: Database, request: Request, call: Call) -> Steps[Answer]:
    return _create(db, active_table(db, call, request["TableName"]), request["BackupName"])


def _create(db: Database, table: Table, name: str) -> Steps[Answer]:
    backup, job = yield from backups.create(db.catalogue, table, name, round(db.clock.now(), 3))
    yield from db.jobs.run(job, COPY_FIRST_S, COPY_FIRST_ITEMS)
    return {"BackupDetails": details(backup)}


def describe_backup(db: Database, request: Request, call: Call) -> Answer:
    return {"BackupDescription": description(backup_of(db, call, request["BackupArn"]))}


def delete_backup(db: Database, request: Request, call: Call) -> Steps[Answer]:
    return _delete(db, backup_of(db, call, request["BackupArn"]))


def _delete(db: Database, backup: Backup) -> Steps[Answer]:
    gone = yield from backups.delete(backup, db.clock.now())
    return {"BackupDescription": deleted(gone)}


def list_backups(db: Database, request: Request, call: Call) -> Steps[Answer]:
    table = request.get("TableName")
    if table is None:
        account, region = namespace(db, call)
    else:
        account, region, table = place(db, call, table)
    start = request.get("ExclusiveStartBackupArn")
    after = None if start is None else backup_place(db, call, start)[2:]
    call.table = table
    return _list(db, request, (account, region, table), after)


def _list(
    db: Database,
    request: Request,
    where: tuple[str, str, str | None],
    after: tuple[str, str] | None,
) -> Steps[Answer]:
    limit = request.get("Limit") or LIST_BACKUPS_MAX
    is_wanted = _Filter(request, db.clock.now())
    found: list[Backup] = []
    while True:
        with db.store.snapshot() as snapshot:
            some, after = backup_records.listed(snapshot, *where, after, is_wanted, limit - len(found))
        found += some
        if after is None or len(found) == limit:
            break
        yield None
    answer: Answer = {"BackupSummaries": [summary(backup) for backup in found]}
    if after is not None:
        answer["LastEvaluatedBackupArn"] = found[-1].arn
    return answer


class _Filter:
    """Of one type (USER ones unless it is said), created from the lower bound on and before the upper."""

    def __init__(self, request: Request, now: float) -> None:
        self._type = request.get("BackupType") or "USER"
        self._lower = request.get("TimeRangeLowerBound")
        self._upper = request.get("TimeRangeUpperBound")
        self._now = now

    def __call__(self, backup: Backup) -> bool:
        return (
            self._type in ("ALL", backup.type)
            and (self._lower is None or backup.created_at >= self._lower)
            and (self._upper is None or backup.created_at < self._upper)
            and not backup.is_over(self._now)
        )
