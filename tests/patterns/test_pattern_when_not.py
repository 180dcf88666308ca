"""What the page of wrong choices says of its queries is so. (That the page is theirs, test_pattern_pages holds.)"""

from __future__ import annotations

import pytest

from patterns.when_not import CASES, Case, plans_of
from stator.model.sketches import sketch_of


def test_the_page_has_joins_questions_unforeseen_and_writes_to_one_partition() -> None:
    assert [case.title for case in CASES] == ["Joins", "Ad-hoc queries", "Writes without partitioning"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_the_plan_of_a_bad_query_shows_that_all_is_read_for_a_part(case: Case) -> None:
    plan = plans_of(case)[0]
    assert plan.is_measured
    assert plan.evaluated == len(case.items)
    assert plan.items is not None
    assert plan.items * 4 <= len(case.items)


@pytest.mark.parametrize("case", CASES[:2], ids=lambda case: case.title)
def test_a_bad_query_without_a_key_is_a_scan_and_says_so(case: Case) -> None:
    plan = plans_of(case)[0]
    assert plan.operation == "Scan"
    assert "reads the whole table" in str(plan)


def test_what_is_asked_does_not_change_the_price() -> None:
    narrow, wide = plans_of(CASES[1])
    assert narrow.items != wide.items
    assert narrow.read_units == wide.read_units


def test_a_join_is_a_request_for_each_row_of_its_left_side() -> None:
    left, right = plans_of(CASES[0])
    assert (left.items, right.items) == (25, 1)
    assert right.operation == "Query"


def test_a_partition_that_takes_every_write_is_warned_of() -> None:
    assert any("hot partition" in each for each in sketch_of(CASES[2].design).cautions)
