"""The operations there are: one line each. To add one, write its handler and name it here.

The families that most programs never use are imported when one of their operations is first called: with them a server
would take half as long again to be ready.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from stator.api import (
    batches,
    items,
    queries,
    tables,
    transactions,
)
from stator.api.call import Answer, Call, Handler, Request
from stator.api.shapes import DYNAMODB, STREAMS
from stator.errors import UnknownOperationException
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database


def _rare(place: str) -> Handler:
    """The handler `module.function` of this package, imported when it is called."""
    module, _, function = place.partition(".")

    def handler(db: Database, request: Request, call: Call) -> Answer | Steps[Answer]:
        handle: Handler = getattr(import_module(f"stator.api.{module}"), function)
        return handle(db, request, call)

    return handler


STREAMS_OPERATIONS: dict[str, Handler] = {
    "DescribeStream": _rare("streams.describe_stream"),
    "GetRecords": _rare("streams.get_records"),
    "GetShardIterator": _rare("streams.get_shard_iterator"),
    "ListStreams": _rare("streams.list_streams"),
}

# Of both services: no operation of one has the name of another's
OPERATIONS: dict[str, Handler] = {
    "BatchExecuteStatement": _rare("partiql.batch_execute_statement"),
    "BatchGetItem": batches.batch_get_item,
    "BatchWriteItem": batches.batch_write_item,
    "CancelBulkOperation": _rare("bulk.cancel_bulk_operation"),
    "CreateBackup": _rare("backups.create_backup"),
    "CreateGlobalTable": _rare("global_tables.create_global_table"),
    "CreateTable": tables.create_table,
    "DeleteBackup": _rare("backups.delete_backup"),
    "DeleteItem": items.delete_item,
    "DeleteResourcePolicy": _rare("policies.delete_resource_policy"),
    "DeleteTable": tables.delete_table,
    "DescribeBackup": _rare("backups.describe_backup"),
    "DescribeBulkOperation": _rare("bulk.describe_bulk_operation"),
    "DescribeContinuousBackups": _rare("backups.describe_continuous_backups"),
    "DescribeContributorInsights": _rare("contributor_insights.describe_contributor_insights"),
    "DescribeEndpoints": tables.describe_endpoints,
    "DescribeGlobalTable": _rare("global_tables.describe_global_table"),
    "DescribeGlobalTableSettings": _rare("global_tables.describe_global_table_settings"),
    "DescribeExport": _rare("exports.describe_export"),
    "DescribeImport": _rare("imports.describe_import"),
    "DescribeKinesisStreamingDestination": _rare(
        "kinesis_destinations.describe_kinesis_streaming_destination"
    ),
    "DescribeLimits": tables.describe_limits,
    "DescribeTable": tables.describe_table,
    "DescribeTableReplicaAutoScaling": _rare("global_tables.describe_table_replica_auto_scaling"),
    "DescribeTimeToLive": _rare("ttl.describe_time_to_live"),
    "DisableKinesisStreamingDestination": _rare("kinesis_destinations.disable_kinesis_streaming_destination"),
    "EnableKinesisStreamingDestination": _rare("kinesis_destinations.enable_kinesis_streaming_destination"),
    "ExecuteStatement": _rare("partiql.execute_statement"),
    "ExecuteTransaction": _rare("partiql.execute_transaction"),
    "ExportTableToPointInTime": _rare("exports.export_table_to_point_in_time"),
    "GetItem": items.get_item,
    "GetResourcePolicy": _rare("policies.get_resource_policy"),
    "ListBackups": _rare("backups.list_backups"),
    "ListBulkOperations": _rare("bulk.list_bulk_operations"),
    "ImportTable": _rare("imports.import_table"),
    "ListContributorInsights": _rare("contributor_insights.list_contributor_insights"),
    "ListExports": _rare("exports.list_exports"),
    "ListGlobalTables": _rare("global_tables.list_global_tables"),
    "ListImports": _rare("imports.list_imports"),
    "ListTables": tables.list_tables,
    "ListTagsOfResource": _rare("tags.list_tags_of_resource"),
    "PutItem": items.put_item,
    "PutResourcePolicy": _rare("policies.put_resource_policy"),
    "Query": queries.query,
    "RestoreTableFromBackup": _rare("backups.restore_table_from_backup"),
    "RestoreTableToPointInTime": _rare("backups.restore_table_to_point_in_time"),
    "Scan": queries.scan,
    "SearchVectors": _rare("vector_indexes.search_vectors"),
    "StartBulkPutItems": _rare("bulk.start_bulk_put_items"),
    "TagResource": _rare("tags.tag_resource"),
    "TransactGetItems": transactions.transact_get_items,
    "TransactWriteItems": transactions.transact_write_items,
    "UntagResource": _rare("tags.untag_resource"),
    "UpdateContinuousBackups": _rare("backups.update_continuous_backups"),
    "UpdateContributorInsights": _rare("contributor_insights.update_contributor_insights"),
    "UpdateGlobalTable": _rare("global_tables.update_global_table"),
    "UpdateGlobalTableSettings": _rare("global_tables.update_global_table_settings"),
    "UpdateItem": items.update_item,
    "UpdateKinesisStreamingDestination": _rare("kinesis_destinations.update_kinesis_streaming_destination"),
    "UpdateTable": tables.update_table,
    "UpdateTableReplicaAutoScaling": _rare("global_tables.update_table_replica_auto_scaling"),
    "UpdateTimeToLive": _rare("ttl.update_time_to_live"),
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
