"""Stickers: only while the voting is open, each once on a team, the golden one once over all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from stator.model import ArgumentError, SharedEnvironmentWarning
from systems.biztech import BizTech
from systems.biztech.design.points import Sticker
from systems.biztech.stickers import (
    GOLDEN,
    GoldenStickerUsedError,
    NoStickerError,
    StickerPlacedError,
    TeamStickers,
    VotingClosedError,
)

EVENT = "kickstart;2026"
ANN, BEN = "ann@example.com", "ben@example.com"
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture
def voting(club: BizTech, arranger: BizTech) -> BizTech:
    arranger.stickers.open(EVENT)
    return club


def test_a_sticker_is_on_the_team_and_counted(voting: BizTech) -> None:
    made = voting.stickers.place(ANN, EVENT, "Kites", "blue")
    voting.stickers.place(ANN, EVENT, "Kites", "red")
    voting.stickers.place(BEN, EVENT, "Kites", "blue")
    assert voting.stickers.counts("Kites") == {"blue": 2, "red": 1}
    assert made in voting.stickers.on("Kites")
    assert voting.stickers.by(ANN, "Kites") == ["blue", "red"]
    assert voting.stickers.counts("Owls") == {}


def test_before_the_voting_and_after_it_nothing_is_put_or_taken_back(club: BizTech) -> None:
    place = lambda: club.stickers.place(ANN, EVENT, "Kites", "blue")  # noqa: E731
    with pytest.raises(VotingClosedError, match="the voting of kickstart;2026 is not open"):
        place()
    club.stickers.open(EVENT)
    place()
    club.stickers.close(EVENT)
    assert not club.stickers.is_open(EVENT)
    with pytest.raises(VotingClosedError):
        club.stickers.place(ANN, EVENT, "Kites", "red")
    with pytest.raises(VotingClosedError):
        club.stickers.take_back(ANN, EVENT, "Kites", "blue")
    assert club.stickers.counts("Kites") == {"blue": 1}


def test_after_the_voting_is_closed_no_sticker_comes_in_that_was_on_its_way(
    voting: BizTech, at_once: AtOnce
) -> None:
    counted: list[int] = []

    def put_until_closed(voter: int) -> None:
        for number in range(100):
            voting.stickers.place(f"v{voter}-{number}@example.com", EVENT, "Kites", "blue")

    def close() -> None:
        voting.stickers.close(EVENT)
        counted.append(len(voting.stickers.on("Kites")))

    *ended, _ = at_once([*(lambda voter=voter: put_until_closed(voter) for voter in range(4)), close])
    assert all(isinstance(each, VotingClosedError) for each in ended)
    assert voting.stickers.counts("Kites").get("blue", 0) == counted[0]


def test_a_voting_is_of_its_event(voting: BizTech) -> None:
    with pytest.raises(VotingClosedError):
        voting.stickers.place(ANN, "other;2026", "Kites", "blue")


def test_a_sticker_is_once_on_a_team(voting: BizTech, at_once: AtOnce) -> None:
    made = at_once([lambda: voting.stickers.place(ANN, EVENT, "Kites", "blue")] * 6)
    assert sum(isinstance(each, Sticker) for each in made) == 1
    assert sum(isinstance(each, StickerPlacedError) for each in made) == 5
    assert voting.stickers.counts("Kites") == {"blue": 1}


def test_of_many_golden_stickers_at_once_one_is_put(voting: BizTech, at_once: AtOnce) -> None:
    teams = [f"Team {number}" for number in range(10)]
    made = at_once([lambda team=team: voting.stickers.place(ANN, EVENT, team, GOLDEN) for team in teams])
    (won,) = (each for each in made if isinstance(each, Sticker))
    assert sum(isinstance(each, GoldenStickerUsedError) for each in made) == 9
    assert [team for team in teams if voting.stickers.counts(team)] == [won.team_name]
    assert voting.stickers.golden_of(ANN, EVENT) == won.team_name


def test_two_users_have_a_golden_sticker_each(voting: BizTech) -> None:
    for user in (ANN, BEN):
        voting.stickers.place(user, EVENT, "Kites", GOLDEN)
    assert voting.stickers.counts("Kites") == {GOLDEN: 2}


def test_the_golden_sticker_again_is_refused_by_where_it_is(voting: BizTech) -> None:
    voting.stickers.place(ANN, EVENT, "Kites", GOLDEN)
    with pytest.raises(GoldenStickerUsedError, match=r"ann@example\.com has put the golden sticker on Kites"):
        voting.stickers.place(ANN, EVENT, "Owls", GOLDEN)
    with pytest.raises(StickerPlacedError):
        voting.stickers.place(ANN, EVENT, "Kites", GOLDEN)
    voting.stickers.place(ANN, EVENT, "Owls", "blue")


def test_a_golden_sticker_that_is_taken_back_can_be_put_elsewhere(voting: BizTech) -> None:
    voting.stickers.place(ANN, EVENT, "Kites", GOLDEN)
    voting.stickers.take_back("Ann@example.com", EVENT, "Kites", GOLDEN)
    assert voting.stickers.golden_of(ANN, EVENT) is None
    voting.stickers.place(ANN, EVENT, "Owls", GOLDEN)
    assert (voting.stickers.counts("Kites"), voting.stickers.counts("Owls")) == ({}, {GOLDEN: 1})


def test_what_is_not_there_cannot_be_taken_back(voting: BizTech, at_once: AtOnce) -> None:
    voting.stickers.place(ANN, EVENT, "Kites", "blue")
    gone = at_once([lambda: voting.stickers.take_back(ANN, EVENT, "Kites", "blue")] * 4)
    assert sum(each is None for each in gone) == 1
    assert sum(isinstance(each, NoStickerError) for each in gone) == 3
    with pytest.raises(NoStickerError):
        voting.stickers.take_back(ANN, EVENT, "Kites", GOLDEN)


@pytest.mark.parametrize("kind", ["blue", GOLDEN])
def test_an_open_voting_takes_no_sticker_of_a_closed_one_back(voting: BizTech, kind: str) -> None:
    voting.stickers.place(ANN, EVENT, "Kites", kind)
    voting.stickers.close(EVENT)
    voting.stickers.open("kickstart;2027")
    with pytest.raises(NoStickerError):
        voting.stickers.take_back(ANN, "kickstart;2027", "Kites", kind)
    assert voting.stickers.counts("Kites") == {kind: 1}


def test_golden_stickers_that_wander_at_once_stay_one(voting: BizTech, at_once: AtOnce) -> None:
    """Put and taken back by many at once: what is counted and what the user's item says agree."""
    voting.stickers.place(ANN, EVENT, "Team 0", GOLDEN)

    def wander(number: int) -> None:
        voting.stickers.take_back(ANN, EVENT, "Team 0", GOLDEN)
        voting.stickers.place(ANN, EVENT, f"Team {number}", GOLDEN)

    at_once([lambda number=number: wander(number) for number in range(1, 6)])
    counted = [team for team in (f"Team {n}" for n in range(6)) if voting.stickers.counts(team)]
    assert len(counted) == 1
    assert voting.stickers.golden_of(ANN, EVENT) == counted[0]


def test_the_standings_count_golden_ones_first(voting: BizTech) -> None:
    for user, team, sticker in (
        (ANN, "Kites", "blue"), (ANN, "Kites", "red"), (BEN, "Kites", "red"), (ANN, "Owls", GOLDEN),
        (BEN, "Newts", "blue"), (BEN, "Emus", "red"),
    ):  # fmt: skip
        voting.stickers.place(user, EVENT, team, sticker)
    assert voting.stickers.standings(EVENT) == [
        TeamStickers(1, "Owls", {GOLDEN: 1}, 1),
        TeamStickers(2, "Kites", {"blue": 1, "red": 2}, 2),
        TeamStickers(3, "Emus", {"red": 1}, 1),
        TeamStickers(3, "Newts", {"blue": 1}, 1),
    ]
    assert [(each.golden, each.total) for each in voting.stickers.standings(EVENT)] == [
        (1, 1),
        (0, 3),
        (0, 1),
        (0, 1),
    ]


def test_an_event_s_stickers_are_cleared_for_the_next(
    voting: BizTech, clubs: Callable[[str], BizTech]
) -> None:
    voting.stickers.place(ANN, EVENT, "Kites", GOLDEN)
    voting.stickers.place(ANN, EVENT, "Kites", "blue")
    with pytest.warns(SharedEnvironmentWarning):
        assert clubs("staging").stickers.clear(EVENT) == 2
    assert voting.stickers.standings(EVENT) == []
    assert voting.stickers.golden_of(ANN, EVENT) is None
    assert voting.stickers.is_open(EVENT)


def test_unknown_stickers_and_names_that_are_no_teams_are_refused(voting: BizTech) -> None:
    with pytest.raises(ArgumentError, match="there is no 'pink' sticker; there are golden"):
        voting.stickers.place(ANN, EVENT, "Kites", "pink")
    with pytest.raises(ValidationError):
        voting.stickers.place(ANN, EVENT, "#golden", "blue")
