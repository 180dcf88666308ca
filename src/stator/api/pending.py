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
            "CancelBulkOperation",
            "CreateBackup",
            "CreateGlobalTable",
            "CreateTable",
            "DeleteBackup",
            "DeleteItem",
            "DeleteResourcePolicy",
            "DeleteTable",
            "DescribeBackup",
            "DescribeBulkOperation",
            "DescribeContinuousBackups",
            "DescribeContributorInsights",
            "DescribeEndpoints",
            "DescribeGlobalTable",
            "DescribeGlobalTableSettings",
            "DescribeExport",
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
            "ExportTableToPointInTime",
            "GetItem",
            "GetResourcePolicy",
            "ListBackups",
            "ListBulkOperations",
            "ImportTable",
            "ListContributorInsights",
            "ListExports",
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
            "StartBulkPutItems",
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

PENDING: dict[str, dict[str, str]] = {DYNAMODB: {}, STREAMS: {}}
"""Operations that AWS has and Stator has not, and why: none of the model's. A newer model's belong here until they are
implemented."""
