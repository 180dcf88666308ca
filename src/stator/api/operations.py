"""The operations there are: one line each. To add one, write its handler and name it here."""

from __future__ import annotations

from stator.api import batches, items, partiql, queries, streams, tables, transactions
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
    "CreateTable": tables.create_table,
    "DeleteItem": items.delete_item,
    "DeleteTable": tables.delete_table,
    "DescribeEndpoints": tables.describe_endpoints,
    "DescribeLimits": tables.describe_limits,
    "DescribeTable": tables.describe_table,
    "ExecuteStatement": partiql.execute_statement,
    "ExecuteTransaction": partiql.execute_transaction,
    "GetItem": items.get_item,
    "ListTables": tables.list_tables,
    "PutItem": items.put_item,
    "Query": queries.query,
    "Scan": queries.scan,
    "TransactGetItems": transactions.transact_get_items,
    "TransactWriteItems": transactions.transact_write_items,
    "UpdateItem": items.update_item,
    "UpdateTable": tables.update_table,
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
