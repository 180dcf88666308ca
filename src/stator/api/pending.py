"""Which of AWS's operations Stator has, and why it has not yet the others. The only place that says so: an operation
that is in neither list fails a test, and one that is not in `IMPLEMENTED` is answered with UnknownOperationException.
"""

from __future__ import annotations

from stator.api.shapes import DYNAMODB, STREAMS

IMPLEMENTED: dict[str, frozenset[str]] = {
    DYNAMODB: frozenset(
        (
            "BatchExecuteStatement",
            "BatchGetItem",
            "BatchWriteItem",
            "CreateGlobalTable",
            "CreateTable",
            "DeleteItem",
            "DeleteResourcePolicy",
            "DeleteTable",
            "DescribeContributorInsights",
            "DescribeEndpoints",
            "DescribeGlobalTable",
            "DescribeGlobalTableSettings",
            "DescribeImport",
            "DescribeKinesisStreamingDestination",
            "DescribeLimits",
            "DescribeTable",
            "DescribeTableReplicaAutoScaling",
            "DisableKinesisStreamingDestination",
            "EnableKinesisStreamingDestination",
            "ExecuteStatement",
            "ExecuteTransaction",
            "GetItem",
            "GetResourcePolicy",
            "ImportTable",
            "ListContributorInsights",
            "ListGlobalTables",
            "ListImports",
            "ListTables",
            "ListTagsOfResource",
            "PutItem",
            "PutResourcePolicy",
            "Query",
            "Scan",
            "SearchVectors",
            "TagResource",
            "TransactGetItems",
            "TransactWriteItems",
            "UntagResource",
            "UpdateContributorInsights",
            "UpdateGlobalTable",
            "UpdateGlobalTableSettings",
            "UpdateItem",
            "UpdateKinesisStreamingDestination",
            "UpdateTable",
            "UpdateTableReplicaAutoScaling",
        )
    ),
    STREAMS: frozenset(("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")),
}

_BACKUPS = "backups and point-in-time recovery read the log, which comes with streams"
_EXPIRY = "expiry has its queue in the key space, and is run by a later step"
_BULK = "imports, exports and bulk work are jobs in steps, a later step"

PENDING: dict[str, dict[str, str]] = {
    DYNAMODB: {
        "CancelBulkOperation": _BULK,
        "CreateBackup": _BACKUPS,
        "DeleteBackup": _BACKUPS,
        "DescribeBackup": _BACKUPS,
        "DescribeBulkOperation": _BULK,
        "DescribeContinuousBackups": _BACKUPS,
        "DescribeExport": _BULK,
        "DescribeTimeToLive": _EXPIRY,
        "ExportTableToPointInTime": _BULK,
        "ListBackups": _BACKUPS,
        "ListBulkOperations": _BULK,
        "ListExports": _BULK,
        "RestoreTableFromBackup": _BACKUPS,
        "RestoreTableToPointInTime": _BACKUPS,
        "StartBulkPutItems": _BULK,
        "UpdateContinuousBackups": _BACKUPS,
        "UpdateTimeToLive": _EXPIRY,
    },
    STREAMS: {},
}
