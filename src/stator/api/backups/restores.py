"""RestoreTableFromBackup and RestoreTableToPointInTime: a new table, with the items of a backup or of a moment.

The answer shows the table CREATING. A small one is ACTIVE when its client next asks; a large one is filled by a job,
and until then is there for DescribeTable and ListTables alone.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from msgspec.structs import replace

from stator.api.backups.naming import active_table, backup_of
from stator.api.backups.overrides import check_overrides, restored_table
from stator.api.call import Answer, Call, Request
from stator.api.names import Place, place
from stator.api.tables.descriptions import described
from stator.api.tables.refusals import invalid
from stator.engine import backups, recovery
from stator.engine.backup_records import Backup
from stator.engine.catalogue import Restored, Status, Table, TableDescription, table_arn
from stator.errors import ResourceInUseException, TableInUseException, ValidationException
from stator.limits import COPY_FIRST_ITEMS, COPY_FIRST_S
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database

_NO_TIME = "Either RestoreDateTime or UseLatestRestorableTime must be specified"
_BOTH_TIMES = "RestoreDateTime and UseLatestRestorableTime cannot both be specified"
_NO_SOURCE = "Either SourceTableName or SourceTableArn must be specified"
_BOTH_SOURCES = "SourceTableName and SourceTableArn cannot both be specified"


def restore_table_from_backup(db: Database, request: Request, call: Call) -> Steps[Answer]:
    check_overrides(request)
    target = place(db, call, request["TargetTableName"])
    backup = backup_of(db, call, request["BackupArn"])
    call.table = target[2]
    _refuse_lingering(db, target)
    return _from_backup(db, request, target, backup)


def _refuse_lingering(db: Database, target: Place) -> None:
    try:
        db.lingering.refuse_create(target)
    except ResourceInUseException as error:
        raise TableInUseException(error.message) from None


def _from_backup(db: Database, request: Request, target: Place, backup: Backup) -> Steps[Answer]:
    now = round(db.clock.now(), 3)
    origin = Restored(table_arn(backup.table), backup.created_at, backup.arn)
    wanted = restored_table(request, backup.table, target, _uid(db), now, origin)
    made, job = yield from backups.restore(db.catalogue, backup, wanted, now)
    return (yield from _begin(db, made, job, now))


def restore_table_to_point_in_time(db: Database, request: Request, call: Call) -> Steps[Answer]:
    check_overrides(request)
    time = _time(request)
    source = _source(request)
    target = place(db, call, request["TargetTableName"])
    table = active_table(db, call, source, "Source table")
    call.table = target[2]
    _refuse_lingering(db, target)
    return _to_moment(db, request, target, table, time)


def _time(request: Request) -> float | None:
    """The moment asked for, in epoch seconds; None for the latest."""
    time: float | None = request.get("RestoreDateTime")
    latest = request.get("UseLatestRestorableTime") is True
    if latest and time is not None:
        raise invalid(_BOTH_TIMES)
    if not latest and time is None:
        raise invalid(_NO_TIME)
    return time


def _source(request: Request) -> str:
    names = [request[member] for member in ("SourceTableName", "SourceTableArn") if request.get(member)]
    if len(names) != 1:
        raise ValidationException(_BOTH_SOURCES if names else _NO_SOURCE)
    name: str = names[0]
    return name


def _to_moment(
    db: Database, request: Request, target: Place, table: Table, time: float | None
) -> Steps[Answer]:
    now = round(db.clock.now(), 3)
    uid = _uid(db)

    def wanted(source: TableDescription) -> TableDescription:
        origin = Restored(table_arn(source), now if time is None else time)
        return restored_table(request, source, target, uid, now, origin)

    made, job = yield from recovery.restore(db, table, target, wanted, time)
    return (yield from _begin(db, made, job, now))


def _begin(db: Database, made: TableDescription, job: int, now: float) -> Steps[Answer]:
    yield from db.jobs.run(job, COPY_FIRST_S, COPY_FIRST_ITEMS)
    building = tuple(replace(index, status=Status.CREATING) for index in made.indexes)
    shown = replace(made, indexes=building)
    db.lingering.begin_creating(shown)
    return {"TableDescription": described(shown, {}, now)}


def _uid(db: Database) -> str:
    return str(uuid.UUID(int=db.rng.getrandbits(128), version=4))
