"""Several clients at once: one draw, one submission a day, one count a question, one decision, and limits that hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from truthbyte_play import Place, all_right, at_once, sample

from systems.truthbyte import TruthByte
from systems.truthbyte.daily import Challenge, DayResult
from systems.truthbyte.design import Question, Submission
from systems.truthbyte.faults import AlreadyDecidedError, AlreadyPlayedError, TooOftenError

QUESTION = "Is it asked by many at once?"


@pytest.fixture
def clients(pair: Place) -> list[TruthByte]:
    """Eight, each with a handle of its own, on a database with sixty questions."""
    pair.made(60)
    return [pair.game(seed=seed) for seed in range(8)]


def of(kind: type, results: list[Any]) -> list[Any]:
    return [each for each in results if isinstance(each, kind)]


def each_of(clients: list[TruthByte], call: Callable[[TruthByte], Any]) -> list[Any]:
    return at_once(*(lambda client=client: call(client) for client in clients))


def test_the_first_callers_of_a_day_draw_the_same(clients: list[TruthByte]) -> None:
    results = each_of(clients, lambda client: client.daily())
    assert len(of(Challenge, results)) == 8
    assert all(each == results[0] for each in results)


def test_callers_while_questions_are_uploaded_draw_the_same(clients: list[TruthByte]) -> None:
    more = sample(60, start=60)
    results = at_once(
        *(client.daily for client in clients[1:]), lambda: clients[0].tables.put_many(more)
    )[:-1]
    assert len({tuple(question.id for question in each.questions) for each in results}) == 1


def test_of_submissions_of_one_day_one_is_taken(clients: list[TruthByte]) -> None:
    answers = all_right(clients[0])
    results = each_of(clients, lambda client: client.submit_daily("ann", answers))
    assert (len(of(DayResult, results)), len(of(AlreadyPlayedError, results))) == (1, 7), results
    user = clients[0].profile("ann")
    assert user is not None
    assert (len(user.daily_progress), user.current_daily_streak, user.best_daily_streak) == (1, 1, 1)


def test_two_days_submitted_at_once_are_both_there(pair: Place, clients: list[TruthByte]) -> None:
    yesterday = clients[0].daily().day
    answers = all_right(clients[0])
    pair.clock.advance(86_400)
    today = all_right(clients[0])
    results = at_once(
        lambda: clients[0].submit_daily("ann", answers, yesterday),
        lambda: clients[1].submit_daily("ann", today),
        lambda: clients[2].submit_daily("ann", answers, yesterday),
        lambda: clients[3].submit_daily("ann", today),
    )
    assert (len(of(DayResult, results)), len(of(AlreadyPlayedError, results))) == (2, 2), results
    assert clients[0].streaks("ann").current == 2
    user = clients[0].profile("ann")
    assert user is not None
    assert user.current_daily_streak == 2


def test_answers_to_one_question_at_once_count_once(clients: list[TruthByte]) -> None:
    results = each_of(clients, lambda client: client.answer("ann", "q0000", True))
    assert [getattr(each, "is_correct", each) for each in results] == [True] * 8
    assert sum(not each.replaced for each in results) == 1
    assert (clients[0].user_trust("ann"), len(clients[0].answers_of("ann"))) == (1, 1)


def test_opposite_answers_at_once_count_as_the_one_that_stays(clients: list[TruthByte]) -> None:
    calls = [
        (lambda client=client, place=place: client.answer("ann", "q0000", place % 2 == 0))
        for place, client in enumerate(clients)
    ]
    at_once(*calls)
    (stays,) = clients[0].answers_of("ann")
    assert clients[0].user_trust("ann") == int(stays.answer is True)


def test_answers_of_one_session_at_once_are_all_in_its_trust(clients: list[TruthByte]) -> None:
    session = clients[0].open_session("192.0.2.1").session_id
    calls = [
        (lambda client=client, number=number: client.answer(session, f"q{number:04}", True))
        for number, client in enumerate(clients)
    ]
    results = at_once(*calls)
    assert of(Exception, results) == []
    found = clients[0].session(session)
    assert found is not None
    assert (found.trust_score, clients[0].user_trust(session)) == (clients[0].session_trust(session), 4)
    assert float(found.trust_score) == 0.5


def test_of_sessions_opened_at_once_no_more_than_the_limit_are_trusted(pair: Place) -> None:
    pair.made()
    clients = [pair.game(seed=seed, sessions_an_hour_max=3) for seed in range(8)]
    results = each_of(clients, lambda client: client.open_session("192.0.2.1"))
    assert of(Exception, results) == []
    trusted = {each.session_id for each in results if not each.suspect}
    assert len(trusted) <= 3
    stored = clients[0].sessions_from("192.0.2.1")
    assert {each.session_id for each in stored if not each.suspect} == trusted


def test_three_proposals_of_eight_at_once_are_taken(clients: list[TruthByte]) -> None:
    results = each_of(clients, lambda client: _propose(client, "ann"))
    assert (len(of(Submission, results)), len(of(TooOftenError, results))) == (3, 5), results
    assert len(clients[0].submissions_of("ann")) == 3


def test_ten_a_day_hold_when_the_last_are_sent_at_once(pair: Place, clients: list[TruthByte]) -> None:
    for _ in range(9):
        _propose(clients[0], "ann")
        pair.clock.advance(1300)
    pair.clock.advance(3600)
    results = each_of(clients, lambda client: _propose(client, "ann"))
    assert (len(of(Submission, results)), len(of(TooOftenError, results))) == (1, 7), results


@pytest.mark.parametrize("second", ["approve", "reject"])
def test_of_two_moderators_one_decides(clients: list[TruthByte], second: str) -> None:
    submission = _propose(clients[0], "ann")
    results = at_once(
        lambda: clients[0].approve(submission.id, "one"),
        lambda: getattr(clients[1], second)(submission.id, "two"),
    )
    assert len(of(AlreadyDecidedError, results)) == 1, results
    decided = clients[0].submission(submission.id)
    assert decided is not None
    approved = decided.status == "approved"
    assert clients[0].category_count("crowds") == int(approved)
    assert len(clients[0].fetch("crowds", 5).questions) == int(approved)


def test_approvals_at_once_are_all_counted(clients: list[TruthByte]) -> None:
    submissions = [_propose(clients[0], f"user{number}") for number in range(8)]
    calls = [
        (lambda client=client, id=submission.id: client.approve(id, "mod"))
        for client, submission in zip(clients, submissions, strict=True)
    ]
    results = at_once(*calls)
    assert len(of(Question, results)) == 8, results
    assert clients[0].category_count("crowds") == 8
    assert clients[0].category_count("general") == 68
    assert clients[0].recount(["crowds", "general"]) == {"crowds": 8, "general": 68}


def test_a_recount_loses_no_approval(clients: list[TruthByte]) -> None:
    submissions = [_propose(clients[0], f"user{number}") for number in range(6)]
    approve = [
        (lambda client=client, id=submission.id: client.approve(id, "mod"))
        for client, submission in zip(clients, submissions, strict=False)
    ]
    results = at_once(*approve, *(lambda: clients[7].recount(["crowds", "general"]) for _ in range(2)))
    assert len(of(Question, results)) == 6, results
    counts = {each.name: each.count for each in clients[0].categories()}
    assert (counts["crowds"], counts["general"]) == (6, 66)


def _propose(client: TruthByte, who: str) -> Submission:
    return client.propose(who, question=QUESTION, suggested_answer=True, categories=["crowds"])
