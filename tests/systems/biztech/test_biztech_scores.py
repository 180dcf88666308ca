"""Scores: by team, by user, and the standings of an event."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from stator.model import ArgumentError
from systems.biztech import BizTech
from systems.biztech.scores import TeamScore, checked_scores

EVENT = "kickstart;2026"
ANN, BEN, CID = "ann@example.com", "ben@example.com", "cid@example.com"


def test_a_later_score_replaces_the_earlier_whole(club: BizTech) -> None:
    club.scores.give(ANN, EVENT, "Kites", {"pitch": 3, "design": Decimal("7.5")})
    made = club.scores.give(ANN, EVENT, "Kites", {"pitch": 4})
    assert made.scores == {"pitch": Decimal(4)}
    found = club.scores.find("Ann@example.com", "Kites")
    assert found is not None
    assert (found.scores, found.total) == ({"pitch": Decimal(4)}, Decimal(4))
    club.scores.take_back(ANN, "Kites")
    assert club.scores.find(ANN, "Kites") is None


def test_scores_are_found_by_team_and_by_user(club: BizTech) -> None:
    for user, team, score in ((ANN, "Kites", 1), (BEN, "Kites", 2), (ANN, "Emus", 3)):
        club.scores.give(user, EVENT, team, {"pitch": score})
    assert [(each.user_id, each.total) for each in club.scores.of("Kites")] == [(ANN, 1), (BEN, 2)]
    assert [(each.team_name, each.total) for each in club.scores.by(ANN)] == [("Emus", 3), ("Kites", 1)]
    assert club.scores.by(CID) == []


def test_the_standings_are_by_the_mean_of_the_totals(club: BizTech) -> None:
    """13.335 is rounded away from zero, and equal means share a rank."""
    for user, team, pitch, design in (
        (ANN, "Kites", Decimal("9.67"), 4), (BEN, "Kites", 9, 4), (ANN, "Emus", 5, 5), (CID, "Newts", 4, 6),
    ):  # fmt: skip
        club.scores.give(user, EVENT, team, {"pitch": pitch, "design": design})
    club.scores.give(ANN, "other;2026", "Elsewhere", {"pitch": 10})
    mean = Decimal("13.34")
    assert club.scores.standings(EVENT) == [
        TeamScore(1, "Kites", 2, mean, {"pitch": Decimal("9.34"), "design": Decimal(4)}),
        TeamScore(2, "Emus", 1, Decimal(10), {"pitch": Decimal(5), "design": Decimal(5)}),
        TeamScore(2, "Newts", 1, Decimal(10), {"pitch": Decimal(4), "design": Decimal(6)}),
    ]


@pytest.mark.parametrize(
    "scores", [{}, {"a": -1}, {"a": 11}, {"a": 0.5}, {"a": True}, {"a": "5"}, {"a": Decimal("NaN")}]
)
def test_what_is_no_score_is_refused(scores: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError):
        checked_scores(scores)
