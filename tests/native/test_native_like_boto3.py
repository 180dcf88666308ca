"""Call by call, what boto3's resource and client give over HTTP and what the native client gives in process: equal but
for the request's metadata. Both databases have one clock, one salt and one seed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.config import Config
from botocore.exceptions import ClientError
from native_tables import CREDENTIALS, schema

import stator
from stator.engine.database import Database
from stator.server.background import BackgroundServer

ITEM = {
    "id": "a",
    "at": 1,
    "b": b"x",
    "n": {Decimal("1.5"), 2},
    "m": {"l": [None, True, {"z"}]},
    "bs": {b"q"},
}
INDEX = {
    "IndexName": "by-at",
    "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
OF_TABLE: list[tuple[str, dict[str, Any]]] = [
    ("put_item", {"Item": ITEM}),
    ("put_item", {"Item": ITEM, "ReturnValues": "ALL_OLD", "ReturnConsumedCapacity": "INDEXES"}),
    ("put_item", {"Item": ITEM, "ConditionExpression": Attr("id").not_exists()}),
    (
        "put_item",
        {
            "Item": ITEM,
            "ConditionExpression": "attribute_not_exists(id)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    ),
    ("put_item", {"Item": {"id": "a"}}),
    ("put_item", {"Item": {"id": 1, "at": 1}}),
    ("put_item", {"Item": {"id": "a", "at": 1, "e": set()}}),
    ("get_item", {"Key": {"id": "a", "at": 1}}),
    ("get_item", {"Key": {"id": "a", "at": 1}, "ProjectionExpression": "m.l[2], b", "ConsistentRead": True}),
    ("get_item", {"Key": {"id": "b", "at": 1}, "ReturnConsumedCapacity": "TOTAL"}),
    ("get_item", {"Key": {}}),
    (
        "update_item",
        {
            "Key": {"id": "u", "at": 1},
            "UpdateExpression": "SET a = :a, m = :m",
            "ExpressionAttributeValues": {":a": b"1", ":m": {"x": {1, 2}}},
            "ReturnValues": "ALL_NEW",
        },
    ),
    ("update_item", {"Key": {"id": "u", "at": 1}, "AttributeUpdates": {"c": {"Value": 3, "Action": "ADD"}}}),
    ("update_item", {"Key": {"id": "u", "at": 1}, "UpdateExpression": "SET"}),
    (
        "query",
        {"KeyConditionExpression": Key("id").eq("a") & Key("at").gte(0), "ReturnConsumedCapacity": "TOTAL"},
    ),
    ("query", {"KeyConditions": {"id": {"AttributeValueList": ["u"], "ComparisonOperator": "EQ"}}}),
    ("query", {"KeyConditionExpression": Key("at").eq(1), "IndexName": "by-at", "Limit": 1}),
    ("query", {"KeyConditionExpression": Key("at").eq(1), "FilterExpression": Attr("b").contains(b"x")}),
    ("scan", {}),
    ("scan", {"Limit": 1}),
    ("scan", {"FilterExpression": Attr("m").size().gt(0) | Attr("a").exists(), "Select": "COUNT"}),
    ("scan", {"Segment": 3, "TotalSegments": 3}),
    ("scan", {"ScanFilter": {"b": {"AttributeValueList": [b"x"], "ComparisonOperator": "EQ"}}}),
    ("delete_item", {"Key": {"id": "u", "at": 1}, "ReturnValues": "ALL_OLD"}),
    ("delete_item", {"Key": {"id": "u", "at": 1}, "Expected": {"c": {"Value": 1}}}),
    ("get_available_subresources", {}),
    ("delete", {}),
]
_KEY = {"id": {"S": "a"}, "at": {"N": "1"}}
_ITEM = {**_KEY, "b": {"B": b"\0"}, "l": {"L": [{"BS": [b"x", b"y"]}, {"M": {"n": {"NULL": True}}}]}}
OF_CLIENT: list[tuple[str, dict[str, Any]]] = [
    ("list_tables", {}),
    ("describe_table", {"TableName": "Twin"}),
    ("put_item", {"TableName": "Twin", "Item": _ITEM}),
    ("get_item", {"TableName": "Twin", "Key": _KEY}),
    (
        "put_item",
        {
            "TableName": "Twin",
            "Item": _ITEM,
            "ConditionExpression": "b <> :b",
            "ExpressionAttributeValues": {":b": {"B": b"\0"}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    ),
    ("batch_get_item", {"RequestItems": {"Twin": {"Keys": [_KEY]}}}),
    ("batch_write_item", {"RequestItems": {"Twin": [{"DeleteRequest": {"Key": _KEY}}]}}),
    ("transact_write_items", {"TransactItems": [{"Put": {"TableName": "Twin", "Item": _ITEM}}]}),
    (
        "transact_write_items",
        {
            "TransactItems": [
                {
                    "Delete": {
                        "TableName": "Twin",
                        "Key": _KEY,
                        "ConditionExpression": "attribute_not_exists(id)",
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                }
            ]
        },
    ),
    ("transact_get_items", {"TransactItems": [{"Get": {"TableName": "Twin", "Key": _KEY}}]}),
    ("execute_statement", {"Statement": "SELECT * FROM Twin WHERE id = ?", "Parameters": [{"S": "a"}]}),
    (
        "batch_execute_statement",
        {"Statements": [{"Statement": "SELECT * FROM Twin WHERE id = 'a' AND at = 1"}]},
    ),
    (
        "query",
        {
            "TableName": "Twin",
            "KeyConditionExpression": "at = :a",
            "ExpressionAttributeValues": {":a": {"N": "1"}},
        },
    ),
    ("scan", {"TableName": "Twin", "ExclusiveStartKey": _KEY}),
    ("describe_limits", {}),
    ("describe_continuous_backups", {"TableName": "Twin"}),
    (
        "update_time_to_live",
        {"TableName": "Twin", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "e"}},
    ),
    ("describe_time_to_live", {"TableName": "Twin"}),
    ("describe_table", {"TableName": "absent"}),
    ("delete_table", {"TableName": "Twin"}),
]


def outcome(call: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """What a caller gets: the answer, or the refusal's response."""
    try:
        answer = call(**arguments)
    except ClientError as error:
        return error.operation_name, plain(error.response)
    return plain(answer)


def plain(value: Any) -> Any:
    """Without metadata, binary as bytes, and what a refusal says a second time outside `Error` left out."""
    if isinstance(value, dict):
        members = {key: plain(each) for key, each in value.items() if key != "ResponseMetadata"}
        if "Error" in members:
            members = {key: each for key, each in members.items() if key.lower() != "message"}
        return members
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, set):
        return {plain(each) for each in value}
    return value.value if isinstance(value, Binary) else value


def boto3s(kind: str, endpoint: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return getattr(boto3, kind)("dynamodb", endpoint_url=endpoint, config=config, **CREDENTIALS)


def test_a_table_answers_as_boto3s_resource(twins: Callable[[], Database]) -> None:
    with BackgroundServer(twins()) as endpoint, stator.open(twins(), numbers="decimal") as db:
        arguments = schema("Twin", GlobalSecondaryIndexes=[INDEX])
        theirs = boto3s("resource", endpoint).create_table(**arguments)
        ours = db.create_table(**arguments)
        for method, arguments in OF_TABLE:
            expected = outcome(getattr(theirs, method), arguments)
            assert outcome(getattr(ours, method), arguments) == expected, (method, arguments)


def test_the_low_level_client_answers_as_boto3s(twins: Callable[[], Database]) -> None:
    with BackgroundServer(twins()) as endpoint, stator.open(twins()) as db:
        theirs = boto3s("client", endpoint)
        for client in (theirs, db.client):
            client.create_table(**schema("Twin", GlobalSecondaryIndexes=[INDEX]))
        for method, arguments in OF_CLIENT:
            expected = outcome(getattr(theirs, method), arguments)
            assert outcome(getattr(db.client, method), arguments) == expected, (method, arguments)


OF_META_CLIENT: list[tuple[str, dict[str, Any]]] = [
    ("put_item", {"TableName": "Twin", "Item": ITEM}),
    ("get_item", {"TableName": "Twin", "Key": {"id": "a", "at": 1}}),
    ("transact_get_items", {"TransactItems": [{"Get": {"TableName": "Twin", "Key": {"id": "a", "at": 1}}}]}),
    ("batch_get_item", {"RequestItems": {"Twin": {"Keys": [{"id": "a", "at": 1}]}}}),
    ("execute_statement", {"Statement": "SELECT * FROM Twin WHERE id = ?", "Parameters": ["a"]}),
    ("query", {"TableName": "Twin", "KeyConditionExpression": Key("id").eq("a")}),
    ("describe_table", {"TableName": "Twin"}),
]


def test_the_client_of_meta_answers_as_a_boto3_resources(twins: Callable[[], Database]) -> None:
    with BackgroundServer(twins()) as endpoint, stator.open(twins(), numbers="decimal") as db:
        theirs = boto3s("resource", endpoint)
        for resource in (theirs, db):
            resource.create_table(**schema("Twin"))
        for method, arguments in OF_META_CLIENT:
            expected = outcome(getattr(theirs.meta.client, method), arguments)
            assert outcome(getattr(db.meta.client, method), arguments) == expected, (method, arguments)


def test_a_table_has_the_attributes_and_methods_of_boto3s(twins: Callable[[], Database]) -> None:
    with BackgroundServer(twins()) as endpoint, stator.open(twins(), numbers="decimal") as db:
        resource = boto3s("resource", endpoint)
        theirs, ours = resource.create_table(**schema("Twin")), db.create_table(**schema("Twin"))
        names = [name for name in dir(theirs) if not name.startswith("_") and name != "meta"]
        lacking = [name for name in names if not hasattr(ours, name)]
        assert lacking == []
        for name in names:
            if not callable(getattr(theirs, name)) and name != "table_id":
                assert plain(getattr(ours, name)) == plain(getattr(theirs, name)), name
        wanted = {name for name in dir(resource) if not name.startswith("_")}
        assert wanted - set(dir(db)) == set()


def test_the_client_has_the_methods_waiters_and_paginators_of_boto3s(endpoint: str) -> None:
    with stator.open() as db:
        ours, theirs = db.client, boto3.client("dynamodb", endpoint_url=endpoint, **CREDENTIALS)
        methods = set(theirs.meta.method_to_api_mapping)
        assert {name for name in methods if not hasattr(ours, name)} == set()
        assert set(theirs.waiter_names) - set(ours.waiter_names) == set()
        assert {
            name for name in methods if theirs.can_paginate(name) and not ours.can_paginate(name)
        } == set()


def test_a_paginator_pages_as_boto3s(endpoint: str) -> None:
    with stator.open(endpoint) as db:
        table = db.create_table(**schema("Paged"))
        with table.batch_writer() as batch:
            for at in range(20):
                batch.put_item(Item={"id": "a", "at": at})
        arguments = {"TableName": "Paged", "PaginationConfig": {"PageSize": 3, "MaxItems": 10}}
        theirs = boto3.client("dynamodb", endpoint_url=endpoint, **CREDENTIALS).get_paginator("scan")
        ours = db.client.get_paginator("scan")
        expected = [len(page["Items"]) for page in theirs.paginate(**arguments)]
        assert [len(page["Items"]) for page in ours.paginate(**arguments)] == expected
        whole = ours.paginate(TableName="Paged", PaginationConfig={"PageSize": 3}).build_full_result()
        assert (whole["Count"], len(whole["Items"])) == (20, 20)
        table.delete()
