"""What an UpdateTable makes of a table: the description to store, and the one its answer shows.

The answer shows a change on its way, as AWS does: the table or index UPDATING, and most values as they were; the next
DescribeTable shows them as they are. Each function here takes a Change so far and returns it with one concern done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from stator.api.tables.creation import NEITHER
from stator.api.tables.index_changes import change_indexes
from stator.api.tables.refusals import invalid
from stator.api.tables.settings import changed_encryption, changed_stream
from stator.api.tables.throughput import (
    ON_DEMAND_WARM,
    as_updating,
    ceiling,
    decreases_today,
    given,
    provisioned,
    refuse_ceiling,
    reprovisioned,
    warm_raised,
    warmed,
)
from stator.api.tables.updates import index_actions
from stator.engine.catalogue import BillingMode, IndexDescription, Status, TableDescription, Throughput
from stator.engine.tables import Change

Request = dict[str, Any]

_IS_PROVISIONED = "the table BillingMode is PROVISIONED"


def table_change(request: Request, now: float) -> Callable[[TableDescription], Change]:
    """What the request, which has passed `check_update`, does to a table: it may refuse, and may run again."""

    def decide(present: TableDescription) -> Change:
        mode = BillingMode(request.get("BillingMode") or present.billing_mode)
        change = Change(present, present)
        change = _change_capacity(change, request, mode, now)
        change = change_indexes(change, request, present.billing_mode is not mode, now)
        change = _change_ceiling(change, given(request, "OnDemandThroughput"))
        change = _change_warm(change, given(request, "WarmThroughput"))
        change = _change_settings(change, request, now)
        if change.stored != present:
            change = Change(replace(change.stored, updated_at=now), change.shown)
        return change

    return decide


def _updating(shown: TableDescription, **changes: Any) -> TableDescription:
    return replace(shown, status=Status.UPDATING, **changes)


def _change_capacity(change: Change, request: Request, mode: BillingMode, now: float) -> Change:
    wanted = given(request, "ProvisionedThroughput")
    if wanted is not None and mode is BillingMode.PAY_PER_REQUEST:
        raise invalid(NEITHER)
    if mode is not change.stored.billing_mode:
        return _to_on_demand(change, now) if wanted is None else _to_provisioned(change, request, wanted)
    if wanted is not None:
        return _reprovision(change, wanted, now)
    if request.get("BillingMode") is not None:
        return Change(change.stored, _updating(change.shown))
    return change


def _reprovision(change: Change, wanted: dict[str, int], now: float) -> Change:
    present = change.stored
    throughput = reprovisioned(present.throughput, provisioned(wanted, present.region), now)
    stored = replace(
        present, throughput=throughput, warm_throughput=warmed(present.warm_throughput, throughput)
    )
    shown = replace(
        present.throughput, increased_at=throughput.increased_at, decreased_at=throughput.decreased_at
    )
    return Change(stored, _updating(change.shown, throughput=shown))


def _to_on_demand(change: Change, now: float) -> Change:
    present = change.stored
    nothing = replace(present.throughput, read=0, write=0)
    stored = replace(
        present,
        billing_mode=BillingMode.PAY_PER_REQUEST,
        billing_changed_at=now,
        throughput=nothing,
        warm_throughput=warmed(present.warm_throughput, ON_DEMAND_WARM),
        indexes=tuple(_index_to_on_demand(index, now) for index in present.indexes),
    )
    shown = _updating(
        change.shown,
        billing_mode=BillingMode.PAY_PER_REQUEST,
        throughput=replace(nothing, decreased_at=now),
        indexes=tuple(
            index
            if index.local
            else replace(index, status=Status.UPDATING, throughput=replace(index.throughput, read=0, write=0))
            for index in present.indexes
        ),
    )
    return Change(stored, shown)


def _index_to_on_demand(index: IndexDescription, now: float) -> IndexDescription:
    if index.local:
        return index
    throughput = Throughput(
        increased_at=index.throughput.increased_at,
        decreased_at=now,
        decreases_today=decreases_today(index.throughput, now) + 1,
    )
    return replace(
        index, throughput=throughput, warm_throughput=warmed(index.warm_throughput, ON_DEMAND_WARM)
    )


def _to_provisioned(change: Change, request: Request, wanted: dict[str, int]) -> Change:
    """Every global index needs its own capacity in the same request; the ceilings go."""
    present = change.stored
    provided = {
        update["IndexName"]
        for action, update in index_actions(request)
        if action == "Update" and given(update, "ProvisionedThroughput") is not None
    }
    missing = [index.name for index in present.indexes if not index.local and index.name not in provided]
    if missing:
        raise invalid(f"ProvisionedThroughput must be specified for index: {','.join(missing)}")
    units = provisioned(wanted, present.region)
    throughput = replace(present.throughput, read=units.read, write=units.write)
    stored = replace(
        present,
        billing_mode=BillingMode.PROVISIONED,
        throughput=throughput,
        max_throughput=None,
        warm_throughput=warmed(present.warm_throughput, throughput),
        indexes=tuple(replace(index, max_throughput=None) for index in present.indexes),
    )
    shown = _updating(
        change.shown,
        billing_mode=BillingMode.PROVISIONED,
        throughput=throughput,
        max_throughput=None,
        indexes=stored.indexes,
    )
    return Change(stored, shown)


def _change_ceiling(change: Change, wanted: dict[str, int] | None) -> Change:
    if wanted is None:
        return change
    if change.stored.billing_mode is BillingMode.PROVISIONED:
        refuse_ceiling(wanted, "", _IS_PROVISIONED)
    stored, shown = ceiling(wanted, change.stored.region, None, change.stored.max_throughput, creating=False)
    return Change(replace(change.stored, max_throughput=stored), replace(change.shown, max_throughput=shown))


def _change_warm(change: Change, wanted: dict[str, int] | None) -> Change:
    if not wanted:
        return change
    present = change.stored.warm_throughput or ON_DEMAND_WARM
    raised = warm_raised(wanted, present, change.stored.region, None)
    return Change(
        replace(change.stored, warm_throughput=raised),
        replace(change.shown, warm_throughput=as_updating(present)),
    )


def _change_settings(change: Change, request: Request, now: float) -> Change:
    stored, shown = change.stored, change.shown
    if request.get("StreamSpecification") is not None:
        stream = changed_stream(request["StreamSpecification"], stored.stream, stored.name, now)
        stored, shown = replace(stored, stream=stream), _updating(shown, stream=stream)
    if request.get("SSESpecification") is not None:
        encryption = changed_encryption(
            request["SSESpecification"], stored.encryption, stored.region, stored.account
        )
        stored, shown = replace(stored, encryption=encryption), replace(shown, encryption=encryption)
    if request.get("TableClass") is not None:
        stored, shown = _with_class(stored, request["TableClass"], now), _updating(shown)
    if request.get("DeletionProtectionEnabled") is not None:
        protected = request["DeletionProtectionEnabled"]
        stored = replace(stored, deletion_protection=protected)
        shown = replace(shown, deletion_protection=protected)
    return Change(stored, shown)


def _with_class(stored: TableDescription, table_class: str, now: float) -> TableDescription:
    if table_class == (stored.table_class or "STANDARD"):
        return stored
    return replace(stored, table_class=table_class, table_class_changed_at=now)
