"""What can be said of an UpdateTable without its table: one change at a time, and each well formed.

When several members exclude each other, AWS names one of them: encryption before class before deletion protection
before warm throughput.
"""

from __future__ import annotations

from typing import Any

from stator.api.tables.refusals import invalid
from stator.api.tables.settings import NO_VECTORS, ONE_REGION, check_stream_change, refuse_unsupported
from stator.api.tables.throughput import given, refuse_out_of_bounds
from stator.engine.catalogue import BillingMode
from stator.errors import ValidationException

Request = dict[str, Any]

NOTHING = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
    "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
    "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
)
_CHANGES = (
    "ProvisionedThroughput",
    "BillingMode",
    "StreamSpecification",
    "GlobalSecondaryIndexUpdates",
    "SSESpecification",
    "DeletionProtectionEnabled",
    "OnDemandThroughput",
    "WarmThroughput",
    "TableClass",
)
UNSUPPORTED = {
    "ReplicaUpdates": ONE_REGION,
    "MultiRegionConsistency": ONE_REGION,
    "GlobalTableWitnessUpdates": ONE_REGION,
    "GlobalTableSettingsReplicationMode": ONE_REGION,
    "DisassociationProtectionEnabled": ONE_REGION,
    "VectorIndexUpdates": NO_VECTORS,
}
_ALONE = {
    "SSESpecification": "Server-Side Encryption modification must be the only operation in the request",
    "TableClass": "TableClass modification must be the only operation in the request",
    "DeletionProtectionEnabled": "DeletionProtection modification must be the only operation in the request",
    "WarmThroughput": "WarmThroughput must be the only operation in the request",
}
_MAY_BE_EMPTY = ("OnDemandThroughput", "WarmThroughput")
_ACTIONS = ("Update", "Create", "Delete")


def check_update(request: Request) -> None:
    """Raises ValidationException."""
    refuse_unsupported(request, UNSUPPORTED)
    changes = _changes(request)
    if not changes:
        raise ValidationException(NOTHING)
    if request.get("GlobalSecondaryIndexUpdates") == []:
        raise invalid("List of GlobalSecondaryIndexUpdates is empty")
    _check_indexes(request)
    _refuse_company(request, changes)
    _check_capacity(request)
    _refuse_at_once(request, changes)
    if "StreamSpecification" in changes:
        check_stream_change(request["StreamSpecification"])


def _changes(request: Request) -> list[str]:
    """What the request changes. An empty capacity beside something else counts for nothing."""
    given_ = [member for member in _CHANGES if request.get(member) not in (None, [])]
    full = [member for member in given_ if member not in _MAY_BE_EMPTY or request[member]]
    return full or given_


def index_actions(request: Request) -> list[tuple[str, Request]]:
    """(Create, Update or Delete, its parameters), of a request that passed `check_update`."""
    return [
        next((action, update[action]) for action in _ACTIONS if update.get(action) is not None)
        for update in request.get("GlobalSecondaryIndexUpdates") or ()
    ]


def _check_indexes(request: Request) -> None:
    seen: set[str] = set()
    for update in request.get("GlobalSecondaryIndexUpdates") or ():
        actions = [update[action] for action in _ACTIONS if update.get(action) is not None]
        if not actions:
            raise invalid(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null"
            )
        if len(actions) > 1:
            raise invalid(
                "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"
            )
        name = actions[0]["IndexName"]
        if name in seen:
            raise invalid(
                f"Only one global secondary index update per index is allowed simultaneously. Index: {name}"
            )
        seen.add(name)
        if actions[0].get("WarmThroughput") == {} and actions[0] is update.get("Update"):
            raise invalid(
                "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for "
                f"index: {name}"
            )


def _refuse_company(request: Request, changes: list[str]) -> None:
    if len(changes) < 2:
        return
    for member, refusal in _ALONE.items():
        if member in changes:
            if member == "WarmThroughput" and any(action == "Create" for action, _ in index_actions(request)):
                raise invalid(
                    "Create global secondary index cannot be specified when updating WarmThroughput"
                )
            raise invalid(refusal)
    if "OnDemandThroughput" in changes and set(changes) - {"OnDemandThroughput", "BillingMode"}:
        raise invalid("OnDemandThroughput can only be combined with BillingMode in an UpdateTable request")


def _check_capacity(request: Request) -> None:
    wanted = given(request, "ProvisionedThroughput")
    mode = request.get("BillingMode")
    if mode == BillingMode.PROVISIONED and wanted is None:
        raise invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    if mode == BillingMode.PAY_PER_REQUEST and wanted is not None:
        raise invalid("ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST")
    if wanted is not None:
        refuse_out_of_bounds(wanted)


def _refuse_at_once(request: Request, changes: list[str]) -> None:
    structural = any(action != "Update" for action, _ in index_actions(request))
    stream = "StreamSpecification" in changes
    if "ProvisionedThroughput" in changes:
        if stream:
            raise invalid("You cannot modify stream status while updating table IOPS")
        if structural:
            raise invalid("You cannot create or delete index while updating table IOPS")
    if stream and structural:
        raise invalid("You cannot create or delete index while changing stream status")
