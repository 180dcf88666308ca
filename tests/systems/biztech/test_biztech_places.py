"""Any order of registering, cancelling, checking in and changing the capacity, against a list of who came when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stator
from systems.biztech import BizTech
from systems.biztech.refusals import AlreadyRegisteredError, CapacityError, NotRegisteredError

USERS = [f"u{number}@example.com" for number in range(8)]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["register", "cancel", "check in"]), st.sampled_from(USERS)),
        st.tuples(st.just("capacity"), st.integers(0, 6)),
    ),
    max_size=25,
)
_years = count(1000)


@dataclass
class Plan:
    """What should be: who has a place, who is here, and who waits, in order of arrival."""

    capacity: int
    placed: list[str] = field(default_factory=list)
    here: set[str] = field(default_factory=set)
    waiting: list[str] = field(default_factory=list)

    def register(self, user: str) -> str:
        if user in self.placed + self.waiting:
            return "AlreadyRegisteredError"
        is_free = len(self.placed) < self.capacity
        (self.placed if is_free else self.waiting).append(user)
        return "registered" if is_free else "waitlist"

    def cancel(self, user: str) -> str:
        if user in self.waiting:
            self.waiting.remove(user)
            return ""
        if user not in self.placed:
            return "NotRegisteredError"
        self.placed.remove(user)
        self.here.discard(user)
        return ",".join(self.promote())

    def check_in(self, user: str) -> str:
        if user not in self.placed:
            return "NotRegisteredError"
        self.here.add(user)
        return "checkedIn"

    def set_capacity(self, capacity: int) -> str:
        if capacity < len(self.placed):
            return "CapacityError"
        self.capacity = capacity
        return ",".join(self.promote())

    def promote(self) -> list[str]:
        free = self.capacity - len(self.placed)
        promoted, self.waiting = self.waiting[:free], self.waiting[free:]
        self.placed += promoted
        return promoted


def done(club: BizTech, event: str, step: str, what: str | int) -> str:
    """What the club answers to a step, as the plan tells it."""
    try:
        if isinstance(what, int):
            return ",".join(club.registrations.set_capacity(event, what))
        if step == "register":
            return club.registrations.register(what, event).registration_status
        if step == "check in":
            return club.registrations.check_in(what, event).registration_status
        return club.registrations.cancel(what, event).promoted or ""
    except (AlreadyRegisteredError, CapacityError, NotRegisteredError) as error:
        return type(error).__name__


def planned(plan: Plan, step: str, what: str | int) -> str:
    if isinstance(what, int):
        return plan.set_capacity(what)
    return {"register": plan.register, "check in": plan.check_in, "cancel": plan.cancel}[step](what)


@pytest.fixture(scope="module")
def here() -> Iterator[BizTech]:
    with stator.open() as database:
        club = BizTech(database)
        club.create_tables()
        yield club


@settings(max_examples=60)
@given(capacity=st.integers(0, 4), steps=STEPS)
def test_places_go_as_a_list_of_arrivals_says(
    here: BizTech, capacity: int, steps: list[tuple[str, str | int]]
) -> None:
    event = here.events.create("fair", next(_years), "Fair", capacity=capacity).key
    plan = Plan(capacity)
    for step, what in steps:
        assert done(here, event, step, what) == planned(plan, step, what)
    found = here.events.get(event)
    assert (found.capacity, found.registered, found.waiting_list) == (plan.capacity, len(plan.placed), plan.waiting)
    statuses = {each.id: each.registration_status for each in here.registrations.at(event)}
    assert {user for user, status in statuses.items() if status == "waitlist"} == set(plan.waiting)
    assert {user for user, status in statuses.items() if status == "checkedIn"} == plan.here
    assert {user for user, status in statuses.items() if status == "registered"} == set(plan.placed) - plan.here
