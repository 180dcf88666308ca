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
            "CreateTable",
            "DeleteItem",
            "DeleteTable",
            "DescribeEndpoints",
            "DescribeLimits",
            "DescribeTable",
            "ExecuteStatement",
            "ExecuteTransaction",
            "GetItem",
            "ListTables",
            "PutItem",
            "Query",
            "Scan",
            "TransactGetItems",
            "TransactWriteItems",
            "UpdateItem",
            "UpdateTable",
        )
    ),
    STREAMS: frozenset(("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")),
}

_BACKUPS = "backups and point-in-time recovery read the log, which comes with streams"
_TAGS = "tags and resource policies come with access control"
_EXPIRY = "expiry has its queue in the key space, and is run by a later step"
_BULK = "imports, exports and bulk work are jobs in steps, a later step"
_REGIONS = "global tables need a second region; Stator is one place"
_AWS_ONLY = "it manages an AWS service that has no counterpart on this machine"
_VECTORS = "vector indexes are not built yet"

PENDING: dict[str, dict[str, str]] = {
    DYNAMODB: {
        "CancelBulkOperation": _BULK,
        "CreateBackup": _BACKUPS,
        "CreateGlobalTable": _REGIONS,
        "DeleteBackup": _BACKUPS,
        "DeleteResourcePolicy": _TAGS,
        "DescribeBackup": _BACKUPS,
        "DescribeBulkOperation": _BULK,
        "DescribeContinuousBackups": _BACKUPS,
        "DescribeContributorInsights": _AWS_ONLY,
        "DescribeExport": _BULK,
        "DescribeGlobalTable": _REGIONS,
        "DescribeGlobalTableSettings": _REGIONS,
        "DescribeImport": _BULK,
        "DescribeKinesisStreamingDestination": _AWS_ONLY,
        "DescribeTableReplicaAutoScaling": _REGIONS,
        "DescribeTimeToLive": _EXPIRY,
        "DisableKinesisStreamingDestination": _AWS_ONLY,
        "EnableKinesisStreamingDestination": _AWS_ONLY,
        "ExportTableToPointInTime": _BULK,
        "GetResourcePolicy": _TAGS,
        "ImportTable": _BULK,
        "ListBackups": _BACKUPS,
        "ListBulkOperations": _BULK,
        "ListContributorInsights": _AWS_ONLY,
        "ListExports": _BULK,
        "ListGlobalTables": _REGIONS,
        "ListImports": _BULK,
        "ListTagsOfResource": _TAGS,
        "PutResourcePolicy": _TAGS,
        "RestoreTableFromBackup": _BACKUPS,
        "RestoreTableToPointInTime": _BACKUPS,
        "SearchVectors": _VECTORS,
        "StartBulkPutItems": _BULK,
        "TagResource": _TAGS,
        "UntagResource": _TAGS,
        "UpdateContinuousBackups": _BACKUPS,
        "UpdateContributorInsights": _AWS_ONLY,
        "UpdateGlobalTable": _REGIONS,
        "UpdateGlobalTableSettings": _REGIONS,
        "UpdateKinesisStreamingDestination": _AWS_ONLY,
        "UpdateTableReplicaAutoScaling": _REGIONS,
        "UpdateTimeToLive": _EXPIRY,
    },
    STREAMS: {},
}
