"""Each pattern's SAM template makes the tables that its design runs on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from patterns.catalogue import CATALOGUE, FUNCTIONS
from patterns.running import Running, tables_of
from patterns.sam import TRANSFORM
from stator.templates.applying import Applying
from stator.templates.places import place_of
from stator.templates.plans import Plan, make_plans
from stator.templates.stacks import read_stacks

TEMPLATES = Path(__file__).resolve().parents[2] / "docs" / "patterns" / "templates"


def planned(name: str, db: Any) -> Sequence[Plan]:
    place = place_of(db.transport)
    stacks = read_stacks(TEMPLATES / f"{name}.yaml", None, {}, place.region, place.account)
    return make_plans(db.transport, stacks, {}, place)


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_pattern_runs_on_the_tables_that_its_template_makes(name: str, in_memory: Any) -> None:
    plans = planned(name, in_memory)
    assert [plan.refused for plan in plans] == [()]
    Applying(in_memory.transport).apply(plans)
    assert not any(plan.changes_anything for plan in planned(name, in_memory))
    running = Running(CATALOGUE[name], in_memory)
    assert running.design.create_tables() == []
    assert len(running.run().done) > 0


@pytest.mark.parametrize("name", CATALOGUE)
def test_what_a_pattern_makes_by_itself_is_what_its_template_says(name: str, in_memory: Any) -> None:
    Running(CATALOGUE[name], in_memory).prepare()
    assert [
        difference
        for plan in planned(name, in_memory)
        for table in plan.tables
        for difference in table.changes
        if not difference.property.startswith("Tags")
    ] == []


def test_a_template_is_applied_to_an_endpoint_too(served: Any) -> None:
    Applying(served.transport).apply(planned("outbox", served))
    assert not any(plan.changes_anything for plan in planned("outbox", served))


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_template_is_sam_and_holds_tables_and_the_function_that_their_stream_feeds(name: str) -> None:
    template = yaml.safe_load((TEMPLATES / f"{name}.yaml").read_text("utf-8"))
    assert template["Transform"] == TRANSFORM
    kinds = [each["Type"] for each in template["Resources"].values()]
    assert kinds.count("AWS::DynamoDB::Table") == len(tables_of(CATALOGUE[name].design))
    assert kinds.count("AWS::Serverless::Function") == (name in FUNCTIONS)


@pytest.mark.parametrize("name", CATALOGUE)
def test_what_is_no_table_is_left_alone_by_name(name: str, in_memory: Any) -> None:
    template = yaml.safe_load((TEMPLATES / f"{name}.yaml").read_text("utf-8"))
    others = {key: each["Type"] for key, each in template["Resources"].items()}
    (plan,) = planned(name, in_memory)
    assert {each.logical_id: each.type for each in plan.not_applied} == {
        key: kind for key, kind in others.items() if kind != "AWS::DynamoDB::Table"
    }
