"""Scores: what each user gives each team, criterion by criterion, 0 to 10; a later one replaces the earlier.

Means are computed when they are asked for, in decimal arithmetic, and rounded to two places. bizScores is keyed by the
team's name, so teams of different events have different names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from stator.model import ArgumentError, ref
from systems.biztech.context import Context
from systems.biztech.design.points import Score
from systems.biztech.money import round2

SCORE_MAX: Final = 10
CRITERIA: Final = ("originality", "technique", "design", "pitch")
"""What a team is scored by, unless the organisers name others."""


@dataclass(frozen=True, slots=True)
class TeamScore:
    """`users`: how many scored; `mean`: of their totals; `criteria`: criterion -> mean of what was given for it."""

    rank: int
    team_name: str
    users: int
    mean: Decimal
    criteria: Mapping[str, Decimal]


class Scores:
    """`user` is an email, `event` an event's key. Safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    def give(self, user: str, event: str, team_name: str, scores: Mapping[str, Decimal | int]) -> Score:
        """What the user gives the team, whole: what was given before is replaced. Raises ArgumentError for a score
        that is not 0 to 10, and for none at all."""
        made = Score(team_name=team_name, user_id=user, event=event, scores=checked_scores(scores))
        return self._design.put(made)

    def find(self, user: str, team_name: str) -> Score | None:
        """What a user gave a team, or None."""
        return self._design.score(team_name, user)

    def of(self, team_name: str) -> list[Score]:
        """The scores of a team, by user."""
        return self._design.scores_of(team_name).all()

    def by(self, user: str) -> list[Score]:
        """The scores that a user gave, by team: by an index, so those of a moment ago may be missing."""
        return sorted(self._design.scores_by(user.lower()), key=lambda each: each.team_name)

    def take_back(self, user: str, team_name: str) -> None:
        """Nothing happens when there is none. In staging it warns."""
        self._design.erase(ref(Score, team_name=team_name, user_id=user))

    def standings(self, event: str) -> list[TeamScore]:
        """The teams that were scored, the best mean first. Equal means share a rank. By an index."""
        found: dict[str, list[Score]] = {}
        for each in self._design.scores_at(event):
            found.setdefault(each.team_name, []).append(each)
        means = {name: _mean([each.total for each in scores]) for name, scores in found.items()}
        return [
            TeamScore(
                1 + sum(other > means[name] for other in means.values()),
                name, len(found[name]), means[name], _by_criterion(found[name]),
            )
            for name in sorted(means, key=lambda name: (-means[name], name))
        ]  # fmt: skip


def checked_scores(scores: Mapping[str, Decimal | int]) -> dict[str, Decimal]:
    """Criterion -> score as a Decimal. Raises ArgumentError for a score that is not 0 to 10, and for none at all."""
    if not scores:
        raise ArgumentError("no score is given")
    for criterion, score in scores.items():
        is_number = isinstance(score, (int, Decimal)) and not isinstance(score, bool)
        if not is_number or not Decimal(score).is_finite() or not 0 <= score <= SCORE_MAX:
            raise ArgumentError(f"{criterion} is {score!r}; a score is a number from 0 to {SCORE_MAX}")
    return {criterion: Decimal(score) for criterion, score in scores.items()}


def _by_criterion(scores: Iterable[Score]) -> dict[str, Decimal]:
    given: dict[str, list[Decimal]] = {}
    for each in scores:
        for criterion, score in each.scores.items():
            given.setdefault(criterion, []).append(score)
    return {criterion: _mean(values) for criterion, values in given.items()}


def _mean(values: Sequence[Decimal]) -> Decimal:
    return round2(sum(values, Decimal(0)) / len(values))
