"""The daily challenge: the same ten questions for everyone, submitted once.

The pool is every question of difficulty 1 to 4, in the order of the ids; the day is the seed of the draw. The first
caller of a day puts the ten ids on condition that nobody has, so an upload at noon changes nothing. A submission is one
conditional write of the user's item: of two at once one is refused, and the streaks are those of the days that are
stored with them.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from stator.conditions import Attr, Condition
from stator.model import AlreadyExistsError, ConditionFailedError, NotFoundError
from systems.truthbyte.design import DailyQuestions, DayAnswer, DayProgress, Question, User
from systems.truthbyte.faults import (
    AlreadyPlayedError,
    BusyError,
    FieldError,
    TooFewQuestionsError,
    checked_bool,
)
from systems.truthbyte.streaks import Streaks, percent, score_of, streaks
from systems.truthbyte.users import checked_user, new_user
from systems.truthbyte.world import ATTEMPTS_MAX, World

EASIEST: Final = 1
HARDEST: Final = 4
_SEED_BYTES: Final = 8

Rank = Literal["S", "A", "B", "C", "D"]
_RANKS: Final[tuple[tuple[int, Rank], ...]] = ((100, "S"), (80, "A"), (70, "B"), (60, "C"))


@dataclass(frozen=True, slots=True)
class Challenge:
    day: date
    seed: int
    questions: list[Question]


@dataclass(frozen=True, slots=True)
class DayResult:
    """`score`: percent. `streaks`: with this day."""

    day: date
    right: int
    total: int
    score: Decimal
    rank: Rank
    streaks: Streaks
    answers: list[DayAnswer]


# The draw


def seed_of(day: date) -> int:
    """The first 8 bytes, big-endian, of the SHA-256 of `truthbyte-daily-YYYY-MM-DD`."""
    digest = hashlib.sha256(f"truthbyte-daily-{day.isoformat()}".encode()).digest()
    return int.from_bytes(digest[:_SEED_BYTES], "big")


def draw(day: date, question_ids: Iterable[str], count: int) -> list[str]:
    """`count` of these, whatever order they come in. Raises TooFewQuestionsError."""
    pool = sorted(question_ids)
    if len(pool) < count:
        raise TooFewQuestionsError(
            f"a day takes {count} questions of difficulty {EASIEST} to {HARDEST}; there are {len(pool)}"
        )
    return random.Random(seed_of(day)).sample(pool, count)


def challenge(world: World, day: date | None) -> Challenge:
    """See TruthByte.daily."""
    chosen = world.today() if day is None else day
    if chosen > world.today():
        raise FieldError("day", f"{chosen} is yet to come")
    drawn = world.tables.drawn(chosen.isoformat()) or _drawn_first(world, chosen)
    return Challenge(chosen, drawn.seed, _those(world, drawn.question_ids))


def _those(world: World, ids: Sequence[str]) -> list[Question]:
    """Without those that were deleted since. What is missing may be new and not everywhere yet, so that is asked for
    again: a day that is judged has all its questions."""
    found = world.tables.questions(ids)
    return found if len(found) == len(ids) else world.tables.get_many(Question, ids, consistent=True)


def _drawn_first(world: World, day: date) -> DailyQuestions:
    ids = (question.id for question in world.tables.pool(EASIEST, HARDEST))
    mine = DailyQuestions(
        date=day.isoformat(),
        question_ids=draw(day, ids, world.settings.daily_questions),
        seed=seed_of(day),
        drawn_at=world.second(),
    )
    try:
        return world.tables.create(mine)
    except AlreadyExistsError:
        first = world.tables.drawn(day.isoformat())
        assert first is not None, "a day's ten are never deleted"
        return first


# A submission


def rank_of(right: int, total: int) -> Rank:
    return next((rank for least, rank in _RANKS if 100 * right >= least * total), "D")


def submit(world: World, user_id: str, given: Mapping[str, bool], day: date | None) -> DayResult:
    """See TruthByte.submit_daily."""
    checked_user(user_id)
    chosen = _playable(world, day)
    played = _judged(world, challenge(world, chosen), given)
    for _ in range(ATTEMPTS_MAX):
        before = world.tables.user(user_id)
        _refuse_second(before, chosen)
        held = before.daily_progress if before else {}
        added = {**_shortened(world, held), chosen.isoformat(): played}
        found = _with_best(streaks({**held, **added}, world.today()), before)
        try:
            _store(world, user_id, before, added, found)
        except (AlreadyExistsError, NotFoundError, ConditionFailedError):
            continue
        return _result(chosen, played, found)
    raise BusyError(f"other writes of {user_id} came first each time")


def _playable(world: World, day: date | None) -> date:
    today = world.today()
    chosen = today if day is None else day
    if (today - chosen).days > world.settings.days_late_max:
        raise FieldError("day", f"{chosen} is over; today is {today}")
    return chosen


def _refuse_second(user: User | None, day: date) -> None:
    if user is not None and day.isoformat() in user.daily_progress:
        raise AlreadyPlayedError(f"{user.user_id} has played the challenge of {day} already")


def _judged(world: World, of_day: Challenge, given: Mapping[str, bool]) -> DayProgress:
    foreign = sorted(given.keys() - {question.id for question in of_day.questions})
    if foreign:
        raise FieldError("answers", f"{foreign[0]} is no question of {of_day.day}")
    for each in given.values():
        checked_bool("answers", each)
    if not of_day.questions:
        raise TooFewQuestionsError(f"the questions of {of_day.day} are all gone")
    second = world.second()
    answers = [
        DayAnswer(
            question_id=question.id,
            answer=given[question.id],
            is_correct=given[question.id] == question.answer,
            timestamp=second,
        )
        for question in of_day.questions
        if question.id in given
    ]
    right, total = sum(answer.is_correct is True for answer in answers), len(of_day.questions)
    return DayProgress(
        answers=answers,
        completed_at=world.moment(),
        score=percent(right, total),
        rank=rank_of(right, total),
        correct_count=right,
        total_questions=total,
    )


def _shortened(world: World, days: Mapping[str, DayProgress]) -> dict[str, DayProgress]:
    """Those of long ago, without their answers: an item has an end, and each write pays for all of it."""
    first = (world.today() - timedelta(days=world.settings.days_in_full)).isoformat()
    return {
        day: played.model_copy(update={"answers": [], "score": score_of(played)})
        for day, played in days.items()
        if day < first and played.answers
    }


def _with_best(found: Streaks, user: User | None) -> Streaks:
    return Streaks(found.current, max(found.best, user.best_daily_streak if user else 0))


def _store(
    world: World, user_id: str, before: User | None, days: Mapping[str, DayProgress], found: Streaks
) -> None:
    """`days`: those that are new or shorter; the others stay as they are."""
    change: dict[Any, Any] = {
        "current_daily_streak": found.current,
        "best_daily_streak": found.best,
        "last_active": world.moment(),
    }
    if before is None:
        change["daily_progress"] = days
        world.tables.create(new_user(world, user_id).model_copy(update=change))
        return
    if before.daily_progress:
        change.update({("daily_progress", day): played for day, played in days.items()})
    else:
        change["daily_progress"] = days
    world.tables.update(before, change, if_=_no_day_more(before))


def _no_day_more(before: User) -> Condition:
    """That the days are those that were read: none is ever taken away, so their number tells."""
    days = Attr("daily_progress")
    if before.daily_progress:
        return days.size().eq(len(before.daily_progress))
    return days.not_exists() | days.size().eq(0)


def _result(day: date, played: DayProgress, found: Streaks) -> DayResult:
    right, total = played.correct_count or 0, played.total_questions or 0
    return DayResult(
        day, right, total, percent(right, total), rank_of(right, total), found, played.answers
    )
