"""Feedback: by judge, and by team and round; only on the teams that a judge was given."""

from __future__ import annotations

from decimal import Decimal

import pytest

from stator.model import ArgumentError
from systems.biztech import BizTech
from systems.biztech.feedback import NotAssignedError

EVENT = "kickstart;2026"
JO, KIM = "jo@example.com", "kim@example.com"


@pytest.fixture
def judged(club: BizTech, arranger: BizTech) -> BizTech:
    """Both judges see the teams a and b in round 1, and a in the final."""
    for judge in (JO, KIM):
        arranger.judging.add(judge, EVENT, judge)
    arranger.judging.start_round(EVENT, "1", ["a", "b"])
    arranger.judging.start_round(EVENT, "2", ["a"])
    return club


def test_feedback_is_kept_under_team_and_round(judged: BizTech) -> None:
    made = judged.feedback.give(JO, "a", "1", {"pitch": 7, "design": Decimal("8.5")}, "Clear.")
    assert (made.scores, made.comment) == ({"pitch": Decimal(7), "design": Decimal("8.5")}, "Clear.")
    assert judged.feedback.find(JO, "a", "1") == made
    assert judged.feedback.find(JO, "a", "2") is None
    stored = judged.db.get("bizFeedback", {"id": JO, "teamID;round": "a;1"})
    assert stored is not None
    assert stored["comment"] == "Clear."


def test_feedback_said_anew_replaces_the_earlier(judged: BizTech) -> None:
    judged.feedback.give(JO, "a", "1", {"pitch": 7}, "Clear.")
    judged.feedback.give(JO, "a", "1", {"pitch": 5})
    found = judged.feedback.find(JO, "a", "1")
    assert found is not None
    assert (found.scores, found.comment) == ({"pitch": Decimal(5)}, None)


def test_feedback_is_found_by_judge_and_by_team(judged: BizTech) -> None:
    judged.feedback.give(JO, "a", "1", {"pitch": 7})
    judged.feedback.give(KIM, "a", "1", {"pitch": 8})
    judged.feedback.give(JO, "a", "2", comment="Better.")
    judged.feedback.give(JO, "b", "1", {"pitch": 1})
    assert [(each.team_id, each.round) for each in judged.feedback.by(JO)] == [
        ("a", "1"),
        ("a", "2"),
        ("b", "1"),
    ]
    first, final = judged.feedback.on("a")
    assert (first.round, first.mean, [each.id for each in first.feedback]) == ("1", Decimal("7.5"), [JO, KIM])
    assert (final.round, final.mean) == ("2", None)
    assert judged.feedback.on("c") == []


def test_a_judge_speaks_only_of_the_teams_they_were_given(judged: BizTech) -> None:
    for judge, team, round in ((JO, "b", "2"), (JO, "c", "1"), ("zoe@example.com", "a", "1")):
        with pytest.raises(NotAssignedError, match=f"team {team} is not {judge}'s in {round}"):
            judged.feedback.give(judge, team, round, {"pitch": 1})
        assert judged.feedback.find(judge, team, round) is None


def test_feedback_says_something(judged: BizTech) -> None:
    with pytest.raises(ArgumentError, match="feedback has scores, a comment, or both"):
        judged.feedback.give(JO, "a", "1")
    with pytest.raises(ArgumentError, match="pitch is 11"):
        judged.feedback.give(JO, "a", "1", {"pitch": 11})
