"""AWS::DynamoDB::GlobalTable of one replica as the AWS::DynamoDB::Table that it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stator.templates.faults import Path, ResolutionError
from stator.templates.properties import Refusal
from stator.templates.settings import ON_DEMAND

_OF_TABLE = (
    "AttributeDefinitions",
    "BillingMode",
    "KeySchema",
    "LocalSecondaryIndexes",
    "TableName",
    "TimeToLiveSpecification",
    "WarmThroughput",
)
_OF_REPLICA = (
    "DeletionProtectionEnabled",
    "PointInTimeRecoverySpecification",
    "ResourcePolicy",
    "TableClass",
    "Tags",
)
_SCALED = "the capacity of a provisioned global table is scaled, which is not there: PAY_PER_REQUEST is"


def as_table(properties: dict[str, Any], region: str, path: Path) -> tuple[dict[str, Any], list[Refusal]]:
    """The properties of a table, and what cannot be honoured. Raises ResolutionError."""
    refusals = _replicas_elsewhere(properties["Replicas"], region, path)
    if properties.get("BillingMode") != ON_DEMAND:
        refusals.append(Refusal((*path, "BillingMode"), _SCALED))
        properties = {**properties, "BillingMode": ON_DEMAND}
    here = [each for each in properties["Replicas"] if each["Region"] == region]
    replica = here[0] if here else {}
    made = {name: properties[name] for name in _OF_TABLE if name in properties}
    made |= {name: replica[name] for name in _OF_REPLICA if name in replica}
    made["OnDemandThroughput"] = _ceiling(replica, properties)
    made["GlobalSecondaryIndexes"] = _indexes(properties, replica, path)
    if "SSESpecification" in properties:
        made["SSESpecification"] = {**properties["SSESpecification"], **replica.get("SSESpecification", {})}
    if "StreamSpecification" in properties:
        own = replica.get("ReplicaStreamSpecification", {})
        made["StreamSpecification"] = {**properties["StreamSpecification"], **own}
    return made, refusals


def _replicas_elsewhere(replicas: list[Mapping[str, Any]], region: str, path: Path) -> list[Refusal]:
    refusals = []
    for place, replica in enumerate(replicas):
        if replica["Region"] != region:
            reason = f"the database is in {region}: a replica in {replica['Region']} cannot be made"
            refusals.append(Refusal((*path, "Replicas", place), reason))
        elif any(other["Region"] == region for other in replicas[:place]):
            raise ResolutionError((*path, "Replicas", place), f"{region} is given twice")
    return refusals


def _ceiling(reading: Mapping[str, Any], both: Mapping[str, Any]) -> dict[str, int]:
    """What the replica says of reading wins over what the table says for all replicas."""
    return {
        **both.get("ReadOnDemandThroughputSettings", {}),
        **reading.get("ReadOnDemandThroughputSettings", {}),
        **both.get("WriteOnDemandThroughputSettings", {}),
    }


def _indexes(properties: Mapping[str, Any], replica: Mapping[str, Any], path: Path) -> list[dict[str, Any]]:
    of_replica = {each["IndexName"]: each for each in replica.get("GlobalSecondaryIndexes", ())}
    made = []
    for index in properties.get("GlobalSecondaryIndexes", ()):
        own = of_replica.pop(index["IndexName"], {})
        kept = {
            name: index[name]
            for name in ("IndexName", "KeySchema", "Projection", "WarmThroughput")
            if name in index
        }
        made.append({**kept, "OnDemandThroughput": _ceiling(own, index)})
    for name in of_replica:
        raise ResolutionError((*path, "Replicas"), f"the table has no index {name}")
    return made
