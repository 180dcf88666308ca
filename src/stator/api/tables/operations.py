"""The operations on tables. Each checks its request, calls the catalogue and describes what came of it.

A change is done when its answer is given, though the answer shows it on its way (CREATING, UPDATING, DELETING), as
AWS's does. Only an index added to a large table goes on being filled after the answer, by jobs.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from stator.api.call import Answer, Call, Request
from stator.api.names import namespace, place, resolve_managed
from stator.api.tables.changes import table_change
from stator.api.tables.creation import new_table
from stator.api.tables.descriptions import as_created, deleted, described
from stator.api.tables.policy_documents import NOT_ENFORCED
from stator.api.tables.updates import check_update
from stator.engine.catalogue import Table, TableDescription
from stator.engine.lingering import Concern
from stator.limits import BACKFILL_FIRST_ITEMS, BACKFILL_FIRST_S, LIST_TABLES_MAX
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database


def _now(db: Database) -> float:
    """Seconds since the epoch, to the millisecond, as AWS's times are."""
    return round(db.clock.now(), 3)


def create_table(db: Database, request: Request, call: Call) -> Steps[Answer]:
    account, region, name = place(db, call, request["TableName"])
    call.table = name
    uid = str(uuid.UUID(int=db.rng.getrandbits(128), version=4))
    description = new_table(request, account, region, name, uid, _now(db))
    if description.resource_policy is not None:
        call.warning = NOT_ENFORCED
    db.lingering.refuse_create((account, region, name))
    return _create(db, request, description)


def _create(db: Database, request: Request, description: TableDescription) -> Steps[Answer]:
    made = yield from db.catalogue.create(description)
    warm_indexes = {
        index["IndexName"]
        for index in request.get("GlobalSecondaryIndexes") or ()
        if index.get("WarmThroughput")
    }
    shown = as_created(made, bool(request.get("WarmThroughput")), warm_indexes)
    db.lingering.begin_creating(shown)
    return {"TableDescription": described(shown, {}, made.created_at)}


def describe_table(db: Database, request: Request, call: Call) -> Answer:
    where = place(db, call, request["TableName"])
    gone = db.lingering.gone(where)
    if gone is not None:
        return {"Table": described(gone, {}, _now(db))}
    description = resolve_managed(db, call, request["TableName"]).description
    shown = db.lingering.shown(description)
    return {"Table": described(shown, db.catalogue.counts(shown), _now(db))}


def list_tables(db: Database, request: Request, call: Call) -> Answer:
    account, region = namespace(db, call)
    limit = request.get("Limit") or LIST_TABLES_MAX
    after = request.get("ExclusiveStartTableName")
    names, more = db.catalogue.names(account, region, after, limit)
    gone = [name for name in db.lingering.gone_names(account, region) if after is None or name > after]
    if gone:
        names = sorted({*names, *gone})
        names, more = names[:limit], more or len(names) > limit
    answer: Answer = {"TableNames": names}
    if more:
        answer["LastEvaluatedTableName"] = names[-1]
    return answer


def update_table(db: Database, request: Request, call: Call) -> Steps[Answer]:
    check_update(request)
    db.lingering.refuse_update(place(db, call, request["TableName"]), _concern(request))
    return _update(db, request, resolve_managed(db, call, request["TableName"]))


def _concern(request: Request) -> Concern:
    if request.get("GlobalSecondaryIndexUpdates"):
        return Concern.INDEXES
    if request.get("StreamSpecification") is not None:
        return Concern.STREAM
    if request.get("ProvisionedThroughput") is not None or request.get("BillingMode") is not None:
        return Concern.THROUGHPUT
    protection = request.get("DeletionProtectionEnabled") is not None
    return Concern.PROTECTION if protection else Concern.OTHER


def _update(db: Database, request: Request, table: Table) -> Steps[Answer]:
    now = _now(db)
    changed = yield from db.catalogue.update(table, table_change(request, now))
    counts = db.catalogue.counts(changed.shown)
    if changed.backfill is not None:
        # Small tables have the index before their client asks for it; large ones go on as a job.
        yield from db.jobs.run(changed.backfill, BACKFILL_FIRST_S, BACKFILL_FIRST_ITEMS)
    db.lingering.begin_updating(changed.shown, _concern(request))
    return {"TableDescription": described(changed.shown, counts, now)}


def delete_table(db: Database, request: Request, call: Call) -> Steps[Answer]:
    db.lingering.refuse_delete(place(db, call, request["TableName"]))
    return _delete(db, resolve_managed(db, call, request["TableName"]))


def _delete(db: Database, table: Table) -> Steps[Answer]:
    counts = db.catalogue.counts(table.description)
    description = yield from db.catalogue.delete(table)
    db.lingering.begin_deleting(description)
    return {"TableDescription": deleted(description, counts, _now(db))}
