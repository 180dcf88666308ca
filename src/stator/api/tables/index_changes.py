"""What an UpdateTable makes of a table's global indexes: one created or deleted at a time, any number updated."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from stator.api.tables.creation import global_index
from stator.api.tables.key_schemas import (
    attributes_in_use,
    definitions_of,
    global_keys,
    refuse_projecting_too_much,
    refuse_redefined,
)
from stator.api.tables.refusals import in_use, invalid, over_limit
from stator.api.tables.throughput import (
    ON_DEMAND_WARM,
    as_updating,
    ceiling,
    given,
    provisioned,
    refuse_ceiling,
    reprovisioned,
    warm_raised,
    warmed,
)
from stator.api.tables.updates import index_actions
from stator.engine.catalogue import BillingMode, IndexDescription, Status, TableDescription
from stator.engine.tables import NOT_FOUND, Change
from stator.errors import ResourceNotFoundException, ValidationException
from stator.limits import CAPACITY_UNITS_MAX, GLOBAL_INDEXES_MAX

Request = dict[str, Any]

ALREADY_EXISTS = "Attempting to create an index which already exists"
_ONE_AT_A_TIME = "Only 1 online index can be created or deleted simultaneously per table"
_REFUSED_VALUES = (
    "This operation cannot be performed with given input values. Please contact DynamoDB service team for "
    "more info: Action Blocked: IndexUpdate"
)


def change_indexes(change: Change, request: Request, switching: bool, now: float) -> Change:
    """`switching`: the request changes the billing mode as well. Raises ValidationException,
    ResourceNotFoundException for an index that is not there, LimitExceededException, ResourceInUseException."""
    if len(request.get("GlobalSecondaryIndexUpdates") or ()) > 2 * GLOBAL_INDEXES_MAX:
        # More than one for each index that there may be: they are not gone through within the transaction
        raise over_limit(_ONE_AT_A_TIME)
    actions = index_actions(request)
    _refuse_two(change.stored, actions)
    for action, parameters in actions:
        if action == "Create":
            change = _create(change, request, parameters, now)
        elif action == "Delete":
            change = _delete(change, parameters["IndexName"])
        else:
            change = _update(change, parameters, switching, now)
    return change


def _refuse_two(table: TableDescription, actions: list[tuple[str, Request]]) -> None:
    structural = [parameters["IndexName"] for action, parameters in actions if action != "Update"]
    building = [index.name for index in table.indexes if index.status is Status.CREATING]
    if len(structural) > 1 or (structural and building and structural != building):
        raise over_limit(_ONE_AT_A_TIME)


def _found(table: TableDescription, name: str, verb: str) -> IndexDescription:
    for index in table.indexes:
        if index.name == name:
            if index.local:
                raise ValidationException(
                    f"Cannot {verb} an index that is not a GlobalSecondaryIndex: {name}"
                )
            return index
    raise ResourceNotFoundException(f"{NOT_FOUND}: Index {name} for table {table.name}")


def _put(table: TableDescription, index: IndexDescription) -> TableDescription:
    """The table with one of its indexes changed."""
    return replace(
        table, indexes=tuple(index if present.id == index.id else present for present in table.indexes)
    )


def _create(change: Change, request: Request, parameters: Request, now: float) -> Change:
    table, name = change.stored, parameters["IndexName"]
    for index in table.indexes:
        if index.name == name and index.status is Status.CREATING:
            raise in_use(f"Index is being created.  Table: {table.name} Index: {name}")
        if index.name == name:
            raise ValidationException(ALREADY_EXISTS)
    made = _new_index(table, request, parameters, now)
    if sum(not index.local for index in table.indexes) >= GLOBAL_INDEXES_MAX:
        raise over_limit(
            f"Number of global secondary indexes exceeds per-table limit of {GLOBAL_INDEXES_MAX}"
        )
    refuse_projecting_too_much(index.non_key_attributes for index in (*table.indexes, made))
    indexes = (*table.indexes, made)
    attributes = attributes_in_use(
        {
            **{key.name: key.type for key in (*made.partition, *made.sort)},
            **{attribute.name: attribute.type for attribute in table.attributes},
        },
        _keys(table, indexes),
    )
    stored = replace(table, indexes=indexes, attributes=attributes, next_index_id=made.id + 1)
    shown = replace(
        change.shown,
        status=Status.UPDATING,
        attributes=attributes,
        indexes=(*change.shown.indexes, replace(made, backfilling=False)),
    )
    return Change(stored, shown)


def _new_index(
    table: TableDescription, request: Request, parameters: Request, now: float
) -> IndexDescription:
    name = parameters["IndexName"]
    definitions = definitions_of(request)
    if not definitions:
        raise invalid(f"AttributeDefinitions is not specified for index: {name}")
    keys = global_keys(parameters["KeySchema"], definitions)
    refuse_redefined(table, (*keys[0], *keys[1]), parameters["KeySchema"])
    wanted = given(parameters, "ProvisionedThroughput")
    if table.billing_mode is BillingMode.PROVISIONED and wanted is None:
        raise invalid(f"Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {name}")
    if table.billing_mode is BillingMode.PAY_PER_REQUEST and wanted is not None:
        raise invalid(
            f"Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {name} when "
            "BillingMode is PAY_PER_REQUEST"
        )
    index = global_index(table.next_index_id, parameters, keys, table.billing_mode, table.region, now)
    return replace(index, status=Status.CREATING, backfilling=True)


def _keys(table: TableDescription, indexes: tuple[IndexDescription, ...]) -> list[Any]:
    keys = [table.partition, table.sort]
    return keys + [key for index in indexes for key in (*index.partition, *index.sort)]


def _delete(change: Change, name: str) -> Change:
    table = change.stored
    index = _found(table, name, "delete")
    indexes = tuple(other for other in table.indexes if other.id != index.id)
    types = {attribute.name: attribute.type for attribute in table.attributes}
    stored = replace(table, indexes=indexes, attributes=attributes_in_use(types, _keys(table, indexes)))
    going = replace(index, status=Status.DELETING, backfilling=None)
    return Change(stored, replace(_put(change.shown, going), status=Status.UPDATING))


def _update(change: Change, parameters: Request, switching: bool, now: float) -> Change:
    name = parameters["IndexName"]
    wanted = given(parameters, "ProvisionedThroughput")
    if wanted is not None and max(wanted.values()) > CAPACITY_UNITS_MAX:
        raise ValidationException(_REFUSED_VALUES)
    stored = _found(change.stored, name, "update")
    shown = next(index for index in change.shown.indexes if index.id == stored.id)
    if change.stored.billing_mode is BillingMode.PAY_PER_REQUEST:
        _refuse_all_but_limits(stored, parameters)
    if wanted is not None:
        stored, shown = _update_capacity(change.stored, stored, shown, wanted, switching, now)
    stored, shown = _update_ceiling(change.stored, stored, shown, given(parameters, "OnDemandThroughput"))
    stored, shown = _update_warm(change.stored, stored, shown, given(parameters, "WarmThroughput"))
    return Change(_put(change.stored, stored), _put(change.shown, shown))


def _refuse_all_but_limits(index: IndexDescription, parameters: Request) -> None:
    """Of an index on demand."""
    limits = given(parameters, "OnDemandThroughput") or given(parameters, "WarmThroughput")
    if given(parameters, "ProvisionedThroughput") is not None or not limits:
        raise invalid(
            f"The only Updates for index: {index.name} when TableThroughputMode is PAY_PER_REQUEST can be to "
            "OnDemandThroughput, WarmThroughput"
        )


Both = tuple[IndexDescription, IndexDescription]
"""An index as stored, and as shown."""


def _update_capacity(
    table: TableDescription,
    stored: IndexDescription,
    shown: IndexDescription,
    wanted: dict[str, int],
    switching: bool,
    now: float,
) -> Both:
    present = stored.throughput
    units = provisioned(wanted, table.region, stored.name)
    if switching:
        throughput = replace(present, read=units.read, write=units.write)
        echoed = throughput
    else:
        throughput = reprovisioned(present, units, now, stored.name)
        echoed = replace(present, increased_at=throughput.increased_at, decreased_at=throughput.decreased_at)
    warm = warmed(stored.warm_throughput, throughput)
    return (
        replace(stored, throughput=throughput, warm_throughput=warm),
        replace(shown, throughput=echoed, status=Status.UPDATING),
    )


def _update_ceiling(
    table: TableDescription, stored: IndexDescription, shown: IndexDescription, wanted: dict[str, int] | None
) -> Both:
    if wanted is None:
        return stored, shown
    if table.billing_mode is BillingMode.PROVISIONED:
        refuse_ceiling(wanted, f"for index : {stored.name} ", "the table BillingMode is PROVISIONED")
    kept, echoed = ceiling(wanted, table.region, stored.name, stored.max_throughput, creating=False)
    return (
        replace(stored, max_throughput=kept),
        replace(shown, max_throughput=echoed, status=Status.UPDATING),
    )


def _update_warm(
    table: TableDescription, stored: IndexDescription, shown: IndexDescription, wanted: dict[str, int] | None
) -> Both:
    if wanted is None:
        return stored, shown
    present = stored.warm_throughput or ON_DEMAND_WARM
    raised = warm_raised(wanted, present, table.region, stored.name)
    return replace(stored, warm_throughput=raised), replace(shown, warm_throughput=as_updating(present))
