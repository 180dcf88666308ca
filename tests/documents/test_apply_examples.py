"""The examples of docs/apply.md run, on the tables and templates that the page speaks of; the plan is as it shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from console import Console, commands_of
from pages import ROOT, fences

import stator

pytest.importorskip("yaml", reason="PyYAML is not installed")

PAGE = ROOT / "docs" / "apply.md"
CONSOLES = [fence.text for fence in fences(PAGE) if fence.kind == "console"]
ASKS = "Apply? [y/N]"

SHOP = """\
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: N}
        - {AttributeName: user, AttributeType: S}
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: by-user
          KeySchema: [{AttributeName: user, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
  Users:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: users
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Sessions:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: sessions
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  OrdersFunction:
    Type: AWS::Lambda::Function
"""
SMALL = """\
Resources:
  Small:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
"""
SERVERLESS = "service: shop\nprovider: {name: aws, stage: '${opt:stage}'}\nresources:\n" + "".join(
    f"  {line}\n" for line in SMALL.splitlines()
)
CDK = {
    "Resources": {"T": {"Type": "AWS::Serverless::SimpleTable"}},
    "Transform": "AWS::Serverless-2016-10-31",
}
MANIFEST = {
    "artifacts": {
        "shop": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "shop.template.json"}}
    }
}


def fill(path: Path) -> None:
    """The tables that the page's plan is made against: users is provisioned, sessions as the template has it."""
    with stator.open(str(path)) as db:
        for name, billing in (("users", "PROVISIONED"), ("sessions", "PAY_PER_REQUEST")):
            units = {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}
            db.create_table(
                TableName=name,
                BillingMode=billing,
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                Tags=[
                    {"Key": "stator:stack-name", "Value": "shop"},
                    {"Key": "stator:logical-id", "Value": name.capitalize()},
                ],
                **(units if billing == "PROVISIONED" else {}),
            )


def test_each_way_to_call_it_works(tmp_path: Path) -> None:
    """Nobody is asked here: where the page's command would ask, it is told yes."""
    (tmp_path / "template.yaml").write_text(SMALL)
    (tmp_path / "serverless.yml").write_text(SERVERLESS)
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.out" / "shop.template.json").write_text(json.dumps(CDK))
    (tmp_path / "cdk.out" / "manifest.json").write_text(json.dumps(MANIFEST))
    with Console(tmp_path) as console:
        console.run("$ stator serve --data :memory: &")
        for command, shown in commands_of(CONSOLES[0]):
            assert not shown
            line = command.partition("  #")[0].strip()
            asks = line.startswith("stator") and "--yes" not in line and "--plan" not in line
            console.run(f"$ {line}{' --yes' if asks else ''}")


def test_the_plan_is_as_the_page_shows_it(tmp_path: Path) -> None:
    ((command, shown),) = commands_of(CONSOLES[1])
    (tmp_path / "shop.yaml").write_text(SHOP)
    fill(tmp_path / "stator.db")
    assert shown.endswith(f"{ASKS}\n")
    with Console(tmp_path) as console:
        console.run(f"$ {command} --plan\n" + shown.removesuffix(f"{ASKS}\n"))
