"""A run that ends at its n-th call, for every n, is made good by the next run."""

from __future__ import annotations

import pytest
from template_cases import BY_NAME, Interrupting, Interruption, apply, plans_of
from template_texts import attributes, index, plan_of, policy, table, template, units

from stator.client.connecting import MEMORY, connect
from stator.client.transport import Transport

CREATED = ["everything", "provisioned", "serverless-of-files", "cdk-one-stack"]
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


def _memory() -> Transport:
    return connect(MEMORY, background=False)


@pytest.mark.parametrize("is_made", [False, True], ids=["not made", "made"])
@pytest.mark.parametrize("name", CREATED)
def test_a_creation_interrupted_anywhere_is_completed_by_the_next_run(name: str, is_made: bool) -> None:
    case = BY_NAME[name]
    at = 0
    interrupted = True
    while interrupted:
        at += 1
        memory = _memory()
        interrupting = Interrupting(memory, at, is_made)
        plans = plans_of(memory, case)
        try:
            apply(interrupting, plans)
            interrupted = False
        except Interruption:
            apply(memory, plans_of(memory, case))
        assert not any(plan.changes_anything for plan in plans_of(memory, case)), at
        memory.close()
    assert at >= 3


@pytest.mark.parametrize("is_made", [False, True], ids=["not made", "made"])
def test_an_update_interrupted_anywhere_is_completed_by_the_next_run(is_made: bool) -> None:
    at = 0
    interrupted = True
    while interrupted:
        at += 1
        memory = _memory()
        apply(memory, [plan_of(memory, BEFORE)])
        plan = plan_of(memory, AFTER)
        try:
            apply(Interrupting(memory, at, is_made), [plan])
            interrupted = False
        except Interruption:
            apply(memory, [plan_of(memory, AFTER)])
        assert not plan_of(memory, AFTER).changes_anything, at
        memory.close()
    assert at > 30
