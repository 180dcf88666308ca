"""Holds a test to its budgets: those of its marks, and those of the budget file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from stator.pytest_plugin import LEDGER
from stator.testing.budgets import Allowance
from stator.testing.call_sites import CallSites
from stator.testing.ledger import Ledger

if TYPE_CHECKING:
    from stator.pytest_plugin.budget import Budget
    from stator.testing.bench import Bench

_LIMITS = frozenset(field.name for field in fields(Allowance))
_ARGUMENTS = _LIMITS | {"let_through"}
_BENCH: pytest.StashKey[Bench] = pytest.StashKey()


def prepare(item: pytest.Item, bench: Bench) -> None:
    """Opens a ledger for a test that has a budget."""
    if budget_of(item.config) is not None or _limits(item):
        item.stash[LEDGER] = Ledger(CallSites(str(item.config.rootpath)))
        item.stash[_BENCH] = bench


def judged(item: pytest.Item, ledger: Ledger | None) -> Iterator[None]:
    """Runs the test (the yield) with its ledger open. Fails it when it passed and is over a budget."""
    limits = _limits(item)
    if ledger is None:
        if limits:
            pytest.fail(
                "the test is marked dynamodb(...), but uses neither the fixture dynamodb nor dynamodb_server",
                pytrace=False,
            )
        return (yield)
    bench = item.stash[_BENCH]
    bench.observer = ledger.observe
    try:
        result = yield
    finally:
        bench.observer = None
    lines = ledger.lines()
    told = Allowance(**limits).exceeded(lines)
    budget = budget_of(item.config)
    if told is None and budget is not None:
        told = budget.dearer(item.nodeid, lines)
    if told is not None:
        pytest.fail(f"{item.nodeid} is {told}", pytrace=False)
    return result


def budget_of(config: pytest.Config) -> Budget | None:
    return config.pluginmanager.get_plugin("stator-dynamodb-budget")


def _limits(item: pytest.Item) -> dict[str, Any]:
    """Of all its marks: the closest one's where several say something."""
    limits: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers("dynamodb"))):
        unknown = sorted(mark.kwargs.keys() - _ARGUMENTS)
        if mark.args or unknown:
            wrong = ", ".join(unknown) or "positional arguments"
            raise pytest.UsageError(
                f"{item.nodeid}: the mark dynamodb does not take {wrong}; allowed: {', '.join(sorted(_ARGUMENTS))}"
            )
        limits.update({name: value for name, value in mark.kwargs.items() if name in _LIMITS})
    return limits
