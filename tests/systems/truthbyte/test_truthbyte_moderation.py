"""Moderation: the queue, and that a submission is decided once."""

from __future__ import annotations

from typing import Any

import pytest
from truthbyte_play import Place

from systems.truthbyte import TruthByte
from systems.truthbyte.design import Submission
from systems.truthbyte.faults import AlreadyDecidedError, FieldError, UnknownError


def proposed(game: TruthByte, who: str = "ann", **more: Any) -> Submission:
    given: dict[str, Any] = {
        "question": "Is water wet to the touch?",
        "suggested_answer": True,
        "categories": ["science", "water"],
        "title": "Water",
    }
    return game.propose(who, **{**given, **more})


def test_an_approved_submission_is_a_question(filled: TruthByte) -> None:
    submission = proposed(filled)
    before = filled.category_count("science"), filled.category_count("water"), filled.category_count("general")
    question = filled.approve(submission.id, "mod", difficulty=2)
    assert (question.question, question.answer, question.difficulty, question.title) == (
        submission.question, True, 2, "Water",
    )  # fmt: skip
    assert filled.question(question.id) == question
    assert question.categories == ["science", "water", "general"]
    after = filled.category_count("science"), filled.category_count("water"), filled.category_count("general")
    assert (before, after) == ((20, 0, 60), (21, 1, 61))
    assert filled.fetch("water", 5, difficulty=2).questions == [question]
    decided = filled.submission(submission.id)
    assert decided is not None
    assert (decided.status, decided.decided_by, decided.decided_at, decided.question_id) == (
        "approved", "mod", 1_705_320_000, question.id,
    )  # fmt: skip
    assert filled.pending().items == []


def test_a_moderator_may_know_better(filled: TruthByte) -> None:
    assert filled.approve(proposed(filled).id, "mod", answer=False).answer is False


def test_a_rejected_submission_is_no_question(filled: TruthByte) -> None:
    submission = proposed(filled)
    rejected = filled.reject(submission.id, "mod", "told before")
    assert (rejected.status, rejected.reason, rejected.decided_by) == ("rejected", "told before", "mod")
    assert filled.submission(submission.id) == rejected
    assert filled.pending().items == []
    assert filled.category_count("water") == 0


DECISIONS = ["approve", "reject"]


@pytest.mark.parametrize("first", DECISIONS)
@pytest.mark.parametrize("second", DECISIONS)
def test_a_second_decision_is_refused_and_changes_nothing(quick: TruthByte, first: str, second: str) -> None:
    submission = proposed(quick)
    getattr(quick, first)(submission.id, "mod")
    decided, counts = quick.submission(submission.id), quick.categories()
    status = {"approve": "approved", "reject": "rejected"}[first]
    with pytest.raises(AlreadyDecidedError, match=f"{submission.id} is {status} already"):
        getattr(quick, second)(submission.id, "other")
    assert (quick.submission(submission.id), quick.categories()) == (decided, counts)


def test_the_queue_is_oldest_first_and_comes_by_pages(pair: Place) -> None:
    game = pair.made()
    made = []
    for number in range(5):
        made.append(proposed(game, f"user{number}"))
        pair.clock.advance(1)
    page = game.pending(2)
    assert page.items == made[:2]
    rest = []
    while page.cursor is not None:
        page = game.pending(2, page.cursor)
        rest += page.items
    assert rest == made[2:]


def test_submissions_of_a_submitter_are_newest_first(pair: Place) -> None:
    game = pair.made()
    made = []
    for _ in range(3):
        made.append(proposed(game))
        pair.clock.advance(1)
    proposed(game, "bob")
    game.reject(made[0].id, "mod")
    assert [each.id for each in game.submissions_of("ann")] == [each.id for each in made[::-1]]


def test_a_submission_of_the_reference_is_approved(filled: TruthByte) -> None:
    item = {
        "id": "sub_123456789", "question": "string", "title": "string", "passage": "string",
        "suggested_answer": True, "tags": ["science"], "submitter_id": "demo-session", "status": "pending",
        "created_at": 1_710_000_000,
    }  # fmt: skip
    filled.tables.db.table("dev-truthbyte-submitted-questions").put_item(Item=item)
    assert [each.id for each in filled.pending()] == ["sub_123456789"]
    assert filled.approve("sub_123456789", "mod").categories == ["science", "general"]


def test_what_cannot_be_decided_is_refused(filled: TruthByte) -> None:
    submission = proposed(filled)
    for unknown in ("sub_0", ""):
        with pytest.raises(UnknownError, match=f"there is no submission '{unknown}'"):
            filled.approve(unknown, "mod")
        with pytest.raises(UnknownError, match=f"there is no submission '{unknown}'"):
            filled.reject(unknown, "mod")
    with pytest.raises(FieldError, match="difficulty: 0 is not 1 to 5"):
        filled.approve(submission.id, "mod", difficulty=0)
    no: Any = "no"
    with pytest.raises(FieldError, match="answer: 'no' is not true or false"):
        filled.approve(submission.id, "mod", answer=no)
    with pytest.raises(FieldError, match="moderator: is empty"):
        filled.approve(submission.id, "")
    with pytest.raises(FieldError, match="moderator: is empty"):
        filled.reject(submission.id, "")
    assert filled.pending().items == [submission]
