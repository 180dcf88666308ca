"""Events and user accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from stator.clock import ManualClock
from stator.model import AlreadyExistsError, ArgumentError, NotFoundError
from systems.biztech import BizTech
from systems.biztech.refusals import InUseError

BLUEPRINT = "blueprint;2026"
IN_PROCESS = pytest.mark.parametrize("database", ["memory"], indirect=True)
"""For what is refused before the database is asked, or by it: that is the same on all doors."""


def test_an_event_is_made_found_changed_and_deleted(club: BizTech, clock: ManualClock) -> None:
    starts = datetime(2026, 3, 1, 9, tzinfo=UTC)
    made = club.events.create("blueprint", 2026, "Blueprint", capacity=100, starts_at=starts)
    assert (made.key, made.registered, made.waiting_list, made.capacity) == (BLUEPRINT, 0, [], 100)
    assert club.events.get(BLUEPRINT) == made
    clock.advance(5)
    changed = club.events.update(BLUEPRINT, {"title": "Blueprint!", "is_published": True})
    assert (changed.title, changed.is_published, changed.starts_at) == ("Blueprint!", True, starts)
    assert changed.updated_at == datetime.fromtimestamp(clock.now(), UTC)
    club.events.delete(BLUEPRINT)
    assert club.events.find(BLUEPRINT) is None


def test_events_are_listed_by_id_and_all_of_them(club: BizTech) -> None:
    for id, year in (("blueprint", 2024), ("blueprint", 2026), ("kickstart", 2026), ("blueprint", 2025)):
        club.events.create(id, year, id.title(), capacity=1)
    assert [event.year for event in club.events.years_of("blueprint")] == [2026, 2025, 2024]
    assert [event.key for event in club.events.all()] == [
        "blueprint;2026", "kickstart;2026", "blueprint;2025", "blueprint;2024",
    ]  # fmt: skip


def test_an_event_is_made_once(club: BizTech) -> None:
    club.events.create("blueprint", 2026, "Blueprint", capacity=1)
    with pytest.raises(AlreadyExistsError):
        club.events.create("blueprint", 2026, "Another", capacity=2)
    assert club.events.get(BLUEPRINT).title == "Blueprint"


@IN_PROCESS
@pytest.mark.parametrize("name", ["capacity", "registered", "waiting_list"])
def test_what_is_counted_with_registrations_is_not_set(club: BizTech, name: str) -> None:
    club.events.create("blueprint", 2026, "Blueprint", capacity=1)
    with pytest.raises(ArgumentError, match=name):
        club.events.update(BLUEPRINT, {name: 7})
    if name != "capacity":
        with pytest.raises(ArgumentError, match=name):
            club.events.create("kickstart", 2026, "Kickstart", capacity=1, **{name: 7})


@IN_PROCESS
@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda club: club.events.get("none;2026"), NotFoundError),
        (lambda club: club.events.update("none;2026", {"title": "x"}), NotFoundError),
        (lambda club: club.events.delete("none;2026"), NotFoundError),
        (lambda club: club.events.find("blueprint"), ArgumentError),
        (lambda club: club.events.create("a;b", 2026, "x", capacity=1), ValidationError),
        (lambda club: club.events.create("a", 26, "x", capacity=1), ValidationError),
        (lambda club: club.events.create("a", 2026, "x", capacity=-1), ValidationError),
    ],
)
def test_a_wrong_call_is_refused(club: BizTech, call: Callable[[BizTech], Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        call(club)
    assert club.events.all() == []


def test_an_event_with_registrations_is_not_deleted(club: BizTech) -> None:
    club.events.create("blueprint", 2026, "Blueprint", capacity=0)
    club.registrations.register("ann@example.com", BLUEPRINT)
    with pytest.raises(InUseError, match="cancel them first"):
        club.events.delete(BLUEPRINT)
    club.registrations.cancel("ann@example.com", BLUEPRINT)
    club.events.delete(BLUEPRINT)


def test_a_user_is_made_found_changed_and_deleted(club: BizTech) -> None:
    made = club.users.create("Ann@Example.com", "Ann", "Lee", faculty="Arts")
    assert made.id == "ann@example.com", "emails are compared in small letters"
    assert club.users.find("ANN@example.com") == made
    with pytest.raises(AlreadyExistsError):
        club.users.create("ann@example.com", "Another", "Ann")
    assert club.users.update("ann@example.com", {"is_member": True}).is_member
    with pytest.raises(NotFoundError):
        club.users.update("bob@example.com", {"is_member": True})
    club.users.delete("ann@example.com")
    assert club.users.find("ann@example.com") is None


def test_many_users_are_found_at_once(club: BizTech, arranger: BizTech) -> None:
    emails = [f"u{number}@example.com" for number in range(130)]
    for email in emails[:120]:
        arranger.users.create(email, "U", "Ser")
    assert [user.id for user in club.users.find_many(reversed(emails))] == emails[119::-1]
