"""Quizzes: everybody answers an event's quiz once; results one by one and of the whole event.

The first result counts. An organiser may take one away, so that it can be given again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from stator.model import AlreadyExistsError, ArgumentError, ref
from systems.biztech.context import Context
from systems.biztech.design.points import Quiz
from systems.biztech.money import round2
from systems.biztech.refusals import ClubError


class AlreadyAnsweredError(ClubError):
    """This quiz was answered before. The first result stays."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Of all results of an event. `mean`: of the scores, to two places; `best`: the highest score. `choices`: question
    -> choice -> by how many it was made."""

    results: int
    mean: Decimal
    best: int
    choices: Mapping[str, Mapping[str, int]]


class Quizzes:
    """`user` is a profile's or a user's id, `event` an event's key. Safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    def submit(self, user: str, event: str, answers: Mapping[str, str], right: Mapping[str, str]) -> Quiz:
        """Marks the answers (question -> choice) by the right ones, and keeps the result. Atomic. A question that is
        not answered is wrong. Raises AlreadyAnsweredError; ArgumentError for an answer to no question of the quiz."""
        unknown = [question for question in answers if question not in right]
        if unknown:
            raise ArgumentError(f"the quiz has no question {unknown[0]!r}")
        score = sum(answers.get(question) == choice for question, choice in right.items())
        made = Quiz(
            id=user, event=event, answers=dict(answers), score=score, total=len(right),
            created_at=self._context.moment(),
        )  # fmt: skip
        try:
            return self._design.create(made)
        except AlreadyExistsError as error:
            raise AlreadyAnsweredError(f"{user} has answered the quiz of {event}") from error

    def result(self, user: str, event: str) -> Quiz | None:
        """What somebody answered, or None."""
        return self._design.quiz(user, event)

    def results(self, event: str) -> list[Quiz]:
        """The results of an event, the best first, and of equals the earlier: by an index, so it may lag a moment."""
        return sorted(
            self._design.quizzes_at(event), key=lambda each: (-each.score, each.created_at, each.id)
        )

    def aggregate(self, event: str) -> Aggregate:
        """All results of an event in one; zeros where there are none."""
        return aggregate_of(self.results(event))

    def take_away(self, user: str, event: str) -> None:
        """Forgets a result. Nothing happens when there is none. In staging it warns."""
        self._design.erase(ref(Quiz, id=user, event=event))


def aggregate_of(results: Sequence[Quiz]) -> Aggregate:
    if not results:
        return Aggregate(0, Decimal(0), 0, {})
    choices: dict[str, Counter[str]] = {}
    for each in results:
        for question, choice in each.answers.items():
            choices.setdefault(question, Counter())[choice] += 1
    mean = round2(Decimal(sum(each.score for each in results)) / len(results))
    return Aggregate(len(results), mean, max(each.score for each in results), choices)
