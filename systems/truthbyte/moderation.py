"""Moderation: a submission is decided once.

Approving is one transaction: the decision, on condition that there is none yet; the question; its category entries;
their counts. Of two moderators at once one is told that it is decided.
"""

from __future__ import annotations

from typing import Any, Final

from stator.conditions import Attr
from stator.model import ArgumentError, ConditionFailedError, NotFoundError, Transaction, ref
from systems.truthbyte import questions
from systems.truthbyte.design import Question, Submission
from systems.truthbyte.faults import AlreadyDecidedError, FieldError, UnknownError, checked_bool
from systems.truthbyte.world import World

_IS_PENDING: Final = Attr("status").eq("pending")


def approve(
    world: World, submission_id: str, moderator: str, difficulty: int, answer: bool | None
) -> Question:
    """See TruthByte.approve."""
    _checked_moderator(moderator)
    questions.checked_difficulty(difficulty)
    if answer is not None:
        checked_bool("answer", answer)
    submission = _pending(world, submission_id)
    question = Question(
        id=f"q_{submission.id.removeprefix('sub_')}",
        question=submission.question,
        answer=submission.suggested_answer if answer is None else answer,
        title=submission.title,
        passage=submission.passage,
        categories=questions.with_general(submission.tags),
        difficulty=difficulty,
        tags=submission.tags,
    )
    decision = {**_decision(world, "approved", moderator), "question_id": question.id}

    def decide(every: Transaction) -> None:
        every.update(ref(Submission, id=submission_id), decision, if_=_IS_PENDING)

    try:
        return questions.add(world, question, decide)
    except (NotFoundError, ConditionFailedError):
        _pending(world, submission_id)
        raise


def reject(world: World, submission_id: str, moderator: str, reason: str) -> Submission:
    """See TruthByte.reject."""
    _checked_moderator(moderator)
    decision = _decision(world, "rejected", moderator)
    if reason:
        decision["reason"] = reason
    try:
        return world.tables.update(ref(Submission, id=submission_id), decision, if_=_IS_PENDING)
    except (ArgumentError, NotFoundError, ConditionFailedError):
        _pending(world, submission_id)
        raise


def _decision(world: World, status: str, moderator: str) -> dict[str, Any]:
    return {"status": status, "decided_at": world.second(), "decided_by": moderator}


def _pending(world: World, submission_id: str) -> Submission:
    """Raises UnknownError, AlreadyDecidedError."""
    submission = world.tables.submission(submission_id) if submission_id else None
    if submission is None:
        raise UnknownError(f"there is no submission {submission_id!r}")
    if submission.status != "pending":
        raise AlreadyDecidedError(f"{submission_id} is {submission.status} already")
    return submission


def _checked_moderator(moderator: str) -> None:
    if not moderator:
        raise FieldError("moderator", "is empty")
