"""Each template's plan, word for word; applied, on a file and on an endpoint, it plans nothing more."""

from __future__ import annotations

import pytest
from template_cases import BY_NAME, CASES, PLANS, Case, apply, plans_of, shown

from stator.client.transport import Transport
from stator.templates.places import place_of
from stator.templates.plans import Action
from stator.templates.rehearsal import rehearse

EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@EACH
def test_a_template_gives_its_plan(case: Case, memory: Transport) -> None:
    assert shown(plans_of(memory, case), case) == case.plan_file.read_text("utf-8")


def test_every_plan_that_is_kept_is_a_templates() -> None:
    assert {place.stem for place in PLANS.iterdir()} == set(BY_NAME)


@EACH
def test_a_second_run_plans_nothing(case: Case, database: Transport) -> None:
    apply(database, plans_of(database, case))
    again = plans_of(database, case)
    actions = {table.action for plan in again for table in plan.tables}
    assert actions <= {Action.UNCHANGED}
    assert not any(plan.changes_anything or plan.left for plan in again)


@EACH
def test_every_plan_goes_well_in_rehearsal_and_changes_nothing_by_it(case: Case, memory: Transport) -> None:
    plans = plans_of(memory, case)
    rehearse(plans, place_of(memory))
    assert memory.call("ListTables", {})["TableNames"] == []
