"""The template makes the table that the design says, on a file and on a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from stator.model.cloudformation import template_of
from stator.model.sketches import sketch_of
from stator.templates.applying import Applying
from stator.templates.documents import read_document
from stator.templates.places import place_of
from stator.templates.plans import Plan, make_plans
from stator.templates.stacks import read_stacks
from systems.letsgo import Data, LetsGo
from systems.letsgo.design import MAIN, NAMING, TABLE

TEMPLATE = Path(__file__).resolve().parents[3] / "systems" / "letsgo" / "template.yaml"


def planned(db: Any, environment: str) -> list[Plan]:
    place = place_of(db.transport)
    given = {"Environment": environment}
    stacks = read_stacks(TEMPLATE, f"letsgo-{environment}", given, place.region, place.account)
    return list(make_plans(db.transport, stacks, given, place))


@pytest.mark.parametrize("environment", ["main", "dev"])
def test_the_template_makes_the_table_of_each_environment(db: Any, environment: str) -> None:
    Applying(db.transport).apply(planned(db, environment))
    data = Data(db, environment)
    assert data.design.create_tables() == []
    data.put({"category": "order", "key": "order-123"})
    ttl = db.client.describe_time_to_live(TableName=NAMING.table_name(TABLE.name, environment))
    assert ttl["TimeToLiveDescription"]["AttributeName"] == "ttl"
    assert not any(plan.changes_anything for plan in planned(db, environment))


def test_what_the_design_makes_by_itself_is_what_the_template_says(db: Any) -> None:
    LetsGo(db, "main").create_tables()
    differences = [
        each
        for plan in planned(db, "main")
        for table in plan.tables
        for each in table.changes
        if not each.property.startswith("Tags")
    ]
    assert differences == []


def test_the_template_is_the_one_of_the_design() -> None:
    written, made = read_document(TEMPLATE).value, template_of(sketch_of(LetsGo))
    assert yaml.safe_load(yaml.safe_dump(written["Resources"])) == made["Resources"]
    assert written["Parameters"]["Environment"].pop("Default") == MAIN
    assert written["Parameters"] == made["Parameters"]
