"""What a test may cost, and what is said of one that costs more: which access pattern, by how much, from where.

Two budgets. One is written at the test (`Allowance`): so many units, calls and scans for the whole test. The other is a
file with what each access pattern of each test cost when it was last looked at; a pattern that has got dearer since is
over it. Sites are not part of it, so that code may move.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stator.errors import StatorError
from stator.testing.ledger import Line, by_pattern, counted, total

_VERSION = 1
_MEMBERS = {
    "calls": "calls",
    "items_read": "items_read",
    "items_returned": "items_returned",
    "rcu": "read_units",
    "wcu": "write_units",
    "scans": "scans",
}
_DEARER = (("read_units", "RCU"), ("write_units", "WCU"), ("scans", "scans"))
_DELTA = 1e-9

Costs = dict[str, float]
"""What a pattern cost: members of a file's entry, those that are 0 left out."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """The most that a test may use; None: anything. In `calls`, every call counts, failed ones too."""

    max_rcu: float | None = None
    max_wcu: float | None = None
    max_calls: int | None = None
    scans: int | None = None

    def exceeded(self, lines: Sequence[Line]) -> str | None:
        """What is said of a test that used more; None when it did not."""
        used = total(lines)
        told: list[str] = []
        for name, most, number, member in (
            ("max_rcu", self.max_rcu, used.read_units, "read_units"),
            ("max_wcu", self.max_wcu, used.write_units, "write_units"),
            ("max_calls", self.max_calls, used.calls, "calls"),
            ("scans", self.scans, used.scans, "scans"),
        ):
            if most is not None and number > most + _DELTA:
                told.append(f"{name}={most:g}, but it used {number:g} ({number - most:g} over):")
                told += shown_lines(line for line in lines if getattr(line, member))
        return None if not told else "\n".join(["over its DynamoDB budget", *told])


class BudgetFile:
    """A committed budget: tests by their ids, their patterns by name. `dearer` compares, `save` keeps what was seen."""

    def __init__(self, path: Path, tests: Mapping[str, Mapping[str, Costs]]) -> None:
        self.path = path
        self._tests = {test: dict(patterns) for test, patterns in tests.items()}

    @classmethod
    def read(cls, path: Path) -> BudgetFile:
        """Raises StatorError for one that is not there, or that is none."""
        try:
            content = json.loads(path.read_text("utf-8"))
            if content["version"] != _VERSION:
                raise StatorError(f"{path} is a budget of version {content['version']}; allowed: {_VERSION}")
            return cls(path, content["tests"])
        except FileNotFoundError:
            raise StatorError(
                f"the budget file {path} is not there; --dynamodb-budget-update makes it"
            ) from None
        except (ValueError, KeyError, TypeError) as error:
            raise StatorError(f"{path} is no budget file: {error!r}") from error

    @classmethod
    def read_or_new(cls, path: Path) -> BudgetFile:
        return cls.read(path) if path.exists() else cls(path, {})

    def knows(self, test: str) -> bool:
        return test in self._tests

    def dearer(self, test: str, lines: Sequence[Line]) -> str | None:
        """What is said of a test of which a pattern costs more than it did; None when none does. A pattern that is new
        counts only as far as the test as a whole costs more: it may have come in another's place."""
        before = self._tests.get(test)
        if before is None:
            return None
        dearer_at_all = _is_dearer(total(lines), _sum(before.values()))
        told: list[str] = []
        for pattern, line in by_pattern(lines).items():
            known = before.get(pattern)
            if (known is None and not dearer_at_all) or not _is_dearer(line, known or {}):
                continue
            told.append(_told(pattern, line, known))
            told += shown_lines(each for each in lines if each.pattern == pattern)
        if not told:
            return None
        hint = "If that is meant, run it again with --dynamodb-budget-update and commit the file."
        return "\n".join([f"dearer than {self.path.name} says", *told, hint])

    def is_cheaper(self, test: str, lines: Sequence[Line]) -> bool:
        """Whether the file allows more than the test now takes."""
        before = self._tests.get(test)
        now = total(lines)
        was = _sum((before or {}).values())
        return any(was.get(_name(member), 0) > getattr(now, member) + _DELTA for member, _ in _DEARER)

    def note(self, test: str, lines: Sequence[Line]) -> None:
        """Takes what a test cost now as its budget."""
        self._tests[test] = {pattern: _costs(line) for pattern, line in by_pattern(lines).items()}

    def forget(self, gone: Iterable[str]) -> None:
        for test in gone:
            self._tests.pop(test, None)

    def tests(self) -> list[str]:
        return sorted(self._tests)

    def save(self) -> None:
        """A line for each pattern, in order, so that a change is read as one in a diff."""
        blocks = []
        for test in self.tests():
            patterns = sorted(self._tests[test].items())
            inner = ",\n".join(f"      {json.dumps(name)}: {json.dumps(costs)}" for name, costs in patterns)
            blocks.append(
                f"    {json.dumps(test)}: {{{chr(10)}{inner}{chr(10)}    }}"
                if inner
                else f"    {json.dumps(test)}: {{}}"
            )
        body = ",\n".join(blocks)
        tests = f"{{\n{body}\n  }}" if body else "{}"
        self.path.write_text(f'{{\n  "version": {_VERSION},\n  "tests": {tests}\n}}\n', "utf-8")


def shown_lines(lines: Iterable[Line]) -> list[str]:
    return [f"    {line.pattern}  {line.shown()}  at {line.site}" for line in lines]


def _told(pattern: str, line: Line, known: Costs | None) -> str:
    if known is None:
        return f"  {pattern}: was not there, now {line.shown()}"
    changes = []
    for member, unit in _DEARER:
        now, was = getattr(line, member), known.get(_name(member), 0)
        if now > was + _DELTA:
            changes.append(f"{now:g} {unit}, was {was:g} (+{now - was:g})")
    calls = int(known.get("calls", 0))
    more = f", in {counted(line.calls, 'call')}, was {calls}" if line.calls != calls else ""
    return f"  {pattern}: {'; '.join(changes)}{more}"


def _name(member: str) -> str:
    return next(name for name, each in _MEMBERS.items() if each == member)


def _costs(line: Line) -> Costs:
    return {name: number for name, member in _MEMBERS.items() if (number := getattr(line, member))}


def _is_dearer(now: Line, was: Mapping[str, float]) -> bool:
    return any(getattr(now, member) > was.get(_name(member), 0) + _DELTA for member, _ in _DEARER)


def _sum(costs: Iterable[Mapping[str, Any]]) -> Costs:
    summed: Costs = {}
    for each in costs:
        for name, number in each.items():
            summed[name] = summed.get(name, 0) + number
    return summed
