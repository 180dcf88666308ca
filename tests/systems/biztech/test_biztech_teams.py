"""Teams, each user in at most one at an event; and QR codes, each scan once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from stator.model import AlreadyExistsError, ArgumentError, NotFoundError
from systems.biztech import BizTech, teams
from systems.biztech.refusals import FullError, NotRegisteredError, ScanError, TeamError

EVENT = "blueprint;2026"
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
IN_PROCESS = pytest.mark.parametrize("database", ["memory"], indirect=True)
"""For what is refused before the database is asked, or by it: that is the same on all doors."""


def user(number: int) -> str:
    return f"u{number}@example.com"


@pytest.fixture
def opened(club: BizTech, arranger: BizTech) -> BizTech:
    """Six have a place, one waits."""
    arranger.events.create("blueprint", 2026, "Blueprint", capacity=6)
    for number in range(7):
        arranger.registrations.register(user(number), EVENT)
    return club


def check(club: BizTech) -> None:
    """That teams and registrations say the same."""
    listed = {member: team.id for team in club.teams.at(EVENT) for member in team.member_ids}
    assert sum(len(team.member_ids) for team in club.teams.at(EVENT)) == len(listed), "nobody is in two"
    marked = {each.id: each.team_id for each in club.registrations.at(EVENT) if each.team_id is not None}
    assert listed == marked


def test_a_team_is_made_of_registered_users(opened: BizTech) -> None:
    made = opened.teams.create(EVENT, "Rockets", [user(0), user(1), user(0)])
    assert made.member_ids == [user(0), user(1)]
    assert opened.teams.get(EVENT, made.id).team_name == "Rockets"
    found = opened.teams.of(EVENT, user(1))
    assert found is not None
    assert found.id == made.id
    assert opened.teams.of(EVENT, user(2)) is None
    check(opened)


def test_members_join_and_leave(opened: BizTech) -> None:
    team = opened.teams.create(EVENT, "Rockets")
    opened.teams.join(EVENT, team.id, user(0).upper())
    assert opened.teams.join(EVENT, team.id, user(1)).member_ids == [user(0), user(1)]
    check(opened)
    assert opened.teams.leave(EVENT, team.id, user(0)).member_ids == [user(1)]
    check(opened)
    other = opened.teams.create(EVENT, "Boats", [user(0)])
    assert sorted(each.team_name for each in opened.teams.at(EVENT)) == ["Boats", "Rockets"]
    assert opened.teams.update(EVENT, other.id, {"team_name": "Ships"}).team_name == "Ships"


@IN_PROCESS
@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda each, team: each.create(EVENT, "B", [user(0)]), TeamError),
        (lambda each, team: each.create(EVENT, "B", [user(1), user(6)]), NotRegisteredError),
        (lambda each, team: each.create(EVENT, "B", [user(9)]), NotRegisteredError),
        (lambda each, team: each.create(EVENT, "B", [user(n) for n in range(21)]), FullError),
        (lambda each, team: each.join(EVENT, team.id, user(0)), TeamError),
        (lambda each, team: each.join(EVENT, team.id, user(6)), NotRegisteredError),
        (lambda each, team: each.join(EVENT, "none", user(1)), NotFoundError),
        (lambda each, team: each.leave(EVENT, team.id, user(1)), TeamError),
        (lambda each, team: each.update(EVENT, team.id, {"funding": 5}), ArgumentError),
        (lambda each, team: each.update(EVENT, "none", {"team_name": "B"}), NotFoundError),
    ],
)  # fmt: skip
def test_what_the_rules_refuse_changes_nothing(
    opened: BizTech, call: Callable[[Any, Any], Any], error: type[Exception]
) -> None:
    team = opened.teams.create(EVENT, "Rockets", [user(0)])
    with pytest.raises(error):
        call(opened.teams, team)
    assert opened.teams.at(EVENT) == [team]
    check(opened)


@IN_PROCESS
def test_a_team_has_a_largest_size(opened: BizTech, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams, "MEMBERS_MAX", 2)
    team = opened.teams.create(EVENT, "Rockets", [user(0), user(1)])
    with pytest.raises(FullError, match="Rockets has 2 members"):
        opened.teams.join(EVENT, team.id, user(2))


def test_who_cancels_leaves_the_team(opened: BizTech) -> None:
    team = opened.teams.create(EVENT, "Rockets", [user(0), user(1)])
    opened.registrations.cancel(user(0), EVENT)
    assert opened.teams.get(EVENT, team.id).member_ids == [user(1)]
    check(opened)


def test_a_user_who_joins_two_teams_at_once_is_in_one(opened: BizTech, at_once: AtOnce) -> None:
    made = [opened.teams.create(EVENT, f"T{number}") for number in range(3)]
    done = at_once(
        [lambda team=team: opened.teams.join(EVENT, team.id, user(0)) for team in made * 2]
        + [lambda team=team: opened.teams.join(EVENT, team.id, user(1)) for team in made]
    )
    assert sum(isinstance(each, TeamError) for each in done) == 7
    check(opened)
    assert sum(len(team.member_ids) for team in opened.teams.at(EVENT)) == 2


def test_all_who_join_one_team_at_once_are_in_it(opened: BizTech, at_once: AtOnce) -> None:
    team = opened.teams.create(EVENT, "Rockets")
    at_once([lambda number=number: opened.teams.join(EVENT, team.id, user(number)) for number in range(6)])
    assert sorted(opened.teams.get(EVENT, team.id).member_ids) == [user(number) for number in range(6)]
    check(opened)


def test_a_code_is_made_found_changed_and_deleted(opened: BizTech) -> None:
    made = opened.qrs.create(EVENT, "booth", 10, kind="Partner")
    with pytest.raises(AlreadyExistsError):
        opened.qrs.create(EVENT, "booth", 20)
    opened.qrs.create(EVENT, "talk", 5)
    assert opened.qrs.find(EVENT, "booth") == made
    assert [each.id for each in opened.qrs.at(EVENT)] == ["booth", "talk"]
    assert opened.qrs.update(EVENT, "booth", {"points": 15}).points == 15
    opened.qrs.delete(EVENT, "booth")
    assert opened.qrs.find(EVENT, "booth") is None


def test_a_scan_gives_its_points_once_and_writes_them_down(opened: BizTech) -> None:
    opened.qrs.create(EVENT, "booth", 10)
    assert opened.qrs.scan(user(0), EVENT, "booth") == 10
    with pytest.raises(ScanError, match=r"u0@example\.com has scanned QR code booth already"):
        opened.qrs.scan(user(0), EVENT, "booth")
    assert opened.qrs.scan(user(1), EVENT, "booth") == 10
    held = [opened.registrations.find(user(number), EVENT) for number in (0, 1, 2)]
    assert [each.points for each in held if each is not None] == [10, 10, 0]
    assert sorted((item["userID"], item["points"]) for item in opened.db.scan("biztechTransactions")) == [
        (user(0), 10), (user(1), 10),
    ]  # fmt: skip


def test_a_code_without_a_limit_counts_each_time(opened: BizTech) -> None:
    opened.qrs.create(EVENT, "booth", 10, is_unlimited=True)
    for _ in range(3):
        opened.qrs.scan(user(0), EVENT, "booth")
    held = opened.registrations.find(user(0), EVENT)
    assert held is not None
    assert held.points == 30


@IN_PROCESS
@pytest.mark.parametrize(
    ("who", "code", "error"),
    [
        (6, "booth", NotRegisteredError),
        (9, "booth", NotRegisteredError),
        (0, "off", ScanError),
        (0, "none", NotFoundError),
    ],
)
def test_a_scan_that_does_not_count_changes_nothing(
    opened: BizTech, who: int, code: str, error: type[Exception]
) -> None:
    opened.qrs.create(EVENT, "booth", 10)
    opened.qrs.create(EVENT, "off", 10, is_active=False)
    with pytest.raises(error):
        opened.qrs.scan(user(who), EVENT, code)
    assert list(opened.db.scan("biztechTransactions")) == []
    assert {each.points for each in opened.registrations.at(EVENT)} == {0}


def test_one_code_scanned_at_once_counts_once(opened: BizTech, at_once: AtOnce) -> None:
    opened.qrs.create(EVENT, "booth", 10)
    done = at_once([lambda: opened.qrs.scan(user(0), EVENT, "booth")] * 6)
    assert done.count(10) == 1
    assert sum(isinstance(each, ScanError) for each in done) == 5
    held = opened.registrations.find(user(0), EVENT)
    assert held is not None
    assert held.points == 10
