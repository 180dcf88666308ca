"""A run that ends at its n-th call, for every n, is made good by the next run."""

from __future__ import annotations

import pytest
from template_cases import BY_NAME, Interrupting, Interruption, apply, plans_of
from template_texts import AFTER, BEFORE, plan_of

from stator.client.connecting import MEMORY, connect
from stator.client.transport import Transport

CREATED = ["everything", "provisioned", "serverless-of-files", "cdk-one-stack"]


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
