"""What the service says of a request that its model does not allow, word for word. Cases stand one a line."""

# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import pytest

from stator.api.shapes import check, explain
from stator.errors import SerializationException, ValidationException

NULL = "Value null at '{}' failed to satisfy constraint: Member must not be null"
PATTERN = "Value '{}' at '{}' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
SHORT = "Value '{}' at '{}' failed to satisfy constraint: Member must have length greater than or equal to {}"
LONG = "Value '{}' at '{}' failed to satisfy constraint: Member must have length less than or equal to {}"
LOW = "Value '{}' at '{}' failed to satisfy constraint: Member must have value greater than or equal to {}"
HIGH = "Value '{}' at '{}' failed to satisfy constraint: Member must have value less than or equal to {}"
ENUM = "Value '{}' at '{}' failed to satisfy constraint: Member must satisfy enum value set: [{}]"
RETURN_VALUES = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
OLDER_RETURN_VALUES = "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW"
OPERATOR = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]"
CAPACITY = "INDEXES, TOTAL, NONE"
OPERATORS = "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"
SELECT = "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES"
EMPTY_NAME = (
    "Value at 'TableName' failed to satisfy constraint: Member must have length greater than or equal to 1"
)
NAME_BOUNDS = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "
    "Member must have length greater than or equal to 3, "
    "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]"
)
WRITE_BOUNDS = (
    "Map value must satisfy constraint: [Member must have length less than or equal to 25, "
    "Member must have length greater than or equal to 1]"
)
KEY = {"pk": {"S": "a"}}
ELEMENT = {"AttributeName": "pk", "KeyType": "HASH"}
TABLE = {
    "TableName": "abc",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [ELEMENT],
}
PROJECTION = {"ProjectionType": "ALL"}


def _attribute(text: str) -> str:
    rest = "n=null, b=null, iNT=null, dECIMAL=null, dOUBLE=null, sS=null, nS=null, bS=null, iNTSET=null, "
    rest += "dECIMALSET=null, dOUBLESET=null, m=null, l=null, nULL=null, bOOL=null"
    return f"AttributeValue(s={text}, {rest})"


def _put(text: str) -> str:
    put = f"PutRequest(item={{pk={_attribute(text)}}}, workloadProfileName=null)"
    return f"WriteRequest(putRequest={put}, deleteRequest=null)"


CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("PutItem", {}, [NULL.format("tableName"), NULL.format("item")]),
    ("PutItem", {"TableName": "abc"}, [NULL.format("item")]),
    ("PutItem", {"Item": KEY}, [NULL.format("tableName")]),
    ("PutItem", {"TableName": "", "Item": {}}, [EMPTY_NAME]),
    ("PutItem", {"TableName": "", "Item": {}, "ReturnValues": "INVALID"}, [EMPTY_NAME]),
    (
        "PutItem",
        {"TableName": "", "ReturnValues": "INVALID"},
        [SHORT.format("", "tableName", 1), NULL.format("item"), ENUM.format("INVALID", "returnValues", OLDER_RETURN_VALUES)],
    ),
    ("PutItem", {"TableName": "a" * 256, "Item": KEY}, [LONG.format("a" * 256, "tableName", 255)]),
    ("PutItem", {"TableName": "bad table!@#", "Item": KEY}, [PATTERN.format("bad table!@#", "tableName")]),
    ("PutItem", {"TableName": "name\n", "Item": KEY}, [PATTERN.format("name\n", "tableName")]),
    ("PutItem", {"TableName": "ab", "Item": KEY}, [SHORT.format("ab", "tableName", 3)]),
    ("PutItem", {"TableName": "x!", "Item": {}}, [SHORT.format("x!", "tableName", 3), PATTERN.format("x!", "tableName")]),
    ("PutItem", {"TableName": "arn:" + "a" * 1021, "Item": {}}, [LONG.format("arn:" + "a" * 1021, "tableName", 1024)]),
    (
        "PutItem",
        {
            "TableName": "abc", "Item": KEY, "ReturnConsumedCapacity": "INVALID",
            "ReturnItemCollectionMetrics": "INVALID", "ReturnValues": "INVALID",
        },
        [
            ENUM.format("INVALID", "returnConsumedCapacity", CAPACITY),
            RETURN_VALUES,
            ENUM.format("INVALID", "returnItemCollectionMetrics", "SIZE, NONE"),
        ],
    ),
    (
        "PutItem",
        {"TableName": "abc", "Item": KEY, "ConditionalOperator": "AN", "Expected": {"a": {"ComparisonOperator": ""}}},
        [OPERATOR, ENUM.format("", "expected.a.member.comparisonOperator", OPERATORS)],
    ),
    ("GetItem", {}, [NULL.format("tableName"), NULL.format("key")]),
    ("GetItem", {"TableName": "", "Key": KEY}, [SHORT.format("", "tableName", 1)]),
    (
        "GetItem",
        {"TableName": "abc;", "ReturnConsumedCapacity": "hi", "AttributesToGet": []},
        [
            ENUM.format("hi", "returnConsumedCapacity", CAPACITY),
            SHORT.format("[]", "attributesToGet", 1),
            PATTERN.format("abc;", "tableName"),
            NULL.format("key"),
        ],
    ),
    ("DeleteItem", {"TableName": "", "Key": {}}, [EMPTY_NAME]),
    (
        "DeleteItem",
        {"TableName": "abc", "Key": KEY, "ReturnValues": "INVALID", "ReturnConsumedCapacity": "INVALID"},
        [ENUM.format("INVALID", "returnConsumedCapacity", CAPACITY), RETURN_VALUES],
    ),
    ("DeleteItem", {}, [NULL.format("tableName"), NULL.format("key")]),
    ("UpdateItem", {"TableName": "", "Key": {}}, [EMPTY_NAME]),
    ("UpdateItem", {"TableName": "abc", "Key": KEY, "ReturnValues": "X", "ReturnConsumedCapacity": "X"}, [RETURN_VALUES]),
    (
        "UpdateItem",
        {"TableName": "abc", "Key": KEY, "AttributeUpdates": {"a": {"Action": "SET"}}},
        [ENUM.format("SET", "attributeUpdates.a.member.action", "ADD, PUT, DELETE")],
    ),
    ("UpdateItem", {}, [NULL.format("tableName"), NULL.format("key")]),
    ("Query", {}, [NULL.format("tableName")]),
    ("Query", {"TableName": "abc", "Select": "INVALID_VALUE"}, [ENUM.format("INVALID_VALUE", "select", SELECT)]),
    (
        "Query",
        {"TableName": "abc", "Limit": 0},
        ["Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1"],
    ),
    (
        "Query",
        {
            "TableName": "abc;", "ReturnConsumedCapacity": "hi", "AttributesToGet": [], "IndexName": "abc;",
            "Select": "hi", "QueryFilter": {"a": {}, "b": {"ComparisonOperator": ""}}, "ConditionalOperator": "AN",
            "KeyConditions": {"a": {}},
        },
        [
            ENUM.format("hi", "select", SELECT),
            PATTERN.format("abc;", "indexName"),
            ENUM.format("hi", "returnConsumedCapacity", CAPACITY),
            NULL.format("queryFilter.a.member.comparisonOperator"),
            ENUM.format("", "queryFilter.b.member.comparisonOperator", OPERATORS),
            PATTERN.format("abc;", "tableName"),
            ENUM.format("AN", "conditionalOperator", "OR, AND"),
            SHORT.format("[]", "attributesToGet", 1),
            NULL.format("keyConditions.a.member.comparisonOperator"),
        ],
    ),
    ("Query", {"TableName": "abc", "IndexName": ""}, [SHORT.format("", "indexName", 3), PATTERN.format("", "indexName")]),
    ("Query", {"TableName": "abc", "IndexName": "i" * 256}, [LONG.format("i" * 256, "indexName", 255)]),
    ("Scan", {}, [NULL.format("tableName")]),
    ("Scan", {"TableName": "abc", "Limit": 0}, [LOW.format(0, "limit", 1)]),
    (
        "Scan",
        {
            "TableName": "abc;", "IndexName": "abc;", "Select": "hi", "ReturnConsumedCapacity": "hi",
            "TotalSegments": -1, "Segment": -1, "Limit": -1, "ConditionalOperator": "AN", "ScanFilter": {"a": {}},
            "AttributesToGet": [],
        },
        [
            ENUM.format("hi", "select", SELECT),
            PATTERN.format("abc;", "indexName"),
            LOW.format(-1, "totalSegments", 1),
            ENUM.format("hi", "returnConsumedCapacity", CAPACITY),
            PATTERN.format("abc;", "tableName"),
            ENUM.format("AN", "conditionalOperator", "OR, AND"),
            NULL.format("scanFilter.a.member.comparisonOperator"),
            LOW.format(-1, "segment", 0),
            LOW.format(-1, "limit", 1),
            SHORT.format("[]", "attributesToGet", 1),
        ],
    ),
    ("Scan", {"TableName": "abc", "Segment": 0, "TotalSegments": 1000001}, [HIGH.format(1000001, "totalSegments", 1000000)]),
    ("Scan", {"TableName": "abc", "Segment": 1000000, "TotalSegments": 1}, [HIGH.format(1000000, "segment", 999999)]),
    ("BatchGetItem", {}, [NULL.format("requestItems")]),
    (
        "BatchGetItem",
        {"RequestItems": {}},
        ["Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1"],
    ),
    (
        "BatchGetItem",
        {"RequestItems": {"abc": {"Keys": [KEY] * 101}}},
        ["Value at 'RequestItems.abc.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100"],
    ),
    (
        "BatchGetItem",
        {"RequestItems": {"abc": {}}, "ReturnConsumedCapacity": "hi"},
        [ENUM.format("hi", "returnConsumedCapacity", CAPACITY), NULL.format("requestItems.abc.member.keys")],
    ),
    (
        "BatchGetItem",
        {"RequestItems": {"a;": {"Keys": []}}, "ReturnConsumedCapacity": "hi"},
        [
            f"""Value '{{"a;":{{"Keys":[]}}}}' at 'requestItems' failed to satisfy constraint: {NAME_BOUNDS}""",
            "Value at 'RequestItems.a;.member.Keys' failed to satisfy constraint: Member must have length greater than or equal to 1",
            ENUM.format("hi", "returnConsumedCapacity", CAPACITY),
        ],
    ),
    (
        "BatchGetItem",
        {"RequestItems": {"a;": {}}, "ReturnConsumedCapacity": "hi"},
        [
            ENUM.format("hi", "returnConsumedCapacity", CAPACITY),
            f"Value '{{a;=KeysAndAttributes(keys=null, attributesToGet=null, consistentRead=null, projectionExpression=null, expressionAttributeNames=null)}}' at 'requestItems' failed to satisfy constraint: {NAME_BOUNDS}",
            NULL.format("requestItems.a;.member.keys"),
        ],
    ),
    ("BatchWriteItem", {}, [NULL.format("requestItems")]),
    (
        "BatchWriteItem",
        {"RequestItems": {"abc": [{"PutRequest": {"Item": {"pk": {"S": f"bw-{n}"}}}} for n in range(26)]}},
        [
            f"Value '{{abc=[{', '.join(_put(f'bw-{n}') for n in range(26))}]}}' at 'requestItems' "
            f"failed to satisfy constraint: {WRITE_BOUNDS}"
        ],
    ),
    (
        "BatchWriteItem",
        {"RequestItems": {"a": []}, "ReturnConsumedCapacity": "hi", "ReturnItemCollectionMetrics": "hi"},
        [
            ENUM.format("hi", "returnConsumedCapacity", CAPACITY),
            ENUM.format("hi", "returnItemCollectionMetrics", "SIZE, NONE"),
            f"Value '{{a=[]}}' at 'requestItems' failed to satisfy constraint: {WRITE_BOUNDS}",
        ],
    ),
    (
        "BatchWriteItem",
        {"RequestItems": {"a": []}},
        [
            f"Value '{{a=[]}}' at 'requestItems' failed to satisfy constraint: {NAME_BOUNDS}",
            f"Value '{{a=[]}}' at 'requestItems' failed to satisfy constraint: {WRITE_BOUNDS}",
        ],
    ),
    (
        "BatchWriteItem",
        {"RequestItems": {"abc": [{"PutRequest": {}, "DeleteRequest": {}}]}},
        [
            NULL.format("requestItems.abc.member.1.member.deleteRequest.key"),
            NULL.format("requestItems.abc.member.1.member.putRequest.item"),
        ],
    ),
    ("CreateTable", TABLE | {"TableName": "ab"}, [SHORT.format("ab", "tableName", 3)]),
    (
        "CreateTable",
        TABLE | {"TableName": "", "KeySchema": []},
        [SHORT.format("", "tableName", 3), PATTERN.format("", "tableName"), SHORT.format("[]", "keySchema", 1)],
    ),
    ("CreateTable", TABLE | {"TableName": "a" * 256}, [LONG.format("a" * 256, "tableName", 255)]),
    ("CreateTable", TABLE | {"KeySchema": []}, [SHORT.format("[]", "keySchema", 1)]),
    (
        "CreateTable",
        TABLE | {"KeySchema": [ELEMENT] * 3},
        [LONG.format(f"[{', '.join(['KeySchemaElement(attributeName=pk, keyType=HASH)'] * 3)}]", "keySchema", 2)],
    ),
    (
        "CreateTable",
        TABLE | {"KeySchema": [{"AttributeName": "pk", "KeyType": "INVALID"}], "BillingMode": "INVALID"},
        [
            ENUM.format("INVALID", "billingMode", "PROVISIONED, PAY_PER_REQUEST"),
            ENUM.format("INVALID", "keySchema.1.member.keyType", "HASH, RANGE"),
        ],
    ),
    (
        "CreateTable",
        TABLE | {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "SS"}]},
        [ENUM.format("SS", "attributeDefinitions.1.member.attributeType", "B, N, S")],
    ),
    (
        "CreateTable",
        TABLE | {"AttributeDefinitions": [{}]},
        [
            NULL.format("attributeDefinitions.1.member.attributeType"),
            NULL.format("attributeDefinitions.1.member.attributeName"),
        ],
    ),
    (
        "CreateTable",
        TABLE | {"KeySchema": [{}]},
        [NULL.format("keySchema.1.member.attributeName"), NULL.format("keySchema.1.member.keyType")],
    ),
    (
        "CreateTable",
        TABLE | {"ProvisionedThroughput": {}},
        [
            NULL.format("provisionedThroughput.writeCapacityUnits"),
            NULL.format("provisionedThroughput.readCapacityUnits"),
        ],
    ),
    (
        "CreateTable",
        TABLE | {"ProvisionedThroughput": {"ReadCapacityUnits": -1, "WriteCapacityUnits": -1}},
        [
            LOW.format(-1, "provisionedThroughput.writeCapacityUnits", 1),
            LOW.format(-1, "provisionedThroughput.readCapacityUnits", 1),
        ],
    ),
    (
        "CreateTable",
        TABLE
        | {
            "LocalSecondaryIndexes": [{"IndexName": "aa", "KeySchema": [ELEMENT], "Projection": PROJECTION}],
            "GlobalSecondaryIndexes": [{"IndexName": "zz", "KeySchema": [ELEMENT], "Projection": PROJECTION}],
        },
        [
            SHORT.format("zz", "globalSecondaryIndexes.1.member.indexName", 3),
            SHORT.format("aa", "localSecondaryIndexes.1.member.indexName", 3),
        ],
    ),
    (
        "CreateTable",
        TABLE
        | {
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "abc", "KeySchema": [],
                    "Projection": {"ProjectionType": "X", "NonKeyAttributes": []},
                }
            ]
        },
        [
            SHORT.format("[]", "globalSecondaryIndexes.1.member.keySchema", 1),
            ENUM.format("X", "globalSecondaryIndexes.1.member.projection.projectionType", "ALL, INCLUDE, KEYS_ONLY"),
            SHORT.format("[]", "globalSecondaryIndexes.1.member.projection.nonKeyAttributes", 1),
        ],
    ),
    (
        "CreateTable",
        TABLE | {"SSESpecification": {"KMSMasterKeyId": ""}},
        [SHORT.format("", "sSESpecification.kMSMasterKeyId", 1)],
    ),
    (
        "CreateTable",
        TABLE | {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": ""}},
        [
            ENUM.format(
                "", "streamSpecification.streamViewType", "OLD_IMAGE, KEYS_ONLY, NEW_AND_OLD_IMAGES, NEW_IMAGE"
            )
        ],
    ),
    ("CreateTable", TABLE | {"TableClass": "X"}, [ENUM.format("X", "tableClass", "STANDARD, STANDARD_INFREQUENT_ACCESS")]),
    (
        "UpdateTable",
        {"TableName": "abc", "GlobalSecondaryIndexUpdates": [{"Update": {"ProvisionedThroughput": {}}}]},
        [
            NULL.format("globalSecondaryIndexUpdates.1.member.update.indexName"),
            NULL.format("globalSecondaryIndexUpdates.1.member.update.provisionedThroughput.writeCapacityUnits"),
            NULL.format("globalSecondaryIndexUpdates.1.member.update.provisionedThroughput.readCapacityUnits"),
        ],
    ),
    (
        "UpdateTable",
        {"TableName": "abc", "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": ""}}]},
        [
            SHORT.format("", "globalSecondaryIndexUpdates.1.member.delete.indexName", 3),
            PATTERN.format("", "globalSecondaryIndexUpdates.1.member.delete.indexName"),
        ],
    ),
    ("DescribeTable", {"TableName": ""}, [SHORT.format("", "tableName", 3), PATTERN.format("", "tableName")]),
    ("DescribeTable", {"TableName": "abc;"}, [PATTERN.format("abc;", "tableName")]),
    ("DeleteTable", {"TableName": "abc;"}, [PATTERN.format("abc;", "tableName")]),
    ("ListTables", {"Limit": 0}, [LOW.format(0, "limit", 1)]),
    ("ListTables", {"Limit": 101}, [HIGH.format(101, "limit", 100)]),
    (
        "ListTables",
        {"ExclusiveStartTableName": ""},
        [PATTERN.format("", "exclusiveStartTableName"), SHORT.format("", "exclusiveStartTableName", 3)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "request_", "errors"), CASES)
def test_errors_are_worded_counted_and_ordered_as_the_service_does(
    operation: str, request_: dict[str, Any], errors: list[str]
) -> None:
    with pytest.raises(ValidationException) as refused:
        check(operation, request_)
    count = f"{len(errors)} validation error{'s' if len(errors) > 1 else ''} detected: "
    assert refused.value.message == count + "; ".join(errors)


MISSING = "The parameter 'TableName' is required but was not present in the request"


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("CreateTable", {}, MISSING),
        ("CreateTable", {"KeySchema": []}, MISSING),
        ("UpdateTable", {}, MISSING),
        ("DeleteTable", {}, MISSING),
        ("DescribeTable", {"TableName": None}, MISSING),
        ("BatchWriteItem", {"RequestItems": {}}, "The requestItems parameter is required for BatchWriteItem"),
    ],
)
def test_some_faults_have_a_sentence_of_their_own(
    operation: str, request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationException) as refused:
        check(operation, request_)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("operation", "member"), [("ListBackups", "Limit"), ("ListContributorInsights", "MaxResults")]
)
def test_a_table_that_need_not_be_named_is_not_asked_for(operation: str, member: str) -> None:
    spelt = member[0].lower() + member[1:]
    limit = f"Value '101' at '{spelt}' failed to satisfy constraint: Member must have value less than or equal to 100"
    assert check(operation, {member: 100}) == {member: 100}
    with pytest.raises(ValidationException) as refused:
        check(operation, {member: 101})
    assert refused.value.message == f"1 validation error detected: {limit}"


GOOD = [
    ("PutItem", {"TableName": "abc", "Item": {"a": {"L": [{"M": {"b": {"NS": ["1"]}}}, {"B": "QUI="}]}}}),
    ("GetItem", {"TableName": "arn:aws:dynamodb:us-east-1:123456789012:table/abc", "Key": KEY}),
    ("GetItem", {"TableName": "a.-_0" * 51, "Key": {}}),
    ("UpdateItem", {"TableName": "abc", "Key": KEY, "ReturnValues": "UPDATED_NEW", "UpdateExpression": ""}),
    ("Query", {"TableName": "abc", "Limit": 1, "ScanIndexForward": False, "KeyConditions": {"a": {"ComparisonOperator": "EQ"}}}),
    ("Scan", {"TableName": "abc", "Segment": 0, "TotalSegments": 1, "ConsistentRead": True}),
    ("BatchGetItem", {"RequestItems": {"abc": {"Keys": [KEY] * 100}}}),
    ("BatchWriteItem", {"RequestItems": {"abc": [{}], "abd": [{"DeleteRequest": {"Key": KEY}}]}}),
    ("CreateTable", TABLE),
    ("CreateTable", {"TableName": "abc"}),
    ("ListTables", {}),
    ("ListTables", {"Limit": 100, "ExclusiveStartTableName": "abc"}),
    ("DescribeLimits", {}),
    ("DescribeEndpoints", {}),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "request_"), GOOD)
def test_a_good_request_is_copied_whole_both_ways(operation: str, request_: dict[str, Any]) -> None:
    assert check(operation, request_) == request_
    assert check(operation, request_) is not request_
    assert explain(operation, request_) == request_


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"TableName": "abc", "Key": KEY, "Unknown": [[[1]]]}, {"TableName": "abc", "Key": KEY}),
        ({"TableName": "abc", "Key": KEY, "ConsistentRead": None}, {"TableName": "abc", "Key": KEY}),
        ({"TableName": "abc", "Key": {"a": {"S": "a", "N": None, "X": 1}}}, {"TableName": "abc", "Key": {"a": {"S": "a"}}}),
        ({"TableName": "abc", "Key": {"a": None}}, {"TableName": "abc", "Key": {"a": {}}}),
        ({"TableName": "abc", "Key": {"a": {"L": [None]}}}, {"TableName": "abc", "Key": {"a": {"L": [{}]}}}),
        ({"TableName": "abc", "Key": {"a": {"SS": ["a", None]}}}, {"TableName": "abc", "Key": {"a": {"SS": ["a"]}}}),
        ({"TableName": "abc", "Key": {}, "ConsistentRead": "yes"}, {"TableName": "abc", "Key": {}, "ConsistentRead": True}),
    ],
)  # fmt: skip
def test_unknown_members_and_nulls_are_absent(given: dict[str, Any], kept: dict[str, Any]) -> None:
    assert check("GetItem", given) == kept
    assert explain("GetItem", given) == kept


def test_no_more_than_ten_errors_are_told() -> None:
    definitions = [{}] * 1000
    with pytest.raises(ValidationException) as refused:
        check("CreateTable", TABLE | {"AttributeDefinitions": definitions})
    assert refused.value.message.startswith("10 validation errors detected: ")
    assert refused.value.message.count("; ") == 9


def test_the_echo_of_a_huge_value_is_cut() -> None:
    requests = [{"PutRequest": {"Item": {"pk": {"S": "x" * 10_000}}}}] * 26
    with pytest.raises(ValidationException) as refused:
        check("BatchWriteItem", {"RequestItems": {"abc": requests}})
    assert len(refused.value.message) < 70_000
    assert refused.value.message.endswith(WRITE_BOUNDS)


def test_every_kind_of_value_is_echoed_as_java_prints_it() -> None:
    value = {"L": [{"B": "QUI="}, {"BOOL": True}, {"M": {}}, {"SS": ["a", "b"]}]}
    with pytest.raises(ValidationException) as refused:
        check("BatchWriteItem", {"RequestItems": {"abc": [{"DeleteRequest": {"Key": {"k": value}}}] * 26}})
    message = refused.value.message
    assert (
        "WriteRequest(putRequest=null, deleteRequest=DeleteRequest(key={k=AttributeValue(s=null, " in message
    )
    assert "b=java.nio.HeapByteBuffer[pos=0 lim=2 cap=2]" in message
    assert "bOOL=true" in message
    assert "m={}" in message
    assert "sS=[a, b]" in message


def test_a_wrong_type_is_told_before_any_constraint() -> None:
    with pytest.raises(SerializationException) as refused:
        check("PutItem", {"TableName": "", "Item": {"a": {"N": 1}}})
    assert refused.value.message == "NUMBER_VALUE cannot be converted to String"


def test_a_value_that_holds_itself_is_refused() -> None:
    value: dict[str, Any] = {}
    value["M"] = {"a": value}
    with pytest.raises(SerializationException):
        check("PutItem", {"TableName": "abc", "Item": {"a": value}})


def test_an_operation_the_model_has_not_is_the_callers_mistake() -> None:
    with pytest.raises(KeyError):
        check("NoSuchOperation", {})
