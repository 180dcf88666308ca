"""CreateTable's request as the description of a new table.

The checks come in AWS's order: capacity of the table, keys of the table, keys of the indexes, attributes defined and
unused, then projections, capacity and names of the indexes one by one, then their number, then the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stator.api.tables.key_schemas import (
    Definitions,
    attributes_in_use,
    definitions_of,
    global_keys,
    local_keys,
    projection_of,
    refuse_projecting_too_much,
    refuse_unused,
    table_keys,
)
from stator.api.tables.refusals import invalid
from stator.api.tables.settings import (
    NO_VECTORS,
    ONE_REGION,
    encryption_of,
    new_stream,
    policy_of,
    refuse_unsupported,
)
from stator.api.tables.tag_rules import tags_of
from stator.api.tables.throughput import (
    ceiling,
    given,
    provisioned,
    refuse_ceiling,
    refuse_out_of_bounds,
    warm_at_first,
)
from stator.engine.catalogue import (
    BillingMode,
    IndexDescription,
    KeyAttribute,
    TableDescription,
    Throughput,
)
from stator.errors import ValidationException
from stator.limits import GLOBAL_INDEXES_MAX, LOCAL_INDEXES_MAX

Request = dict[str, Any]
Keys = tuple[tuple[KeyAttribute, ...], tuple[KeyAttribute, ...]]
"""Partition attributes and sort attributes."""

NEITHER = (
    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
)
UNSUPPORTED = {
    "GlobalTableSourceArn": ONE_REGION,
    "GlobalTableSettingsReplicationMode": ONE_REGION,
    "VectorIndexes": NO_VECTORS,
}
_IS_PROVISIONED = "table BillingMode is PROVISIONED."


def new_table(
    request: Request, account: str, region: str, name: str, uid: str, now: float
) -> TableDescription:
    """The table that the request describes, without an id. Raises ValidationException or LimitExceededException."""
    refuse_unsupported(request, UNSUPPORTED)
    _refuse_absent(request)
    mode = BillingMode(request.get("BillingMode") or BillingMode.PROVISIONED)
    _check_capacity(request, mode)
    definitions = definitions_of(request)
    keys = table_keys(request["KeySchema"], definitions)
    index_keys = _index_keys(request, definitions, keys)
    indexes = _indexes(request, index_keys, mode, region, now)
    throughput = provisioned(request["ProvisionedThroughput"], region) if _provisioned(mode) else Throughput()
    return TableDescription(
        id=0,
        uid=uid,
        account=account,
        region=region,
        name=name,
        attributes=attributes_in_use(definitions, map(_defined, definitions.items())),
        partition=keys[0],
        sort=keys[1] if len(keys) > 1 else None,
        billing_mode=mode,
        created_at=now,
        indexes=indexes,
        next_index_id=len(indexes) + 1,
        throughput=throughput,
        max_throughput=ceiling(given(request, "OnDemandThroughput"), region, None, None, creating=True)[0],
        warm_throughput=warm_at_first(given(request, "WarmThroughput"), mode, throughput, region, None),
        billing_changed_at=None if _provisioned(mode) else now,
        updated_at=now,
        table_class=request.get("TableClass"),
        deletion_protection=request.get("DeletionProtectionEnabled") is True,
        encryption=encryption_of(request.get("SSESpecification"), region, account),
        stream=new_stream(request.get("StreamSpecification"), now),
        tags=tags_of(request.get("Tags")),
        resource_policy=policy_of(request.get("ResourcePolicy"), now),
    )


def _defined(definition: tuple[str, str]) -> KeyAttribute:
    return KeyAttribute(*definition)


def _provisioned(mode: BillingMode) -> bool:
    return mode is BillingMode.PROVISIONED


def _refuse_absent(request: Request) -> None:
    """Members that only a replica's creation may leave out."""
    absent = [member for member in ("attributeDefinitions", "keySchema") if not _has(request, member)]
    if absent:
        errors = "; ".join(
            f"Value null at '{member}' failed to satisfy constraint: Member must not be null"
            for member in absent
        )
        plural = "s" if len(absent) > 1 else ""
        raise ValidationException(f"{len(absent)} validation error{plural} detected: {errors}")


def _has(request: Request, member: str) -> bool:
    return request.get(member[0].upper() + member[1:]) is not None


def _check_capacity(request: Request, mode: BillingMode) -> None:
    wanted = given(request, "ProvisionedThroughput")
    if not _provisioned(mode):
        if wanted is not None:
            raise invalid(NEITHER)
        return
    if wanted is None:
        raise invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        )
    refuse_out_of_bounds(wanted)
    refuse_ceiling(given(request, "OnDemandThroughput"), "", _IS_PROVISIONED)


def _index_keys(request: Request, definitions: Definitions, table: tuple[KeyAttribute, ...]) -> list[Keys]:
    """The keys of all indexes, local ones first; and the attributes defined are those in use."""
    local, global_ = request.get("LocalSecondaryIndexes"), request.get("GlobalSecondaryIndexes")
    used = [key.name for key in table]
    if local is None and global_ is None:
        refuse_unused(definitions, used, has_indexes=False)
    if local is not None:
        _refuse_empty(local, "LocalSecondaryIndexes")
        if len(table) < 2:
            raise invalid(
                "Table KeySchema does not have a range key, which is required when specifying a "
                "LocalSecondaryIndex"
            )
    keys: list[Keys] = []
    for index in local or ():
        both = local_keys(index["IndexName"], index["KeySchema"], definitions, table)
        keys.append((both[:1], both[1:]))
    if global_ is not None:
        _refuse_empty(global_, "GlobalSecondaryIndexes")
    keys += [global_keys(index["KeySchema"], definitions) for index in global_ or ()]
    used += [key.name for partition, sort in keys for key in (*partition, *sort)]
    refuse_unused(definitions, used, has_indexes=True)
    return keys


def _refuse_empty(indexes: Sequence[Request], member: str) -> None:
    if not indexes:
        raise invalid(f"List of {member} is empty")


def _indexes(
    request: Request, keys: list[Keys], mode: BillingMode, region: str, now: float
) -> tuple[IndexDescription, ...]:
    local = request.get("LocalSecondaryIndexes") or []
    global_ = request.get("GlobalSecondaryIndexes") or []
    names: set[str] = set()
    made = []
    for id, (index, schema) in enumerate(zip([*local, *global_], keys, strict=True), 1):
        if id <= len(local):
            description = _local_index(id, index, schema, now)
        else:
            description = global_index(id, index, schema, mode, region, now)
        if description.name in names:
            raise invalid(f"Duplicate index name: {description.name}")
        names.add(description.name)
        made.append(description)
    if len(local) > LOCAL_INDEXES_MAX:
        raise invalid(f"Number of LocalSecondaryIndexes exceeds per-table limit of {LOCAL_INDEXES_MAX}")
    if len(global_) > GLOBAL_INDEXES_MAX:
        raise invalid(f"GlobalSecondaryIndex count exceeds the per-table limit of {GLOBAL_INDEXES_MAX}")
    refuse_projecting_too_much(index.non_key_attributes for index in made)
    return tuple(made)


def _local_index(id: int, index: Request, keys: Keys, now: float) -> IndexDescription:
    kind, names = projection_of(index)
    return IndexDescription(
        id=id,
        name=index["IndexName"],
        local=True,
        partition=keys[0],
        sort=keys[1],
        projection=kind,
        non_key_attributes=names,
        created_at=now,
    )


def global_index(
    id: int, index: Request, keys: Keys, mode: BillingMode, region: str, now: float
) -> IndexDescription:
    """A global index of a new table, or, once its capacity fits the table's mode, of one that is there."""
    kind, names = projection_of(index)
    name = index["IndexName"]
    wanted, most = given(index, "ProvisionedThroughput"), given(index, "OnDemandThroughput")
    throughput = Throughput()
    if _provisioned(mode):
        if wanted is None:
            raise invalid(f"ProvisionedThroughput is not specified for index: {name}")
        refuse_out_of_bounds(wanted)
        refuse_ceiling(most, f"for index: {name} ", _IS_PROVISIONED)
        throughput = provisioned(wanted, region, name)
    elif wanted is not None:
        raise invalid(
            f"ProvisionedThroughput should not be specified for index: {name} when BillingMode is "
            "PAY_PER_REQUEST"
        )
    return IndexDescription(
        id=id,
        name=name,
        local=False,
        partition=keys[0],
        sort=keys[1],
        projection=kind,
        non_key_attributes=names,
        created_at=now,
        throughput=throughput,
        max_throughput=ceiling(most, region, name, None, creating=True)[0],
        warm_throughput=warm_at_first(given(index, "WarmThroughput"), mode, throughput, region, name),
    )
