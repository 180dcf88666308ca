"""The daily challenge: the same ten for everyone, played once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from truthbyte_play import Place, all_right, fill, sample, with_right

from systems.truthbyte import TruthByte
from systems.truthbyte.daily import draw, rank_of, seed_of
from systems.truthbyte.design import Question
from systems.truthbyte.faults import AlreadyPlayedError, FieldError, TooFewQuestionsError

DAY = date(2024, 1, 15)


def test_the_seed_is_of_the_day() -> None:
    assert seed_of(DAY) == 18058809040537324535
    assert seed_of(date(2024, 1, 16)) != seed_of(DAY)


def test_a_draw_does_not_depend_on_the_order_of_the_pool() -> None:
    ids = [f"q{number}" for number in range(2000)]
    assert draw(DAY, ids, 10) == draw(DAY, reversed(ids), 10)
    assert draw(DAY, ids, 10) != draw(date(2024, 1, 16), ids, 10)


def test_everyone_has_the_same_ten(pair: Place) -> None:
    one, other = pair.made(60, seed=1), pair.game(seed=2)
    challenge = one.daily()
    assert (challenge.day, challenge.seed, len(challenge.questions)) == (DAY, 18058809040537324535, 10)
    assert challenge == other.daily() == other.daily(DAY)
    assert all(1 <= question.difficulty <= 4 for question in challenge.questions)
    assert [question.id for question in challenge.questions] == draw(
        DAY, (question.id for question in sample(60) if question.difficulty <= 4), 10
    )


def test_an_upload_at_noon_changes_nothing(pair: Place) -> None:
    game = pair.made(60)
    before = game.daily()
    fill(game, sample(60, start=60))
    assert game.daily() == before
    pair.clock.advance(86_400)
    assert game.daily().questions != before.questions


def test_the_pool_is_read_to_its_last_page(memory: Place) -> None:
    game = memory.made()
    long = "x" * 30_000
    many = [each.model_copy(update={"passage": long}) for each in sample(100)]
    game.tables.put_many(many)
    easy = [question.id for question in many if question.difficulty <= 4]
    assert [question.id for question in game.daily().questions] == draw(DAY, easy, 10)


def test_a_day_to_come_is_not_shown(filled: TruthByte) -> None:
    with pytest.raises(FieldError, match="day: 2024-01-16 is yet to come"):
        filled.daily(date(2024, 1, 16))


def test_too_few_questions_are_said_and_nothing_is_stored(game: TruthByte) -> None:
    fill(game, sample(11))
    says = "a day takes 10 questions of difficulty 1 to 4; there are 9"
    with pytest.raises(TooFewQuestionsError, match=says):
        game.daily()
    fill(game, sample(60))
    assert len(game.daily().questions) == 10


RANKS = [(10, "S"), (9, "A"), (8, "A"), (7, "B"), (6, "C"), (5, "D"), (0, "D")]


@pytest.mark.parametrize(("right", "rank"), RANKS)
def test_a_rank_is_by_the_share_of_right_answers(right: int, rank: str) -> None:
    assert rank_of(right, 10) == rank


EDGES = [(3, 4, "B"), (2, 3, "C"), (799, 1000, "B"), (800, 1000, "A"), (999, 1000, "A"), (599, 1000, "D")]


@pytest.mark.parametrize(("right", "total", "rank"), EDGES)
def test_a_rank_is_not_rounded_up(right: int, total: int, rank: str) -> None:
    assert rank_of(right, total) == rank


@pytest.mark.parametrize(("right", "rank"), RANKS)
def test_a_user_without_an_item_submits(quick: TruthByte, right: int, rank: str) -> None:
    result = quick.submit_daily("ann", with_right(quick, right))
    assert (result.day, result.right, result.total, result.score, result.rank) == (
        DAY, right, 10, 10 * right, rank,
    )  # fmt: skip
    user = quick.profile("ann")
    assert user is not None
    assert user.created_at == user.last_active == "2024-01-15T12:00:00.000Z"
    played = user.daily_progress["2024-01-15"]
    assert (played.completed, played.score, played.rank, played.correct_count) == (True, 10 * right, rank, right)
    assert sum(answer.is_correct is True for answer in played.answers) == right
    assert user.current_daily_streak == user.best_daily_streak == int(right >= 7)


def test_a_second_submission_is_refused_and_changes_nothing(pair: Place) -> None:
    game = pair.made(60)
    game.submit_daily("ann", with_right(game, 3))
    before = game.profile("ann")
    pair.clock.advance(60)
    with pytest.raises(AlreadyPlayedError, match="ann has played the challenge of 2024-01-15 already"):
        game.submit_daily("ann", all_right(game))
    assert game.profile("ann") == before


def test_what_is_left_out_counts_as_wrong(filled: TruthByte) -> None:
    answers = dict(list(all_right(filled).items())[:6])
    result = filled.submit_daily("ann", answers)
    assert (result.right, result.total, result.rank, len(result.answers)) == (6, 10, "C", 6)


def test_a_question_of_another_day_is_refused(filled: TruthByte) -> None:
    with pytest.raises(FieldError, match=r"answers: q9999 is no question of 2024-01-15"):
        filled.submit_daily("ann", {**all_right(filled), "q9999": True})
    assert filled.profile("ann") is None


def test_a_game_begun_before_midnight_counts_for_its_day(pair: Place) -> None:
    game = pair.made(60)
    answers = all_right(game)
    pair.clock.advance(86_400)
    assert game.submit_daily("ann", answers, DAY).day == DAY
    pair.clock.advance(86_400)
    with pytest.raises(FieldError, match="day: 2024-01-15 is over; today is 2024-01-17"):
        game.submit_daily("bob", answers, DAY)


def test_what_the_profile_held_beside_stays(filled: TruthByte) -> None:
    table = filled.tables.db.table("dev-truthbyte-users")
    table.put_item(Item={"user_id": "ann", "created_at": "then", "last_active": "then", "theme": "dark"})
    filled.submit_daily("ann", all_right(filled))
    item = table.get_item(Key={"user_id": "ann"})["Item"]
    assert (item["theme"], item["created_at"], item["best_daily_streak"]) == ("dark", "then", 1)


def test_a_deleted_question_of_the_day_is_left_out(filled: TruthByte) -> None:
    first = filled.daily().questions[0]
    filled.tables.erase(first)
    result = filled.submit_daily("ann", all_right(filled))
    assert (result.right, result.total, result.rank) == (9, 9, "S")


def test_a_user_whom_another_program_began_submits(filled: TruthByte) -> None:
    filled.tables.db.table("dev-truthbyte-users").put_item(Item={"user_id": "ann"})
    assert filled.submit_daily("ann", all_right(filled)).streaks.current == 1
    user = filled.profile("ann")
    assert user is not None
    assert user.last_active == "2024-01-15T12:00:00.000Z"


def test_what_a_replica_has_not_yet_is_asked_for_again(memory: Place) -> None:
    game = memory.made(60)
    whole = game.daily()
    late = whole.questions[0].id
    assert TruthByte(_Behind(memory.open(), late), "dev", now=memory.clock.now).daily() == whole


class _Behind:
    """A database that misses an item where a read need not be consistent."""

    def __init__(self, db: Any, late: str) -> None:
        self._db, self._late = db, late

    @property
    def meta(self) -> Any:
        return type("Meta", (), {"client": _Behind(self._db.meta.client, self._late)})

    def batch_get_item(self, **request: Any) -> Any:
        (asked,) = request["RequestItems"].values()
        if not asked.get("ConsistentRead"):
            asked["Keys"] = [key for key in asked["Keys"] if key["id"] != self._late]
        return self._db.batch_get_item(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


EMPTY: list[tuple[Any, str]] = [("", "user_id: is empty")]


@pytest.mark.parametrize(("user", "says"), EMPTY)
def test_a_user_has_a_name(memory: Place, user: str, says: str) -> None:
    with pytest.raises(FieldError, match=says):
        memory.game().submit_daily(user, {})


def test_the_hardest_are_not_in_the_pool(quick: TruthByte) -> None:
    hard = [Question(id=f"a{n}", question="Is it?", answer=True, difficulty=5) for n in range(200)]
    quick.tables.put_many(hard)
    assert all(question.difficulty <= 4 for question in quick.daily().questions)
