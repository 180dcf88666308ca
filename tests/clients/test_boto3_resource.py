"""boto3's resource: Python's own types, condition builders, batch writer, collections and waiters."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from boto3.dynamodb.types import Binary
from boto3_tables import attributes, schema
from botocore.exceptions import ClientError

MakeTable = Callable[..., str]


def test_a_table_lives_and_dies_as_a_resource(resource: Any, table_name: str) -> None:
    table = resource.create_table(
        TableName=table_name,
        KeySchema=schema("pk:S sk:N"),
        AttributeDefinitions=attributes("pk:S sk:N"),
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 10},
    )
    table.wait_until_exists()
    table.reload()
    assert table.table_status == "ACTIVE"
    assert table.key_schema == schema("pk:S sk:N")
    assert table.provisioned_throughput["WriteCapacityUnits"] == 10
    assert table_name in {each.name for each in resource.tables.all()}
    table.delete()
    table.wait_until_not_exists()
    assert table_name not in {each.name for each in resource.tables.all()}


@pytest.mark.parametrize(
    "value",
    [
        "text",
        "",
        0,
        -7,
        Decimal("3.1415926535897932384626433832795028842"),
        Decimal("1E+37"),
        Decimal("1E-130"),
        True,
        False,
        None,
        Binary(b"\x00\xff"),
        {"a", "b"},
        {Decimal(1), Decimal("2.5")},
        {Binary(b"x"), Binary(b"y")},
        [],
        [1, "two", [None, {"three": 3}]],
        {},
        {"nested": {"deeper": [Decimal("1.5"), True]}},
    ],
    ids=lambda value: type(value).__name__,  # a set's repr differs from process to process
)
def test_pythons_types_come_back(resource: Any, make_table: MakeTable, value: Any) -> None:
    table = resource.Table(make_table("pk:S"))
    table.put_item(Item={"pk": "x", "value": value})
    assert table.get_item(Key={"pk": "x"})["Item"]["value"] == value


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Attr("n").eq(3), "d"),
        (Attr("n").ne(3), "abce"),
        (Attr("n").lt(2), "ab"),
        (Attr("n").lte(2), "abc"),
        (Attr("n").gt(3), "e"),
        (Attr("n").gte(3), "de"),
        (Attr("n").between(1, 2), "bc"),
        (Attr("n").is_in([0, 4, 9]), "ae"),
        (Attr("word").begins_with("odd"), "bd"),
        (Attr("tags").contains("t2"), "c"),
        (Attr("word").contains("eve"), "ace"),
        (Attr("only_first").exists(), "a"),
        (Attr("only_first").not_exists(), "bcde"),
        (Attr("n").attribute_type("N"), "abcde"),
        (Attr("word").size().gt(4), "ace"),
        (Attr("doc.inner[0]").eq(4), "e"),
        (Attr("n").gt(0) & Attr("word").eq("even0"), "ce"),
        (Attr("n").eq(0) | Attr("n").eq(1), "ab"),
        (~Attr("n").gt(0), "a"),
        (~(Attr("n").eq(0) | (Attr("n").gt(2) & Attr("word").begins_with("odd"))), "bce"),
    ],
)
def test_the_condition_builder_filters_a_scan(
    resource: Any, make_table: MakeTable, condition: ConditionBase, expected: str
) -> None:
    table = resource.Table(make_table("pk:S"))
    with table.batch_writer() as batch:
        for n, letter in enumerate("abcde"):
            item: dict[str, Any] = {"pk": letter, "n": n, "word": "odd1" if n % 2 else "even0"}
            item |= {"tags": {f"t{n}", "t"}, "doc": {"inner": [n]}}
            batch.put_item(Item=item | ({"only_first": True} if n == 0 else {}))
    found = table.scan(FilterExpression=condition)
    assert "".join(sorted(item["pk"] for item in found["Items"])) == expected
    assert found["ScannedCount"] == 5


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Key("pk").eq("a"), ["2023#x", "2024#a", "2024#b", "2025#z"]),
        (Key("pk").eq("a") & Key("sk").begins_with("2024#"), ["2024#a", "2024#b"]),
        (Key("pk").eq("a") & Key("sk").between("2024#b", "2026"), ["2024#b", "2025#z"]),
        (Key("pk").eq("a") & Key("sk").gt("2024#b"), ["2025#z"]),
        (Key("pk").eq("b"), ["2024#other"]),
        (Key("pk").eq("c"), []),
    ],
)
def test_the_key_builder_narrows_a_query(
    resource: Any, make_table: MakeTable, condition: ConditionBase, expected: list[str]
) -> None:
    table = resource.Table(make_table("pk:S sk:S"))
    for pk, sk in [("a", "2024#b"), ("a", "2023#x"), ("a", "2025#z"), ("a", "2024#a"), ("b", "2024#other")]:
        table.put_item(Item={"pk": pk, "sk": sk})
    assert [item["sk"] for item in table.query(KeyConditionExpression=condition)["Items"]] == expected


def test_a_batch_writer_writes_any_number_and_the_last_of_a_key_wins(
    resource: Any, make_table: MakeTable
) -> None:
    table = resource.Table(make_table("pk:S sk:N"))
    with table.batch_writer(overwrite_by_pkeys=["pk", "sk"]) as batch:
        for n in range(60):
            batch.put_item(Item={"pk": "a", "sk": n, "round": 1})
        for n in range(50, 60):
            batch.put_item(Item={"pk": "a", "sk": n, "round": 2})
        for n in range(10):
            batch.delete_item(Key={"pk": "a", "sk": n})
    items = table.query(KeyConditionExpression=Key("pk").eq("a"))["Items"]
    assert [int(item["sk"]) for item in items] == list(range(10, 60))
    assert [int(item["round"]) for item in items] == [1] * 40 + [2] * 10


def test_decimals_add_up_exactly(resource: Any, make_table: MakeTable) -> None:
    table = resource.Table(make_table("pk:S"))
    for _ in range(10):
        answer = table.update_item(
            Key={"pk": "sum"},
            UpdateExpression="SET balance = if_not_exists(balance, :zero) + :tenth",
            ExpressionAttributeValues={":zero": 0, ":tenth": Decimal("0.1")},
            ReturnValues="UPDATED_NEW",
        )
    assert answer["Attributes"] == {"balance": Decimal(1)}


def test_a_condition_on_a_write_is_built_from_attr(resource: Any, make_table: MakeTable) -> None:
    table = resource.Table(make_table("pk:S"))
    table.put_item(Item={"pk": "x", "version": 1}, ConditionExpression=Attr("pk").not_exists())
    table.put_item(Item={"pk": "x", "version": 2}, ConditionExpression=Attr("version").eq(1))
    with pytest.raises(ClientError) as caught:
        table.put_item(Item={"pk": "x", "version": 2}, ConditionExpression=Attr("version").eq(1))
    assert caught.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    with pytest.raises(table.meta.client.exceptions.ConditionalCheckFailedException):
        table.delete_item(Key={"pk": "x"}, ConditionExpression=Attr("version").lt(2))


@pytest.mark.parametrize("limit", [1, 4, 9])
def test_following_last_evaluated_key_scans_everything(
    resource: Any, make_table: MakeTable, limit: int
) -> None:
    table = resource.Table(make_table("pk:N"))
    with table.batch_writer() as batch:
        for n in range(20):
            batch.put_item(Item={"pk": n})
    found: list[int] = []
    request: dict[str, Any] = {"Limit": limit}
    while True:
        page = table.scan(**request)
        found += [int(item["pk"]) for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    assert sorted(found) == list(range(20))


def test_the_service_resource_gets_a_batch(resource: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    table = resource.Table(name)
    with table.batch_writer() as batch:
        for each in "abc":
            batch.put_item(Item={"pk": each, "n": Decimal(ord(each))})
    answer = resource.batch_get_item(RequestItems={name: {"Keys": [{"pk": "a"}, {"pk": "c"}, {"pk": "z"}]}})
    assert sorted(item["pk"] for item in answer["Responses"][name]) == ["a", "c"]
    assert answer["UnprocessedKeys"] == {}


def test_an_index_is_queried_with_the_key_builder(resource: Any, make_table: MakeTable) -> None:
    table = resource.Table(make_table("session_id:S", global_indexes={"ip-hash-index": "ip_hash:S"}))
    for n in range(4):
        table.put_item(Item={"session_id": f"s{n}", "ip_hash": f"h{n % 2}"})
    found = table.query(IndexName="ip-hash-index", KeyConditionExpression=Key("ip_hash").eq("h1"))
    assert sorted(item["session_id"] for item in found["Items"]) == ["s1", "s3"]
