"""What the access patterns cost: a page read by a prefix costs what it holds, not what the category holds."""

from __future__ import annotations

import pytest

from systems.costs import Measured, Report
from systems.letsgo.costs import for_readme


@pytest.fixture(scope="module")
def report() -> Report:
    return for_readme()


def of(report: Report, name: str) -> Measured:
    return next(each for each in report.patterns if each.name == name)


def test_measuring_again_gives_the_same(report: Report) -> None:
    assert for_readme() == report


def test_a_prefix_reads_its_own_items_alone(report: Report) -> None:
    customer, category = of(report, "list by prefix"), of(report, "list a category")
    assert (customer.total.items, category.total.items) == (25, 1000)
    assert customer.total.read_units * 10 < category.total.read_units


def test_both_sides_of_a_membership_are_paid_for_as_a_transaction(report: Report) -> None:
    assert of(report, "create a tenant").total.write_units == 6
    assert of(report, "accept").total.write_units == 8


def test_what_is_reserved_costs_nothing(report: Report) -> None:
    assert of(report, "a reserved category").requests == 0
