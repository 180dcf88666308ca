"""What a restore makes of its source's description: keys, indexes, capacity and encryption, unless it asks otherwise.

Indexes can be left out, none can be added or changed. What is not listed here (tags, stream, expiry, recovery,
protection, class, policy) begins as a new table's does.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from stator.api.call import Request
from stator.api.names import Place
from stator.api.tables.creation import NEITHER
from stator.api.tables.key_schemas import attributes_in_use, projection_of
from stator.api.tables.refusals import invalid
from stator.api.tables.settings import NO_VECTORS, encryption_of, refuse_unsupported
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
    MaxThroughput,
    Restored,
    Status,
    TableDescription,
    Throughput,
)

UNSUPPORTED = {"VectorIndexOverride": NO_VECTORS}
_BOTH_UNITS = (
    "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
)
_IS_PROVISIONED = "table BillingMode is PROVISIONED."
_KINDS = (("LocalSecondaryIndexOverride", True), ("GlobalSecondaryIndexOverride", False))


def check_overrides(request: Request) -> None:
    """What can be said without the source."""
    refuse_unsupported(request, UNSUPPORTED)
    for member, _ in _KINDS:
        names: set[str] = set()
        for index in request.get(member) or ():
            if index["IndexName"] in names:
                raise invalid(f"Duplicate index name: {index['IndexName']}")
            names.add(index["IndexName"])


def restored_table(
    request: Request, source: TableDescription, target: Place, uid: str, now: float, origin: Restored
) -> TableDescription:
    """The new table's description, without an id. Raises ValidationException or LimitExceededException."""
    account, region, name = target
    mode = BillingMode(request.get("BillingModeOverride") or source.billing_mode)
    throughput = _throughput(request, source, mode, region)
    indexes = tuple(
        _index(index, override, source, mode, region, now) for index, override in _chosen(request, source)
    )
    types = {attribute.name: attribute.type for attribute in source.attributes}
    keys = [
        source.partition,
        source.sort,
        *(key for each in indexes for key in (*each.partition, *each.sort)),
    ]
    sse = request.get("SSESpecificationOverride")
    return TableDescription(
        id=0,
        uid=uid,
        account=account,
        region=region,
        name=name,
        attributes=attributes_in_use(types, keys),
        partition=source.partition,
        sort=source.sort,
        billing_mode=mode,
        created_at=now,
        indexes=indexes,
        next_index_id=source.next_index_id,
        throughput=throughput,
        max_throughput=_ceiling(request, source, mode, region),
        warm_throughput=warm_at_first(None, mode, throughput, region, None),
        billing_changed_at=now if mode is BillingMode.PAY_PER_REQUEST else None,
        updated_at=now,
        encryption=source.encryption if sse is None else encryption_of(sse, region, account),
        restored=origin,
    )


def _throughput(request: Request, source: TableDescription, mode: BillingMode, region: str) -> Throughput:
    wanted = given(request, "ProvisionedThroughputOverride")
    if mode is BillingMode.PAY_PER_REQUEST:
        if wanted is not None:
            raise invalid(NEITHER)
        return Throughput()
    if wanted is None:
        if source.billing_mode is not mode:
            raise invalid(_BOTH_UNITS)
        return Throughput(source.throughput.read, source.throughput.write)
    refuse_out_of_bounds(wanted)
    return provisioned(wanted, region)


def _ceiling(
    request: Request, source: TableDescription, mode: BillingMode, region: str
) -> MaxThroughput | None:
    wanted = given(request, "OnDemandThroughputOverride")
    if mode is BillingMode.PROVISIONED:
        refuse_ceiling(wanted, "", _IS_PROVISIONED)
        return None
    if wanted is None:
        return source.max_throughput
    return ceiling(wanted, region, None, None, creating=True)[0]


def _chosen(
    request: Request, source: TableDescription
) -> list[tuple[IndexDescription, dict[str, Any] | None]]:
    """The source's indexes that the table is to have, each with what the request says of it. In the source's order."""
    chosen: list[tuple[IndexDescription, dict[str, Any] | None]] = []
    for member, local in _KINDS:
        present = [index for index in source.indexes if index.local is local]
        overrides = request.get(member)
        if overrides is None:
            chosen += [(index, None) for index in present]
            continue
        wanted = {index["IndexName"]: index for index in overrides}
        for name, override in wanted.items():
            if not any(index.name == name and _is_same(index, override) for index in present):
                raise invalid(f"{member} must match an index of the source table: {name}")
        chosen += [(index, wanted[index.name]) for index in present if index.name in wanted]
    return chosen


def _is_same(index: IndexDescription, override: dict[str, Any]) -> bool:
    schema = [(key["AttributeName"], key["KeyType"]) for key in override["KeySchema"]]
    keys = [(key.name, "HASH") for key in index.partition] + [(key.name, "RANGE") for key in index.sort]
    kind, names = projection_of(override)
    return schema == keys and kind is index.projection and sorted(names) == sorted(index.non_key_attributes)


def _index(
    index: IndexDescription,
    override: dict[str, Any] | None,
    source: TableDescription,
    mode: BillingMode,
    region: str,
    now: float,
) -> IndexDescription:
    made = replace(index, status=Status.ACTIVE, backfilling=None, created_at=now)
    if index.local:
        return made
    throughput, most = _capacity(index, override or {}, source, mode, region)
    return replace(
        made,
        throughput=throughput,
        max_throughput=most,
        warm_throughput=warm_at_first(None, mode, throughput, region, index.name),
    )


def _capacity(
    index: IndexDescription,
    override: dict[str, Any],
    source: TableDescription,
    mode: BillingMode,
    region: str,
) -> tuple[Throughput, MaxThroughput | None]:
    wanted, most = given(override, "ProvisionedThroughput"), given(override, "OnDemandThroughput")
    if mode is BillingMode.PAY_PER_REQUEST:
        if wanted is not None:
            raise invalid(
                f"ProvisionedThroughput should not be specified for index: {index.name} when BillingMode is "
                "PAY_PER_REQUEST"
            )
        if most is None:
            return Throughput(), index.max_throughput
        return Throughput(), ceiling(most, region, index.name, None, creating=True)[0]
    refuse_ceiling(most, f"for index: {index.name} ", _IS_PROVISIONED)
    if wanted is not None:
        refuse_out_of_bounds(wanted)
        return provisioned(wanted, region, index.name), None
    if source.billing_mode is not mode:
        raise invalid(f"ProvisionedThroughput is not specified for index: {index.name}")
    return Throughput(index.throughput.read, index.throughput.write), None
