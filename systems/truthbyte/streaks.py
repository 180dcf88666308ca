"""Streaks: consecutive calendar days, UTC, on which the daily challenge was passed. Pure.

The current one goes back from today; a today that is not played yet does not break it, one that was failed does. The
best one is the longest ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from systems.truthbyte.design import DayProgress

PASSED_FROM: Final = 70
"""Percent."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Streaks:
    """In days."""

    current: int
    best: int


def streaks(progress: Mapping[str, DayProgress], today: date) -> Streaks:
    passed = passed_days(progress)
    return Streaks(_current(passed, today), max(_runs(passed), default=0))


def passed_days(progress: Mapping[str, DayProgress]) -> dict[date, bool]:
    """Each day that was played, and whether it counts."""
    return {
        date.fromisoformat(day): played.completed and score_of(played) >= PASSED_FROM
        for day, played in progress.items()
    }


def score_of(played: DayProgress) -> Decimal:
    """Percent. As it is stored, else by the answers."""
    if played.score is not None:
        return played.score
    if not played.answers:
        return Decimal(0)
    return percent(sum(answer.is_correct is True for answer in played.answers), len(played.answers))


def percent(right: int, total: int) -> Decimal:
    """To two places."""
    return (Decimal(100 * right) / total).quantize(Decimal("0.01"))


def _current(passed: Mapping[date, bool], today: date) -> int:
    day = today if today in passed else today - _DAY
    count = 0
    while passed.get(day, False):
        count += 1
        day -= _DAY
    return count


def _runs(passed: Mapping[date, bool]) -> Iterator[int]:
    run, before = 0, date.min
    for day in sorted(day for day, counts in passed.items() if counts):
        run = run + 1 if day - _DAY == before else 1
        before = day
        yield run
