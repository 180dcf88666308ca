"""The texts that the catalogue and the database were asked for by: each snippet runs, and each line names tests that
there are."""

from __future__ import annotations

import ast
import json
import os
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from together import records_of

import stator
from patterns.catalogue import CATALOGUE
from patterns.claims import Claim
from patterns.claims_of_catalogue import CATALOGUE_CLAIMS
from patterns.claims_of_deep_dive import (
    COMPOSITE_KEY,
    DEEP_DIVE_CLAIMS,
    EMBEDDED_ITEM,
    EVENT,
    POLICY,
    PROVISIONED,
    QUERY_COMMAND,
    SAMPLE_ITEM,
)
from patterns.seeds import SECTIONS
from stator.api.shapes import DYNAMODB, service
from stator.conditions import Key

ROOT = Path(__file__).resolve().parents[2]
SEEDS = Path(os.environ.get("TEST_SEEDS", ROOT.parent / "shared" / "seeds"))


@pytest.fixture(params=["in_memory", "served"])
def db(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def table_of(db: Any, name: str, *keys: str, **more: Any) -> Any:
    return db.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": key, "KeyType": kind}
            for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
        ],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        **{"BillingMode": "PAY_PER_REQUEST", **more},
    )


# The snippets, in their order


def test_the_sample_item_is_stored_and_comes_back(db: Any) -> None:
    users = table_of(db, "Users", "UserId")
    users.put_item(Item=json.loads(SAMPLE_ITEM))
    assert users.get_item(Key={"UserId": "user-123"})["Item"] == json.loads(SAMPLE_ITEM)


def test_an_item_without_its_key_is_refused(db: Any) -> None:
    users = table_of(db, "Users", "UserId")
    item = json.loads(SAMPLE_ITEM)
    del item["UserId"]
    with pytest.raises(stator.errors.ValidationException, match="Missing the key UserId"):
        users.put_item(Item=item)


def test_the_composite_key_finds_its_order(db: Any) -> None:
    given = {}
    for line in COMPOSITE_KEY.splitlines():
        name, value = line.partition(": ")[2].split(" = ")
        given[json.loads(name)] = json.loads(value)
    orders = table_of(db, "Orders", *given)
    orders.put_item(Item={**given, "Total": 3})
    assert orders.get_item(Key=given)["Item"] == {**given, "Total": 3}


def test_a_local_index_cannot_be_added_later() -> None:
    model = service(DYNAMODB)
    takes = model.shapes[model.operations["UpdateTable"].input].members
    assert [name for name in takes if "SecondaryIndex" in name] == ["GlobalSecondaryIndexUpdates"]


def test_the_provisioned_capacity_is_the_tables(db: Any) -> None:
    read, write = (int(line.rpartition(" = ")[2]) for line in PROVISIONED.splitlines())
    units = {"ReadCapacityUnits": read, "WriteCapacityUnits": write}
    table_of(db, "Users", "UserId", BillingMode="PROVISIONED", ProvisionedThroughput=units)
    described = db.client.describe_table(TableName="Users")["Table"]["ProvisionedThroughput"]
    assert (described["ReadCapacityUnits"], described["WriteCapacityUnits"]) == (5, 10)


def test_the_embedded_item_comes_back_nested(db: Any) -> None:
    users = table_of(db, "Users", "UserId")
    users.put_item(Item=json.loads(EMBEDDED_ITEM))
    found = users.get_item(
        Key={"UserId": "user-123"},
        ProjectionExpression="Profile.#n",
        ExpressionAttributeNames={"#n": "Name"},
    )
    assert found["Item"] == {"Profile": {"Name": "Alice"}}
    assert users.get_item(Key={"UserId": "user-123"})["Item"] == json.loads(EMBEDDED_ITEM)


def test_the_command_queries_as_it_is_written(db: Any) -> None:
    users = table_of(db, "Users", "UserId")
    users.put_item(Item=json.loads(SAMPLE_ITEM))
    words = shlex.split(QUERY_COMMAND.replace("\\\n", " "))
    assert words[:3] == ["aws", "dynamodb", "query"]
    given = dict(zip(words[3::2], words[4::2], strict=True))
    answer = db.client.query(
        TableName=given.pop("--table-name"),
        KeyConditionExpression=given.pop("--key-condition-expression"),
        ExpressionAttributeValues=json.loads(given.pop("--expression-attribute-values")),
    )
    assert given == {}
    assert [item["Name"] for item in answer["Items"]] == [{"S": "Alice"}]
    assert users.query(KeyConditionExpression=Key("UserId").eq("user-123"))["Count"] == 1


def test_the_policy_is_taken_as_a_tables_and_not_enforced_yet(db: Any) -> None:
    users = table_of(db, "Users", "UserId")
    arn = db.client.describe_table(TableName="Users")["Table"]["TableArn"]
    statement = json.loads(POLICY)
    assert statement["Resource"].endswith(":table/Users")
    statement |= {"Resource": arn, "Principal": {"AWS": arn.split(":")[4]}}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    db.client.put_resource_policy(ResourceArn=arn, Policy=json.dumps(policy))
    kept = json.loads(db.client.get_resource_policy(ResourceArn=arn)["Policy"])
    assert kept["Statement"][0]["Action"] == statement["Action"]
    users.put_item(Item=json.loads(SAMPLE_ITEM))  # which it does not allow


def test_a_change_has_the_structure_that_is_drawn(db: Any) -> None:
    drawn = json.loads(EVENT)
    users = table_of(
        db, "Users", "UserId", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    )
    users.put_item(Item={"UserId": "user-123", "Name": "Alice"})
    (record,) = records_of(db, "Users")
    assert record["eventName"] == drawn["eventName"]
    assert record["dynamodb"]["Keys"] == drawn["dynamodb"]["Keys"]
    # The image has its key, too
    assert record["dynamodb"]["NewImage"] == {**drawn["dynamodb"]["Keys"], **drawn["dynamodb"]["NewImage"]}


# The lines


def test_the_nine_patterns_are_lines_in_their_order() -> None:
    nine = [pattern.title for pattern in CATALOGUE.values()][:9]
    says = [claim.says for claim in CATALOGUE_CLAIMS]
    assert [each for each in says if each in nine] == nine


def every_claim() -> list[Claim]:
    return [claim for claims in SECTIONS.values() for claim in claims]


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


@pytest.mark.parametrize("test", sorted({test for claim in every_claim() for test in claim.tests}))
def test_a_test_that_a_line_names_is_there(test: str) -> None:
    path, _, name = test.partition("::")
    assert name in names_in(path)


def test_a_line_without_a_test_claims_nothing() -> None:
    words = ("not here", "not be", "nothing to run", "on aws", "answered by", "performance.md")
    untested = [claim for claim in every_claim() if not claim.tests]
    assert [each.says for each in untested if not any(word in each.here.lower() for word in words)] == []


def test_every_snippet_of_the_text_is_a_line_and_runs() -> None:
    path = SEEDS / "dynamodb-deep-dive.txt"
    if not path.exists():
        pytest.skip(f"the text is not at {path}")
    fences = path.read_text("utf-8", errors="replace").split("```")[1::2]
    stripped = [
        "\n".join(line for line in fence.strip().splitlines() if not line.startswith("//"))
        for fence in fences
    ]
    assert [claim.snippet for claim in DEEP_DIVE_CLAIMS if claim.snippet] == stripped
    assert all(claim.tests for claim in DEEP_DIVE_CLAIMS if claim.snippet)
