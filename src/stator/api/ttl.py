"""UpdateTimeToLive and DescribeTimeToLive.

A change is done when it is answered, but for the items of a large table, which jobs go on queueing: until then it is
ENABLING. Switching off a large queue is DISABLING likewise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stator.api.call import Answer, Call, Request
from stator.api.names import place, resolve_managed
from stator.engine.catalogue import Table, TableDescription
from stator.engine.lingering import Concern
from stator.engine.tables import Change
from stator.engine.time_to_live import switched
from stator.limits import BACKFILL_FIRST_ITEMS, BACKFILL_FIRST_S
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database

_DISABLED = "DISABLED"


def update_time_to_live(db: Database, request: Request, call: Call) -> Steps[Answer]:
    db.lingering.refuse_update(place(db, call, request["TableName"]), Concern.EXPIRY)
    table = resolve_managed(db, call, request["TableName"])
    wanted = request["TimeToLiveSpecification"]
    return _switch(db, table, wanted["AttributeName"], wanted["Enabled"])


def _switch(db: Database, table: Table, attribute: str, enabled: bool) -> Steps[Answer]:
    settled = db.lingering.switching(table.id) is None

    def decide(present: TableDescription) -> Change:
        stored = switched(present, attribute, enabled, settled)
        return Change(stored, stored)

    changed = yield from db.catalogue.update(table, decide)
    assert changed.backfill is not None
    yield from db.jobs.run(changed.backfill, BACKFILL_FIRST_S, BACKFILL_FIRST_ITEMS)
    db.lingering.begin_switching(changed.shown, attribute, enabled)
    return {"TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": attribute}}


def describe_time_to_live(db: Database, request: Request, call: Call) -> Answer:
    table = db.lingering.gone(place(db, call, request["TableName"]))
    if table is None:
        table = resolve_managed(db, call, request["TableName"]).description
    ttl = db.lingering.switching(table.id) or table.ttl
    if ttl is None:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": _DISABLED}}
    return {"TimeToLiveDescription": {"TimeToLiveStatus": ttl.status, "AttributeName": ttl.attribute}}
