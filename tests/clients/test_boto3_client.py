"""boto3's low-level client, unmodified: the endpoint comes from the environment alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from boto3_tables import ONE_ATTEMPT, attributes, index, new_name, schema
from botocore.exceptions import ClientError

MakeTable = Callable[..., str]

DESCRIBES_MAX = 1000


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    """The code and message of the error that the call has to end in."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def fill(client: Any, table: str, items: list[dict[str, Any]]) -> None:
    for at in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[at : at + 25]]
        assert client.batch_write_item(RequestItems={table: puts})["UnprocessedItems"] == {}


def orders(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"pk": {"S": "a"}, "sk": {"N": str(n)}, **more} for n in range(count)]


# --- tables ---------------------------------------------------------------------------------------------------------


def test_a_table_lives_and_dies_through_the_waiters(client: Any, table_name: str) -> None:
    made = client.create_table(
        TableName=table_name,
        KeySchema=schema("pk:S"),
        AttributeDefinitions=attributes("pk:S"),
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]
    assert made["TableStatus"] == "CREATING"
    client.get_waiter("table_exists").wait(TableName=table_name)
    table = client.describe_table(TableName=table_name)["Table"]
    assert table["TableStatus"] == "ACTIVE"
    assert table["TableId"] == made["TableId"]
    assert table["TableArn"].endswith(f":table/{table_name}")
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert client.delete_table(TableName=table_name)["TableDescription"]["TableStatus"] == "DELETING"
    client.get_waiter("table_not_exists").wait(TableName=table_name)
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.describe_table(TableName=table_name)
    said = caught.value.response["Error"]["Message"]
    assert said == f"Requested resource not found: Table: {table_name} not found"


def test_a_table_is_not_created_twice(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    request = {"KeySchema": schema("pk:S"), "AttributeDefinitions": attributes("pk:S")}
    answer = refused(client.create_table, TableName=name, BillingMode="PAY_PER_REQUEST", **request)
    assert answer == ("ResourceInUseException", f"Table already exists: {name}")


def test_a_protected_table_is_not_deleted(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S", DeletionProtectionEnabled=True)
    code, _ = refused(client.delete_table, TableName=name)
    client.update_table(TableName=name, DeletionProtectionEnabled=False)
    assert code == "ValidationException"


def test_a_table_is_found_by_its_arn(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    arn = client.describe_table(TableName=name)["Table"]["TableArn"]
    client.put_item(TableName=arn, Item={"pk": {"S": "x"}})
    assert client.get_item(TableName=name, Key={"pk": {"S": "x"}})["Item"] == {"pk": {"S": "x"}}


def test_the_pages_of_list_tables_hold_every_name_once_in_order(client: Any, make_table: MakeTable) -> None:
    made = {make_table("pk:S") for _ in range(5)}
    pages = client.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2})
    listed = [name for page in pages for name in page["TableNames"]]
    assert made <= set(listed)
    assert listed == sorted(set(listed))


def test_an_index_added_later_finds_what_was_there_before(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    fill(client, name, [{"pk": {"S": str(n)}, "colour": {"S": "red" if n % 3 else "blue"}} for n in range(30)])
    client.update_table(
        TableName=name,
        AttributeDefinitions=attributes("pk:S", "colour:S"),
        GlobalSecondaryIndexUpdates=[{"Create": index("by-colour", "colour:S")}],
    )
    assert any(index_is_active(client, name) for _ in range(DESCRIBES_MAX))
    found = client.query(
        TableName=name,
        IndexName="by-colour",
        KeyConditionExpression="colour = :c",
        ExpressionAttributeValues={":c": {"S": "blue"}},
    )
    assert sorted(int(item["pk"]["S"]) for item in found["Items"]) == list(range(0, 30, 3))


def index_is_active(client: Any, table: str) -> bool:
    described = client.describe_table(TableName=table)["Table"]
    return bool(described["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE")


def test_limits_and_endpoints_are_described(client: Any) -> None:
    limits = client.describe_limits()
    assert limits["TableMaxReadCapacityUnits"] <= limits["AccountMaxReadCapacityUnits"]
    endpoints = client.describe_endpoints()["Endpoints"]
    assert [set(each) for each in endpoints] == [{"Address", "CachePeriodInMinutes"}]


# --- items ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {"S": "text"},
        {"S": ""},
        {"S": "žluťoučký 🐎 \u0000 \"quoted\" \\ \n"},
        {"N": "0"},
        {"N": "-12.5"},
        {"N": "12345678901234567890123456789012345678"},
        {"N": "0.00000000000000000000000000000000000001"},
        {"B": b""},
        {"B": bytes(range(256))},
        {"BOOL": True},
        {"BOOL": False},
        {"NULL": True},
        {"L": []},
        {"L": [{"S": "a"}, {"N": "1"}, {"L": [{"NULL": True}]}]},
        {"M": {}},
        {"M": {"a b": {"M": {".": {"S": "a name of one dot"}}}}},
    ],
    ids=lambda value: f"{next(iter(value))}-{str(value)[:24]}",
)
def test_every_type_comes_back_as_it_was_put(client: Any, make_table: MakeTable, value: dict[str, Any]) -> None:
    name = make_table("pk:S")
    client.put_item(TableName=name, Item={"pk": {"S": "x"}, "value": value})
    assert client.get_item(TableName=name, Key={"pk": {"S": "x"}})["Item"]["value"] == value


@pytest.mark.parametrize(
    ("kind", "members"),
    [("SS", ["b", "a", "c"]), ("NS", ["10", "9", "-1"]), ("BS", [b"\x01", b"\x00", b"\xff"])],
)
def test_a_set_comes_back_with_the_same_members(
    client: Any, make_table: MakeTable, kind: str, members: list[Any]
) -> None:
    name = make_table("pk:S")
    client.put_item(TableName=name, Item={"pk": {"S": "x"}, "value": {kind: members}})
    found = client.get_item(TableName=name, Key={"pk": {"S": "x"}})["Item"]["value"]
    assert sorted(found[kind]) == sorted(members)


@pytest.mark.parametrize(
    ("given", "stored"),
    [("1.0", "1"), ("0012", "12"), ("1e3", "1000"), ("-0", "0"), ("+5", "5"), (".50", "0.5"), ("1E-2", "0.01")],
)
def test_a_number_is_stored_in_its_normal_form(
    client: Any, make_table: MakeTable, given: str, stored: str
) -> None:
    name = make_table("pk:N")
    client.put_item(TableName=name, Item={"pk": {"N": given}})
    assert client.get_item(TableName=name, Key={"pk": {"N": stored}})["Item"] == {"pk": {"N": stored}}


@pytest.mark.parametrize("kind", ["S", "N", "B"])
def test_each_key_type_keys_a_table(client: Any, make_table: MakeTable, kind: str) -> None:
    name = make_table(f"pk:{kind} sk:{kind}")
    value: dict[str, Any] = {"S": {"S": "é"}, "N": {"N": "7"}, "B": {"B": b"\x00\xff"}}[kind]
    key = {"pk": value, "sk": value}
    client.put_item(TableName=name, Item={**key, "here": {"BOOL": True}})
    assert client.get_item(TableName=name, Key=key)["Item"]["here"] == {"BOOL": True}
    assert client.delete_item(TableName=name, Key=key, ReturnValues="ALL_OLD")["Attributes"]["pk"] == value
    assert "Item" not in client.get_item(TableName=name, Key=key)


def test_a_projection_gives_the_asked_paths_alone(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    inner = {"M": {"name": {"S": "Alice"}, "age": {"N": "30"}}}
    client.put_item(TableName=name, Item={"pk": {"S": "x"}, "profile": inner, "list": {"L": [{"N": "1"}, {"N": "2"}]}})
    found = client.get_item(
        TableName=name,
        Key={"pk": {"S": "x"}},
        ProjectionExpression="profile.#name, #list[1]",
        ExpressionAttributeNames={"#name": "name", "#list": "list"},
    )["Item"]
    assert found == {"profile": {"M": {"name": {"S": "Alice"}}}, "list": {"L": [{"N": "2"}]}}


@pytest.mark.parametrize(
    ("returned", "attributes_of_answer"),
    [
        ("NONE", None),
        ("ALL_OLD", {"pk": {"S": "x"}, "n": {"N": "1"}, "gone": {"S": "soon"}}),
        ("UPDATED_OLD", {"n": {"N": "1"}, "gone": {"S": "soon"}}),
        ("ALL_NEW", {"pk": {"S": "x"}, "n": {"N": "6"}, "tags": {"SS": ["t"]}}),
        ("UPDATED_NEW", {"n": {"N": "6"}, "tags": {"SS": ["t"]}}),
    ],
)
def test_an_update_returns_what_it_was_asked_for(
    client: Any, make_table: MakeTable, returned: str, attributes_of_answer: dict[str, Any] | None
) -> None:
    name = make_table("pk:S")
    client.put_item(TableName=name, Item={"pk": {"S": "x"}, "n": {"N": "1"}, "gone": {"S": "soon"}})
    answer = client.update_item(
        TableName=name,
        Key={"pk": {"S": "x"}},
        UpdateExpression="SET n = n + :five REMOVE gone ADD tags :tags",
        ExpressionAttributeValues={":five": {"N": "5"}, ":tags": {"SS": ["t"]}},
        ReturnValues=returned,
    )
    assert answer.get("Attributes") == attributes_of_answer


def test_attribute_names_with_any_character_go_through_placeholders(client: Any, make_table: MakeTable) -> None:
    name = make_table("eventID;year:S")
    names = {"#key": "eventID;year", "#user": "user#1"}
    answer = client.update_item(
        TableName=name,
        Key={"eventID;year": {"S": "e;2024"}},
        UpdateExpression="SET #user = :u",
        ConditionExpression="attribute_not_exists(#key)",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues={":u": {"S": "Ada"}},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"] == {"eventID;year": {"S": "e;2024"}, "user#1": {"S": "Ada"}}


# --- conditions -----------------------------------------------------------------------------------------------------


def test_a_failed_condition_changes_nothing_and_is_its_own_exception(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    client.put_item(TableName=name, Item={"pk": {"S": "x"}, "n": {"N": "1"}})
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        client.put_item(
            TableName=name,
            Item={"pk": {"S": "x"}, "n": {"N": "2"}},
            ConditionExpression="attribute_not_exists(pk)",
        )
    assert caught.value.response["Error"]["Message"] == "The conditional request failed"
    assert "Item" not in caught.value.response
    assert client.get_item(TableName=name, Key={"pk": {"S": "x"}})["Item"]["n"] == {"N": "1"}


@pytest.mark.parametrize("write", ["put_item", "update_item", "delete_item"])
def test_a_failed_condition_returns_the_old_item_when_asked(
    client: Any, make_table: MakeTable, write: str
) -> None:
    name = make_table("pk:S")
    old = {"pk": {"S": "x"}, "n": {"N": "1"}}
    client.put_item(TableName=name, Item=old)
    target = {"Item": old} if write == "put_item" else {"Key": {"pk": {"S": "x"}}}
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        getattr(client, write)(
            TableName=name,
            **target,
            ConditionExpression="n > :n",
            ExpressionAttributeValues={":n": {"N": "1"}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Item"] == old


def test_many_threads_lose_no_update(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")

    def add_one(_: int) -> None:
        client.update_item(
            TableName=name,
            Key={"pk": {"S": "counter"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add_one, range(200)))
    assert client.get_item(TableName=name, Key={"pk": {"S": "counter"}})["Item"]["n"] == {"N": "200"}


def test_one_of_many_creates_and_the_others_are_refused(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")

    def create(n: int) -> bool:
        try:
            client.put_item(
                TableName=name,
                Item={"pk": {"S": "one"}, "by": {"N": str(n)}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(create, range(40))) == 1


# --- queries and scans ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page_size", [1, 3, 7, 10, 11])
@pytest.mark.parametrize("forward", [True, False])
def test_the_pages_of_a_query_make_the_whole(
    client: Any, make_table: MakeTable, page_size: int, forward: bool
) -> None:
    name = make_table("pk:S sk:N")
    fill(client, name, orders(10))
    pages = client.get_paginator("query").paginate(
        TableName=name,
        KeyConditionExpression="pk = :a",
        ExpressionAttributeValues={":a": {"S": "a"}},
        ScanIndexForward=forward,
        PaginationConfig={"PageSize": page_size},
    )
    found = [int(item["sk"]["N"]) for page in pages for item in page["Items"]]
    assert found == (list(range(10)) if forward else list(range(9, -1, -1)))


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("sk = :x", {":x": "3"}, [3]),
        ("sk < :x", {":x": "3"}, [0, 1, 2]),
        ("sk <= :x", {":x": "3"}, [0, 1, 2, 3]),
        ("sk > :x", {":x": "7"}, [8, 9]),
        ("sk >= :x", {":x": "7"}, [7, 8, 9]),
        ("sk BETWEEN :x AND :y", {":x": "4", ":y": "6"}, [4, 5, 6]),
    ],
)
def test_a_query_narrows_by_its_sort_key(
    client: Any, make_table: MakeTable, condition: str, values: dict[str, str], expected: list[int]
) -> None:
    name = make_table("pk:S sk:N")
    fill(client, name, orders(10))
    found = client.query(
        TableName=name,
        KeyConditionExpression=f"pk = :a AND {condition}",
        ExpressionAttributeValues={":a": {"S": "a"}, **{each: {"N": n} for each, n in values.items()}},
    )
    assert [int(item["sk"]["N"]) for item in found["Items"]] == expected


def test_a_filter_counts_what_it_read_beside_what_it_returns(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S sk:N")
    fill(client, name, orders(10))
    request = {
        "TableName": name,
        "KeyConditionExpression": "pk = :a",
        "FilterExpression": "#n IN (:two, :four)",
        "ExpressionAttributeNames": {"#n": "m"},
        "ExpressionAttributeValues": {":a": {"S": "a"}, ":two": {"N": "2"}, ":four": {"N": "4"}},
    }
    for n in (2, 4, 6):
        client.put_item(TableName=name, Item={"pk": {"S": "a"}, "sk": {"N": str(n)}, "m": {"N": str(n)}})
    found = client.query(**request)
    assert (found["Count"], found["ScannedCount"], len(found["Items"])) == (2, 10, 2)
    counted = client.query(**request, Select="COUNT")
    assert (counted["Count"], counted["ScannedCount"], counted.get("Items")) == (2, 10, None)


def test_the_segments_of_a_parallel_scan_hold_each_item_once(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    fill(client, name, [{"pk": {"S": str(n)}} for n in range(100)])
    paginator = client.get_paginator("scan")

    def segment(number: int) -> list[str]:
        pages = paginator.paginate(
            TableName=name, Segment=number, TotalSegments=4, PaginationConfig={"PageSize": 9}
        )
        return [item["pk"]["S"] for page in pages for item in page["Items"]]

    with ThreadPoolExecutor(4) as threads:
        found = [each for part in threads.map(segment, range(4)) for each in part]
    assert sorted(found) == sorted(map(str, range(100)))


def test_a_page_ends_at_one_megabyte(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S sk:N")
    for item in orders(12, body={"B": b"\x00" * 100_000}):
        client.put_item(TableName=name, Item=item)
    request = {
        "TableName": name,
        "KeyConditionExpression": "pk = :a",
        "ExpressionAttributeValues": {":a": {"S": "a"}},
    }
    first = client.query(**request)
    assert first["Count"] == 11
    assert first["LastEvaluatedKey"] == {"pk": {"S": "a"}, "sk": {"N": "10"}}
    second = client.query(**request, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert [item["sk"]["N"] for item in second["Items"]] == ["11"]
    assert "LastEvaluatedKey" not in second


def test_indexes_are_queried_each_by_its_own_key(client: Any, make_table: MakeTable) -> None:
    name = make_table(
        "pk:S sk:N",
        local_indexes={"by-colour": "pk:S colour:S"},
        global_indexes={"of-colour": "colour:S sk:N"},
    )
    for n, colour in enumerate(["red", "green", "red", "blue"]):
        client.put_item(TableName=name, Item={"pk": {"S": f"p{n % 2}"}, "sk": {"N": str(n)}, "colour": {"S": colour}})
    client.put_item(TableName=name, Item={"pk": {"S": "p0"}, "sk": {"N": "99"}})
    of_partition = client.query(
        TableName=name,
        IndexName="by-colour",
        ConsistentRead=True,
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "p0"}},
    )
    of_table = client.query(
        TableName=name,
        IndexName="of-colour",
        KeyConditionExpression="colour = :c",
        ExpressionAttributeValues={":c": {"S": "red"}},
    )
    assert [item["sk"]["N"] for item in of_partition["Items"]] == ["0", "2"]
    assert [item["sk"]["N"] for item in of_table["Items"]] == ["0", "2"]


def test_a_consistent_read_of_a_global_index_is_refused(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S", global_indexes={"of-colour": "colour:S"})
    code, said = refused(
        client.query,
        TableName=name,
        IndexName="of-colour",
        ConsistentRead=True,
        KeyConditionExpression="colour = :c",
        ExpressionAttributeValues={":c": {"S": "red"}},
    )
    assert (code, said) == ("ValidationException", "Consistent reads are not supported on global secondary indexes")


# --- batches, capacity, limits --------------------------------------------------------------------------------------


def test_a_batch_reads_and_writes_several_tables(client: Any, make_table: MakeTable) -> None:
    one, two = make_table("pk:S"), make_table("pk:N")
    put_one = [{"PutRequest": {"Item": {"pk": {"S": str(n)}}}} for n in range(12)]
    put_two = [{"PutRequest": {"Item": {"pk": {"N": str(n)}}}} for n in range(13)]
    assert client.batch_write_item(RequestItems={one: put_one, two: put_two})["UnprocessedItems"] == {}
    client.batch_write_item(RequestItems={one: [{"DeleteRequest": {"Key": {"pk": {"S": "0"}}}}]})
    answer = client.batch_get_item(
        RequestItems={
            one: {"Keys": [{"pk": {"S": each}} for each in ("0", "1", "2")]},
            two: {"Keys": [{"pk": {"N": "12"}}, {"pk": {"N": "77"}}], "ConsistentRead": True},
        }
    )
    assert answer["UnprocessedKeys"] == {}
    assert sorted(item["pk"]["S"] for item in answer["Responses"][one]) == ["1", "2"]
    assert answer["Responses"][two] == [{"pk": {"N": "12"}}]


def test_a_batch_with_a_key_twice_is_refused(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    put = {"PutRequest": {"Item": {"pk": {"S": "x"}}}}
    answer = refused(client.batch_write_item, RequestItems={name: [put, put]})
    assert answer == ("ValidationException", "Provided list of item keys contains duplicates")


def test_a_batch_of_26_is_refused_whole(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    puts = [{"PutRequest": {"Item": {"pk": {"S": str(n)}}}} for n in range(26)]
    code, _ = refused(client.batch_write_item, RequestItems={name: puts})
    assert code == "ValidationException"
    assert client.scan(TableName=name)["Count"] == 0


def test_capacity_is_counted_in_the_services_units(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S", global_indexes={"of-colour": "colour:S"})
    item = {"pk": {"S": "x"}, "colour": {"S": "red"}, "body": {"S": "x" * 1500}}
    put = client.put_item(TableName=name, Item=item, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    assert put["CapacityUnits"] == 4
    assert put["Table"]["CapacityUnits"] == 2
    assert put["GlobalSecondaryIndexes"]["of-colour"]["CapacityUnits"] == 2
    for consistent, units in ((False, 0.5), (True, 1)):
        got = client.get_item(
            TableName=name, Key={"pk": {"S": "x"}}, ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL"
        )
        assert got["ConsumedCapacity"] == {"TableName": name, "CapacityUnits": units}


def test_an_item_over_400_kb_is_refused(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    largest = 400 * 1024 - len("pk" "x" "body")
    client.put_item(TableName=name, Item={"pk": {"S": "x"}, "body": {"S": "b" * largest}})
    code, said = refused(
        client.put_item, TableName=name, Item={"pk": {"S": "x"}, "body": {"S": "b" * (largest + 1)}}
    )
    assert code == "ValidationException"
    assert said.endswith("Item size has exceeded the maximum allowed size")


# --- legacy parameters, errors, answers -----------------------------------------------------------------------------


def test_the_legacy_parameters_do_what_expressions_do(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S sk:N")
    key = {"pk": {"S": "a"}, "sk": {"N": "1"}}
    client.put_item(TableName=name, Item=key, Expected={"pk": {"Exists": False}})
    client.update_item(
        TableName=name, Key=key, AttributeUpdates={"n": {"Action": "ADD", "Value": {"N": "3"}}}
    )
    found = client.query(
        TableName=name,
        KeyConditions={
            "pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]},
            "sk": {"ComparisonOperator": "GE", "AttributeValueList": [{"N": "1"}]},
        },
        QueryFilter={"n": {"ComparisonOperator": "NOT_NULL"}},
        AttributesToGet=["n"],
    )
    assert found["Items"] == [{"n": {"N": "3"}}]


@pytest.mark.parametrize(
    ("operation", "request_members"),
    [
        ("get_item", {"Key": {"pk": {"S": "x"}}}),
        ("put_item", {"Item": {"pk": {"S": "x"}}}),
        ("delete_item", {"Key": {"pk": {"S": "x"}}}),
        ("update_item", {"Key": {"pk": {"S": "x"}}}),
        ("scan", {}),
        (
            "query",
            {"KeyConditionExpression": "pk = :x", "ExpressionAttributeValues": {":x": {"S": "x"}}},
        ),
    ],
)
def test_a_table_that_is_not_there_is_named_so(
    client: Any, operation: str, request_members: dict[str, Any]
) -> None:
    code, said = refused(getattr(client, operation), TableName="nowhere", **request_members)
    assert (code, said) == ("ResourceNotFoundException", "Requested resource not found")


def test_a_key_that_does_not_fit_the_table_is_refused(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    answer = refused(client.get_item, TableName=name, Key={"pk": {"N": "1"}})
    assert answer == ("ValidationException", "The provided key element does not match the schema")


def test_every_answer_carries_its_request_id_and_checksum(client: Any) -> None:
    metadata = client.list_tables()["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == 200
    assert len(metadata["RequestId"]) == 52
    assert metadata["HTTPHeaders"]["x-amz-crc32"].isdigit()
    assert metadata["HTTPHeaders"]["content-type"] == "application/x-amz-json-1.0"
    assert metadata["RetryAttempts"] == 0


def test_clients_of_other_keys_and_regions_share_one_namespace(client: Any, make_table: MakeTable) -> None:
    name = make_table("pk:S")
    other = boto3.Session("OTHERKEY", "secret", region_name="eu-west-1").client("dynamodb", config=ONE_ATTEMPT)
    other.put_item(TableName=name, Item={"pk": {"S": "x"}})
    assert client.scan(TableName=name)["Count"] == 1


def test_a_new_table_of_an_old_name_is_empty(client: Any) -> None:
    name = new_name()
    request = {
        "TableName": name,
        "KeySchema": schema("pk:S"),
        "AttributeDefinitions": attributes("pk:S"),
        "BillingMode": "PAY_PER_REQUEST",
    }
    identities = set()
    for _ in range(2):
        identities.add(client.create_table(**request)["TableDescription"]["TableId"])
        client.get_waiter("table_exists").wait(TableName=name)
        assert client.scan(TableName=name)["Count"] == 0
        client.put_item(TableName=name, Item={"pk": {"S": "x"}})
        client.delete_table(TableName=name)
        client.get_waiter("table_not_exists").wait(TableName=name)
    assert len(identities) == 2
