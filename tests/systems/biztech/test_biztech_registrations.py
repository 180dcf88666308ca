"""Registrations: the capacity and the order of arrival hold, one after the other and all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from stator.model import ArgumentError, NotFoundError
from systems.biztech import BizTech, registrations
from systems.biztech.refusals import AlreadyRegisteredError, CapacityError, FullError, NotRegisteredError

EVENT = "blueprint;2026"
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
IN_PROCESS = pytest.mark.parametrize("database", ["memory"], indirect=True)
"""For what is refused before the database is asked, or by it: that is the same on all doors."""


def user(number: int) -> str:
    return f"u{number:02}@example.com"


@pytest.fixture
def opened(club: BizTech, arranger: BizTech) -> BizTech:
    """A club with an event of three places."""
    arranger.events.create("blueprint", 2026, "Blueprint", capacity=3)
    return club


def arrive(club: BizTech, count: int) -> list[str]:
    """So many come, one after the other; their statuses."""
    return [club.registrations.register(user(number), EVENT).registration_status for number in range(count)]


def check(club: BizTech) -> Counter[str]:
    """That the event and its registrations say the same, and nobody is beyond the capacity; how many of each status."""
    event = club.events.get(EVENT)
    found = club.registrations.at(EVENT)
    statuses = Counter[str](each.registration_status for each in found)
    assert event.registered == statuses["registered"] + statuses["checkedIn"]
    assert event.registered <= event.capacity
    assert sorted(event.waiting_list) == sorted(each.id for each in found if each.registration_status == "waitlist")
    assert not event.waiting_list or event.registered == event.capacity, "no place is free while somebody waits"
    return statuses


def test_places_are_given_in_order_and_then_people_wait(opened: BizTech) -> None:
    assert arrive(opened, 5) == ["registered"] * 3 + ["waitlist"] * 2
    assert opened.registrations.waiting(EVENT) == [user(3), user(4)]
    assert check(opened) == {"registered": 3, "waitlist": 2}


def test_a_registration_is_what_was_given(opened: BizTech) -> None:
    made = opened.registrations.register("Ann@example.com", EVENT, fname="Ann", lname="Lee", is_partner=True)
    found = opened.registrations.find("ann@example.com", EVENT)
    assert found == made
    assert found is not None
    assert (found.fname, found.is_partner, found.points) == ("Ann", True, 0)


@pytest.mark.parametrize("first", [0, 4], ids=["registered", "waiting"])
def test_registering_twice_is_refused_and_changes_nothing(opened: BizTech, first: int) -> None:
    arrive(opened, 5)
    before = check(opened)
    with pytest.raises(AlreadyRegisteredError, match=f"{user(first)} (is registered|waits) for {EVENT} already"):
        opened.registrations.register(user(first).upper(), EVENT)
    assert check(opened) == before


def test_a_cancellation_promotes_who_has_waited_longest(opened: BizTech) -> None:
    arrive(opened, 6)
    order = []
    for number in (1, 0, 2):
        cancelled = opened.registrations.cancel(user(number), EVENT)
        assert cancelled.registration.registration_status == "cancelled"
        order.append(cancelled.promoted)
    assert order == [user(3), user(4), user(5)]
    assert check(opened) == {"registered": 3, "cancelled": 3}
    assert opened.registrations.cancel(user(3), EVENT).promoted is None
    assert check(opened) == {"registered": 2, "cancelled": 4}


def test_who_waits_can_cancel_and_the_others_keep_their_order(opened: BizTech) -> None:
    arrive(opened, 6)
    assert opened.registrations.cancel(user(4), EVENT).promoted is None
    assert opened.registrations.waiting(EVENT) == [user(3), user(5)]
    assert opened.registrations.cancel(user(0), EVENT).promoted == user(3)
    assert check(opened) == {"registered": 3, "waitlist": 1, "cancelled": 2}


def test_who_cancelled_comes_again_at_the_end(opened: BizTech) -> None:
    arrive(opened, 5)
    opened.registrations.cancel(user(0), EVENT)
    assert opened.registrations.register(user(0), EVENT).registration_status == "waitlist"
    assert opened.registrations.waiting(EVENT) == [user(4), user(0)]
    assert check(opened) == {"registered": 3, "waitlist": 2}


def test_points_stay_through_a_cancellation(opened: BizTech) -> None:
    opened.registrations.register(user(0), EVENT)
    seat = {"id": user(0), "eventID;year": EVENT}
    opened.db.update("biztechRegistrations", seat, add={"points": 30, "scanned": {"booth"}})
    opened.registrations.check_in(user(0), EVENT)
    opened.registrations.cancel(user(0), EVENT)
    again = opened.registrations.register(user(0), EVENT, fname="Ann")
    assert (again.points, again.scanned, again.fname, again.checked_in_at) == (30, {"booth"}, "Ann", None)
    assert opened.registrations.find(user(0), EVENT) == again


def test_checking_in_keeps_the_place(opened: BizTech) -> None:
    arrive(opened, 4)
    here = opened.registrations.check_in(user(0), EVENT)
    assert here.registration_status == "checkedIn"
    assert opened.registrations.check_in(user(0), EVENT) == here
    with pytest.raises(NotRegisteredError):
        opened.registrations.check_in(user(3), EVENT)
    assert check(opened) == {"registered": 2, "checkedIn": 1, "waitlist": 1}
    assert opened.registrations.cancel(user(0), EVENT).promoted == user(3)
    assert check(opened) == {"registered": 3, "cancelled": 1}


@IN_PROCESS
def test_more_places_go_to_who_has_waited_longest(opened: BizTech) -> None:
    arrive(opened, 8)
    assert opened.registrations.set_capacity(EVENT, 5) == [user(3), user(4)]
    assert check(opened) == {"registered": 5, "waitlist": 3}
    assert opened.registrations.set_capacity(EVENT, 20) == [user(5), user(6), user(7)]
    assert check(opened) == {"registered": 8}
    assert opened.registrations.set_capacity(EVENT, 8) == []
    with pytest.raises(CapacityError, match="8 are registered for Blueprint: 7 places are too few"):
        opened.registrations.set_capacity(EVENT, 7)
    assert opened.events.get(EVENT).capacity == 8


@IN_PROCESS
def test_many_promotions_go_in_steps(opened: BizTech, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registrations, "PROMOTED_MAX", 2)
    arrive(opened, 9)
    assert opened.registrations.set_capacity(EVENT, 8) == [user(number) for number in range(3, 8)]
    assert opened.events.get(EVENT).capacity == 8
    assert check(opened) == {"registered": 8, "waitlist": 1}


def test_who_waits_without_a_registration_is_passed_over(opened: BizTech) -> None:
    arrive(opened, 5)
    opened.db.delete("biztechRegistrations", {"id": user(3), "eventID;year": EVENT})
    assert opened.registrations.cancel(user(0), EVENT).promoted == user(4)
    assert check(opened) == {"registered": 3, "cancelled": 1}


def test_an_event_that_was_made_as_a_plain_item_takes_registrations(club: BizTech) -> None:
    club.db.create("biztechEvents", {"id": "blueprint", "year": 2026, "title": "Blueprint", "capacity": 1})
    assert arrive(club, 3) == ["registered", "waitlist", "waitlist"]
    club.db.create("biztechEvents", {"id": "none", "year": 2026, "title": "No places", "capacity": 0})
    assert club.registrations.register(user(0), "none;2026").registration_status == "waitlist"
    assert check(club) == {"registered": 1, "waitlist": 2}


@IN_PROCESS
def test_registrations_are_found_by_user_and_by_event(opened: BizTech) -> None:
    opened.events.create("kickstart", 2026, "Kickstart", capacity=1)
    opened.registrations.register(user(0), "kickstart;2026")
    arrive(opened, 4)
    assert [each.event for each in opened.registrations.of(user(0))] == [EVENT, "kickstart;2026"]
    assert {each.id for each in opened.registrations.at(EVENT, "waitlist")} == {user(3)}
    assert len(opened.registrations.at(EVENT)) == 4


def test_a_full_waiting_list_takes_no_more(opened: BizTech, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registrations, "WAITING_MAX", 2)
    arrive(opened, 5)
    with pytest.raises(FullError, match="Blueprint is full, and so is its waiting list"):
        opened.registrations.register(user(9), EVENT)
    assert check(opened) == {"registered": 3, "waitlist": 2}


@IN_PROCESS
@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda each: each.register("ann@example.com", "none;2026"), NotFoundError),
        (lambda each: each.cancel("ann@example.com", EVENT), NotRegisteredError),
        (lambda each: each.check_in("ann@example.com", EVENT), NotRegisteredError),
        (lambda each: each.set_capacity("none;2026", 5), NotFoundError),
        (lambda each: each.set_capacity(EVENT, -1), ArgumentError),
        (lambda each: each.set_capacity(EVENT, 8.5), ArgumentError),
        (lambda each: each.waiting("none;2026"), NotFoundError),
    ],
)
def test_a_wrong_call_is_refused(opened: BizTech, call: Callable[[Any], Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        call(opened.registrations)
    assert check(opened) == {}


def test_cancelling_twice_gives_one_place_back(opened: BizTech) -> None:
    arrive(opened, 3)
    opened.registrations.cancel(user(0), EVENT)
    with pytest.raises(NotRegisteredError):
        opened.registrations.cancel(user(0), EVENT)
    assert check(opened) == {"registered": 2, "cancelled": 1}


def test_fifty_at_once_for_ten_places_are_ten_registered_and_forty_waiting(
    club: BizTech, at_once: AtOnce
) -> None:
    club.events.create("blueprint", 2026, "Blueprint", capacity=10)
    made = at_once([lambda number=number: club.registrations.register(user(number), EVENT) for number in range(50)])
    assert Counter(each.registration_status for each in made) == {"registered": 10, "waitlist": 40}
    assert check(club) == {"registered": 10, "waitlist": 40}
    order = club.registrations.waiting(EVENT)
    placed = [each.id for each in made if each.registration_status == "registered"]
    assert [club.registrations.cancel(each, EVENT).promoted for each in placed] == order[:10]
    assert club.registrations.waiting(EVENT) == order[10:]


def test_one_user_at_once_is_registered_once(opened: BizTech, at_once: AtOnce) -> None:
    made = at_once([lambda: opened.registrations.register(user(1), EVENT)] * 8)
    assert sum(isinstance(each, AlreadyRegisteredError) for each in made) == 7
    assert check(opened) == {"registered": 1}


def test_coming_and_going_at_once_loses_no_place_and_keeps_the_order(club: BizTech, at_once: AtOnce) -> None:
    club.events.create("blueprint", 2026, "Blueprint", capacity=5)
    arrive(club, 12)
    order = club.registrations.waiting(EVENT)
    leaving = [lambda number=number: club.registrations.cancel(user(number), EVENT) for number in range(5)]
    coming = [lambda number=number: club.registrations.register(user(number), EVENT) for number in range(12, 20)]
    widening = [lambda: club.registrations.set_capacity(EVENT, 6)]
    done = at_once([*leaving, *coming, *widening])
    assert [each for each in done if isinstance(each, Exception)] == []
    assert check(club) == {"registered": 6, "waitlist": 9, "cancelled": 5}
    promoted = [*(each.promoted for each in done[:5]), *done[-1]]
    assert sorted(promoted) == order[:6], "those who had waited longest, and nobody twice"
    assert club.registrations.waiting(EVENT)[:1] == order[6:7]


def test_one_cancelled_at_once_gives_one_place_back(opened: BizTech, at_once: AtOnce) -> None:
    arrive(opened, 5)
    done = at_once([lambda: opened.registrations.cancel(user(0), EVENT)] * 6)
    assert sum(isinstance(each, NotRegisteredError) for each in done) == 5
    assert check(opened) == {"registered": 3, "waitlist": 1, "cancelled": 1}
