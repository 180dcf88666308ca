"""Streaks over calendar days, and what is computed of a user's past."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from truthbyte_play import Place, with_right

from systems.truthbyte import TruthByte
from systems.truthbyte.design import DayAnswer, DayProgress
from systems.truthbyte.streaks import Streaks, score_of, streaks
from systems.truthbyte.users import Totals

TODAY = date(2024, 3, 1)
DAYS = (
    "2024-03-01", "2024-02-29", "2024-02-28", "2024-02-27", "2024-02-26", "2024-02-25", "2024-02-24", "2024-02-23",
)  # fmt: skip

# From today back, a letter a day: + passed, - failed, . not played
CASES = [
    ("", 0, 0),
    ("+", 1, 1),
    ("-", 0, 0),
    (".+", 1, 1),
    (".++", 2, 2),
    ("+++", 3, 3),
    ("-+++", 0, 3),
    ("..+++", 0, 3),
    (".-+++", 0, 3),
    ("+.+++", 1, 3),
    ("++-++++", 2, 4),
    ("++.+-+++", 2, 3),
    ("++++++++", 8, 8),
    (".+++++++", 7, 7),
    ("-------", 0, 0),
]


@pytest.mark.parametrize(("days", "current", "best"), CASES)
def test_a_streak_goes_back_from_today_over_consecutive_days(days: str, current: int, best: int) -> None:
    assert streaks(progress(days), TODAY) == Streaks(current, best)


def progress(days: str) -> dict[str, DayProgress]:
    scores = {"+": Decimal(70), "-": Decimal(60)}
    return {
        day: DayProgress(score=scores[letter])
        for day, letter in zip(DAYS, days, strict=False)
        if letter in scores
    }


@given(st.text("+-.", max_size=8))
def test_the_best_streak_is_never_shorter_than_the_current_one(days: str) -> None:
    found = streaks(progress(days), TODAY)
    longest = max((len(run) for run in days.replace("-", ".").split(".")), default=0)
    assert (found.best, found.current <= found.best) == (longest, True)


SCORES = [
    (DayProgress(score=Decimal(70)), 70),
    (DayProgress(), 0),
    (DayProgress(answers=[DayAnswer(question_id="q", answer=True, is_correct=True)]), 100),
    (
        DayProgress(
            answers=[
                DayAnswer(question_id="q", answer=True, is_correct=True),
                DayAnswer(question_id="r", answer=True, is_correct=False),
                DayAnswer(question_id="s", answer=True),
            ]
        ),
        Decimal("33.33"),
    ),
]


@pytest.mark.parametrize(("played", "score"), SCORES)
def test_a_day_without_a_score_has_that_of_its_answers(played: DayProgress, score: Decimal) -> None:
    assert score_of(played) == score


def test_a_day_counts_from_seventy_percent(pair: Place) -> None:
    game = pair.made(60)
    assert game.streaks("ann") == Streaks(0, 0)
    seen = []
    for right in (7, 8, 6, 10, 9, 7):
        result = game.submit_daily("ann", with_right(game, right))
        assert game.streaks("ann") == result.streaks
        seen.append((result.streaks.current, result.streaks.best))
        pair.clock.advance(86_400)
    assert seen == [(1, 1), (2, 2), (0, 2), (1, 2), (2, 2), (3, 3)]
    assert game.streaks("ann") == Streaks(3, 3), "today is not played yet"
    pair.clock.advance(86_400)
    assert game.streaks("ann") == Streaks(0, 3), "a day was left out"


def test_yesterday_played_late_mends_nothing_that_is_there(pair: Place) -> None:
    game = pair.made(60)
    yesterday = game.daily().day
    answers = with_right(game, 10)
    pair.clock.advance(86_400)
    assert game.submit_daily("ann", with_right(game, 10)).streaks == Streaks(1, 1)
    assert game.submit_daily("ann", answers, yesterday).streaks == Streaks(2, 2)


def test_the_history_is_newest_first(pair: Place) -> None:
    game = pair.made(60)
    assert game.history("ann") == []
    for right in (7, 5):
        game.submit_daily("ann", with_right(game, right))
        pair.clock.advance(86_400)
    history = [(each.day, each.score, each.counts, each.progress.rank) for each in game.history("ann")]
    assert history == [(date(2024, 1, 16), 50, False, "D"), (date(2024, 1, 15), 70, True, "B")]


def test_totals_are_computed(filled: TruthByte) -> None:
    assert filled.totals("ann") == Totals(0, 0, 0, 0)
    filled.submit_daily("ann", with_right(filled, 7))
    filled.answer("ann", "q0000", True)
    filled.answer("ann", "q0001", True)
    filled.answer("ann", "q0001", True)
    assert filled.totals("ann") == Totals(answered=2, right=1, daily_games=1, daily_passed=1)


def test_the_best_streak_of_a_user_who_came_from_elsewhere_stays(filled: TruthByte) -> None:
    filled.tables.db.table("dev-truthbyte-users").put_item(
        Item={
            "user_id": "ann", "created_at": "then", "last_active": "then", "best_daily_streak": 10,
            "daily_progress": {"2024-01-14": {"answers": [], "completed_at": "then"}},
        }
    )  # fmt: skip
    assert filled.submit_daily("ann", with_right(filled, 10)).streaks == Streaks(1, 10)


def test_days_of_long_ago_are_kept_without_their_answers(memory: Place) -> None:
    game = memory.made(60, days_in_full=2)
    for right in (7, 8, 9, 10):
        game.submit_daily("ann", with_right(game, right))
        memory.clock.advance(86_400)
    history = [(each.score, each.progress.rank, len(each.progress.answers)) for each in game.history("ann")]
    assert history == [(100, "S", 10), (90, "A", 10), (80, "A", 10), (70, "B", 0)]
    assert game.streaks("ann") == Streaks(4, 4)
