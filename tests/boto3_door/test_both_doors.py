"""What boto3's users do, through both doors: the families of operations, waiters, paginators, the resource, errors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zlib import crc32

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from boto3_doors import Door, new_table
from botocore.exceptions import ClientError, ParamValidationError, WaiterError

EVERY_TYPE = {
    "pk": {"S": "žluť 🐎"},
    "n": {"N": "-12.5"},
    "b": {"B": bytes(range(256))},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2.5"]},
    "bs": {"BS": [b"\x00", b"\xff\x00"]},
    "m": {"M": {"in": {"L": [{"NULL": True}, {"BOOL": False}, {"S": ""}]}}},
}


def test_values_of_every_type_come_back(client: Any) -> None:
    table = new_table(client)
    client.put_item(TableName=table, Item=EVERY_TYPE)
    item = client.get_item(TableName=table, Key={"pk": EVERY_TYPE["pk"]})["Item"]
    assert {name: _sorted(value) for name, value in item.items()} == EVERY_TYPE


def _sorted(value: dict[str, Any]) -> dict[str, Any]:
    [(kind, content)] = value.items()
    return {kind: sorted(content) if kind in ("SS", "NS", "BS") else content}


def test_an_answer_has_its_status_request_id_and_checksum(client: Any) -> None:
    answers = [client.list_tables()["ResponseMetadata"] for _ in range(3)]
    assert len({answer["RequestId"] for answer in answers}) == 3
    for answer in answers:
        assert answer["HTTPStatusCode"] == 200
        assert answer["RetryAttempts"] == 0
        assert answer["HTTPHeaders"]["x-amzn-requestid"] == answer["RequestId"]
        assert answer["HTTPHeaders"]["x-amz-crc32"].isdecimal()


def test_the_checksum_is_of_the_body(client: Any) -> None:
    seen: list[Any] = []
    client.meta.events.register(
        "before-parse.dynamodb.ListTables",
        lambda response_dict, **_: seen.append(response_dict),
        unique_id="crc",
    )
    client.list_tables()
    client.meta.events.unregister("before-parse.dynamodb.ListTables", unique_id="crc")
    [response] = seen
    assert int(response["headers"]["X-Amz-Crc32"]) == crc32(response["body"])
    assert int(response["headers"]["content-length"]) == len(response["body"])


def test_a_batch_writer_writes_and_a_table_is_queried_by_conditions(door: Door) -> None:
    resource = door.resource()
    table = resource.Table(new_table(resource.meta.client, "pk:S sk:N"))
    with table.batch_writer() as batch:
        for n in range(60):
            batch.put_item(Item={"pk": "a", "sk": n, "even": n % 2 == 0, "data": Binary(b"\x00")})
    with table.batch_writer(overwrite_by_pkeys=["pk", "sk"]) as batch:
        batch.delete_item(Key={"pk": "a", "sk": 0})
    found = table.query(
        KeyConditionExpression=Key("pk").eq("a") & Key("sk").between(0, 9),
        FilterExpression=Attr("even").eq(True),
    )
    assert [item["sk"] for item in found["Items"]] == [2, 4, 6, 8]
    assert found["Items"][0]["data"] == Binary(b"\x00")
    assert table.item_count is not None
    assert sum(1 for _ in table.scan(FilterExpression=Attr("sk").gte(Decimal(50)))["Items"]) == 10


def test_a_resource_makes_a_table_waits_for_it_and_deletes_it(door: Door) -> None:
    table = door.resource().create_table(
        TableName="by-resource",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()
    table.reload()
    assert table.table_status == "ACTIVE"
    assert "by-resource" in [each.name for each in door.resource().tables.all()]
    table.delete()
    table.wait_until_not_exists()


def test_paginators_read_every_page(client: Any) -> None:
    table = new_table(client, "pk:S sk:N")
    for n in range(7):
        client.put_item(TableName=table, Item={"pk": {"S": "a"}, "sk": {"N": str(n)}})
    pages = client.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "a"}},
        PaginationConfig={"PageSize": 3},
    )
    assert [len(page["Items"]) for page in pages] == [3, 3, 1]
    assert (
        len(client.get_paginator("scan").paginate(TableName=table, Limit=2).build_full_result()["Items"]) == 7
    )


def test_a_waiter_gives_up(client: Any) -> None:
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        client.get_waiter("table_exists").wait(
            TableName="nothing", WaiterConfig={"Delay": 0, "MaxAttempts": 2}
        )


def test_a_batch_a_transaction_and_a_statement(client: Any) -> None:
    table = new_table(client)
    put = {"PutRequest": {"Item": {"pk": {"S": "a"}, "n": {"N": "1"}}}}
    assert client.batch_write_item(RequestItems={table: [put]})["UnprocessedItems"] == {}
    update = {
        "TableName": table,
        "Key": {"pk": {"S": "a"}},
        "UpdateExpression": "ADD n :n",
        "ExpressionAttributeValues": {":n": {"N": "2"}},
    }
    client.transact_write_items(TransactItems=[{"Update": update}])
    got = client.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": {"pk": {"S": "a"}}}}])
    assert got["Responses"][0]["Item"]["n"] == {"N": "3"}
    said = client.execute_statement(
        Statement=f'SELECT n FROM "{table}" WHERE pk = ?', Parameters=[{"S": "a"}]
    )
    assert said["Items"] == [{"n": {"N": "3"}}]


def test_a_stream_is_read(door: Door, client: Any) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    table = new_table(client, StreamSpecification=stream)
    client.put_item(TableName=table, Item={"pk": {"S": "a"}, "b": {"B": b"\xff"}})
    streams = door.client("dynamodbstreams")
    arn = streams.list_streams(TableName=table)["Streams"][0]["StreamArn"]
    records = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        records += streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert [record["dynamodb"]["NewImage"]["b"] for record in records] == [{"B": b"\xff"}]


def test_a_failed_condition_has_its_class_message_and_old_item(client: Any) -> None:
    table = new_table(client)
    client.put_item(TableName=table, Item={"pk": {"S": "a"}, "b": {"B": b"\x01"}})
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        client.put_item(
            TableName=table,
            Item={"pk": {"S": "a"}},
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Error"]["Message"] == "The conditional request failed"
    assert caught.value.response["Item"] == {"pk": {"S": "a"}, "b": {"B": b"\x01"}}
    assert caught.value.operation_name == "PutItem"


def test_a_cancelled_transaction_has_its_reasons(client: Any) -> None:
    table = new_table(client)
    check = {"TableName": table, "Key": {"pk": {"S": "a"}}, "ConditionExpression": "attribute_exists(pk)"}
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=[{"ConditionCheck": check}])
    [reason] = caught.value.response["CancellationReasons"]
    assert reason["Code"] == "ConditionalCheckFailed"


REFUSED: dict[str, Callable[[Any], Any]] = {
    "ResourceNotFoundException": lambda db: db.get_item(TableName="nothing", Key={"pk": {"S": "a"}}),
    "TableNotFoundException": lambda db: db.describe_continuous_backups(TableName="nothing"),
    "BackupNotFoundException": lambda db: db.describe_backup(
        BackupArn="arn:aws:dynamodb:us-east-1:000000000000:table/nothing/backup/01489602797149-73d8d5bc"
    ),
    "ResourceInUseException": lambda db: [
        db.create_table(
            TableName="twice",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        for _ in range(2)
    ],
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_modelled_error_is_its_class(client: Any, code: str) -> None:
    with pytest.raises(getattr(client.exceptions, code)) as caught:
        REFUSED[code](client)
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_validation_is_a_client_error_and_a_wrong_parameter_is_botocores(client: Any) -> None:
    with pytest.raises(ClientError, match="ValidationException") as caught:
        client.put_item(TableName=new_table(client), Item={"other": {"S": "a"}})
    assert "Missing the key pk in the item" in str(caught.value)
    with pytest.raises(ParamValidationError):
        client.get_item(TableName="some", Key="none")


def test_a_body_over_sixteen_megabytes_is_a_413(client: Any) -> None:
    with pytest.raises(ClientError) as caught:
        client.put_item(TableName="nothing", Item={"pk": {"S": "x" * (16 * 1024 * 1024)}})
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_an_unsigned_request_is_refused(door: Door) -> None:
    from botocore import UNSIGNED
    from botocore.config import Config

    with pytest.raises(ClientError, match="MissingAuthenticationToken"):
        door.client(config=Config(signature_version=UNSIGNED)).list_tables()


def test_an_answer_of_a_megabyte_and_a_request_of_many_values_arrive_whole(client: Any) -> None:
    table = new_table(client, "pk:S sk:N")
    values = {"L": [{"N": str(n)} for n in range(12_000)]}
    for n in range(4):
        client.put_item(TableName=table, Item={"pk": {"S": "a"}, "sk": {"N": str(n)}, "many": values})
    items = client.scan(TableName=table)["Items"]
    assert [item["many"] for item in items] == [values] * 4


def test_many_threads_share_one_client(client: Any) -> None:
    table = new_table(client)
    failed: list[BaseException] = []

    def increment() -> None:
        try:
            for _ in range(20):
                client.update_item(
                    TableName=table,
                    Key={"pk": {"S": "a"}},
                    UpdateExpression="ADD n :n",
                    ExpressionAttributeValues={":n": {"N": "1"}},
                )
                client.get_item(TableName=table, Key={"pk": {"S": "a"}})
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=increment) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert client.get_item(TableName=table, Key={"pk": {"S": "a"}})["Item"]["n"] == {"N": "160"}


def test_an_endpoint_that_is_discovered_and_an_account_in_the_endpoint_change_nothing(door: Door) -> None:
    from botocore.config import Config

    discovering = door.client(config=Config(endpoint_discovery_enabled=True))
    assert discovering.describe_endpoints()["Endpoints"][0]["CachePeriodInMinutes"] > 0
    by_account = door.client(config=Config(account_id_endpoint_mode="preferred"))
    assert "TableNames" in by_account.list_tables()


def test_a_client_that_was_closed_can_be_used_on(door: Door) -> None:
    client = door.client()
    client.list_tables()
    client.close()
    assert "TableNames" in client.list_tables()


def test_boto3_and_stator_are_the_same_kind_of_session(door: Door) -> None:
    assert isinstance(door.session, boto3.Session)
    assert door.session.region_name == "us-east-1"
    assert "dynamodb" in door.session.get_available_services()
    assert door.session.client("s3").meta.service_model.service_name == "s3"
