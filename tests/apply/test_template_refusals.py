"""What cannot be honoured, or would lose items, is named, and nothing is changed."""

from __future__ import annotations

from typing import Any

import pytest
from template_cases import Watching, apply
from template_texts import attributes, index, keys, plan_of, table, template, units

from stator.client.transport import Transport
from stator.templates.applying import ApplyError
from stator.templates.faults import TemplateError
from stator.templates.places import place_of
from stator.templates.plans import Action
from stator.templates.rehearsal import rehearse
from stator.templates.tables import GLOBAL_TYPE

HERE = "us-east-1"


def _global(**properties: Any) -> dict[str, Any]:
    return {
        "Type": GLOBAL_TYPE,
        "Properties": {
            "AttributeDefinitions": attributes("id"),
            "KeySchema": keys("id"),
            "BillingMode": "PAY_PER_REQUEST",
            "Replicas": [{"Region": HERE}],
            **properties,
        },
    }


def _replica(**properties: Any) -> dict[str, Any]:
    return _global(Replicas=[{"Region": HERE, **properties}])


_KINESIS = {"StreamArn": "arn:aws:kinesis:us-east-1:000000000000:stream/s"}
_INSIGHTS = {"Enabled": True}
_SCALING = {
    "MinCapacity": 1,
    "MaxCapacity": 10,
    "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70},
}
_INDEXED = {"AttributeDefinitions": attributes("id", "a")}
NOT_HONOURED = [
    (table(KinesisStreamSpecification=_KINESIS), "T.KinesisStreamSpecification"),
    (table(ContributorInsightsSpecification=_INSIGHTS), "T.ContributorInsightsSpecification"),
    (
        table(
            GlobalSecondaryIndexes=[index("ind-i", "a", ContributorInsightsSpecification=_INSIGHTS)],
            **_INDEXED,
        ),
        "T.GlobalSecondaryIndexes[0].ContributorInsightsSpecification",
    ),
    (table(VectorIndexes=[{"IndexName": "v"}]), "T.VectorIndexes"),
    (
        table(StreamSpecification={"StreamViewType": "NEW_IMAGE", "Tags": [{"Key": "a", "Value": "b"}]}),
        "T.StreamSpecification.Tags",
    ),
    (_global(Replicas=[{"Region": HERE}, {"Region": "eu-west-1"}]), "T.Replicas[1]"),
    (_global(Replicas=[{"Region": "eu-west-1"}]), "T.Replicas[0]"),
    (_global(BillingMode="PROVISIONED"), "T.BillingMode"),
    (
        _global(WriteProvisionedThroughputSettings={"WriteCapacityAutoScalingSettings": _SCALING}),
        "T.WriteProvisionedThroughputSettings.WriteCapacityAutoScalingSettings",
    ),
    (_global(GlobalTableWitnesses=[{"Region": "eu-west-1"}]), "T.GlobalTableWitnesses"),
    (
        _global(GlobalTableSourceArn="arn:aws:dynamodb:eu-west-1:000000000000:table/t"),
        "T.GlobalTableSourceArn",
    ),
    (_global(VectorIndexes=[{"IndexName": "v"}]), "T.VectorIndexes"),
    (_replica(KinesisStreamSpecification=_KINESIS), "T.Replicas[0].KinesisStreamSpecification"),
    (_replica(ContributorInsightsSpecification=_INSIGHTS), "T.Replicas[0].ContributorInsightsSpecification"),
    (
        _replica(GlobalTableSettingsReplicationMode="ENABLED"),
        "T.Replicas[0].GlobalTableSettingsReplicationMode",
    ),
    (_replica(DisassociationProtectionEnabled=True), "T.Replicas[0].DisassociationProtectionEnabled"),
    (
        _replica(ReadProvisionedThroughputSettings={"ReadCapacityAutoScalingSettings": _SCALING}),
        "T.Replicas[0].ReadProvisionedThroughputSettings.ReadCapacityAutoScalingSettings",
    ),
    ({"Type": "Custom::DynamoDBReplica", "Properties": {"Region": "eu-west-1"}}, "T"),
]


@pytest.mark.parametrize(("resource", "place"), NOT_HONOURED, ids=[place for _, place in NOT_HONOURED])
def test_what_cannot_be_honoured_stops_the_apply_by_its_name(
    resource: dict[str, Any], place: str, memory: Transport
) -> None:
    watched = Watching(memory)
    plan = plan_of(watched, template(T=resource, Fine=table(TableName="fine")))
    assert [each.place for each in plan.refused] == [place]
    with pytest.raises(TemplateError, match=r"^shop\.json:\d+: T"):
        apply(watched, [plan])
    assert watched.changes == []


_LOCAL = {"LocalSecondaryIndexes": [index("ind-l", "id", "a")], **_INDEXED, "KeySchema": keys("id", "s")}
_WITH_S = {"AttributeDefinitions": attributes("id", "s"), "KeySchema": keys("id", "s")}
_WITH_S_A = {**_LOCAL, "AttributeDefinitions": attributes("id", "s", "a")}
LOSING = [
    ({}, {"AttributeDefinitions": attributes("other"), "KeySchema": keys("other")}, "KeySchema"),
    ({}, _WITH_S, "KeySchema"),
    ({}, {"AttributeDefinitions": attributes("id", type_="N")}, "KeySchema"),
    (_WITH_S, _WITH_S_A, "LocalSecondaryIndexes.ind-l"),
    (_WITH_S_A, _WITH_S, "LocalSecondaryIndexes.ind-l"),
    (
        _WITH_S_A,
        {
            **_WITH_S_A,
            "LocalSecondaryIndexes": [index("ind-l", "id", "a", Projection={"ProjectionType": "KEYS_ONLY"})],
        },
        "LocalSecondaryIndexes.ind-l",
    ),
    ({}, {"TableName": "renamed"}, "TableName"),
]


@pytest.mark.parametrize(("before", "after", "place"), LOSING)
def test_what_would_replace_a_table_is_refused(
    before: dict[str, Any], after: dict[str, Any], place: str, memory: Transport
) -> None:
    apply(memory, [plan_of(memory, template(T=table(**before)))])
    plan = plan_of(memory, template(T=table(**after), New=table(TableName="new")))
    assert plan.tables[0].action is Action.REFUSED
    assert [each.place for each in plan.refused] == [f"T.{place}"]
    with pytest.raises(TemplateError, match="would lose its items"):
        apply(memory, [plan])
    assert memory.call("ListTables", {})["TableNames"] == ["things"]


def test_an_import_into_a_table_with_local_indexes_is_refused(memory: Transport) -> None:
    source = {"S3BucketSource": {"S3Bucket": "b"}, "InputFormat": "ION"}
    plan = plan_of(memory, template(T=table(**_WITH_S_A, ImportSourceSpecification=source)))
    assert [each.place for each in plan.refused] == ["T.ImportSourceSpecification"]
    assert not plan.changes_anything


def test_a_table_that_left_the_template_is_listed_and_stays(memory: Transport) -> None:
    apply(memory, [plan_of(memory, template(T=table(), Old=table(TableName="old")))])
    plan = plan_of(memory, template(T=table()))
    assert [(each.logical_id, each.name) for each in plan.left] == [("Old", "old")]
    assert not plan.changes_anything
    apply(memory, [plan])
    assert memory.call("ListTables", {})["TableNames"] == ["old", "things"]


def test_a_table_of_another_stack_is_refused(memory: Transport) -> None:
    apply(memory, [plan_of(memory, template(T=table()), "one")])
    plan = plan_of(memory, template(T=table()), "two")
    assert "belongs to the stack one" in plan.refused[0].reason


def test_a_table_that_was_made_by_hand_is_taken_in(memory: Transport) -> None:
    request = {**table()["Properties"], "Tags": [{"Key": "mine", "Value": "1"}]}
    memory.call("CreateTable", request)
    tagged = table(Tags=[{"Key": "mine", "Value": "1"}])
    plan = plan_of(memory, template(T=tagged))
    assert [change.property for change in plan.tables[0].changes] == [
        "Tags.stator:stack-name",
        "Tags.stator:logical-id",
    ]
    apply(memory, [plan])
    assert not plan_of(memory, template(T=tagged)).changes_anything


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"WarmThroughput": {"ReadUnitsPerSecond": 1}}, "is lower than initial throughput"),
        ({"Tags": [{"Key": "aws:mine", "Value": "x"}]}, "cannot be prefixed with aws:"),
        ({"KeySchema": [{"AttributeName": "id", "KeyType": "RANGE"}]}, "ValidationException"),
        ({"ResourcePolicy": {"PolicyDocument": {"Statement": "none"}}}, "ValidationException"),
        ({"ProvisionedThroughput": units(0, 1)}, "ValidationException"),
    ],
)
def test_what_the_service_would_refuse_is_found_before_anything_is_changed(
    properties: dict[str, Any], message: str, memory: Transport
) -> None:
    plan = plan_of(memory, template(A=table(TableName="aaa"), T=table(**properties)))
    with pytest.raises(ApplyError, match=message) as caught:
        rehearse([plan], place_of(memory))
    assert str(caught.value).startswith("T (")
