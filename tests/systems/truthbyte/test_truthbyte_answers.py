"""Answers: replaced, counted once, and what trust they earn."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from truthbyte_play import Place

from systems.truthbyte import TruthByte
from systems.truthbyte.answers import QuestionStats
from systems.truthbyte.design import Answer
from systems.truthbyte.faults import FieldError, UnknownError

# q0000 is true, q0001 is false, and so on
SEQUENCES: list[tuple[list[tuple[str, bool]], int]] = [
    ([("q0000", True)], 1),
    ([("q0000", False)], 0),
    ([("q0000", True), ("q0000", True)], 1),
    ([("q0000", True), ("q0000", False)], 0),
    ([("q0000", False), ("q0000", True)], 1),
    ([("q0000", False), ("q0000", True), ("q0000", True), ("q0001", False)], 2),
    ([("q0000", True), ("q0001", False), ("q0002", True), ("q0001", True)], 2),
]


@pytest.mark.parametrize(("given", "trust"), SEQUENCES)
def test_a_users_trust_counts_each_question_once(
    quick: TruthByte, given: list[tuple[str, bool]], trust: int
) -> None:
    for question, answer in given:
        quick.answer("ann", question, answer)
    assert quick.user_trust("ann") == trust
    assert len(quick.answers_of("ann")) == len({question for question, _ in given})


def test_an_answer_says_what_it_was(pair: Place) -> None:
    game = pair.made(3)
    first = game.answer("ann", "q0000", False, response_time_ms=2500)
    assert (first.is_correct, first.replaced, first.question.id, first.session_trust) == (
        False, False, "q0000", None,
    )  # fmt: skip
    pair.clock.advance(60)
    again = game.answer("ann", "q0000", True)
    assert (again.is_correct, again.replaced) == (True, True)
    assert game.answers_of("ann") == [
        Answer(user_id="ann", question_id="q0000", answer=True, timestamp=1_705_320_060, is_correct=True)
    ]
    user = game.profile("ann")
    assert user is not None
    assert (user.created_at, user.last_active) == ("2024-01-15T12:00:00.000Z", "2024-01-15T12:01:00.000Z")


def test_a_sessions_trust_is_the_share_of_right_answers(filled: TruthByte) -> None:
    session = filled.open_session("192.0.2.1").session_id
    assert filled.session_trust(session) == Decimal("0.5")
    shares = []
    for question, answer in (("q0000", True), ("q0001", True), ("q0002", False), ("q0001", False)):
        shares.append(filled.answer(session, question, answer).session_trust)
    assert shares == [1, Decimal("0.5"), Decimal("0.3333"), Decimal("0.6667")]
    found = filled.session(session)
    assert found is not None
    assert found.trust_score == Decimal("0.6667")


def test_a_session_that_is_not_there_has_no_trust(game: TruthByte) -> None:
    with pytest.raises(UnknownError, match="there is no session nobody"):
        game.session_trust("nobody")


def test_a_question_tells_how_it_was_answered(filled: TruthByte) -> None:
    filled.answer("ann", "q0000", True, 1000)
    filled.answer("bob", "q0000", False, 2001)
    filled.answer("eve", "q0000", True)
    assert filled.question_stats("q0000") == QuestionStats("q0000", 3, 2, 2, 1500)
    assert filled.question_stats("q0001") == QuestionStats("q0001", 0, 0, 0, None)


def test_an_answer_that_another_program_put_is_judged_by_the_question(filled: TruthByte) -> None:
    item = {"user_id": "ann", "question_id": "q0000", "answer": True, "timestamp": 1_710_000_000}
    filled.tables.db.table("dev-truthbyte-answers").put_item(Item=item)
    assert filled.totals("ann").right == 1
    filled.answer("ann", "q0000", True)
    assert (filled.user_trust("ann"), filled.totals("ann").answered) == (1, 1)


@pytest.mark.parametrize("given", ["true", 1, None])
def test_an_answer_is_true_or_false(quick: TruthByte, given: Any) -> None:
    with pytest.raises(FieldError, match=f"answer: {given!r} is not true or false"):
        quick.answer("ann", "q0000", given)
    with pytest.raises(FieldError, match=f"answers: {given!r} is not true or false"):
        quick.submit_daily("ann", {quick.daily().questions[0].id: given})
    assert quick.profile("ann") is None


def test_an_answer_to_no_question_is_refused(filled: TruthByte) -> None:
    for question in ("nothing", ""):
        with pytest.raises(UnknownError, match="there is no question"):
            filled.answer("ann", question, True)
    with pytest.raises(UnknownError, match="there is no question 'nothing'"):
        filled.question_stats("nothing")
    with pytest.raises(FieldError, match="response_time_ms: -1 is negative"):
        filled.answer("ann", "q0000", True, -1)
    with pytest.raises(FieldError, match="user_id: is empty"):
        filled.answer("", "q0000", True)
    with pytest.raises(FieldError, match="user_id: has more than 2,048 bytes"):
        filled.answer("é" * 1025, "q0000", True)
    assert filled.profile("ann") is None
