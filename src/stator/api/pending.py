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
            "CreateBackup",
            "CreateGlobalTable",
            "CreateTable",
            "DeleteBackup",
            "DeleteItem",
            "DeleteResourcePolicy",
            "DeleteTable",
            "DescribeBackup",
            "DescribeContinuousBackups",
            "DescribeContributorInsights",
            "DescribeEndpoints",
            "DescribeGlobalTable",
            "DescribeGlobalTableSettings",
            "DescribeImport",
            "DescribeKinesisStreamingDestination",
            "DescribeLimits",
            "DescribeTable",
            "DescribeTableReplicaAutoScaling",
            "DescribeTimeToLive",
            "DisableKinesisStreamingDestination",
            "EnableKinesisStreamingDestination",
            "ExecuteStatement",
            "ExecuteTransaction",
            "GetItem",
            "GetResourcePolicy",
            "ListBackups",
            "ImportTable",
            "ListContributorInsights",
            "ListGlobalTables",
            "ListImports",
            "ListTables",
            "ListTagsOfResource",
            "PutItem",
            "PutResourcePolicy",
            "Query",
            "RestoreTableFromBackup",
            "RestoreTableToPointInTime",
            "Scan",
            "SearchVectors",
            "TagResource",
            "TransactGetItems",
            "TransactWriteItems",
            "UntagResource",
            "UpdateContinuousBackups",
            "UpdateContributorInsights",
            "UpdateGlobalTable",
            "UpdateGlobalTableSettings",
            "UpdateItem",
            "UpdateKinesisStreamingDestination",
            "UpdateTable",
            "UpdateTableReplicaAutoScaling",
            "UpdateTimeToLive",
        )
    ),
    STREAMS: frozenset(("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")),
}

_BULK = "imports, exports and bulk work are jobs in steps, a later step"

PENDING: dict[str, dict[str, str]] = {
    DYNAMODB: {
        "CancelBulkOperation": _BULK,
        "DescribeBulkOperation": _BULK,
        "DescribeExport": _BULK,
        "ExportTableToPointInTime": _BULK,
        "ListBulkOperations": _BULK,
        "ListExports": _BULK,
        "StartBulkPutItems": _BULK,
    },
    STREAMS: {},
}
