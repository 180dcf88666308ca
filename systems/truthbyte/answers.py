"""Answers and the trust they earn.

An answer and what it does to the user's trust are one transaction, bound to the answer that it replaces: so a question
counts once, whatever is repeated, and of two answers at once the later one replaces the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from stator.conditions import Attr
from stator.model import AlreadyExistsError, ConditionFailedError, ref
from systems.truthbyte.design import Answer, Question, Session
from systems.truthbyte.faults import BusyError, FieldError, UnknownError, checked_bool
from systems.truthbyte.users import checked_user, earn, right_of
from systems.truthbyte.world import ATTEMPTS_MAX, World

TRUST_UNLESS_ANSWERED: Final = Decimal("0.5")
_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Answered:
    """`replaced`: the user had answered the question before. `session_trust`: where a session answered."""

    question: Question
    is_correct: bool
    replaced: bool
    session_trust: Decimal | None


@dataclass(frozen=True, slots=True)
class QuestionStats:
    """`said_true`, `right`: of those who answered. `response_time_ms`: the mean of those that were timed."""

    question_id: str
    answered: int
    said_true: int
    right: int
    response_time_ms: int | None


def answer(
    world: World, user_id: str, question_id: str, given: bool, response_time_ms: int | None
) -> Answered:
    """See TruthByte.answer."""
    checked_user(user_id)
    checked_bool("answer", given)
    if response_time_ms is not None and response_time_ms < 0:
        raise FieldError("response_time_ms", f"{response_time_ms} is negative")
    question = _question(world, question_id)
    now = Answer(
        user_id=user_id,
        question_id=question_id,
        answer=given,
        timestamp=world.second(),
        response_time_ms=response_time_ms,
        is_correct=given == question.answer,
    )
    for _ in range(ATTEMPTS_MAX):
        before = world.tables.answer(user_id, question_id)
        try:
            _store(world, now, before)
        except (AlreadyExistsError, ConditionFailedError):
            continue
        is_session = world.tables.session(user_id) is not None
        return Answered(
            question,
            given == question.answer,
            before is not None,
            session_trust(world, user_id) if is_session else None,
        )
    raise BusyError(f"other answers of {user_id} came first each time")


def _store(world: World, now: Answer, before: Answer | None) -> None:
    step = int(now.is_correct is True) - int(before is not None and before.is_correct is True)
    with world.tables.transaction() as every:
        if before is None:
            every.create(now)
        else:
            every.put(now, if_=Attr("is_correct").eq(before.is_correct))
        earn(world, every, now.user_id, step)


def session_trust(world: World, session_id: str) -> Decimal:
    """The share, and the session's item says so afterwards: what was stored is computed again until both agree, so
    that of several answers at once the last word is the whole. Raises UnknownError."""
    share = TRUST_UNLESS_ANSWERED
    for _ in range(ATTEMPTS_MAX):
        share = _share(world, world.tables.answers_of(session_id).all())
        session = world.tables.session(session_id)
        if session is None:
            raise UnknownError(f"there is no session {session_id}")
        if session.trust_score == share:
            break
        world.tables.update(ref(Session, session_id=session_id), {"trust_score": share})
    return share


def _share(world: World, answers: Sequence[Answer]) -> Decimal:
    if not answers:
        return TRUST_UNLESS_ANSWERED
    return (Decimal(right_of(world, answers)) / len(answers)).quantize(_PLACES)


def question_stats(world: World, question_id: str) -> QuestionStats:
    """See TruthByte.question_stats. Raises UnknownError."""
    question = _question(world, question_id)
    answers = world.tables.answers_to(question_id).all()
    times = [each.response_time_ms for each in answers if each.response_time_ms is not None]
    return QuestionStats(
        question_id,
        len(answers),
        sum(each.answer for each in answers),
        sum(each.answer == question.answer for each in answers),
        sum(times) // len(times) if times else None,
    )


def _question(world: World, question_id: str) -> Question:
    question = world.tables.question(question_id) if question_id else None
    if question is None:
        raise UnknownError(f"there is no question {question_id!r}")
    return question
