"""What a changed property does to a table that is there: the properties told, the calls made, and nothing after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from template_cases import Watching, apply
from template_texts import attributes, index, plan_of, policy, table, template, units

from stator.client.transport import Transport
from stator.templates.places import place_of
from stator.templates.plans import Action
from stator.templates.rehearsal import rehearse

UPDATE = "UpdateTable"
TTL = "UpdateTimeToLive"
PITR = "UpdateContinuousBackups"


@dataclass(frozen=True)
class Update:
    name: str
    before: dict[str, Any]
    after: dict[str, Any]
    changes: list[str]
    calls: list[str]


def _indexed(*indexes: Any, names: tuple[str, ...] = ("id", "a", "b"), **more: Any) -> dict[str, Any]:
    return {"AttributeDefinitions": attributes(*names), "GlobalSecondaryIndexes": list(indexes), **more}


_EXPIRY = "TimeToLiveSpecification"
_RECOVERY = "PointInTimeRecoverySpecification"
_STREAM = "StreamSpecification"


def _expiry(name: str) -> dict[str, Any]:
    return {_EXPIRY: {"Enabled": True, "AttributeName": name}}


def _recovery(**more: Any) -> dict[str, Any]:
    return {_RECOVERY: {"PointInTimeRecoveryEnabled": True, **more}}


def _tags(**tags: str) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _stream(view: str, **more: Any) -> dict[str, Any]:
    return {_STREAM: {"StreamViewType": view, **more}}


_A = index("by-a", "a")
_B = index("by-b", "b")
_OF_A = ("id", "a")
UPDATES = [
    Update(
        "billing to on demand",
        {"ProvisionedThroughput": units(5, 5)},
        {},
        ["BillingMode", "ProvisionedThroughput"],
        [UPDATE],
    ),
    Update(
        "billing to provisioned",
        {},
        {"ProvisionedThroughput": units(5, 5)},
        ["BillingMode", "ProvisionedThroughput"],
        [UPDATE],
    ),
    Update(
        "capacity",
        {"ProvisionedThroughput": units(5, 5)},
        {"ProvisionedThroughput": units(6, 5)},
        ["ProvisionedThroughput"],
        [UPDATE],
    ),
    Update(
        "billing to provisioned, with an index that stays, one that goes and one that comes",
        _indexed(_A, index("gone", "b")),
        _indexed(
            {**_A, "ProvisionedThroughput": units(1, 2)},
            {**index("new", "b", "a"), "ProvisionedThroughput": units(3, 4)},
            ProvisionedThroughput=units(5, 5),
        ),
        [
            "BillingMode",
            "ProvisionedThroughput",
            "GlobalSecondaryIndexes.gone",
            "GlobalSecondaryIndexes.new",
            "GlobalSecondaryIndexes.by-a.ProvisionedThroughput",
        ],
        [UPDATE] * 3,
    ),
    Update(
        "billing to on demand, with an index and maximums",
        _indexed(
            {**_A, "ProvisionedThroughput": units(1, 2)}, names=_OF_A, ProvisionedThroughput=units(5, 5)
        ),
        _indexed(
            {**_A, "OnDemandThroughput": {"MaxReadRequestUnits": 10}},
            names=_OF_A,
            OnDemandThroughput={"MaxWriteRequestUnits": 20},
        ),
        [
            "BillingMode",
            "ProvisionedThroughput",
            "OnDemandThroughput",
            "GlobalSecondaryIndexes.by-a.ProvisionedThroughput",
            "GlobalSecondaryIndexes.by-a.OnDemandThroughput",
        ],
        [UPDATE] * 3,
    ),
    Update(
        "billing to provisioned, from maximums",
        _indexed(
            {**_A, "OnDemandThroughput": {"MaxReadRequestUnits": 10}},
            names=_OF_A,
            OnDemandThroughput={"MaxWriteRequestUnits": 20},
        ),
        _indexed(
            {**_A, "ProvisionedThroughput": units(1, 2)}, names=_OF_A, ProvisionedThroughput=units(5, 5)
        ),
        [
            "BillingMode",
            "ProvisionedThroughput",
            "OnDemandThroughput",
            "GlobalSecondaryIndexes.by-a.ProvisionedThroughput",
            "GlobalSecondaryIndexes.by-a.OnDemandThroughput",
        ],
        [UPDATE],
    ),
    Update(
        "on-demand maximum",
        {"OnDemandThroughput": {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 5}},
        {"OnDemandThroughput": {"MaxReadRequestUnits": 20}},
        ["OnDemandThroughput"],
        [UPDATE],
    ),
    Update(
        "no on-demand maximum",
        {"OnDemandThroughput": {"MaxReadRequestUnits": 10}},
        {},
        ["OnDemandThroughput"],
        [UPDATE],
    ),
    Update(
        "warm throughput", {}, {"WarmThroughput": {"ReadUnitsPerSecond": 20000}}, ["WarmThroughput"], [UPDATE]
    ),
    Update(
        "warm throughput of an index",
        _indexed(_A, names=_OF_A),
        _indexed({**_A, "WarmThroughput": {"WriteUnitsPerSecond": 9000}}, names=_OF_A),
        ["GlobalSecondaryIndexes.by-a.WarmThroughput"],
        [UPDATE],
    ),
    Update("less warm throughput", {"WarmThroughput": {"ReadUnitsPerSecond": 20000}}, {}, [], []),
    Update(
        "two new indexes",
        {},
        _indexed(_A, _B),
        ["GlobalSecondaryIndexes.by-a", "GlobalSecondaryIndexes.by-b"],
        [UPDATE] * 2,
    ),
    Update(
        "two indexes gone",
        _indexed(_A, _B),
        {},
        ["GlobalSecondaryIndexes.by-a", "GlobalSecondaryIndexes.by-b"],
        [UPDATE] * 2,
    ),
    Update(
        "keys of an index",
        _indexed(index("ind-i", "a"), names=_OF_A),
        _indexed(index("ind-i", "b"), names=("id", "b")),
        ["GlobalSecondaryIndexes.ind-i"],
        [UPDATE] * 2,
    ),
    Update(
        "the type of an attribute that two indexes have",
        _indexed(index("ind-i", "a"), index("ind-j", "id", "a"), names=_OF_A),
        {
            "AttributeDefinitions": [*attributes("id"), *attributes("a", type_="N")],
            "GlobalSecondaryIndexes": [index("ind-i", "a"), index("ind-j", "id", "a")],
        },
        ["GlobalSecondaryIndexes.ind-i", "GlobalSecondaryIndexes.ind-j"],
        [UPDATE] * 4,
    ),
    Update(
        "projection of an index",
        _indexed(_A, names=_OF_A),
        _indexed({**_A, "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]}}, names=_OF_A),
        ["GlobalSecondaryIndexes.by-a"],
        [UPDATE] * 2,
    ),
    Update(
        "the order of what an index includes, and of indexes",
        _indexed({**_A, "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "y"]}}, _B),
        _indexed(_B, {**_A, "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["y", "x"]}}),
        [],
        [],
    ),
    Update("a stream", {}, _stream("NEW_IMAGE"), ["StreamSpecification.StreamViewType"], [UPDATE]),
    Update("no stream", _stream("NEW_IMAGE"), {}, ["StreamSpecification.StreamViewType"], [UPDATE]),
    Update(
        "another stream",
        _stream("NEW_IMAGE"),
        _stream("KEYS_ONLY"),
        ["StreamSpecification.StreamViewType"],
        [UPDATE] * 2,
    ),
    Update(
        "another stream, which has the same policy",
        _stream("NEW_IMAGE", ResourcePolicy=policy("dynamodb:GetRecords")),
        _stream("KEYS_ONLY", ResourcePolicy=policy("dynamodb:GetRecords")),
        ["StreamSpecification.StreamViewType", "StreamSpecification.ResourcePolicy"],
        [UPDATE, UPDATE, "PutResourcePolicy"],
    ),
    Update(
        "a stream's policy",
        _stream("NEW_IMAGE"),
        _stream("NEW_IMAGE", ResourcePolicy=policy("dynamodb:GetRecords")),
        ["StreamSpecification.ResourcePolicy"],
        ["PutResourcePolicy"],
    ),
    Update("encryption", {}, {"SSESpecification": {"SSEEnabled": True}}, ["SSESpecification"], [UPDATE]),
    Update("no encryption", {"SSESpecification": {"SSEEnabled": True}}, {}, ["SSESpecification"], [UPDATE]),
    Update(
        "another key",
        {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "1111-2222"}},
        {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "3333-4444"}},
        ["SSESpecification"],
        [UPDATE],
    ),
    Update(
        "the same key, by its ARN",
        {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "1111-2222"}},
        {
            "SSESpecification": {
                "SSEEnabled": True,
                "SSEType": "KMS",
                "KMSMasterKeyId": "arn:aws:kms:us-east-1:000000000000:key/1111-2222",
            }
        },
        [],
        [],
    ),
    Update("class", {}, {"TableClass": "STANDARD_INFREQUENT_ACCESS"}, ["TableClass"], [UPDATE]),
    Update("class again", {"TableClass": "STANDARD_INFREQUENT_ACCESS"}, {}, ["TableClass"], [UPDATE]),
    Update("protection", {}, {"DeletionProtectionEnabled": True}, ["DeletionProtectionEnabled"], [UPDATE]),
    Update("no protection", {"DeletionProtectionEnabled": True}, {}, ["DeletionProtectionEnabled"], [UPDATE]),
    Update("expiry", {}, _expiry("e"), [f"{_EXPIRY}.AttributeName"], [TTL]),
    Update("no expiry", _expiry("e"), {_EXPIRY: {"Enabled": False}}, [f"{_EXPIRY}.AttributeName"], [TTL]),
    Update("other expiry", _expiry("e"), _expiry("f"), [f"{_EXPIRY}.AttributeName"], [TTL, TTL]),
    Update("recovery", {}, _recovery(), [_RECOVERY], [PITR]),
    Update("fewer days", _recovery(), _recovery(RecoveryPeriodInDays=3), [_RECOVERY], [PITR]),
    Update("all days, as the default", _recovery(), _recovery(RecoveryPeriodInDays=35), [], []),
    Update("no recovery", _recovery(), {}, [_RECOVERY], [PITR]),
    Update(
        "tags",
        _tags(a="1", b="2", c="3"),
        _tags(b="2", c="4", d="5"),
        ["Tags.a", "Tags.c", "Tags.d"],
        ["UntagResource", "TagResource"],
    ),
    Update("tags in another order", _tags(a="1", b="2"), _tags(b="2", a="1"), [], []),
    Update(
        "policy",
        {"ResourcePolicy": policy("dynamodb:*")},
        {"ResourcePolicy": policy("dynamodb:GetItem")},
        ["ResourcePolicy"],
        ["PutResourcePolicy"],
    ),
    Update(
        "no policy",
        {"ResourcePolicy": policy("dynamodb:*")},
        {},
        ["ResourcePolicy"],
        ["DeleteResourcePolicy"],
    ),
    Update("insights that are off", {}, {"ContributorInsightsSpecification": {"Enabled": False}}, [], []),
    Update(
        "a source of items, of a table that is there",
        {},
        {"ImportSourceSpecification": {"S3BucketSource": {"S3Bucket": "b"}, "InputFormat": "CSV"}},
        [],
        [],
    ),
]


@pytest.mark.parametrize("update", UPDATES, ids=lambda update: update.name)
def test_a_changed_property_is_changed_in_place_and_only_once(update: Update, memory: Transport) -> None:
    apply(memory, [plan_of(memory, template(T=table(**update.before)))])
    memory.call("PutItem", {"TableName": "things", "Item": {"id": {"S": "kept"}, "x": {"S": "y"}}})
    text = template(T=table(**update.after))
    plan = plan_of(memory, text)
    assert [change.property for change in plan.tables[0].changes] == update.changes
    assert plan.tables[0].action is (Action.UPDATE if update.changes else Action.UNCHANGED)
    rehearse([plan], place_of(memory))
    watched = Watching(memory)
    apply(watched, [plan])
    assert watched.changes == update.calls
    assert plan_of(memory, text).tables[0].changes == ()
    answer = memory.call("GetItem", {"TableName": "things", "Key": {"id": {"S": "kept"}}})
    assert answer["Item"]["x"] == {"S": "y"}


@pytest.mark.parametrize("update", UPDATES, ids=lambda update: update.name)
def test_a_change_can_be_taken_back(update: Update, memory: Transport) -> None:
    apply(
        memory, [plan_of(memory, template(T=table(**update.after)))]
    ) if "source" not in update.name else None
    apply(memory, [plan_of(memory, template(T=table(**update.before)))])
    assert plan_of(memory, template(T=table(**update.before))).tables[0].changes == ()
