"""UpdateContinuousBackups and DescribeContinuousBackups: point-in-time recovery on and off, and how far it reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stator.api.backups.naming import active_table, table_of
from stator.api.call import Answer, Call, Request
from stator.engine import recovery
from stator.engine.catalogue import Table, TableDescription
from stator.engine.tables import Change
from stator.limits import RECOVERY_DAYS
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database


def describe_continuous_backups(db: Database, request: Request, call: Call) -> Answer:
    table = table_of(db, call, request["TableName"])
    return {"ContinuousBackupsDescription": _described(table.description, db.clock.now())}


def update_continuous_backups(db: Database, request: Request, call: Call) -> Steps[Answer]:
    wanted = request["PointInTimeRecoverySpecification"]
    days = wanted.get("RecoveryPeriodInDays") or RECOVERY_DAYS
    table = active_table(db, call, request["TableName"])
    return _update(db, table, days if wanted["PointInTimeRecoveryEnabled"] else None)


def _update(db: Database, table: Table, days: int | None) -> Steps[Answer]:
    def decide(present: TableDescription) -> Change:
        stored = recovery.switched(present, days, db.clock.now())
        return Change(stored, stored)

    changed = yield from db.catalogue.update(table, decide)
    return {"ContinuousBackupsDescription": _described(changed.shown, db.clock.now())}


def _described(table: TableDescription, now: float) -> dict[str, Any]:
    return {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": _recovery(table, now)}


def _recovery(table: TableDescription, now: float) -> dict[str, Any]:
    if table.recovery is None:
        return {"PointInTimeRecoveryStatus": "DISABLED"}
    window = recovery.window(table.recovery, now)
    return {
        "PointInTimeRecoveryStatus": "ENABLED",
        "RecoveryPeriodInDays": table.recovery.days,
        "EarliestRestorableDateTime": window.earliest,
        "LatestRestorableDateTime": window.latest,
    }
