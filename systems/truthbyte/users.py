"""Users: a profile made when it is first needed, and what is computed from it and from the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stator.model import Transaction
from systems.truthbyte.design import KEY_BYTES_MAX, Answer, DayProgress, User
from systems.truthbyte.faults import FieldError
from systems.truthbyte.streaks import Streaks, passed_days, score_of, streaks
from systems.truthbyte.world import World


@dataclass(frozen=True, slots=True)
class DayPlayed:
    """`score`: percent. `counts`: for the streak."""

    day: date
    score: Decimal
    counts: bool
    progress: DayProgress


@dataclass(frozen=True, slots=True)
class Totals:
    """Questions answered, and right, outside the daily challenge; days played, and passed."""

    answered: int
    right: int
    daily_games: int
    daily_passed: int


def checked_user(user_id: str, field: str = "user_id") -> None:
    """Raises FieldError for what is no key."""
    if not isinstance(user_id, str):
        raise FieldError(field, f"{user_id!r} is not a text")
    if not user_id:
        raise FieldError(field, "is empty")
    if len(user_id.encode("utf-8", "surrogatepass")) > KEY_BYTES_MAX:
        raise FieldError(field, f"has more than {KEY_BYTES_MAX:,} bytes")


def new_user(world: World, user_id: str) -> User:
    moment = world.moment()
    return User(user_id=user_id, created_at=moment, last_active=moment)


def earn(world: World, every: Transaction, user_id: str, trust: int) -> None:
    """In a transaction: the user was active, and has so much more trust; a user who is not there is made."""
    kept = User.model_fields.keys() - {"user_id", "last_active", "trust_score"}
    every.upsert(new_user(world, user_id), once=sorted(kept), add={"trust_score": trust})


def streaks_of(world: World, user_id: str) -> Streaks:
    """See TruthByte.streaks. The best one is the stored one where that is longer: its days may have been another's."""
    user = world.tables.user(user_id)
    if user is None:
        return Streaks(0, 0)
    found = streaks(user.daily_progress, world.today())
    return Streaks(found.current, max(found.best, user.best_daily_streak))


def history(world: World, user_id: str) -> list[DayPlayed]:
    user = world.tables.user(user_id)
    if user is None:
        return []
    passed = passed_days(user.daily_progress)
    days = sorted(user.daily_progress.items(), reverse=True)
    return [
        DayPlayed(day, score_of(played), passed[day], played)
        for day, played in ((date.fromisoformat(text), each) for text, each in days)
    ]


def totals(world: World, user_id: str) -> Totals:
    answers = world.tables.answers_of(user_id).all()
    days = history(world, user_id)
    return Totals(len(answers), right_of(world, answers), len(days), sum(day.counts for day in days))


def trust(world: World, user_id: str) -> int:
    user = world.tables.user(user_id)
    return 0 if user is None else user.trust_score


def right_of(world: World, answers: Sequence[Answer]) -> int:
    """How many are right. What another program put without judging it is judged by the question as it is now."""
    unjudged = [answer for answer in answers if answer.is_correct is None]
    truth = {
        question.id: question.answer
        for question in world.tables.questions(answer.question_id for answer in unjudged)
    }
    return sum(answer.is_correct is True for answer in answers) + sum(
        truth.get(answer.question_id) is answer.answer for answer in unjudged
    )
