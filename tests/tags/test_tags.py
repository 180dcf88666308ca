"""Tags of tables: set, changed, taken away and listed, and what the service says of those it does not take."""

from __future__ import annotations

from typing import Any

import pytest
from doors import Door, InProcessDoor, Refusal

from stator.engine.database import Database, Options
from stator.storage.memory import MemoryStore

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/music"
INVALID = "One or more parameter values were invalid: "
TOO_MANY = "Number of Tags exceed the current limit for the provided ResourceArn"


def tag(key: str, value: str = "v") -> dict[str, str]:
    return {"Key": key, "Value": value}


def create(door: Door, name: str = "music", **members: Any) -> None:
    door.call(
        "CreateTable",
        {
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            **members,
        },
    )


def tags_of(door: Door, arn: str = ARN) -> dict[str, str]:
    answer = door.call("ListTagsOfResource", {"ResourceArn": arn})
    assert answer.keys() == {"Tags"}
    return {each["Key"]: each["Value"] for each in answer["Tags"]}


def put(door: Door, *tags: dict[str, str]) -> dict[str, Any]:
    return door.call("TagResource", {"ResourceArn": ARN, "Tags": list(tags)})


def refusal(door: Door, operation: str, request: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(Refusal) as refused:
        door.call(operation, request)
    return refused.value.code, refused.value.message


def test_a_table_without_tags_lists_none(door: Door) -> None:
    create(door)
    assert door.call("ListTagsOfResource", {"ResourceArn": ARN}) == {"Tags": []}


def test_tags_are_added_replaced_and_taken_away(door: Door) -> None:
    create(door, Tags=[tag("env", "test")])
    assert put(door, tag("team", "blue"), tag("env", "live")) == {}
    assert tags_of(door) == {"env": "live", "team": "blue"}
    assert door.call("UntagResource", {"ResourceArn": ARN, "TagKeys": ["env", "absent"]}) == {}
    assert tags_of(door) == {"team": "blue"}


def test_tags_are_no_part_of_a_tables_description(door: Door) -> None:
    create(door, Tags=[tag("env")])
    before = door.call("DescribeTable", {"TableName": "music"})
    put(door, tag("team"))
    assert door.call("DescribeTable", {"TableName": "music"}) == before
    assert "Tags" not in before["Table"]


def test_a_table_made_again_has_not_the_tags_of_the_one_before(door: Door) -> None:
    create(door, Tags=[tag("env")])
    door.call("DeleteTable", {"TableName": "music"})
    create(door)
    assert tags_of(door) == {}


def test_fifty_tags_are_one_page_and_can_be_replaced_and_not_be_joined_by_another(door: Door) -> None:
    create(door)
    fifty = [tag(f"k{n}") for n in range(50)]
    put(door, *fifty)
    assert len(tags_of(door)) == 50
    request = {"ResourceArn": ARN, "Tags": [tag("k1", "new"), tag("k50")]}
    assert refusal(door, "TagResource", request) == ("ValidationException", TOO_MANY)
    assert tags_of(door)["k1"] == "v"
    put(door, tag("k1", "new"))
    assert tags_of(door)["k1"] == "new"


LEGAL = ["k" * 128, "ключ", "café", "表", "a\u00a0b\u3000c", "a+b-c=d.e_f:g/h@i", " "]


@pytest.mark.parametrize("key", LEGAL)
def test_letters_digits_and_spaces_of_any_script_are_taken(door: Door, key: str) -> None:
    create(door)
    put(door, tag(key, key), tag("long", "v" * 256), tag("empty", ""))
    assert tags_of(door) == {key: key, "long": "v" * 256, "empty": ""}


ILLEGAL = [
    "\N{KEY}",
    "100%",
    "a,b",
    'a"b',
    "a'b",
    "(x)",
    "a&b",
    "a*b",
    "a;b",
    "a?b",
    "a|b",
    "a\\b",
    "<a>",
    "~a",
    "a#b",
]
BAD_TAGS: list[tuple[dict[str, Any], str]] = [
    *((tag(text), f"The Tag Key provided is invalid, Key: {text}") for text in ILLEGAL),
    *((tag("k", text), f"The Tag Value provided is invalid, Value: {text}") for text in ILLEGAL),
    (tag("k" * 129), "The Tag Key provided is invalid, Key: " + "k" * 129),
    (tag(""), "The Tag Key provided is invalid, Key: "),
    ({}, "The Tag Key provided is invalid, Key: null"),
    ({"Value": "v"}, "The Tag Key provided is invalid, Key: null"),
    ({"Key": "k"}, "The Tag Value provided is invalid, Value: null"),
    (tag("k", "v" * 257), "The Tag Value provided is invalid, Value: " + "v" * 257),
    (tag("aws:zzz"), "Tag Key cannot be prefixed with aws:, Key: aws:zzz"),
    (tag("good"), "Duplicate Tag Keys provided as input: Duplicate Tag Key found good"),
]


@pytest.mark.parametrize(("bad", "message"), BAD_TAGS)
def test_one_bad_tag_and_none_is_set(door: Door, bad: dict[str, Any], message: str) -> None:
    create(door)
    request = {"ResourceArn": ARN, "Tags": [tag("good"), bad]}
    assert refusal(door, "TagResource", request) == ("ValidationException", message)
    assert tags_of(door) == {}


@pytest.mark.parametrize(("bad", "message"), BAD_TAGS[-8:])
def test_a_table_is_not_made_with_a_bad_tag(door: Door, bad: dict[str, Any], message: str) -> None:
    with pytest.raises(Refusal) as refused:
        create(door, Tags=[tag("good"), bad])
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)


OTHER_FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("TagResource", {"Tags": []}, "Atleast one Tag needs to be provided as Input."),
    ("UntagResource", {"TagKeys": []}, "Atleast one Tag Key needs to be provided as Input."),
    ("TagResource", {"Tags": [tag(str(n)) for n in range(51)]}, TOO_MANY),
    ("UntagResource", {"TagKeys": [str(n) for n in range(51)]}, TOO_MANY),
    ("UntagResource", {"TagKeys": ["k" * 129]}, "The Tag Key provided is invalid, Key: " + "k" * 129),
    ("UntagResource", {"TagKeys": [""]}, "The Tag Key provided is invalid, Key: "),
    (
        "TagResource",
        {},
        "1 validation error detected: Value null at 'tags' failed to satisfy constraint: Member must not be null",
    ),
    (
        "UntagResource",
        {},
        "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null",
    ),
    ("ListTagsOfResource", {"NextToken": "x"}, "Invalid Request: Provided nextToken is invalid: x"),
]


@pytest.mark.parametrize(("operation", "members", "message"), OTHER_FAULTS)
def test_faults_are_told_before_the_table_is_looked_for(
    door: Door, operation: str, members: dict[str, Any], message: str
) -> None:
    assert refusal(door, operation, {"ResourceArn": ARN, **members}) == ("ValidationException", message)


MEMBERS = {"TagResource": {"Tags": [tag("k")]}, "UntagResource": {"TagKeys": ["k"]}, "ListTagsOfResource": {}}
ARNS = [
    ("music", INVALID + "ARNs must start with 'arn:': music"),
    ("arn:aws", INVALID + "Second colon partition not found: arn:aws"),
    ("arn:aws:dynamodb", INVALID + "Third colon vendor not found: arn:aws:dynamodb"),
    (
        "arn:aws:dynamodb:x",
        INVALID + "Fourth colon (region/namespace delimiter) not found: arn:aws:dynamodb:x",
    ),
    (
        "arn:aws:dynamodb:x:1",
        INVALID + "Fifth colon (namespace/relative-id delimiter) not found: arn:aws:dynamodb:x:1",
    ),
    (
        "arn:aws:s3:x:1:table/music",
        INVALID + "Provided Arn is not a DynamoDB resource arn: arn:aws:s3:x:1:table/music",
    ),
    (f"{ARN}/backup/01", INVALID + f"Provided Arn is not a DynamoDB resource arn: {ARN}/backup/01"),
    (
        f"{ARN}/index/i",
        INVALID
        + f"Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {ARN}/index/i",
    ),
    (
        f"{ARN}/stream/2026-10-09T00:29:04.041",
        f"Invalid TableArn: Invalid ResourceArn provided as input {ARN}/stream/2026-10-09T00:29:04.041",
    ),
    (
        ARN.replace("arn:aws", "arn:aws-cn"),
        f"Invalid TableArn: Invalid ResourceArn provided as input {ARN.replace('arn:aws', 'arn:aws-cn')}",
    ),
]


@pytest.mark.parametrize("operation", MEMBERS)
@pytest.mark.parametrize(("arn", "message"), ARNS)
def test_what_is_no_arn_of_a_table_is_refused(door: Door, operation: str, arn: str, message: str) -> None:
    create(door)
    assert refusal(door, operation, {"ResourceArn": arn, **MEMBERS[operation]}) == (
        "ValidationException",
        message,
    )


@pytest.mark.parametrize("operation", MEMBERS)
def test_an_arn_that_is_not_given_is_refused_before_all_else(door: Door, operation: str) -> None:
    assert refusal(door, operation, {}) == ("ValidationException", "Invalid TableArn")


@pytest.mark.parametrize("operation", MEMBERS)
def test_the_arn_of_no_table_names_it_whole(door: Door, operation: str) -> None:
    assert refusal(door, operation, {"ResourceArn": ARN, **MEMBERS[operation]}) == (
        "ResourceNotFoundException",
        f"Requested resource not found: ResourceArn: {ARN} not found",
    )


def test_where_accounts_are_apart_another_accounts_tags_are_not_to_be_had() -> None:
    door = InProcessDoor(Database(MemoryStore(), Options(namespace="account-region")))
    anothers = ARN.replace("000000000000", "111111111111")
    assert refusal(door, "ListTagsOfResource", {"ResourceArn": anothers}) == (
        "AccessDeniedException",
        "Access is denied",
    )
    elsewhere = ARN.replace("us-east-1", "us-west-2")
    assert refusal(door, "ListTagsOfResource", {"ResourceArn": elsewhere}) == (
        "ValidationException",
        f"Invalid TableArn: Invalid ResourceArn provided as input {elsewhere}",
    )
