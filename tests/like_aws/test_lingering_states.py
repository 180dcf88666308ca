"""With --lingering-states a table stays CREATING, UPDATING and DELETING for a while, and is refused as AWS refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hard_database import TABLE, Hard, Members, item, query

from stator.engine.like_aws import LikeAws
from stator.errors import (
    ResourceInUseException,
    ResourceNotFoundException,
    ServiceError,
    ValidationException,
)
from stator.limits import LINGER_S_MAX

LINGER = LikeAws(lingering_states=True)
IN_USE = "Attempt to change a resource which is still in use: "
PROVISIONED: Members = {
    "TableName": "music",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
}
ADD_INDEX: Members = {
    "TableName": "music",
    "AttributeDefinitions": [{"AttributeName": "title", "AttributeType": "S"}],
    "GlobalSecondaryIndexUpdates": [
        {
            "Create": {
                "IndexName": "by-title",
                "KeySchema": [{"AttributeName": "title", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        }
    ],
}
DROP_INDEX: Members = {
    "TableName": "music",
    "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by-genre"}}],
}
STREAM_ON: Members = {
    "TableName": "music",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}


def more_units(units: int) -> Members:
    throughput = {"ReadCapacityUnits": units, "WriteCapacityUnits": units}
    return {"TableName": "music", "ProvisionedThroughput": throughput}


def status(hard: Hard) -> str:
    found: str = described(hard)["TableStatus"]
    return found


def described(hard: Hard) -> Members:
    table: Members = hard.call("DescribeTable", {"TableName": "music"})["Table"]
    return table


def settle(hard: Hard) -> None:
    hard.clock.advance(LINGER_S_MAX)


def refused(hard: Hard, operation: str, request: Members, kind: type[ServiceError], message: str) -> None:
    with pytest.raises(kind) as caught:
        hard.call(operation, request)
    assert caught.value.message == message


class TestCreating:
    def test_a_table_is_creating_and_then_active(self) -> None:
        hard = Hard(LINGER, table=False)
        hard.call("CreateTable", TABLE)
        table = described(hard)
        assert table["TableStatus"] == "CREATING"
        assert [index["IndexStatus"] for index in table["GlobalSecondaryIndexes"]] == ["CREATING"]
        settle(hard)
        table = described(hard)
        assert table["TableStatus"] == "ACTIVE"
        assert [index["IndexStatus"] for index in table["GlobalSecondaryIndexes"]] == ["ACTIVE"]

    @pytest.mark.parametrize(
        ("operation", "request_"),
        [
            ("GetItem", {"TableName": "music", "Key": item("1")}),
            ("PutItem", {"TableName": "music", "Item": item("1")}),
            ("UpdateItem", {"TableName": "music", "Key": item("1")}),
            ("DeleteItem", {"TableName": "music", "Key": item("1")}),
            ("Query", query("pk", "p")),
            ("Scan", {"TableName": "music"}),
            ("BatchGetItem", {"RequestItems": {"music": {"Keys": [item("1")]}}}),
            ("BatchWriteItem", {"RequestItems": {"music": [{"DeleteRequest": {"Key": item("1")}}]}}),
        ],
    )
    def test_until_then_it_is_not_there_for_items(self, operation: str, request_: Members) -> None:
        hard = Hard(LINGER, table=False)
        hard.call("CreateTable", TABLE)
        refused(hard, operation, request_, ResourceNotFoundException, "Requested resource not found")
        settle(hard)
        hard.call(operation, request_)

    def test_it_is_listed_at_once(self) -> None:
        hard = Hard(LINGER, table=False)
        hard.call("CreateTable", TABLE)
        assert hard.call("ListTables", {})["TableNames"] == ["music"]

    @pytest.mark.parametrize(
        ("operation", "request_"),
        [
            ("CreateTable", TABLE),
            ("DeleteTable", {"TableName": "music"}),
            ("UpdateTable", {"TableName": "music", "DeletionProtectionEnabled": True}),
            ("UpdateTable", STREAM_ON),
            ("UpdateTable", ADD_INDEX),
        ],
    )
    def test_it_can_be_changed_by_nothing(self, operation: str, request_: Members) -> None:
        hard = Hard(LINGER, table=False)
        hard.call("CreateTable", TABLE)
        refused(hard, operation, request_, ResourceInUseException, f"{IN_USE}Table is being created: music")
        assert status(hard) == "CREATING"

    def test_a_wrong_request_is_told_first(self) -> None:
        hard = Hard(LINGER, table=False)
        hard.call("CreateTable", TABLE)
        with pytest.raises(ValidationException):
            hard.call("CreateTable", {**TABLE, "KeySchema": [{"AttributeName": "no", "KeyType": "HASH"}]})

    def test_a_second_create_of_an_active_table_is_refused_as_ever(self) -> None:
        hard = Hard(LINGER)
        refused(hard, "CreateTable", TABLE, ResourceInUseException, "Table already exists: music")

    def test_other_tables_are_not_held_up(self) -> None:
        hard = Hard(LINGER)
        hard.call("CreateTable", {**PROVISIONED, "TableName": "other"})
        hard.put("1")
        assert hard.get("1") is not None


class TestUpdating:
    def test_throughput_changes_when_the_table_is_active_again(self) -> None:
        hard = Hard(LINGER, table=False)
        hard.call("CreateTable", PROVISIONED)
        settle(hard)
        answer = hard.call("UpdateTable", more_units(9))["TableDescription"]
        table = described(hard)
        assert (table["TableStatus"], table["ProvisionedThroughput"]["ReadCapacityUnits"]) == ("UPDATING", 5)
        assert table == answer
        settle(hard)
        table = described(hard)
        assert (table["TableStatus"], table["ProvisionedThroughput"]["ReadCapacityUnits"]) == ("ACTIVE", 9)

    def test_items_are_served_meanwhile(self) -> None:
        hard = Hard(LINGER)
        hard.call("UpdateTable", STREAM_ON)
        hard.put("1", genre="rock")
        assert hard.get("1") is not None
        assert len(hard.by_genre("rock")) == 1

    def test_a_new_index_is_creating_and_cannot_be_read_yet(self) -> None:
        hard = Hard(LINGER)
        hard.put("1", title="a")
        hard.call("UpdateTable", ADD_INDEX)
        table = described(hard)
        assert table["TableStatus"] == "UPDATING"
        states = {index["IndexName"]: index["IndexStatus"] for index in table["GlobalSecondaryIndexes"]}
        assert states == {"by-genre": "ACTIVE", "by-title": "CREATING"}
        for operation, request in (
            ("Query", query("title", "a", IndexName="by-title")),
            ("Scan", {"TableName": "music", "IndexName": "by-title"}),
        ):
            refused(
                hard,
                operation,
                request,
                ValidationException,
                "Cannot read from backfilling global secondary index: by-title",
            )
        assert hard.by_genre("rock") == []
        settle(hard)
        assert hard.call("Query", query("title", "a", IndexName="by-title"))["Count"] == 1

    def test_an_index_that_goes_is_deleting_and_then_gone(self) -> None:
        hard = Hard(LINGER)
        hard.call("UpdateTable", DROP_INDEX)
        table = described(hard)
        assert [index["IndexStatus"] for index in table["GlobalSecondaryIndexes"]] == ["DELETING"]
        settle(hard)
        assert "GlobalSecondaryIndexes" not in described(hard)

    @pytest.mark.parametrize(
        ("update", "detail"),
        [
            (ADD_INDEX, "Cannot delete table while indexes are being created, updated, or deleted."),
            (DROP_INDEX, "Cannot delete table while indexes are being created, updated, or deleted."),
            (STREAM_ON, "Cannot delete table while stream is being enabled/disabled."),
            (
                {"TableName": "music", "TableClass": "STANDARD_INFREQUENT_ACCESS"},
                "Table: music is in the process of being updated.",
            ),
        ],
    )
    def test_the_table_cannot_be_deleted_meanwhile(self, update: Members, detail: str) -> None:
        hard = Hard(LINGER)
        hard.call("UpdateTable", update)
        request = {"TableName": "music"}
        refused(hard, "DeleteTable", request, ResourceInUseException, IN_USE + detail)
        settle(hard)
        hard.call("DeleteTable", request)

    def test_another_change_must_wait(self) -> None:
        hard = Hard(LINGER, table=False)
        hard.call("CreateTable", PROVISIONED)
        settle(hard)
        hard.call("UpdateTable", more_units(6))
        refused(
            hard,
            "UpdateTable",
            more_units(7),
            ResourceInUseException,
            f"{IN_USE}Table IOPS are currently being updated. Table: music",
        )
        refused(
            hard, "UpdateTable", STREAM_ON, ResourceInUseException, f"{IN_USE}Table is being updated: music"
        )
        refused(hard, "CreateTable", PROVISIONED, ResourceInUseException, "Table already exists: music")
        settle(hard)
        hard.call("UpdateTable", more_units(7))

    def test_deletion_protection_can_be_changed_meanwhile(self) -> None:
        hard = Hard(LINGER)
        hard.call("UpdateTable", STREAM_ON)
        hard.call("UpdateTable", {"TableName": "music", "DeletionProtectionEnabled": True})
        table = described(hard)
        assert (table["TableStatus"], table["DeletionProtectionEnabled"]) == ("UPDATING", True)

    def test_a_change_that_is_answered_as_done_does_not_linger(self) -> None:
        hard = Hard(LINGER)
        hard.call("UpdateTable", {"TableName": "music", "DeletionProtectionEnabled": True})
        assert status(hard) == "ACTIVE"
        hard.call("UpdateTable", {"TableName": "music", "DeletionProtectionEnabled": False})
        hard.call("DeleteTable", {"TableName": "music"})

    def test_a_refused_change_does_not_linger(self) -> None:
        hard = Hard(LINGER)
        request = {
            "TableName": "music",
            "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "no-such"}}],
        }
        with pytest.raises(ResourceNotFoundException):
            hard.call("UpdateTable", request)
        assert status(hard) == "ACTIVE"


class TestDeleting:
    def test_a_deleted_table_is_still_described_and_listed_and_then_gone(self) -> None:
        hard = Hard(LINGER)
        hard.call("DeleteTable", {"TableName": "music"})
        table = described(hard)
        assert table["TableStatus"] == "DELETING"
        assert [index["IndexStatus"] for index in table["GlobalSecondaryIndexes"]] == ["DELETING"]
        assert hard.call("ListTables", {})["TableNames"] == ["music"]
        settle(hard)
        assert hard.call("ListTables", {})["TableNames"] == []
        message = "Requested resource not found: Table: music not found"
        refused(hard, "DescribeTable", {"TableName": "music"}, ResourceNotFoundException, message)

    @pytest.mark.parametrize(
        ("operation", "request_", "message"),
        [
            ("CreateTable", TABLE, "Table already exists: music"),
            ("DeleteTable", {"TableName": "music"}, f"{IN_USE}Table is being deleted: music"),
            ("UpdateTable", STREAM_ON, f"{IN_USE}Table is being deleted: music"),
            (
                "UpdateTable",
                {"TableName": "music", "DeletionProtectionEnabled": True},
                f"{IN_USE}Table is being deleted: music",
            ),
        ],
    )
    def test_its_name_is_not_free_until_then(self, operation: str, request_: Members, message: str) -> None:
        hard = Hard(LINGER)
        hard.call("DeleteTable", {"TableName": "music"})
        refused(hard, operation, request_, ResourceInUseException, message)
        settle(hard)
        hard.call("CreateTable", TABLE)
        assert status(hard) == "CREATING"

    def test_its_items_are_gone_at_once(self) -> None:
        hard = Hard(LINGER)
        hard.put("1")
        hard.call("DeleteTable", {"TableName": "music"})
        with pytest.raises(ResourceNotFoundException):
            hard.get("1")
        settle(hard)
        hard.call("CreateTable", TABLE)
        settle(hard)
        assert hard.get("1") is None

    def test_names_are_listed_in_order_whether_the_tables_are_going_or_not(self) -> None:
        hard = Hard(LINGER, table=False)
        names = ["aaa", "bbb", "ccc", "ddd", "eee"]
        for name in names:
            hard.call("CreateTable", {**PROVISIONED, "TableName": name})
        settle(hard)
        for name in ("aaa", "ccc", "eee"):
            hard.call("DeleteTable", {"TableName": name})
        for limit in range(1, 7):
            listed: list[str] = []
            start: Members = {}
            while True:
                page = hard.call("ListTables", {"Limit": limit, **start})
                assert len(page["TableNames"]) <= limit
                listed += page["TableNames"]
                if "LastEvaluatedTableName" not in page:
                    break
                start = {"ExclusiveStartTableName": page["LastEvaluatedTableName"]}
            assert listed == names


class TestWithoutTheFlag:
    @pytest.fixture
    def hard(self) -> Hard:
        return Hard(LikeAws(index_lag=True, stale_reads=True, partial_batches=True), table=False)

    def test_a_change_is_done_when_it_is_answered(self, hard: Hard) -> None:
        steps: list[Callable[[], Any]] = [
            lambda: hard.call("CreateTable", TABLE),
            lambda: hard.call("UpdateTable", STREAM_ON),
            lambda: hard.call("UpdateTable", ADD_INDEX),
            lambda: hard.call("UpdateTable", DROP_INDEX),
        ]
        for step in steps:
            step()
            assert status(hard) == "ACTIVE"
        assert [index["IndexStatus"] for index in described(hard)["GlobalSecondaryIndexes"]] == ["ACTIVE"]
        hard.call("DeleteTable", {"TableName": "music"})
        assert hard.call("ListTables", {})["TableNames"] == []
        hard.call("CreateTable", TABLE)


def test_how_long_a_state_lasts_is_drawn_within_bounds() -> None:
    hard = Hard(LINGER, table=False)
    rng: Any = hard.db.rng
    for share, seconds in ((0.0, 0.25), (0.5, 0.625), (1.0, 1.0)):
        rng.share = share
        hard.call("CreateTable", TABLE)
        hard.clock.advance(seconds - 0.001)
        assert status(hard) == "CREATING"
        hard.clock.advance(0.001)
        assert status(hard) == "ACTIVE"
        rng.share = 1.0
        hard.call("DeleteTable", {"TableName": "music"})
        settle(hard)
