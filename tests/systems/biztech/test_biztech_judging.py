"""Judging: each team has as many judges as asked, and judges go from team to team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.model import AlreadyExistsError, ArgumentError, NotFoundError
from systems.biztech import BizTech
from systems.biztech.judging import RoundError, WrongTeamError, shared_out

EVENT = "kickstart;2026"
JUDGES = [f"j{number}@example.com" for number in range(3)]
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture
def panel(club: BizTech, arranger: BizTech) -> BizTech:
    for judge in JUDGES:
        arranger.judging.add(judge, EVENT, judge[:2].upper())
    return club


@given(st.integers(1, 30), st.integers(1, 12), st.data())
def test_teams_are_shared_out_evenly(teams: int, judges: int, data: st.DataObject) -> None:
    per_team = data.draw(st.integers(1, judges))
    shares = shared_out([f"t{n}" for n in range(teams)], [f"j{n}" for n in range(judges)], per_team)
    loads = [len(share) for share in shares.values()]
    assert max(loads) - min(loads) <= 1
    seen = Counter(team for share in shares.values() for team in set(share))
    assert seen == {f"t{n}": per_team for n in range(teams)}


def test_a_round_gives_every_judge_their_teams(panel: BizTech) -> None:
    shares = panel.judging.start_round(EVENT, "round 1", ["a", "b", "c"], per_team=2)
    assert shares == {JUDGES[0]: ["a", "b"], JUDGES[1]: ["a", "c"], JUDGES[2]: ["b", "c"]}
    assert [each.teams for each in panel.judging.at(EVENT)] == list(shares.values())
    assert [panel.judging.current_team(judge) for judge in JUDGES] == ["a", "a", "b"]
    assert [each.id for each in panel.judging.at_team(EVENT, "a")] == JUDGES[:2]


def test_a_judge_goes_from_team_to_team(panel: BizTech) -> None:
    assert panel.judging.current_team(JUDGES[0]) is None
    panel.judging.start_round(EVENT, "round 1", ["a", "b", "c"])
    assert panel.judging.finish(JUDGES[0], "a") == "b"
    with pytest.raises(WrongTeamError, match="J0 is at b and not at a"):
        panel.judging.finish(JUDGES[0], "a")
    assert panel.judging.finish(JUDGES[0], "b") is None
    with pytest.raises(WrongTeamError, match="J0 is at no team and not at b"):
        panel.judging.finish(JUDGES[0], "b")


def test_a_team_that_is_finished_many_times_at_once_moves_the_judge_once(
    panel: BizTech, at_once: AtOnce
) -> None:
    panel.judging.start_round(EVENT, "round 1", ["a", "b", "c"])
    done = at_once([lambda: panel.judging.finish(JUDGES[0], "a")] * 5)
    assert [each for each in done if isinstance(each, str)] == ["b"]
    assert sum(isinstance(each, WrongTeamError) for each in done) == 4


def test_a_round_begins_once_even_when_many_begin_it(panel: BizTech, at_once: AtOnce) -> None:
    begun = at_once([lambda: panel.judging.start_round(EVENT, "round 1", ["a", "b"])] * 4)
    assert sum(isinstance(each, dict) for each in begun) == 1
    assert sum(isinstance(each, RoundError) for each in begun) == 3
    assert {each.version for each in panel.judging.at(EVENT)} == {2}


def test_the_next_round_drops_what_is_left_and_remembers_who_was_assigned(panel: BizTech) -> None:
    panel.judging.start_round(EVENT, "round 1", ["a", "b", "c"])
    panel.judging.start_round(EVENT, "final", ["c"], per_team=3)
    judge = panel.judging.find(JUDGES[0])
    assert (judge.round, judge.current_team, judge.teams) == ("final", "c", ["c"])
    assert judge.assigned == {"a;round 1", "b;round 1", "c;final"}


def test_a_team_is_added_by_hand(panel: BizTech) -> None:
    with pytest.raises(RoundError, match="J0 is in no round yet"):
        panel.judging.assign(JUDGES[0], "z")
    panel.judging.start_round(EVENT, "round 1", ["a"], per_team=1)
    for judge in JUDGES[:2]:
        panel.judging.assign(judge, "z")
        panel.judging.assign(judge, "z")
    assert [each.teams for each in panel.judging.at(EVENT)] == [["a", "z"], ["z"], []]
    assert panel.judging.current_team(JUDGES[1]) == "z"


def test_what_makes_no_round_is_refused(panel: BizTech) -> None:
    for teams, per_team, refused in (
        ([], 2, ArgumentError), (["a", "a"], 2, ArgumentError), (["a"], 0, ArgumentError), (["a"], 4, RoundError),
    ):  # fmt: skip
        with pytest.raises(refused):
            panel.judging.start_round(EVENT, "round 1", teams, per_team)
    with pytest.raises(RoundError, match="0 judges"):
        panel.judging.start_round("other;2026", "round 1", ["a"])
    with pytest.raises(AlreadyExistsError):
        panel.judging.add(JUDGES[0], EVENT, "Again")
    with pytest.raises(NotFoundError, match=r"zoe@example\.com is no judge"):
        panel.judging.finish("zoe@example.com", "a")
