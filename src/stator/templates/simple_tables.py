"""AWS::Serverless::SimpleTable as the AWS::DynamoDB::Table that SAM's transform makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stator.templates.settings import ON_DEMAND, PROVISIONED

_TYPES = {"String": "S", "Number": "N", "Binary": "B"}
_DEFAULT_KEY = {"Name": "id", "Type": "String"}


def with_globals(properties: Any, every: Mapping[str, Any]) -> Any:
    """Members of the table's own win over those of Globals, one by one, as SAM merges mappings."""
    if not isinstance(properties, dict) or "SSESpecification" not in every:
        return properties
    own = properties.get("SSESpecification")
    shared = every["SSESpecification"]
    if isinstance(own, dict) and isinstance(shared, dict):
        return {**properties, "SSESpecification": {**shared, **own}}
    return {"SSESpecification": shared, **properties}


def as_table(properties: Mapping[str, Any]) -> dict[str, Any]:
    key = {**_DEFAULT_KEY, **properties.get("PrimaryKey", {})}
    throughput = properties.get("ProvisionedThroughput")
    made: dict[str, Any] = {
        "KeySchema": [{"AttributeName": key["Name"], "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": key["Name"], "AttributeType": _TYPES[key["Type"]]}],
        "BillingMode": ON_DEMAND if throughput is None else PROVISIONED,
        "Tags": [{"Key": name, "Value": value} for name, value in properties.get("Tags", {}).items()],
    }
    if throughput is not None:
        made["ProvisionedThroughput"] = throughput
    for name in ("PointInTimeRecoverySpecification", "SSESpecification", "TableName"):
        if name in properties:
            made[name] = properties[name]
    return made
