"""Templates of one table, made of properties, for tests that look at one property each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from stator.client.transport import Transport
from stator.templates.documents import parse_document
from stator.templates.places import place_of
from stator.templates.plans import Plan, make_plans
from stator.templates.stacks import Stack
from stator.templates.tables import TABLE_TYPE

Properties = dict[str, Any]
ON_DEMAND: Properties = {"BillingMode": "PAY_PER_REQUEST"}


def attributes(*names: str, type_: str = "S") -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": type_} for name in names]


def keys(*names: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": role} for name, role in zip(names, ("HASH", "RANGE"), strict=False)
    ]


def units(read: int, write: int) -> dict[str, int]:
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def index(name: str, *names: str, **more: Any) -> Properties:
    return {
        "IndexName": name,
        "KeySchema": keys(*names),
        "Projection": more.pop("Projection", {"ProjectionType": "ALL"}),
        **more,
    }


def policy(action: str) -> Properties:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
        "Action": action,
        "Resource": "*",
    }
    return {"PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def table(**properties: Any) -> Properties:
    """A resource: a table of the key `id`, on demand unless the properties say something else."""
    return {
        "Type": TABLE_TYPE,
        "Properties": {
            "TableName": "things",
            "AttributeDefinitions": attributes("id"),
            "KeySchema": keys("id"),
            **({} if "ProvisionedThroughput" in properties else ON_DEMAND),
            **properties,
        },
    }


def template(**resources: Properties) -> str:
    return json.dumps({"Resources": resources}, indent=1)


def plan_of(transport: Transport, text: str, name: str = "shop", **given: str) -> Plan:
    stack = Stack(name, parse_document(text, "shop.json"))
    (plan,) = make_plans(transport, [stack], given, place_of(transport))
    return plan


def write(folder: Path, text: str, name: str = "shop.yaml") -> str:
    place = folder / name
    place.write_text(text, "utf-8")
    return str(place)


# A table, and nearly all of it changed
BEFORE = template(
    T=table(
        AttributeDefinitions=attributes("id", "a", "b"),
        GlobalSecondaryIndexes=[index("ind-i", "a"), index("gone", "b")],
        StreamSpecification={"StreamViewType": "NEW_IMAGE", "ResourcePolicy": policy("dynamodb:GetRecords")},
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "e"},
        Tags=[{"Key": "a", "Value": "1"}],
        OnDemandThroughput={"MaxReadRequestUnits": 10},
    )
)
AFTER = template(
    T=table(
        AttributeDefinitions=attributes("id", "a", "b"),
        GlobalSecondaryIndexes=[
            index("ind-i", "b", ProvisionedThroughput=units(2, 2)),
            index("new", "a", ProvisionedThroughput=units(1, 1)),
        ],
        ProvisionedThroughput=units(5, 5),
        StreamSpecification={"StreamViewType": "KEYS_ONLY", "ResourcePolicy": policy("dynamodb:GetRecords")},
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "f"},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        SSESpecification={"SSEEnabled": True},
        TableClass="STANDARD_INFREQUENT_ACCESS",
        DeletionProtectionEnabled=True,
        ResourcePolicy=policy("dynamodb:*"),
        Tags=[{"Key": "b", "Value": "2"}],
    )
)
