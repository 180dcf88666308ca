"""Facts about the service's validation that its model does not publish, as data: orders, and what is said otherwise.

Two layers of validation answer. The older names a member `tableName` and shows its value; the newer, which single-item
writes, Query and BatchGetItem have in part, says `Value at 'TableName'` and in places stops at its first finding. The
newer layer reads only what has all its required members: `layers` says which of the two a request gets.
Source: captures of the service up to October 2026 (docs/differences.md).
"""

from __future__ import annotations

from typing import NamedTuple

# Structure -> its members in the order their errors are listed; members not named follow in the model's order.
ORDER: dict[str, tuple[str, ...]] = {
    "PutItemInput": (
        "ReturnConsumedCapacity", "TableName", "Item", "ConditionalOperator", "Expected", "ReturnValues",
        "ReturnItemCollectionMetrics",
    ),
    "GetItemInput": ("ReturnConsumedCapacity", "AttributesToGet", "TableName", "Key"),
    "DeleteItemInput": (
        "ReturnConsumedCapacity", "TableName", "ReturnValues", "ReturnItemCollectionMetrics", "Key",
        "ConditionalOperator", "Expected",
    ),
    "UpdateItemInput": (
        "ReturnConsumedCapacity", "TableName", "ReturnItemCollectionMetrics", "ReturnValues",
        "ConditionalOperator", "Key", "Expected", "AttributeUpdates",
    ),
    "QueryInput": (
        "Select", "IndexName", "ReturnConsumedCapacity", "QueryFilter", "TableName", "ConditionalOperator",
        "AttributesToGet", "Limit", "KeyConditions",
    ),
    "ScanInput": (
        "Select", "IndexName", "TotalSegments", "ReturnConsumedCapacity", "TableName", "ConditionalOperator",
        "ScanFilter", "Segment", "Limit", "AttributesToGet",
    ),
    "BatchGetItemInput": ("ReturnConsumedCapacity", "RequestItems"),
    "BatchWriteItemInput": ("ReturnConsumedCapacity", "ReturnItemCollectionMetrics", "RequestItems"),
    "TransactGetItemsInput": ("ReturnConsumedCapacity", "TransactItems"),
    "TransactWriteItemsInput": (
        "ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics", "TransactItems",
    ),
    "WriteRequest": ("DeleteRequest", "PutRequest"),
    "CreateTableInput": (
        "AttributeDefinitions", "TableName", "BillingMode", "ProvisionedThroughput", "KeySchema",
        "GlobalSecondaryIndexes", "LocalSecondaryIndexes",
    ),
    "UpdateTableInput": ("TableName", "ProvisionedThroughput", "BillingMode", "GlobalSecondaryIndexUpdates"),
    "CreateGlobalSecondaryIndexAction": ("Projection", "IndexName", "ProvisionedThroughput", "KeySchema"),
    "AttributeDefinition": ("AttributeType", "AttributeName"),
    "ProvisionedThroughput": ("WriteCapacityUnits", "ReadCapacityUnits"),
    "ListTablesInput": ("Limit", "ExclusiveStartTableName"),
}  # fmt: skip

# Where the newer layer's order is another.
NEWER_ORDER: dict[str, tuple[str, ...]] = {"BatchGetItemInput": ("RequestItems", "ReturnConsumedCapacity")}

# Enums in the order the service lists their values; others are listed as in the model.
ENUMS: dict[str, tuple[str, ...]] = {
    "ComparisonOperator": (
        "IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE",
        "CONTAINS",
    ),
    "ConditionalOperator": ("OR", "AND"),
    "ProjectionType": ("ALL", "INCLUDE", "KEYS_ONLY"),
    "ReturnValue": ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),
    "ScalarAttributeType": ("B", "N", "S"),
    "Select": ("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"),
    "StreamViewType": ("OLD_IMAGE", "KEYS_ONLY", "NEW_AND_OLD_IMAGES", "NEW_IMAGE"),
}  # fmt: skip

WRITES = frozenset(("PutItem", "UpdateItem", "DeleteItem"))

_ONE = "1 validation error detected: "
_UNNAMED = "Failed to satisfy constraint: Member must satisfy enum value set: "
# The newer layer's own lists, UPDATE_NEW and ALL included.
_RETURN_VALUES = f"{_UNNAMED}[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
_CONDITIONAL_OPERATOR = f"{_UNNAMED}[ALL, OR]"

# (operation, enum) -> the newer layer's sentence, which names neither the member nor its value.
NEWER_ENUMS: dict[tuple[str, str], str] = {
    (operation, enum): sentence
    for operation in WRITES
    for enum, sentence in (("ReturnValue", _RETURN_VALUES), ("ConditionalOperator", _CONDITIONAL_OPERATOR))
}


LONG_NAME = "Attribute name is too large, must be less than 65536 bytes"


class Alone(NamedTuple):
    """What is said before, and instead of, all else when a member is empty, or else outside its enum."""

    operation: str
    member: str
    message: str


ALONE = (
    Alone("BatchWriteItem", "RequestItems", "The requestItems parameter is required for BatchWriteItem"),
)
# The same, of requests that the newer layer reads.
NEWER_ALONE = (
    *(
        Alone(
            operation,
            "TableName",
            f"{_ONE}Value at 'TableName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        )
        for operation in sorted(WRITES)
    ),
    Alone("UpdateItem", "ReturnValues", _ONE + _RETURN_VALUES),
    Alone("Query", "ConditionalOperator", _CONDITIONAL_OPERATOR),
)

# Operations in which a wrong table name is not told beside an unknown value of an enum.
NAMES_GIVE_WAY = frozenset(("BatchWriteItem",))

# What these can return. Their handlers refuse the rest of the enum, but of a request too deep for the newer layer it
# is told here, before the depth.
ONLY_OLD: dict[str, tuple[str, ...]] = {"PutItem": ("NONE", "ALL_OLD"), "DeleteItem": ("NONE", "ALL_OLD")}
ONLY_OLD_MESSAGE = "ReturnValues can only be ALL_OLD or NONE"

# Operations that the newer layer reads in part, with the members (of the operation, or of a structure in it) whose
# bounds it words.
NEWER: dict[str, frozenset[str]] = {
    **dict.fromkeys(WRITES, frozenset()),
    "Query": frozenset(("Limit",)),
    "BatchGetItem": frozenset(("RequestItems", "Keys")),
}

# Operations on items: a table's name may be as short as one character to the model, and is missing like any member.
ITEM_OPERATIONS = WRITES | {"GetItem", "Query", "Scan"}

# Members whose pattern is told before their length.
PATTERN_FIRST = frozenset(
    (("ListTablesInput", "ExclusiveStartTableName"), ("CreateBackupInput", "BackupName"))
)
