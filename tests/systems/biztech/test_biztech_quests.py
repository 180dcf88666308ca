"""Quests: who is met counts once, goals pay once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import pytest

from systems.biztech import BizTech
from systems.biztech.quests import GOALS

EVENT = "mixer;2026"
ANN = "ann@example.com"
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


def _person(club: BizTech, number: int, is_registered: bool = True) -> tuple[str, str]:
    """Email and profile id of a member who is at the event."""
    email = f"p{number}@example.com"
    club.members.create(email, f"P{number}", "Q")
    profile = club.profiles.create(email, EVENT)
    if is_registered:
        club.registrations.register(email, EVENT)
    return email, profile.id


@pytest.fixture
def mixer(club: BizTech, arranger: BizTech) -> BizTech:
    arranger.events.create("mixer", 2026, "Mixer", capacity=100)
    return club


def _count(club: BizTech, user: str, times: int, event: str = EVENT) -> None:
    """So many people met, as connections count them."""
    for _ in range(times):
        with club.design.transaction() as every:
            club.quests.count_connection(every, user, event)


def test_who_has_met_nobody_has_all_before_them(mixer: BizTech) -> None:
    progress = mixer.quests.progress(ANN, EVENT)
    assert (progress.connections, progress.completed, progress.points) == (0, (), 0)
    assert progress.upcoming == GOALS[0]
    assert mixer.quests.settle(ANN, EVENT) == []


def test_goals_are_reached_at_5_10_and_20(mixer: BizTech, arranger: BizTech) -> None:
    before = 0
    for met, completed, upcoming in (
        (4, [], 5), (5, [5], 10), (9, [5], 10), (10, [5, 10], 20), (19, [5, 10], 20), (20, [5, 10, 20], None),
    ):  # fmt: skip
        _count(arranger, ANN, met - before)
        before = met
        progress = mixer.quests.progress(ANN, EVENT)
        assert [goal.connections for goal in progress.completed] == completed
        assert (progress.upcoming and progress.upcoming.connections) == upcoming


def test_connecting_counts_once_for_both_whoever_repeats_it(mixer: BizTech, arranger: BizTech) -> None:
    (ann, ann_id), (ben, ben_id) = _person(arranger, 1), _person(arranger, 2)
    assert mixer.connections.connect(ann, ben_id, EVENT).is_new
    assert not mixer.connections.connect(ann, ben_id, EVENT).is_new
    assert not mixer.connections.connect(ben, ann_id, EVENT).is_new
    assert [mixer.quests.progress(user, EVENT).connections for user in (ann, ben)] == [1, 1]


def test_two_who_scan_each_other_at_once_count_once(
    mixer: BizTech, arranger: BizTech, at_once: AtOnce
) -> None:
    people = [_person(arranger, number) for number in range(4)]
    calls = [
        lambda user=one[0], other=two[1]: mixer.connections.connect(user, other, EVENT).is_new
        for pair in combinations(people, 2)
        for one, two in (pair, pair[::-1])
    ]
    made = at_once(calls)
    assert sorted(made) == [False] * 6 + [True] * 6
    assert [mixer.quests.progress(user, EVENT).connections for user, _ in people] == [3] * 4


def test_the_fifth_connection_pays_its_goal_into_the_balance(mixer: BizTech, arranger: BizTech) -> None:
    people = [_person(arranger, number) for number in range(6)]
    user = people[0][0]
    for _, profile in people[1:]:
        mixer.connections.connect(user, profile, EVENT)
    assert mixer.transactions.balance(user, EVENT) == 25
    (entry,) = mixer.transactions.of(user, EVENT)
    assert (entry.points, entry.reason) == (25, "quest connect-5")
    assert mixer.quests.progress(user, EVENT).points == 25


def test_goals_that_several_settle_at_once_are_paid_once(
    mixer: BizTech, arranger: BizTech, at_once: AtOnce
) -> None:
    user, _ = _person(arranger, 1)
    _count(arranger, user, 10)
    paid = at_once([lambda: mixer.quests.settle(user, EVENT)] * 8)
    assert sorted(map(len, paid)) == [0] * 7 + [2]
    assert mixer.transactions.balance(user, EVENT) == 75
    assert mixer.transactions.audit(user, EVENT).is_true


def test_who_waits_for_a_place_is_paid_once_they_have_it(mixer: BizTech, arranger: BizTech) -> None:
    user, _ = _person(arranger, 1, is_registered=False)
    _count(arranger, user, 5)
    assert mixer.quests.settle(user, EVENT) == []
    mixer.registrations.register(user, EVENT)
    assert mixer.quests.settle(user, EVENT) == [GOALS[0]]
    assert mixer.quests.settle(user, EVENT) == []


def test_the_ranking_has_who_met_most_first(mixer: BizTech, arranger: BizTech) -> None:
    for user, met in (("a@example.com", 2), ("b@example.com", 6), ("c@example.com", 2)):
        _count(arranger, user, met)
    _count(arranger, "elsewhere@example.com", 9, "other;2026")
    assert [(each.user[0], each.connections) for each in mixer.quests.ranking(EVENT)] == [
        ("b", 6), ("a", 2), ("c", 2),
    ]  # fmt: skip
