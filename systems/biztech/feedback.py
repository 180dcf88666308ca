"""Feedback: what a judge says of a team in a round, under the key `teamID;round`.

A judge speaks of the teams that `judging` gave them, in whatever round that was, and may say it anew: the later
feedback replaces the earlier. That the team is the judge's is checked in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from stator.model import ArgumentError, Attr, ConditionFailedError, NotFoundError, ref
from systems.biztech.context import Context
from systems.biztech.design.points import Feedback, Judge
from systems.biztech.money import round2
from systems.biztech.refusals import ClubError
from systems.biztech.scores import checked_scores


class NotAssignedError(ClubError):
    """The team is not the judge's in this round."""


@dataclass(frozen=True, slots=True)
class RoundFeedback:
    """A team's, in a round. `mean`: of the judges' totals, to two places; None where nobody gave scores."""

    team_id: str
    round: str
    feedback: tuple[Feedback, ...]
    mean: Decimal | None


class Feedbacks:
    """`judge` is an email. Safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    def give(
        self, judge: str, team_id: str, round: str, scores: Mapping[str, Decimal | int] | None = None,
        comment: str | None = None,
    ) -> Feedback:  # fmt: skip
        """Keeps what a judge says: scores of 0 to 10, a comment, or both. Atomic. Raises NotAssignedError,
        ArgumentError for nothing at all or a score out of range."""
        if not scores and not comment:
            raise ArgumentError("feedback has scores, a comment, or both")
        made = Feedback(
            id=judge,
            team_id=team_id,
            round=round,
            scores=checked_scores(scores) if scores else {},
            comment=comment,
        )
        try:
            with self._design.transaction() as every:
                every.check(ref(Judge, id=judge), if_=Attr("assigned").contains(f"{team_id};{round}"))
                every.put(made)
        except (ConditionFailedError, NotFoundError) as error:
            raise NotAssignedError(f"team {team_id} is not {judge}'s in {round}") from error
        return self._design.feedback(judge, team_id, round) or made

    def find(self, judge: str, team_id: str, round: str) -> Feedback | None:
        """What a judge said of a team in a round, or None."""
        return self._design.feedback(judge, team_id, round)

    def by(self, judge: str) -> list[Feedback]:
        """All that a judge said, by team and round."""
        return self._design.feedback_by(judge).all()

    def on(self, team_id: str) -> list[RoundFeedback]:
        """What was said of a team, by round: by an index, so that of a moment ago may be missing."""
        rounds: dict[str, list[Feedback]] = {}
        for each in self._design.feedback_on(team_id):
            rounds.setdefault(each.round, []).append(each)
        return [_of_round(team_id, round, said) for round, said in sorted(rounds.items())]


def _of_round(team_id: str, round: str, said: list[Feedback]) -> RoundFeedback:
    totals = [sum(each.scores.values(), Decimal(0)) for each in said if each.scores]
    mean = round2(sum(totals, Decimal(0)) / len(totals)) if totals else None
    return RoundFeedback(team_id, round, tuple(sorted(said, key=lambda each: each.id)), mean)
