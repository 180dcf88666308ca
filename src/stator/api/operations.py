"""The operations there are: one line each. To add one, write its handler and name it here."""

from __future__ import annotations

from stator.api import (
    backups,
    batches,
    bulk,
    contributor_insights,
    exports,
    global_tables,
    imports,
    items,
    kinesis_destinations,
    partiql,
    policies,
    queries,
    streams,
    tables,
    tags,
    transactions,
    ttl,
    vector_indexes,
)
from stator.api.call import Handler
from stator.api.shapes import DYNAMODB, STREAMS
from stator.errors import UnknownOperationException

STREAMS_OPERATIONS: dict[str, Handler] = {
    "DescribeStream": streams.describe_stream,
    "GetRecords": streams.get_records,
    "GetShardIterator": streams.get_shard_iterator,
    "ListStreams": streams.list_streams,
}

# Of both services: no operation of one has the name of another's
OPERATIONS: dict[str, Handler] = {
    "BatchExecuteStatement": partiql.batch_execute_statement,
    "BatchGetItem": batches.batch_get_item,
    "BatchWriteItem": batches.batch_write_item,
    "CancelBulkOperation": bulk.cancel_bulk_operation,
    "CreateBackup": backups.create_backup,
    "CreateGlobalTable": global_tables.create_global_table,
    "CreateTable": tables.create_table,
    "DeleteBackup": backups.delete_backup,
    "DeleteItem": items.delete_item,
    "DeleteResourcePolicy": policies.delete_resource_policy,
    "DeleteTable": tables.delete_table,
    "DescribeBackup": backups.describe_backup,
    "DescribeBulkOperation": bulk.describe_bulk_operation,
    "DescribeContinuousBackups": backups.describe_continuous_backups,
    "DescribeContributorInsights": contributor_insights.describe_contributor_insights,
    "DescribeEndpoints": tables.describe_endpoints,
    "DescribeGlobalTable": global_tables.describe_global_table,
    "DescribeGlobalTableSettings": global_tables.describe_global_table_settings,
    "DescribeExport": exports.describe_export,
    "DescribeImport": imports.describe_import,
    "DescribeKinesisStreamingDestination": kinesis_destinations.describe_kinesis_streaming_destination,
    "DescribeLimits": tables.describe_limits,
    "DescribeTable": tables.describe_table,
    "DescribeTableReplicaAutoScaling": global_tables.describe_table_replica_auto_scaling,
    "DescribeTimeToLive": ttl.describe_time_to_live,
    "DisableKinesisStreamingDestination": kinesis_destinations.disable_kinesis_streaming_destination,
    "EnableKinesisStreamingDestination": kinesis_destinations.enable_kinesis_streaming_destination,
    "ExecuteStatement": partiql.execute_statement,
    "ExecuteTransaction": partiql.execute_transaction,
    "ExportTableToPointInTime": exports.export_table_to_point_in_time,
    "GetItem": items.get_item,
    "GetResourcePolicy": policies.get_resource_policy,
    "ListBackups": backups.list_backups,
    "ListBulkOperations": bulk.list_bulk_operations,
    "ImportTable": imports.import_table,
    "ListContributorInsights": contributor_insights.list_contributor_insights,
    "ListExports": exports.list_exports,
    "ListGlobalTables": global_tables.list_global_tables,
    "ListImports": imports.list_imports,
    "ListTables": tables.list_tables,
    "ListTagsOfResource": tags.list_tags_of_resource,
    "PutItem": items.put_item,
    "PutResourcePolicy": policies.put_resource_policy,
    "Query": queries.query,
    "RestoreTableFromBackup": backups.restore_table_from_backup,
    "RestoreTableToPointInTime": backups.restore_table_to_point_in_time,
    "Scan": queries.scan,
    "SearchVectors": vector_indexes.search_vectors,
    "StartBulkPutItems": bulk.start_bulk_put_items,
    "TagResource": tags.tag_resource,
    "TransactGetItems": transactions.transact_get_items,
    "TransactWriteItems": transactions.transact_write_items,
    "UntagResource": tags.untag_resource,
    "UpdateContinuousBackups": backups.update_continuous_backups,
    "UpdateContributorInsights": contributor_insights.update_contributor_insights,
    "UpdateGlobalTable": global_tables.update_global_table,
    "UpdateGlobalTableSettings": global_tables.update_global_table_settings,
    "UpdateItem": items.update_item,
    "UpdateKinesisStreamingDestination": kinesis_destinations.update_kinesis_streaming_destination,
    "UpdateTable": tables.update_table,
    "UpdateTableReplicaAutoScaling": global_tables.update_table_replica_auto_scaling,
    "UpdateTimeToLive": ttl.update_time_to_live,
    **STREAMS_OPERATIONS,
}


def handler_of(operation: str) -> Handler:
    """Raises UnknownOperationException for an operation that is not there (yet: see api.pending)."""
    handler = OPERATIONS.get(operation)
    if handler is None:
        raise UnknownOperationException()
    return handler


def service_of(operation: str) -> str:
    """The service, as the wire names it, that has the operation."""
    return STREAMS if operation in STREAMS_OPERATIONS else DYNAMODB
