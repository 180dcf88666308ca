"""CreateTable, DescribeTable, ListTables, UpdateTable, DeleteTable; and, by their names, the account's two."""

from stator.api.tables.account import describe_endpoints, describe_limits
from stator.api.tables.operations import (
    create_table,
    delete_table,
    describe_table,
    list_tables,
    update_table,
)

__all__ = [
    "create_table",
    "delete_table",
    "describe_endpoints",
    "describe_limits",
    "describe_table",
    "list_tables",
    "update_table",
]
