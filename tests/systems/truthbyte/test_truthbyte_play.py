"""The day's challenge as a conversation."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import timedelta

import pytest
from rich.console import Console
from truthbyte_play import Place, all_right, fill, sample, with_right

from systems.truthbyte import TruthByte
from systems.truthbyte.daily import DayResult
from systems.truthbyte.faults import AlreadyPlayedError, FieldError
from systems.truthbyte.play import Ask, has_played, play, until_next

WORDS = {True: "y", False: "n"}


@pytest.fixture
def here(memory: Place) -> TruthByte:
    """In process, where the door changes nothing."""
    game = memory.game()
    game.create_tables()
    fill(game, sample(60))
    return game


def saying(words: Iterable[str]) -> Ask:
    """A person who says these words, and then leaves."""
    left = iter(words)
    return lambda prompt: next(left, None)


def played(game: TruthByte, words: Iterable[str], user: str = "ann") -> tuple[DayResult | None, str]:
    """The result, and what was seen."""
    screen = Console(file=io.StringIO(), width=200)
    result = play(game, user, game.world.today(), screen, saying(words))
    assert isinstance(screen.file, io.StringIO)
    return result, screen.file.getvalue()


def words_for(game: TruthByte, right: int) -> list[str]:
    """With so many of them right, in the order of the questions."""
    given = with_right(game, right)
    return [WORDS[given[question.id]] for question in game.daily().questions]


@pytest.mark.parametrize(
    ("right", "rank", "streak"), [(10, "S", 1), (8, "A", 1), (7, "B", 1), (6, "C", 0), (3, "D", 0)]
)
def test_ten_answers_give_a_rank_and_a_streak(quick: TruthByte, right: int, rank: str, streak: int) -> None:
    result, seen = played(quick, words_for(quick, right))
    assert result is not None
    assert (result.right, result.rank, result.streaks.current) == (right, rank, streak)
    assert f"{right} of 10 right: rank {rank}" in seen
    assert f"streak {streak} day" in seen
    assert seen.count("right  ") + seen.count("wrong  ") >= 10
    assert ("70 % and more count" in seen) == (streak == 0)


def test_every_question_is_asked_by_its_number_and_title(here: TruthByte) -> None:
    _, seen = played(here, words_for(here, 10))
    for number, question in enumerate(here.daily().questions, 1):
        assert f"{number}/10 {question.title}" in seen
        assert question.question in seen


def test_the_passage_comes_when_it_is_asked_for(here: TruthByte) -> None:
    first = here.daily().questions[0]
    here.tables.update(first, {"passage": "It [bold]divides[/bold] without a rest."})
    words = words_for(here, 10)
    _, without = played(here, words, "ann")
    _, told = played(here, ["p", *words], "bob")
    assert "It [bold]divides[/bold] without a rest." in told
    assert "divides without" not in without.replace("[bold]", "").replace("[/bold]", "")
    _, none = played(here, [words[0], "passage", *words[1:]], "eve")
    assert "There is none." in none


@pytest.mark.parametrize("yes", ["y", "Y", " yes ", "t", "true\n"])
def test_a_yes_is_taken_in_each_of_its_forms(here: TruthByte, yes: str) -> None:
    result, _ = played(here, [yes] * 10)
    assert result is not None
    assert all(each.answer for each in result.answers)


def test_another_word_is_asked_again(here: TruthByte) -> None:
    result, seen = played(here, ["maybe", "", *words_for(here, 10)])
    assert result is not None
    assert result.rank == "S"
    assert "'maybe' is neither y nor n" in seen


@pytest.mark.parametrize("words", [["q"], ["y", "n", "quit"], ["y"] * 9, []], ids=str)
def test_who_leaves_has_submitted_nothing_and_may_play_later(here: TruthByte, words: list[str]) -> None:
    assert played(here, words)[0] is None
    assert here.profile("ann") is None
    assert played(here, words_for(here, 10))[0] is not None


def test_a_day_is_played_once(filled: TruthByte) -> None:
    played(filled, words_for(filled, 10))
    assert has_played(filled, "ann", filled.world.today())
    before = filled.profile("ann")
    with pytest.raises(AlreadyPlayedError):
        played(filled, words_for(filled, 3))
    assert filled.profile("ann") == before


def test_streaks_grow_day_by_day(place: Place, filled: TruthByte) -> None:
    for day in range(1, 4):
        result, seen = played(filled, words_for(filled, 10))
        assert result is not None
        assert (result.streaks.current, result.streaks.best) == (day, day)
        assert f"streak {day} day" in seen
        place.clock.advance(86_400)


def test_a_day_to_come_is_refused(here: TruthByte) -> None:
    screen = Console(file=io.StringIO())
    with pytest.raises(FieldError, match="is yet to come"):
        play(here, "ann", here.world.today() + timedelta(days=1), screen, saying(["y"] * 10))


def test_the_answers_are_those_of_the_questions(here: TruthByte) -> None:
    assert set(words_for(here, 10)) <= {"y", "n"}
    result, _ = played(here, words_for(here, 10))
    assert result is not None
    assert {each.question_id: each.answer for each in result.answers} == all_right(here)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (0, "24 h 0 min"),
        (1, "23 h 59 min"),
        (86_399, "0 h 0 min"),
        (43_200, "12 h 0 min"),
        (1_705_320_000.5, "11 h 59 min"),
    ],
)
def test_how_long_it_is_until_the_next(now: float, left: str) -> None:
    assert until_next(now) == left
