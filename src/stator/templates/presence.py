"""The tables that are there, as settings, and the tags that say which stack each belongs to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stator.client.transport import Transport
from stator.errors import ServiceError
from stator.limits import APPLY_TABLES_LOOKED_AT_MAX
from stator.templates.settings import (
    NONE,
    PROVISIONED,
    RECOVERY_DAYS,
    STANDARD,
    Encryption,
    Index,
    Settings,
    Units,
    attribute_types,
    key_parts,
)

STACK_TAG: Final = "stator:stack-name"
LOGICAL_ID_TAG: Final = "stator:logical-id"
_AWS_TAGS = "aws:"
_ABSENT = ("ResourceNotFoundException", "TableNotFoundException")


@dataclass(frozen=True, slots=True)
class Present:
    """`status`: as DescribeTable has it."""

    name: str
    arn: str
    status: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class Owned:
    """A table with a stack's tags."""

    name: str
    logical_id: str


def describe(transport: Transport, name: str) -> Mapping[str, Any] | None:
    """The table's description; None when there is no such table. Raises ServiceError."""
    try:
        table: Mapping[str, Any] = transport.call("DescribeTable", {"TableName": name})["Table"]
    except ServiceError as error:
        if error.code in _ABSENT:
            return None
        raise
    return table


def present_table(transport: Transport, name: str) -> Present | None:
    """None when there is no such table. Raises ServiceError."""
    table = describe(transport, name)
    if table is None:
        return None
    arn = str(table["TableArn"])
    return Present(name, arn, str(table["TableStatus"]), _settings(transport, table, name, arn))


def tags_of(transport: Transport, arn: str) -> dict[str, str]:
    """Without AWS's own, which nobody else may change."""
    tags: dict[str, str] = {}
    request: dict[str, Any] = {"ResourceArn": arn}
    while True:
        answer = transport.call("ListTagsOfResource", request)
        tags |= {tag["Key"]: tag["Value"] for tag in answer.get("Tags", ())}
        if not answer.get("NextToken"):
            return {key: value for key, value in tags.items() if not key.lower().startswith(_AWS_TAGS)}
        request["NextToken"] = answer["NextToken"]


def owned_tables(transport: Transport, stack: str, arn_of: Callable[[str], str]) -> list[Owned]:
    """The tables that carry the stack's tags. `arn_of`: a table's name -> its ARN, which saves a call for each."""
    owned = []
    for name in _names(transport):
        try:
            tags = tags_of(transport, arn_of(name))
        except ServiceError as error:
            if error.code in _ABSENT:  # deleted meanwhile
                continue
            raise
        if tags.get(STACK_TAG) == stack and LOGICAL_ID_TAG in tags:
            owned.append(Owned(name, tags[LOGICAL_ID_TAG]))
    return owned


def _names(transport: Transport) -> Iterator[str]:
    request: dict[str, Any] = {}
    seen = 0
    while seen < APPLY_TABLES_LOOKED_AT_MAX:
        answer = transport.call("ListTables", request)
        yield from answer["TableNames"]
        seen += len(answer["TableNames"])
        if not answer.get("LastEvaluatedTableName"):
            return
        request["ExclusiveStartTableName"] = answer["LastEvaluatedTableName"]


def _settings(transport: Transport, table: Mapping[str, Any], name: str, arn: str) -> Settings:
    types = attribute_types(table["AttributeDefinitions"])
    stream = table.get("StreamSpecification", {})
    stream_arn = table.get("LatestStreamArn") if stream.get("StreamEnabled") else None
    return Settings(
        keys=key_parts(table["KeySchema"], types),
        local=_indexes(table.get("LocalSecondaryIndexes", ()), types),
        indexes=_indexes(table.get("GlobalSecondaryIndexes", ()), types),
        billing=table.get("BillingModeSummary", {}).get("BillingMode", PROVISIONED),
        throughput=_throughput(table),
        ceiling=_units(table.get("OnDemandThroughput"), "Max{}RequestUnits"),
        warm=_units(table.get("WarmThroughput"), "{}UnitsPerSecond"),
        stream=stream.get("StreamViewType") if stream_arn is not None else None,
        encryption=_encryption(table.get("SSEDescription")),
        table_class=table.get("TableClassSummary", {}).get("TableClass", STANDARD),
        protected=bool(table.get("DeletionProtectionEnabled")),
        expiry=_expiry(transport, name),
        recovery=_recovery(transport, name),
        tags=tags_of(transport, arn),
        policy=_policy(transport, arn),
        stream_policy=_policy(transport, stream_arn) if stream_arn is not None else None,
    )


def _indexes(given: Any, types: Mapping[str, str]) -> dict[str, Index]:
    return {
        each["IndexName"]: Index(
            name=each["IndexName"],
            keys=key_parts(each["KeySchema"], types),
            projection=each["Projection"]["ProjectionType"],
            attributes=frozenset(each["Projection"].get("NonKeyAttributes", ())),
            throughput=_throughput(each),
            ceiling=_units(each.get("OnDemandThroughput"), "Max{}RequestUnits"),
            warm=_units(each.get("WarmThroughput"), "{}UnitsPerSecond"),
        )
        for each in given
        if each.get("IndexStatus") != "DELETING"
    }


def _throughput(described: Mapping[str, Any]) -> Units:
    """None where it is on demand, which AWS describes as zeroes."""
    units = _units(described.get("ProvisionedThroughput"), "{}CapacityUnits")
    return units if any(units) else NONE


def _units(given: Mapping[str, Any] | None, name: str) -> Units:
    """-1 is how AWS says that there is no maximum."""
    if not given:
        return NONE
    read, write = (given.get(name.format(word)) for word in ("Read", "Write"))
    return (None if read == -1 else read), (None if write == -1 else write)


def _encryption(description: Mapping[str, Any] | None) -> Encryption | None:
    if not description or description.get("Status") in (None, "DISABLED", "DISABLING"):
        return None
    return Encryption(description.get("KMSMasterKeyArn"))


def _expiry(transport: Transport, name: str) -> str | None:
    ttl = transport.call("DescribeTimeToLive", {"TableName": name})["TimeToLiveDescription"]
    return ttl.get("AttributeName") if ttl.get("TimeToLiveStatus") in ("ENABLED", "ENABLING") else None


def _recovery(transport: Transport, name: str) -> int | None:
    described = transport.call("DescribeContinuousBackups", {"TableName": name})[
        "ContinuousBackupsDescription"
    ]
    recovery = described.get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        return None
    return int(recovery.get("RecoveryPeriodInDays") or RECOVERY_DAYS)


def _policy(transport: Transport, arn: str) -> Mapping[str, Any] | None:
    try:
        text = transport.call("GetResourcePolicy", {"ResourceArn": arn})["Policy"]
    except ServiceError as error:
        if error.code in ("PolicyNotFoundException", *_ABSENT):
            return None
        raise
    policy: Mapping[str, Any] = json.loads(text)
    return policy
