"""What a database tells of its tables, by the operations that every database answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from stator.errors import ServiceError

if TYPE_CHECKING:
    from stator.client.transport import Transport


@dataclass(frozen=True, slots=True)
class Index:
    """`kind`: global or local. `items` and `bytes`: AWS counts them every six hours, Stator with every write."""

    name: str
    kind: str
    keys: list[str]
    projection: str
    status: str
    items: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Overview:
    """`keys`: the partition key, then the sort key, each as "name (type)". `stream`, `ttl`: what is kept and by which
    attribute, None when off. `pitr`: on or off; None where it is not told."""

    name: str
    status: str
    keys: list[str]
    indexes: list[Index]
    billing: str
    items: int
    bytes: int
    stream: str | None
    ttl: str | None
    pitr: bool | None

    def members(self) -> dict[str, Any]:
        return asdict(self)


def names_of(transport: Transport) -> Iterator[str]:
    request: dict[str, Any] = {}
    while True:
        answer = transport.call("ListTables", request)
        yield from answer["TableNames"]
        if "LastEvaluatedTableName" not in answer:
            return
        request = {"ExclusiveStartTableName": answer["LastEvaluatedTableName"]}


def overview_of(transport: Transport, name: str) -> Overview:
    """Raises ServiceError, ResourceNotFoundException for one."""
    table = transport.call("DescribeTable", {"TableName": name})["Table"]
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    stream = table.get("StreamSpecification", {})
    is_on = stream.get("StreamEnabled")
    return Overview(
        name=name,
        status=table["TableStatus"],
        keys=_keys(table, types),
        indexes=[
            _index(each, kind, types)
            for kind in ("Global", "Local")
            for each in table.get(f"{kind}SecondaryIndexes", [])
        ],
        billing=_billing(table),
        items=table["ItemCount"],
        bytes=table["TableSizeBytes"],
        stream=stream["StreamViewType"] if is_on else None,
        ttl=_ttl(transport, name),
        pitr=_pitr(transport, name),
    )


def _keys(described: dict[str, Any], types: dict[str, str]) -> list[str]:
    return [f"{key['AttributeName']} ({types[key['AttributeName']]})" for key in described["KeySchema"]]


def _index(index: dict[str, Any], kind: str, types: dict[str, str]) -> Index:
    return Index(
        name=index["IndexName"],
        kind=kind.lower(),
        keys=_keys(index, types),
        projection=index["Projection"].get("ProjectionType", "ALL"),
        status=index.get("IndexStatus", "ACTIVE"),
        items=index.get("ItemCount", 0),
        bytes=index.get("IndexSizeBytes", 0),
    )


def _billing(table: dict[str, Any]) -> str:
    """As "on demand", or "provisioned 5/5": units to read and to write."""
    if table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST":
        return "on demand"
    units = table.get("ProvisionedThroughput", {})
    return f"provisioned {units.get('ReadCapacityUnits', 0)}/{units.get('WriteCapacityUnits', 0)}"


def _ttl(transport: Transport, name: str) -> str | None:
    answer = _answer(transport, "DescribeTimeToLive", name).get("TimeToLiveDescription", {})
    return answer.get("AttributeName") if answer.get("TimeToLiveStatus") == "ENABLED" else None


def _pitr(transport: Transport, name: str) -> bool | None:
    answer = _answer(transport, "DescribeContinuousBackups", name).get("ContinuousBackupsDescription", {})
    status = answer.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    return None if status is None else status == "ENABLED"


def _answer(transport: Transport, operation: str, name: str) -> dict[str, Any]:
    """Empty where it is not answered: by an emulator that does not know it, or on AWS to who may not ask."""
    try:
        return transport.call(operation, {"TableName": name})
    except ServiceError:
        return {}
