"""Backups as AWS describes them: BackupDetails, BackupDescription, BackupSummary."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from stator.api.tables.descriptions import described
from stator.engine.backup_records import Backup, BackupStatus
from stator.engine.catalogue import TableDescription, table_arn

Members = dict[str, Any]

_OF_TABLE = ("TableName", "TableId", "TableArn", "KeySchema", "OnDemandThroughput")
_OF_INDEX = ("IndexName", "KeySchema", "Projection")
_OF_GLOBAL = (*_OF_INDEX, "ProvisionedThroughput", "OnDemandThroughput")


def details(backup: Backup) -> Members:
    shown: Members = {
        "BackupArn": backup.arn,
        "BackupName": backup.name,
        "BackupSizeBytes": backup.size,
        "BackupStatus": backup.status,
        "BackupType": backup.type,
        "BackupCreationDateTime": backup.created_at,
    }
    if backup.ends_at is not None:
        shown["BackupExpiryDateTime"] = backup.ends_at
    return shown


def summary(backup: Backup) -> Members:
    table = backup.table
    return {
        "TableName": table.name,
        "TableId": table.uid,
        "TableArn": table_arn(table),
        **details(backup),
    }


def deleted(backup: Backup) -> Members:
    return description(replace(backup, status=BackupStatus.DELETED))


def description(backup: Backup) -> Members:
    return {
        "BackupDetails": details(backup),
        "SourceTableDetails": _source(backup),
        "SourceTableFeatureDetails": _features(backup.table),
    }


def _source(backup: Backup) -> Members:
    table = backup.table
    shown = described(table, {}, backup.created_at)
    return {
        **_chosen(shown, _OF_TABLE),
        "TableCreationDateTime": table.created_at,
        "ProvisionedThroughput": _units(shown["ProvisionedThroughput"]),
        "BillingMode": table.billing_mode,
        "TableSizeBytes": backup.size,
        "ItemCount": backup.items,
    }


def _features(table: TableDescription) -> Members:
    shown = described(table, {}, table.created_at)
    features: Members = {}
    for member, kept in (("LocalSecondaryIndexes", _OF_INDEX), ("GlobalSecondaryIndexes", _OF_GLOBAL)):
        if member in shown:
            features[member] = [_index(index, kept) for index in shown[member]]
    if "StreamSpecification" in shown:
        features["StreamDescription"] = shown["StreamSpecification"]
    if table.ttl is not None:
        features["TimeToLiveDescription"] = {
            "TimeToLiveStatus": table.ttl.status,
            "AttributeName": table.ttl.attribute,
        }
    if "SSEDescription" in shown:
        features["SSEDescription"] = shown["SSEDescription"]
    return features


def _index(shown: Members, kept: tuple[str, ...]) -> Members:
    index = _chosen(shown, kept)
    if "ProvisionedThroughput" in index:
        index["ProvisionedThroughput"] = _units(index["ProvisionedThroughput"])
    return index


def _units(throughput: Members) -> Members:
    return _chosen(throughput, ("ReadCapacityUnits", "WriteCapacityUnits"))


def _chosen(shown: Members, members: tuple[str, ...]) -> Members:
    return {member: shown[member] for member in members if member in shown}
