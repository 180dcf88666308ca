"""A table's description as AWS shows it: TableDescription, the same in every operation that answers with one."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from stator.api.tables.throughput import as_updating, decreases_today
from stator.engine.catalogue import (
    BillingMode,
    IndexDescription,
    KeyAttribute,
    MaxThroughput,
    ProjectionType,
    Status,
    TableDescription,
    Throughput,
    WarmThroughput,
    table_arn,
)
from stator.engine.tables import Counts

Members = dict[str, Any]


def described(table: TableDescription, counts: Counts, now: float) -> Members:
    """`counts` may be empty: then there are no items."""
    items, size = counts.get(0, (0, 0))
    shown: Members = {
        "AttributeDefinitions": [
            {"AttributeName": key.name, "AttributeType": key.type} for key in table.attributes
        ],
        "TableName": table.name,
        "KeySchema": _key_schema((table.partition,), () if table.sort is None else (table.sort,)),
        "TableStatus": table.status,
        "CreationDateTime": table.created_at,
        "ProvisionedThroughput": _throughput(table.throughput, now),
        "TableSizeBytes": size,
        "ItemCount": items,
        "TableArn": table_arn(table),
        "TableId": table.uid,
        **_billing(table),
        **_indexes(table, counts, now),
        **_stream(table),
        **_encryption(table),
        **_table_class(table),
        **_restored(table),
        "DeletionProtectionEnabled": table.deletion_protection,
        **_ceiling(table.max_throughput),
        **_warm(table.warm_throughput),
    }
    return shown


def as_created(table: TableDescription, warm_given: bool, indexes_warm_given: set[str]) -> TableDescription:
    """What CreateTable's own answer shows: all of it on its way, and warm throughput only where it was asked for."""
    return replace(
        table,
        status=Status.CREATING,
        billing_changed_at=None,
        warm_throughput=as_updating(table.warm_throughput) if warm_given else None,
        indexes=tuple(
            replace(
                index,
                status=Status.CREATING,
                warm_throughput=(
                    as_updating(index.warm_throughput) if index.name in indexes_warm_given else None
                ),
            )
            for index in table.indexes
        ),
    )


def deleted(table: TableDescription, counts: Counts, now: float) -> Members:
    """What DeleteTable's answer shows."""
    shown = described(replace(table, status=Status.DELETING, indexes=()), counts, now)
    for member in ("AttributeDefinitions", "KeySchema", "CreationDateTime", "WarmThroughput"):
        shown.pop(member, None)
    return shown


def _key_schema(partition: tuple[KeyAttribute, ...], sort: tuple[KeyAttribute, ...]) -> list[dict[str, str]]:
    return [
        *({"AttributeName": key.name, "KeyType": "HASH"} for key in partition),
        *({"AttributeName": key.name, "KeyType": "RANGE"} for key in sort),
    ]


def _throughput(throughput: Throughput, now: float) -> Members:
    shown: Members = {}
    if throughput.increased_at is not None:
        shown["LastIncreaseDateTime"] = throughput.increased_at
    if throughput.decreased_at is not None:
        shown["LastDecreaseDateTime"] = throughput.decreased_at
    shown["NumberOfDecreasesToday"] = decreases_today(throughput, now)
    shown["ReadCapacityUnits"] = throughput.read
    shown["WriteCapacityUnits"] = throughput.write
    return shown


def _billing(table: TableDescription) -> Members:
    """Absent from a table that was never on demand."""
    if table.billing_mode is BillingMode.PROVISIONED and table.billing_changed_at is None:
        return {}
    summary: Members = {"BillingMode": table.billing_mode}
    if table.billing_changed_at is not None:
        summary["LastUpdateToPayPerRequestDateTime"] = table.billing_changed_at
    return {"BillingModeSummary": summary}


def _indexes(table: TableDescription, counts: Counts, now: float) -> Members:
    local = [_index(table, index, counts) for index in table.indexes if index.local]
    global_ = [
        {**_index(table, index, counts), **_global(table, index, now)}
        for index in table.indexes
        if not index.local
    ]
    shown: Members = {}
    if local:
        shown["LocalSecondaryIndexes"] = local
    if global_:
        shown["GlobalSecondaryIndexes"] = global_
    return shown


def _index(table: TableDescription, index: IndexDescription, counts: Counts) -> Members:
    items, size = counts.get(index.id, (0, 0))
    projection: Members = {"ProjectionType": index.projection}
    if index.projection is ProjectionType.INCLUDE:
        projection["NonKeyAttributes"] = list(index.non_key_attributes)
    return {
        "IndexName": index.name,
        "KeySchema": _key_schema(index.partition, index.sort),
        "Projection": projection,
        "IndexSizeBytes": size,
        "ItemCount": items,
        "IndexArn": f"{table_arn(table)}/index/{index.name}",
    }


def _global(table: TableDescription, index: IndexDescription, now: float) -> Members:
    # A restored table's indexes are there when the table is.
    status = Status.CREATING if table.status is Status.CREATING else index.status
    shown: Members = {"IndexStatus": status}
    if index.backfilling is not None:
        shown["Backfilling"] = index.backfilling
    shown["ProvisionedThroughput"] = _throughput(index.throughput, now)
    return {**shown, **_ceiling(index.max_throughput), **_warm(index.warm_throughput)}


def _ceiling(ceiling: MaxThroughput | None) -> Members:
    if ceiling is None:
        return {}
    shown = {"MaxReadRequestUnits": ceiling.read, "MaxWriteRequestUnits": ceiling.write}
    return {"OnDemandThroughput": {member: units for member, units in shown.items() if units is not None}}


def _warm(warm: WarmThroughput | None) -> Members:
    if warm is None:
        return {}
    return {
        "WarmThroughput": {
            "ReadUnitsPerSecond": warm.read,
            "WriteUnitsPerSecond": warm.write,
            "Status": warm.status,
        }
    }


def _stream(table: TableDescription) -> Members:
    stream = table.stream
    if stream is None:
        return {}
    shown: Members = {
        "LatestStreamLabel": stream.label,
        "LatestStreamArn": f"{table_arn(table)}/stream/{stream.label}",
    }
    if stream.enabled:
        shown["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream.view_type}
    return shown


def _encryption(table: TableDescription) -> Members:
    if table.encryption is None:
        return {}
    return {
        "SSEDescription": {
            "Status": "ENABLED",
            "SSEType": "KMS",
            "KMSMasterKeyArn": table.encryption.key_arn,
        }
    }


def _restored(table: TableDescription) -> Members:
    origin = table.restored
    if origin is None:
        return {}
    summary: Members = {} if origin.backup_arn is None else {"SourceBackupArn": origin.backup_arn}
    summary["SourceTableArn"] = origin.table_arn
    summary["RestoreDateTime"] = origin.at
    summary["RestoreInProgress"] = table.status is Status.CREATING
    return {"RestoreSummary": summary}


def _table_class(table: TableDescription) -> Members:
    if table.table_class is None:
        return {}
    summary: Members = {"TableClass": table.table_class}
    if table.table_class_changed_at is not None:
        summary["LastUpdateDateTime"] = table.table_class_changed_at
    return {"TableClassSummary": summary}
