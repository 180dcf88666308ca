"""`--dynamodb-budget`, `--dynamodb-budget-file` and `--dynamodb-budget-update`: what all tests cost, told and kept.

Under pytest-xdist each worker judges its own tests; what they cost travels to the controller with their reports, and
is told and written there.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stator.errors import StatorError
from stator.pytest_plugin import LEDGER
from stator.pytest_plugin.told_costs import told_costs
from stator.testing.budgets import BudgetFile
from stator.testing.ledger import Line


class Budget:
    """The plugin that is registered while any of the options is given."""

    NAME = "stator-dynamodb-budget"

    def __init__(self, config: pytest.Config) -> None:
        """Raises UsageError: a file that is not there or is none, or an update of no file."""
        self._tells = bool(config.option.dynamodb_budget)
        self._updates = bool(config.option.dynamodb_budget_update)
        self._is_worker = hasattr(config, "workerinput")
        self._root = config.rootpath
        self._file = self._read(_path(config))
        self._costs: dict[str, list[Line]] = {}
        self._scans_allowed: set[str] = set()
        self._passed: set[str] = set()

    def _read(self, path: Path | None) -> BudgetFile | None:
        if path is None:
            if self._updates:
                raise pytest.UsageError("--dynamodb-budget-update needs --dynamodb-budget-file FILE")
            return None
        try:
            return BudgetFile.read_or_new(path) if self._updates else BudgetFile.read(path)
        except StatorError as error:
            raise pytest.UsageError(str(error)) from error

    def dearer(self, test: str, lines: list[Line]) -> str | None:
        """What is said of a test that costs more than the file says."""
        return None if self._file is None or self._updates else self._file.dearer(test, lines)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, Any, Any]:
        report: Any = yield
        ledger = item.stash.get(LEDGER, None)
        if ledger is not None and call.when == "call":
            report.dynamodb = [msgspec.to_builtins(line) for line in ledger.lines()]
            report.dynamodb_scans_allowed = any(
                mark.kwargs.get("scans") for mark in item.iter_markers("dynamodb")
            )
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        lines = getattr(report, "dynamodb", None)
        if lines is None:
            return
        self._costs[report.nodeid] = msgspec.convert(lines, list[Line])
        if report.dynamodb_scans_allowed:
            self._scans_allowed.add(report.nodeid)
        if report.passed:
            self._passed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        if self._is_worker or self._file is None or not self._updates:
            return
        for test in sorted(self._passed):
            self._file.note(test, self._costs[test])
        self._file.forget(
            test for test in self._file.tests() if not (self._root / test.partition("::")[0]).exists()
        )
        self._file.save()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._is_worker:
            return
        lines = [*(told_costs(self._costs, self._scans_allowed) if self._tells else ()), *self._of_the_file()]
        if lines:
            terminalreporter.section("DynamoDB budget")
            for line in lines:
                terminalreporter.write_line(line)

    def _of_the_file(self) -> Iterator[str]:
        file = self._file
        if file is None:
            return
        if self._updates:
            yield f"{file.path.name} now says what {len(self._passed)} of {len(self._costs)} tests cost"
            return
        new = [test for test in self._costs if not file.knows(test)]
        cheaper = [
            test for test in self._passed if file.knows(test) and file.is_cheaper(test, self._costs[test])
        ]
        for tests, what in ((new, "not in"), (cheaper, "cheaper than")):
            if tests:
                yield f"{len(tests)} {what} {file.path.name}, --dynamodb-budget-update writes it: {_few(tests)}"


def _few(tests: list[str]) -> str:
    shown = ", ".join(sorted(tests)[:3])
    return shown if len(tests) <= 3 else f"{shown}, ..."


def _path(config: pytest.Config) -> Path | None:
    given: str | None = config.option.dynamodb_budget_file
    if given:
        return config.invocation_params.dir / given
    named: str = config.getini("dynamodb_budget_file")
    return config.rootpath / named if named else None
