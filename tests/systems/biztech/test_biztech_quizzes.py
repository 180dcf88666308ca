"""Quizzes: one result for each, and what all answered together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from stator.model import ArgumentError
from systems.biztech import BizTech
from systems.biztech.design.points import Quiz
from systems.biztech.quizzes import Aggregate, AlreadyAnsweredError

EVENT = "mixer;2026"
RIGHT = {"capital": "Victoria", "founded": "1908", "colour": "blue"}
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ({"capital": "Victoria", "founded": "1908", "colour": "blue"}, 3),
        ({"capital": "Vancouver", "founded": "1908"}, 1),
        ({}, 0),
    ],
)
def test_a_result_is_marked_and_kept(club: BizTech, answers: dict[str, str], score: int) -> None:
    made = club.quizzes.submit("ann", EVENT, answers, RIGHT)
    assert (made.score, made.total, made.answers) == (score, 3, answers)
    assert club.quizzes.result("ann", EVENT) == made


def test_the_first_result_stays(club: BizTech) -> None:
    first = club.quizzes.submit("ann", EVENT, {}, RIGHT)
    with pytest.raises(AlreadyAnsweredError, match="ann has answered the quiz of mixer;2026"):
        club.quizzes.submit("ann", EVENT, RIGHT, RIGHT)
    assert club.quizzes.result("ann", EVENT) == first


def test_of_many_results_at_once_one_counts(club: BizTech, at_once: AtOnce) -> None:
    given = at_once([lambda: club.quizzes.submit("ann", EVENT, RIGHT, RIGHT)] * 10)
    assert sum(isinstance(each, Quiz) for each in given) == 1
    assert sum(isinstance(each, AlreadyAnsweredError) for each in given) == 9


def test_a_result_that_is_taken_away_can_be_given_again(club: BizTech) -> None:
    club.quizzes.submit("ann", EVENT, {}, RIGHT)
    club.quizzes.take_away("ann", EVENT)
    assert club.quizzes.result("ann", EVENT) is None
    assert club.quizzes.submit("ann", EVENT, RIGHT, RIGHT).score == 3


def test_an_answer_to_no_question_of_the_quiz_is_refused(club: BizTech) -> None:
    with pytest.raises(ArgumentError, match="the quiz has no question 'age'"):
        club.quizzes.submit("ann", EVENT, {"age": "5"}, RIGHT)


def test_results_are_aggregated_per_event(club: BizTech) -> None:
    club.quizzes.submit("ann", EVENT, RIGHT, RIGHT)
    club.quizzes.submit("ben", EVENT, {"capital": "Victoria", "colour": "red"}, RIGHT)
    club.quizzes.submit("cid", EVENT, {"capital": "Victoria"}, RIGHT)
    club.quizzes.submit("dee", "other;2026", RIGHT, RIGHT)
    assert club.quizzes.aggregate(EVENT) == Aggregate(
        3,
        Decimal("1.67"),
        3,
        {"capital": {"Victoria": 3}, "founded": {"1908": 1}, "colour": {"blue": 1, "red": 1}},
    )
    assert [each.id for each in club.quizzes.results(EVENT)] == ["ann", "ben", "cid"]


def test_of_no_results_the_aggregate_is_zero(club: BizTech) -> None:
    assert club.quizzes.aggregate(EVENT) == Aggregate(0, Decimal(0), 0, {})


def test_an_email_is_the_same_however_it_is_written(club: BizTech) -> None:
    club.quizzes.submit("Ann@Example.com", EVENT, {}, RIGHT)
    with pytest.raises(AlreadyAnsweredError):
        club.quizzes.submit("ann@example.com", EVENT, {}, RIGHT)
