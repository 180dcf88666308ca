"""Connections: two people count once, whoever scans, however often, and all at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from stator.clock import ManualClock
from systems.biztech import BizTech
from systems.biztech.connections import LIVE_S
from systems.biztech.refusals import NoProfileError, SelfConnectionError

EVENT, OTHER = "blueprint;2026", "kickstart;2026"
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
IN_PROCESS = pytest.mark.parametrize("database", ["memory"], indirect=True)
"""For what is refused before the database is asked, or by it: that is the same on all doors."""


def email(number: int) -> str:
    return f"u{number}@example.com"


@pytest.fixture
def met(club: BizTech, arranger: BizTech) -> BizTech:
    """A club of six members with profiles p0 to p5 at two events."""
    for event in (EVENT, OTHER):
        arranger.events.create(event.removesuffix(";2026"), 2026, event, capacity=20)
    for number in range(6):
        arranger.members.create(email(number), f"F{number}", f"L{number}", profile_id=f"p{number}")
        for event in (EVENT, OTHER):
            arranger.profiles.create(email(number), event)
            arranger.registrations.register(email(number), event)
    return club


def counted(club: BizTech, number: int, event: str = EVENT) -> int:
    """How many people the user's quest counts."""
    quest = club.design.quest(email(number), event)
    return 0 if quest is None else quest.connections


def check(club: BizTech, pairs: set[frozenset[int]], event: str = EVENT) -> None:
    """That exactly these have met: by the records, the profiles, the quests and the wall."""
    for number in range(6):
        others = sorted(f"p{other}" for pair in pairs if number in pair for other in pair - {number})
        assert [each.profile_id for each in club.connections.at(email(number), event)] == others
        assert sorted(club.profiles.get(f"p{number}", event).connections) == others
        assert counted(club, number, event) == len(others)
    shown = [frozenset((each.from_profile, each.to_profile)) for each in club.design.live_connections(event)]
    assert sorted(map(sorted, shown)) == sorted(sorted(f"p{one}" for one in pair) for pair in pairs)


def test_two_who_meet_are_connected_both_ways(met: BizTech) -> None:
    done = met.connections.connect(email(0), "p1", EVENT)
    assert (done.is_new, done.other.fname) == (True, "F1")
    check(met, {frozenset((0, 1))})
    (mine,) = met.connections.of(email(0))
    (theirs,) = met.connections.of(email(1))
    assert (mine.fname, theirs.fname, mine.created_at == theirs.created_at) == ("F1", "F0", True)
    assert met.connections.have_met(email(1), "p0", EVENT)
    assert not met.connections.have_met(email(1), "p2", EVENT)


def test_meeting_again_counts_once_whoever_scans(met: BizTech, clock: ManualClock) -> None:
    met.connections.connect(email(0), "p1", EVENT)
    clock.advance(1)
    for user, profile in ((0, "p1"), (1, "p0"), (1, "p0"), (0, "p1")):
        assert not met.connections.connect(email(user), profile, EVENT).is_new
    check(met, {frozenset((0, 1))})


def test_another_event_is_another_meeting(met: BizTech) -> None:
    met.connections.connect(email(0), "p1", EVENT)
    assert met.connections.connect(email(1), "p0", OTHER).is_new
    check(met, {frozenset((0, 1))}, EVENT)
    check(met, {frozenset((0, 1))}, OTHER)
    assert [each.event for each in met.connections.of(email(0))] == [EVENT, OTHER]


def test_the_wall_forgets_a_meeting(met: BizTech, clock: ManualClock) -> None:
    met.connections.connect(email(0), "p1", EVENT)
    (shown,) = met.design.live_connections(EVENT)
    assert (shown.from_name, shown.to_name) == ("F0", "F1")
    assert shown.ttl == int(clock.now()) + LIVE_S
    clock.advance(LIVE_S + 1)
    assert met.design.live_connections(EVENT).all() == []
    assert met.connections.have_met(email(0), "p1", EVENT)


@IN_PROCESS
@pytest.mark.parametrize(
    ("user", "profile", "error", "says"),
    [
        (email(0), "p0", SelfConnectionError, "u0@example.com scanned their own profile"),
        (email(0), "none", NoProfileError, "nobody with the profile none"),
        ("guest@example.com", "p0", NoProfileError, "guest@example.com has no profile"),
        (email(0), "p-new", NoProfileError, "New Member has no profile at blueprint;2026"),
        ("new@example.com", "p0", NoProfileError, "New Member has no profile at blueprint;2026"),
    ],
)
def test_who_cannot_connect_is_refused(
    met: BizTech, user: str, profile: str, error: type[Exception], says: str
) -> None:
    met.members.create("new@example.com", "New", "Member", profile_id="p-new")
    with pytest.raises(error, match=says):
        met.connections.connect(user, profile, EVENT)
    check(met, set())


def test_two_who_scan_each_other_at_once_count_once(met: BizTech, at_once: AtOnce) -> None:
    scans = [lambda: met.connections.connect(email(0), "p1", EVENT)] * 4
    scans += [lambda: met.connections.connect(email(1), "p0", EVENT)] * 4
    done = at_once(scans)
    assert sorted(each.is_new for each in done) == [False] * 7 + [True]
    check(met, {frozenset((0, 1))})


def test_everybody_who_meets_everybody_at_once_is_counted_once(met: BizTech, at_once: AtOnce) -> None:
    pairs = [(one, other) for one in range(6) for other in range(6) if one != other]
    done = at_once(
        [lambda one=one, other=other: met.connections.connect(email(one), f"p{other}", EVENT) for one, other in pairs]
    )
    assert [each for each in done if isinstance(each, Exception)] == []
    assert sum(each.is_new for each in done) == 15
    check(met, {frozenset(pair) for pair in pairs})
