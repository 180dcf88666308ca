"""Costs: each access pattern once, on an invented club, the same every time."""

from __future__ import annotations

import io

import pytest

pytest.importorskip("rich", reason="rich is not installed")

from rich.console import Console

from systems.biztech import costs
from systems.biztech.design import BizTechDesign
from systems.costs import Report
from systems.costs.terminal import show


@pytest.fixture(scope="module")
def report() -> Report:
    return costs.for_readme()


# Access pattern -> read and write units. By DynamoDB's rules: half a unit for 4 KB read, twice that consistently; a
# unit for 1 KB written, in the table and in each index that it changes, and twice that in a transaction.
KNOWN = {
    "events.get": (1, 0),
    "members.find": (0.5, 0),
    "connections.connect, again": (2.5, 0),
    "quests.progress": (1, 0),
    "quizzes.submit": (0, 2),  # table and event-query
    "prizes.redeem": (
        1,
        8,
    ),  # the prize 2, the registration and its index 2 + 1, the entry and its index 2 + 1
    "transactions.award": (0, 6),
    "stickers.place": (0, 5),  # the check 2, the sticker and its index 2 + 1
    "exchange.buy, first": (3, 10),
}


def test_units_are_what_dynamodb_s_rules_say(report: Report) -> None:
    found = {each.name: (each.total.read_units, each.total.write_units) for each in report.patterns}
    assert {name: found[name] for name in KNOWN} == KNOWN


def test_every_table_is_told(report: Report) -> None:
    assert [each.name for each in report.tables] == [each.name for each in BizTechDesign.tables]


def test_names_are_methods_of_the_club(report: Report) -> None:
    names = [each.name for each in report.patterns]
    assert len(names) == len(set(names)) > 40


def test_the_report_is_shown_in_a_terminal(report: Report) -> None:
    output = io.StringIO()
    show(Console(file=output, width=160), report)
    assert "connections.connect" in output.getvalue()
