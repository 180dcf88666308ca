"""boto3's methods with plain Python values: the same cases on every target, sync and async."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import boto3.dynamodb.conditions
import boto3.dynamodb.types
import pytest

import stator
from stator.conditions import Attr, Key
from stator.errors import (
    ConditionalCheckFailedException,
    ResourceNotFoundException,
    ServiceError,
    TransactionCanceledException,
    ValidationException,
)

ORDER = {
    "id": "a",
    "at": 1,
    "text": "ü",
    "empty": "",
    "binary": b"\0\xff",
    "none": None,
    "yes": True,
    "price": Decimal("1.50"),
    "list": [1, "two", [b"3", {"four": None}]],
    "map": {"x": {"y": {"z": 1}}},
    "numbers": {1, Decimal("2.5")},
    "texts": {"a", "b"},
    "binaries": {b"a", b"b"},
}


def fill(table: Any, count: int) -> None:
    with table.batch_writer() as batch:
        for at in range(count):
            settle(batch.put_item(Item={"id": "a", "at": at, "even": at % 2 == 0, "copy": at}))


def settle(_: Any) -> None:
    """A batch writer's calls return nothing."""


def test_an_item_comes_back_as_it_was_put(table: Any) -> None:
    table.put_item(Item=ORDER)
    item = table.get_item(Key={"id": "a", "at": 1})["Item"]
    assert item == ORDER
    assert (type(item["at"]), type(item["price"]), type(item["binary"])) == (int, Decimal, bytes)


def test_an_item_that_is_not_there_is_no_member_of_the_answer(table: Any) -> None:
    answer = table.get_item(Key={"id": "a", "at": 1})
    assert set(answer) == {"ResponseMetadata"}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_boto3s_binary_is_taken(table: Any) -> None:
    table.put_item(Item={"id": "a", "at": 1, "b": boto3.dynamodb.types.Binary(b"x")})
    assert table.get_item(Key={"id": "a", "at": 1})["Item"]["b"] == b"x"


def test_an_update_returns_what_it_is_asked_for(table: Any) -> None:
    answer = table.update_item(
        Key={"id": "a", "at": 1},
        UpdateExpression="SET #c = :c ADD n :one",
        ExpressionAttributeNames={"#c": "count"},
        ExpressionAttributeValues={":c": Decimal("0.5"), ":one": 1},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"] == {"id": "a", "at": 1, "count": Decimal("0.5"), "n": 1}


def test_a_delete_returns_the_old_item(table: Any) -> None:
    table.put_item(Item=ORDER)
    assert table.delete_item(Key={"id": "a", "at": 1}, ReturnValues="ALL_OLD")["Attributes"] == ORDER
    assert "Item" not in table.get_item(Key={"id": "a", "at": 1})


@pytest.mark.parametrize(
    ("key", "attr"), [(Key, Attr), (boto3.dynamodb.conditions.Key, boto3.dynamodb.conditions.Attr)]
)
def test_condition_objects_of_both_kinds_are_taken(table: Any, key: Any, attr: Any) -> None:
    fill(table, 10)
    answer = table.query(
        KeyConditionExpression=key("id").eq("a") & key("at").between(2, 7),
        FilterExpression=attr("even").eq(True)
        & ~attr("absent.x").exists()
        & attr("even").is_in([True, False]),
        ProjectionExpression="#v",
        ExpressionAttributeNames={"#v": "even"},
    )
    assert (answer["Items"], answer["Count"], answer["ScannedCount"]) == ([{"even": True}] * 3, 3, 6)
    with pytest.raises(ConditionalCheckFailedException):
        table.put_item(Item={"id": "a", "at": 1}, ConditionExpression=attr("id").not_exists())


def test_a_key_condition_takes_no_attr(table: Any) -> None:
    with pytest.raises(TypeError, match="KeyConditionExpression only supports Attribute objects of type Key"):
        table.query(KeyConditionExpression=Attr("id").eq("a"))


def test_placeholders_that_are_already_used_are_passed_over(table: Any) -> None:
    fill(table, 3)
    answer = table.query(
        KeyConditionExpression=Key("id").eq("a"),
        FilterExpression="#n0 = :v0",
        ExpressionAttributeNames={"#n0": "copy"},
        ExpressionAttributeValues={":v0": 2},
    )
    assert [item["at"] for item in answer["Items"]] == [2]


def test_query_items_and_scan_items_go_on_over_all_pages(table: Any) -> None:
    fill(table, 60)
    backwards = table.query_items(KeyConditionExpression=Key("id").eq("a"), Limit=7, ScanIndexForward=False)
    assert [item["at"] for item in backwards] == list(range(59, -1, -1))
    assert {item["at"] for item in table.scan_items(Limit=7)} == set(range(60))
    assert {item["at"] for item in table.scan_items(segments=4, Limit=7)} == set(range(60))


def test_pages_go_on_from_their_last_key(table: Any) -> None:
    fill(table, 5)
    first = table.scan(Limit=3)
    second = table.scan(Limit=3, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert first["LastEvaluatedKey"] == {"id": "a", "at": 2}
    assert [item["at"] for item in first["Items"] + second["Items"]] == [0, 1, 2, 3, 4]


def test_a_batch_writer_writes_each_item_once_and_keeps_the_last_of_a_key(table: Any) -> None:
    with table.batch_writer(overwrite_by_pkeys=["id", "at"]) as batch:
        for value in range(70):
            settle(batch.put_item(Item={"id": "a", "at": value % 30, "value": value}))
        settle(batch.delete_item(Key={"id": "a", "at": 0}))
    found = {item["at"]: item["value"] for item in table.scan()["Items"]}
    assert found == {at: at + (60 if at < 10 else 30) for at in range(1, 30)}


def test_any_number_of_keys_is_got_in_batches(table: Any) -> None:
    fill(table, 130)
    keys = [{"id": "a", "at": at} for at in range(140)]
    items = table.batch_get_items(keys, ProjectionExpression="#a", ExpressionAttributeNames={"#a": "at"})
    assert sorted(item["at"] for item in items) == list(range(130))


def test_batches_of_a_database_are_boto3s(db: Any, table: Any) -> None:
    puts = [{"PutRequest": {"Item": {"id": "a", "at": at}}} for at in range(3)]
    assert db.batch_write_item(RequestItems={table.name: puts})["UnprocessedItems"] == {}
    keys = [{"id": "a", "at": at} for at in (0, 2, 5)]
    for retry in (False, True):
        answer = db.batch_get_item(RequestItems={table.name: {"Keys": keys}}, retry_unprocessed=retry)
        assert sorted(item["at"] for item in answer["Responses"][table.name]) == [0, 2]


def test_a_transaction_writes_all_or_nothing(db: Any, table: Any) -> None:
    put = {
        "TableName": table.name,
        "Item": {"id": "a", "at": 1},
        "ConditionExpression": Attr("id").not_exists(),
    }
    update = {
        "TableName": table.name,
        "Key": {"id": "b", "at": 1},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": 1},
    }
    db.transact_write([{"Put": put}, {"Update": update}])
    with pytest.raises(TransactionCanceledException) as refusal:
        db.transact_write([{"Put": put}, {"Update": update}])
    assert [each["Code"] for each in refusal.value.response["CancellationReasons"]] == [  # type: ignore[attr-defined]
        "ConditionalCheckFailed",
        "None",
    ]
    gets = [{"TableName": table.name, "Key": {"id": key, "at": 1}} for key in ("a", "b", "c")]
    assert db.transact_get(gets) == [{"id": "a", "at": 1}, {"id": "b", "at": 1, "n": 1}, None]


def test_partiql_takes_and_gives_plain_values(db: Any, table: Any) -> None:
    assert (
        db.execute(f"INSERT INTO \"{table.name}\" VALUE {{'id': ?, 'at': ?, 'b': ?}}", ["a", 1, b"x"]) == []
    )
    statement = f'SELECT * FROM "{table.name}" WHERE id = ?'
    assert db.execute(statement, ["a"]) == [{"id": "a", "at": 1, "b": b"x"}]
    assert list(db.execute_items(statement, ["a"], Limit=1)) == [{"id": "a", "at": 1, "b": b"x"}]


def test_the_description_is_attributes(table: Any) -> None:
    assert table.name == table.table_name
    assert table.table_status == "ACTIVE"
    assert [part["AttributeName"] for part in table.key_schema] == ["id", "at"]
    assert table.item_count == 0
    assert table.creation_date_time.tzinfo is not None
    assert table.global_secondary_indexes is None
    with pytest.raises(AttributeError):
        _ = table.no_such_thing


def test_a_table_is_made_changed_listed_and_deleted(db: Any, table: Any) -> None:
    assert table.update(DeletionProtectionEnabled=True).deletion_protection_enabled is True
    table.update(DeletionProtectionEnabled=False)
    assert table.name in [each.name for each in db.tables.all()]
    assert len(list(db.tables.limit(1))) == 1
    assert db.Table(table.name) == db.table(table.name)
    table.delete()
    table.wait_until_not_exists()
    with pytest.raises(ResourceNotFoundException):
        table.load()


def test_a_refusal_is_a_class_with_boto3s_members(table: Any) -> None:
    table.put_item(Item=ORDER)
    with pytest.raises(ConditionalCheckFailedException) as refusal:
        table.put_item(
            Item=ORDER,
            ConditionExpression=Attr("id").not_exists(),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    error: Any = refusal.value
    assert error.operation_name == "PutItem"
    assert error.response["Error"] == {
        "Code": "ConditionalCheckFailedException",
        "Message": "The conditional request failed",
    }
    assert error.response["Item"]["binary"] == {"B": b"\0\xff"}
    assert str(error) == (
        "An error occurred (ConditionalCheckFailedException) when calling the PutItem operation: "
        "The conditional request failed"
    )


def test_the_service_refuses_in_its_own_words(table: Any) -> None:
    with pytest.raises(ValidationException) as refusal:
        table.get_item(Key={"id": "a"})
    assert refusal.value.message == "The provided key element does not match the schema"


@pytest.mark.parametrize(
    ("method", "arguments", "words"),
    [
        ("put_item", {"Itm": {}}, "PutItem has no parameter 'Itm'; did you mean 'Item'?"),
        ("get_item", {"Key": {}, "TableName": "x"}, "TableName is the table's own name"),
        ("put_item", {"Item": {"id": 1.5}}, "Float types are not supported. Use Decimal types instead."),
        ("put_item", {"Item": {"id": Decimal("NaN")}}, "Infinity and NaN not supported"),
        ("put_item", {"Item": {"id": object}}, "Unsupported type"),
        ("put_item", {"Item": {1: "x"}}, "The name of an attribute is 1"),
        ("scan", {"segments": 2}, "Scan has no parameter 'segments'"),
    ],
)
def test_what_cannot_be_sent_is_refused_here(
    table: Any, method: str, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(TypeError) as refusal:
        getattr(table, method)(**arguments)
    assert words in str(refusal.value)


@pytest.mark.parametrize("key", [None, "a", 7, [{"id": "a"}], {}, {"id": "a", "at": None}])
def test_a_key_of_another_kind_is_the_services_to_refuse(table: Any, key: Any) -> None:
    table.put_item(Item=ORDER)
    table.get_item(Key={"id": "a", "at": 1})
    for method, argument in ((table.get_item, "Key"), (table.put_item, "Item")):
        with pytest.raises(ServiceError):
            method(**{argument: key})


def test_a_request_without_a_table_is_the_services_to_refuse(db: Any) -> None:
    with pytest.raises(ValidationException, match=r"(?i)tableName"):
        db.meta.client.get_item(Key={"id": "a", "at": 1}, ConsistentRead=True)


def test_floats_are_taken_when_asked_for() -> None:
    with stator.open(floats=True, numbers="decimal") as db:
        table = db.create_table(
            TableName="Floats",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
            BillingMode="PAY_PER_REQUEST",
        )
        table.put_item(Item={"id": 0.1, "set": {0.5, 2}})
        item = table.scan()["Items"][0]
        assert item == {"id": Decimal("0.1"), "set": {Decimal("0.5"), Decimal(2)}}
        assert {type(number) for number in item["set"]} == {Decimal}
        with pytest.raises(TypeError, match="Infinity and NaN not supported"):
            table.put_item(Item={"id": float("inf")})
