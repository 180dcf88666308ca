"""Bodies -> requests: the sentences of SerializationException, and bodies that kill lesser parsers."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stator.api.shapes import explain
from stator.errors import SerializationException, ValidationException
from stator.wire.codec import decode_request

CLASS = "Unrecognized collection type class "
PACKAGE = "com.amazonaws.dynamodb.v20120810."
MISPLACED = "Start of structure or map found where not expected"
FIELD = "Unexpected field type"
PAYLOAD = "Unexpected value type in payload"
BASE64 = "only base-64-encoded strings are convertible to bytes"
CAST = (
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class "
    "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of "
    "loader 'bootstrap')"
)
Sentences = list[tuple[Any, str]]


def _number(kind: str) -> Sentences:
    return [
        ("23", f"STRING_VALUE cannot be converted to {kind}"),
        (True, f"TRUE_VALUE cannot be converted to {kind}"),
        (False, f"FALSE_VALUE cannot be converted to {kind}"),
        ([], f"{CLASS}java.lang.{kind}"),
        ({}, MISPLACED),
    ]


def _scalars(sentence: str) -> Sentences:
    return [(value, sentence) for value in ("23", True, 23, -2147483648, 2147483648, 34.56)]


def _structure(name: str, sentence: str) -> Sentences:
    return [*_scalars(sentence), ([], f"{CLASS}{PACKAGE}{name}")]


def _map(element: str, sentence: str = FIELD) -> Sentences:
    return [
        *_scalars(sentence),
        ([], f"Unrecognized collection type java.util.Map<java.lang.String, {element}>"),
    ]


STRING: Sentences = [
    (True, "TRUE_VALUE cannot be converted to String"),
    (False, "FALSE_VALUE cannot be converted to String"),
    (23, "NUMBER_VALUE cannot be converted to String"),
    (-2147483648, "NUMBER_VALUE cannot be converted to String"),
    (34.56, "DECIMAL_VALUE cannot be converted to String"),
    ([], f"{CLASS}java.lang.String"),
    ({}, MISPLACED),
]
BOOLEAN: Sentences = [
    ("23", "Unexpected token received from parser"),
    (23, "NUMBER_VALUE cannot be converted to Boolean"),
    (34.56, "DECIMAL_VALUE cannot be converted to Boolean"),
    ([], f"{CLASS}java.lang.Boolean"),
    ({}, MISPLACED),
]
BLOB: Sentences = [
    (True, BASE64),
    (23, BASE64),
    (34.56, BASE64),
    ([], f"{CLASS}java.nio.ByteBuffer"),
    ({}, MISPLACED),
    ("23456", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
    ("=+/=", "Invalid last non-pad Base64 character dectected"),
    ("+/+=", "Invalid last non-pad Base64 character dectected"),
    ("QR==", "Invalid last non-pad Base64 character dectected"),
    ("Q$==", "Invalid last non-pad Base64 character dectected"),
    ("A$A=", "Invalid Base64 character: '$'"),
    ("AA A", "Invalid Base64 character: ' '"),
    ("A=AA", "Invalid Base64 character: '='"),
    ("é===", "Invalid last non-pad Base64 character dectected"),
    ("éAAA", "Invalid Base64 character: 'é'"),
]
INTEGER, LONG = _number("Integer"), _number("Long")
LIST: Sentences = [*_scalars(FIELD), ({}, MISPLACED)]
VALUES = _map(f"{PACKAGE}AttributeValue")
NAMES = _map("java.lang.String")


def _attribute(path: str, sentence: str) -> list[tuple[str, Sentences]]:
    """An attribute value at `path`, which is a structure's member (FIELD) or an element (PAYLOAD)."""
    inner = _structure("AttributeValue", PAYLOAD)
    return [
        (path, _structure("AttributeValue", sentence)),
        *((f"{path}.{member}", STRING) for member in ("S", "N", "SS.0", "NS.0", "L.0.S", "M.a.N")),
        *((f"{path}.{member}", BLOB) for member in ("B", "BS.0", "L.0.BS.0", "M.a.BS.0")),
        *((f"{path}.{member}", BOOLEAN) for member in ("BOOL", "NULL")),
        *((f"{path}.{member}", LIST) for member in ("SS", "NS", "BS", "L", "L.0.BS", "M.a.BS")),
        *((f"{path}.{member}", inner) for member in ("L.0", "M.a", "L.0.L.0", "M.a.M.b")),
        (f"{path}.M", VALUES),
    ]


KEY_ELEMENT = [
    ("", _structure("KeySchemaElement", PAYLOAD)),
    (".KeyType", STRING),
    (".AttributeName", STRING),
]
INDEX = [
    (".IndexName", STRING),
    (".KeySchema", LIST),
    *((f".KeySchema.0{path}", sentences) for path, sentences in KEY_ELEMENT),
    (".Projection", _structure("Projection", FIELD)),
    (".Projection.NonKeyAttributes", LIST),
    (".Projection.NonKeyAttributes.0", STRING),
    (".Projection.ProjectionType", STRING),
]
THROUGHPUT = [
    (".ProvisionedThroughput", _structure("ProvisionedThroughput", FIELD)),
    (".ProvisionedThroughput.WriteCapacityUnits", LONG),
    (".ProvisionedThroughput.ReadCapacityUnits", LONG),
]
EXPRESSIONS = [
    ("ExpressionAttributeNames", NAMES),
    ("ExpressionAttributeNames.Attr", STRING),
    ("ExpressionAttributeValues", VALUES),
    *_attribute("ExpressionAttributeValues.Attr", PAYLOAD),
]
EXPECTED = [
    ("Expected", _map(f"{PACKAGE}ExpectedAttributeValue")),
    ("Expected.Attr", _structure("ExpectedAttributeValue", PAYLOAD)),
    ("Expected.Attr.Exists", BOOLEAN),
    *_attribute("Expected.Attr.Value", FIELD),
    ("Expected.Attr.AttributeValueList", LIST),
]
PLACES: dict[str, list[tuple[str, Sentences]]] = {
    "PutItem": [
        *(
            (name, STRING)
            for name in ("TableName", "ReturnConsumedCapacity", "ReturnValues", "ConditionExpression")
        ),
        ("Item", VALUES),
        *_attribute("Item.Attr", PAYLOAD),
        *EXPECTED,
        *EXPRESSIONS,
    ],
    "GetItem": [
        ("Key", VALUES),
        ("AttributesToGet", LIST),
        ("AttributesToGet.0", STRING),
        ("ConsistentRead", BOOLEAN),
    ],
    "UpdateItem": [
        ("AttributeUpdates", _map(f"{PACKAGE}AttributeValueUpdate")),
        ("AttributeUpdates.Attr", _structure("AttributeValueUpdate", PAYLOAD)),
        ("AttributeUpdates.Attr.Action", STRING),
        *_attribute("AttributeUpdates.Attr.Value", FIELD),
    ],
    "Query": [
        ("Limit", INTEGER),
        ("ScanIndexForward", BOOLEAN),
        ("QueryFilter", _map(f"{PACKAGE}Condition")),
        ("QueryFilter.Attr", _structure("Condition", PAYLOAD)),
        ("QueryFilter.Attr.AttributeValueList", LIST),
        *_attribute("QueryFilter.Attr.AttributeValueList.0", PAYLOAD),
        ("ExclusiveStartKey", VALUES),
    ],
    "Scan": [("Segment", INTEGER), ("TotalSegments", INTEGER), ("Limit", INTEGER), ("Select", STRING)],
    "BatchGetItem": [
        ("RequestItems", _map(f"{PACKAGE}KeysAndAttributes")),
        ("RequestItems.Attr", _structure("KeysAndAttributes", PAYLOAD)),
        ("RequestItems.Attr.Keys", LIST),
        ("RequestItems.Attr.Keys.0", _map(f"{PACKAGE}AttributeValue", CAST)),
        ("RequestItems.Attr.ExpressionAttributeNames", NAMES),
    ],
    "BatchWriteItem": [
        ("RequestItems", _map(f"java.util.List<{PACKAGE}WriteRequest>")),
        ("RequestItems.Attr", [*_scalars(CAST), ({}, MISPLACED)]),
        ("RequestItems.Attr.0", _structure("WriteRequest", PAYLOAD)),
        ("RequestItems.Attr.0.DeleteRequest", _structure("DeleteRequest", FIELD)),
        ("RequestItems.Attr.0.PutRequest", _structure("PutRequest", FIELD)),
        ("RequestItems.Attr.0.PutRequest.Item", VALUES),
    ],
    "CreateTable": [
        ("AttributeDefinitions", LIST),
        ("AttributeDefinitions.0", _structure("AttributeDefinition", PAYLOAD)),
        ("AttributeDefinitions.0.AttributeType", STRING),
        ("KeySchema", LIST),
        *((f"KeySchema.0{path}", sentences) for path, sentences in KEY_ELEMENT),
        *((path[1:], sentences) for path, sentences in THROUGHPUT),
        ("GlobalSecondaryIndexes.0", _structure("GlobalSecondaryIndex", PAYLOAD)),
        *((f"GlobalSecondaryIndexes.0{path}", sentences) for path, sentences in (*INDEX, *THROUGHPUT)),
        ("LocalSecondaryIndexes.0", _structure("LocalSecondaryIndex", PAYLOAD)),
        *((f"LocalSecondaryIndexes.0{path}", sentences) for path, sentences in INDEX),
        ("BillingMode", STRING),
        ("DeletionProtectionEnabled", BOOLEAN),
    ],
    "UpdateTable": [
        ("GlobalSecondaryIndexUpdates", LIST),
        ("GlobalSecondaryIndexUpdates.0", _structure("GlobalSecondaryIndexUpdate", PAYLOAD)),
        ("GlobalSecondaryIndexUpdates.0.Create", _structure("CreateGlobalSecondaryIndexAction", FIELD)),
        ("GlobalSecondaryIndexUpdates.0.Delete.IndexName", STRING),
        *((f"GlobalSecondaryIndexUpdates.0.Update{path}", sentences) for path, sentences in THROUGHPUT),
    ],
    "ListTables": [("ExclusiveStartTableName", STRING), ("Limit", INTEGER)],
    "DescribeTable": [("TableName", STRING)],
    "DeleteTable": [("TableName", STRING)],
}
CASES = [
    (operation, path, value, message)
    for operation, places in PLACES.items()
    for path, sentences in places
    for value, message in sentences
]


def _nested(path: list[str], value: Any) -> Any:
    if not path:
        return value
    inner = _nested(path[1:], value)
    return [inner] if path[0] == "0" else {path[0]: inner}


def _refused(operation: str, body: bytes) -> SerializationException:
    with pytest.raises(SerializationException) as refused:
        decode_request(operation, body)
    return refused.value


@pytest.mark.parametrize(("operation", "path", "value", "message"), CASES)
def test_a_value_of_the_wrong_type_gets_the_services_sentence(
    operation: str, path: str, value: Any, message: str
) -> None:
    body = json.dumps(_nested(path.split("."), value)).encode()
    assert _refused(operation, body).message == message


NO_JSON = [
    b"",
    b" ",
    b"hi",
    b"{",
    b"}",
    b'{"TableName":"abc"',
    b'{"TableName":"abc"} trailing',
    b"{'TableName':'abc'}",
    b'{"TableName":"abc",}',
    b'{"TableName":NaN}',
    b'{"TableName":Infinity}',
    b'{"TableName":01}',
    b'{"TableName":"a\nb"}',
    b'{"TableName":"\xff"}',
    b'{"TableName":"\xed\xa0\x80"}',
    b'{"TableName":"\\ud800"}',
    b'{"TableName":"\\ud800x"}',
    b'{"TableName":"\\udc00"}',
    b'{"\\ud83d":"abc"}',
    b'{"\xff":1}',
    b'\xef\xbb\xbf{"TableName":"abc"}',
    b'{"Limit":1e999999}',
    b'{"TableName":1e999999}',
    b'{"Limit":' + b"9" * 100_000 + b"}",
    b'{"Unknown":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"Unknown":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    b'{"Item":{"a":' + b'{"L":[' * 100_000 + b"]}" * 100_000 + b"}}",
    b"[" * 1_000_000,
    b'"' + b"\\" * 1_000_001,
    b"null",
]


@pytest.mark.parametrize("body", NO_JSON, ids=range(len(NO_JSON)))
@pytest.mark.parametrize("operation", ["PutItem", "DescribeTable"])
def test_a_body_that_is_no_json_gets_a_bare_error(operation: str, body: bytes) -> None:
    assert _refused(operation, body).message == ""


@pytest.mark.parametrize(
    ("body", "message"),
    [(b"[]", f"{CLASS}{PACKAGE}PutItemInput"), (b'"a"', FIELD), (b"1", FIELD), (b"true", FIELD)],
)
def test_a_body_that_is_no_object_is_refused(body: bytes, message: str) -> None:
    assert _refused("PutItem", body).message == message


@pytest.mark.parametrize("levels", [32, 33, 70, 100])
@pytest.mark.parametrize("kind", ["L", "M"])
def test_values_nested_beyond_the_services_limit_still_reach_the_check_of_values(
    kind: str, levels: int
) -> None:
    value: dict[str, Any] = {"S": "deep"}
    for _ in range(levels):
        value = {"L": [value]} if kind == "L" else {"M": {"a": value}}
    request = {"TableName": "abc", "Item": {"a": value}}
    assert decode_request("PutItem", json.dumps(request).encode()) == request
    assert decode_request("PutItem", json.dumps(request | {"Expected": None}).encode()) == request


def test_of_a_member_given_twice_the_last_stands() -> None:
    assert decode_request("DescribeTable", b'{"TableName":"abc","TableName":"abd"}') == {"TableName": "abd"}


def test_any_text_a_client_may_send_arrives_as_it_is() -> None:
    text = '\u0000"\\/\ud7ff\ue000\uffff\U00010000\U0010ffff\u2028é'
    request = {"TableName": "abc", "Key": {text: {"S": text}}}
    assert decode_request("GetItem", json.dumps(request).encode()) == request
    assert decode_request("GetItem", json.dumps(request, ensure_ascii=False).encode()) == request


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"Limit":1.0}', {"Limit": 1}),
        (b'{"Limit":1.5}', {"Limit": 1}),
        (b'{"Limit":null}', {}),
        (b'{"Unknown":{"a":[1,2,{"b":null}]}}', {}),
        (b' {\n"Limit" :\t1 } ', {"Limit": 1}),
    ],
)
def test_the_parser_is_as_lenient_as_the_services(body: bytes, kept: dict[str, Any]) -> None:
    assert decode_request("ListTables", body) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [(text, True) for text in ("true", "TRUE", "1", "yes")]
    + [(text, False) for text in ("false", "0", "No")],
)
def test_a_boolean_may_be_written_as_text(text: str, kept: bool) -> None:
    body = json.dumps({"TableName": "abc", "Key": {}, "ConsistentRead": text}).encode()
    assert decode_request("GetItem", body) == {"TableName": "abc", "Key": {}, "ConsistentRead": kept}


def test_a_megabyte_of_base64_is_read_quickly_and_unchanged() -> None:
    request = {"TableName": "abc", "Item": {"a": {"B": "QUJD" * 250_000}}}
    assert decode_request("PutItem", json.dumps(request).encode()) == request


HUGE = {
    "names": (b'"a",', b'{"TableName":"abc","Key":{},"AttributesToGet":[%bnull]}'),
    "values": (b"{},", b'{"TableName":"abc","Key":{"a":{"L":[%b{"N":1}]}}}'),
    "numbers": (b"1,", b'{"TableName":"abc","Key":{"a":{"L":[%b1]}}}'),
}


@pytest.mark.parametrize("kind", HUGE)
def test_the_fault_of_a_request_of_millions_of_values_is_not_searched(kind: str) -> None:
    part, body = HUGE[kind]
    began = time.perf_counter()
    assert _refused("GetItem", body % (part * 1_000_000)).message.startswith("The request holds a mistake")
    assert time.perf_counter() - began < 5


VALUE = st.recursive(
    st.one_of(
        st.builds(lambda text: {"S": text}, st.text(max_size=5)),
        st.builds(lambda number: {"N": str(number)}, st.integers()),
        st.builds(lambda flag: {"BOOL": flag}, st.booleans()),
        st.sampled_from([{"B": "QUI="}, {"B": ""}, {"NULL": True}, {"SS": ["a"]}, {"BS": ["QQ=="]}, {}]),
    ),
    lambda inner: st.one_of(
        st.builds(lambda values: {"L": values}, st.lists(inner, max_size=3)),
        st.builds(lambda values: {"M": values}, st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    ),
    max_leaves=10,
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(-1e9, 1e9) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["S", "B", "L", "M", "BOOL", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(item=st.dictionaries(st.text(max_size=3), VALUE, max_size=4))
def test_the_fast_way_and_the_slow_way_read_the_same_request(item: dict[str, Any]) -> None:
    request = {"TableName": "abc", "Item": item}
    assert decode_request("PutItem", json.dumps(request).encode()) == request == explain("PutItem", request)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(value=ANYTHING, operation=st.sampled_from(["PutItem", "Query", "BatchWriteItem", "CreateTable"]))
def test_whatever_json_is_sent_the_answer_is_a_request_or_a_modelled_error(
    operation: str, value: Any
) -> None:
    members = {
        "PutItem": "Item",
        "Query": "QueryFilter",
        "BatchWriteItem": "RequestItems",
        "CreateTable": "KeySchema",
    }
    body = json.dumps({"TableName": "abc", members[operation]: value}).encode()
    try:
        request = decode_request(operation, body)
    except (SerializationException, ValidationException):
        return
    assert explain(operation, request) == request
