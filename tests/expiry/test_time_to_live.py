"""UpdateTimeToLive and DescribeTimeToLive: what they answer and refuse, in AWS's words, in process and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from doors import Door, InProcessDoor, Refusal, http_door

Members = dict[str, Any]
_numbers = count()
NULL = "1 validation error detected: Value null at 'timeToLiveSpecification{}' failed to satisfy constraint: "
DIFFERENT = "TimeToLive is active on a different AttributeName: current AttributeName is ttl"
ENABLED = "TimeToLive is already enabled"
DISABLED = "TimeToLive is already disabled"


@pytest.fixture(scope="module", params=["in process", "http"])
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    if request.param == "http":
        with http_door() as over_http:
            yield over_http
        return
    yield InProcessDoor()


@pytest.fixture
def table(door: Door) -> str:
    name = f"table-{next(_numbers)}"
    door.call(
        "CreateTable",
        {
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    return name


def switch(door: Door, table: str, enabled: bool, attribute: str = "ttl") -> Members:
    specification = {"Enabled": enabled, "AttributeName": attribute}
    return door.call("UpdateTimeToLive", {"TableName": table, "TimeToLiveSpecification": specification})


def describe(door: Door, table: str) -> Members:
    return door.call("DescribeTimeToLive", {"TableName": table})


def test_a_change_answers_with_what_was_asked_for_and_is_done(door: Door, table: str):
    assert describe(door, table) == {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    assert switch(door, table, True) == {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "ttl"}}
    assert describe(door, table) == {
        "TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    }
    assert switch(door, table, False) == {
        "TimeToLiveSpecification": {"Enabled": False, "AttributeName": "ttl"}
    }
    assert describe(door, table) == {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}


def test_a_table_may_be_named_by_its_arn(door: Door, table: str):
    arn = door.call("DescribeTable", {"TableName": table})["Table"]["TableArn"]
    switch(door, arn, True)
    assert describe(door, arn) == describe(door, table)
    assert describe(door, arn)["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"


def test_nothing_of_it_is_in_the_description_of_the_table(door: Door, table: str):
    before = door.call("DescribeTable", {"TableName": table})
    switch(door, table, True)
    assert door.call("DescribeTable", {"TableName": table}) == before


@pytest.mark.parametrize(
    ("before", "enabled", "attribute", "message"),
    [
        ([], False, "ttl", DISABLED),
        ([], False, "other", DISABLED),
        ([True], True, "ttl", ENABLED),
        ([True], True, "other", DIFFERENT),
        ([True], False, "other", DIFFERENT),
        ([True, False], False, "ttl", DISABLED),
        ([True, False], False, "other", DISABLED),
    ],
)
def test_what_changes_nothing_is_refused(
    door: Door, table: str, before: list[bool], enabled: bool, attribute: str, message: str
):
    for each in before:
        switch(door, table, each)
    shown = describe(door, table)
    with pytest.raises(Refusal) as refused:
        switch(door, table, enabled, attribute)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)
    assert describe(door, table) == shown


def test_another_attribute_may_come_after_the_first_is_switched_off(door: Door, table: str):
    switch(door, table, True)
    switch(door, table, False)
    switch(door, table, True, "other")
    assert describe(door, table)["TimeToLiveDescription"]["AttributeName"] == "other"


@pytest.mark.parametrize("attribute", ["pk", "a", "a.b", "#n", "é\N{SNOWMAN}", 'say "it"', "x" * 255])
def test_any_name_of_an_attribute_will_do_a_keys_too(door: Door, table: str, attribute: str):
    switch(door, table, True, attribute)
    assert describe(door, table)["TimeToLiveDescription"]["AttributeName"] == attribute


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        (None, NULL.format("") + "Member must not be null"),
        ({"Enabled": True}, NULL.format(".attributeName") + "Member must not be null"),
        ({"AttributeName": "ttl"}, NULL.format(".enabled") + "Member must not be null"),
        (
            {"Enabled": True, "AttributeName": ""},
            "1 validation error detected: Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy "
            "constraint: Member must have length greater than or equal to 1",
        ),
        (
            {"Enabled": True, "AttributeName": "x" * 256},
            f"1 validation error detected: Value '{'x' * 256}' at 'timeToLiveSpecification.attributeName' failed "
            "to satisfy constraint: Member must have length less than or equal to 255",
        ),
    ],
    ids=["nothing", "no name", "no switch", "empty name", "long name"],
)
def test_a_request_that_is_not_whole_is_refused_before_the_table_is_looked_for(
    door: Door, specification: Members | None, message: str
):
    request: Members = {"TableName": "not-there"}
    if specification is not None:
        request["TimeToLiveSpecification"] = specification
    with pytest.raises(Refusal) as refused:
        door.call("UpdateTimeToLive", request)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)


@pytest.mark.parametrize("operation", ["UpdateTimeToLive", "DescribeTimeToLive"])
def test_a_table_that_is_not_there_is_not_found(door: Door, operation: str):
    request: Members = {"TableName": "not-there"}
    if operation == "UpdateTimeToLive":
        request["TimeToLiveSpecification"] = {"Enabled": True, "AttributeName": "ttl"}
    with pytest.raises(Refusal) as refused:
        door.call(operation, request)
    assert (refused.value.code, refused.value.message) == (
        "ResourceNotFoundException",
        "Requested resource not found: Table: not-there not found",
    )


def test_a_table_made_again_under_the_name_does_not_expire(door: Door, table: str):
    switch(door, table, True)
    schema = door.call("DeleteTable", {"TableName": table})
    assert schema["TableDescription"]["TableName"] == table
    door.call(
        "CreateTable",
        {
            "TableName": table,
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    assert describe(door, table) == {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    switch(door, table, True, "other")
