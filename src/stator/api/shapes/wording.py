"""Facts about the service's validation that its model does not publish, as data: orders, and what is said otherwise.

Two layers of validation answer. The older names a member `tableName` and shows its value; the newer, which single-item
writes, Query and BatchGetItem have in part, says `Value at 'TableName'` and in places stops at its first finding.
"""

from __future__ import annotations

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
        "ReturnConsumedCapacity", "TableName", "ReturnItemCollectionMetrics", "ReturnValues", "Key",
        "ConditionalOperator", "Expected", "AttributeUpdates",
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

# The newer layer's own list, UPDATE_NEW and all, which it shows without the member and its value.
RETURN_VALUES = (
    "Failed to satisfy constraint: Member must satisfy enum value set: "
    "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
)
WRITES = frozenset(("PutItem", "UpdateItem", "DeleteItem"))

# Operation -> members (of it, or of a structure in it) whose bounds the newer layer words.
NEWER: dict[str, frozenset[str]] = {
    "Query": frozenset(("Limit",)),
    "BatchGetItem": frozenset(("RequestItems", "Keys")),
}

# Operations on items: a table's name may be as short as one character to the model, and is missing like any member.
ITEM_OPERATIONS = WRITES | {"GetItem", "Query", "Scan"}

# Members whose pattern is told before their length.
PATTERN_FIRST = frozenset(
    (("ListTablesInput", "ExclusiveStartTableName"), ("CreateBackupInput", "BackupName"))
)
