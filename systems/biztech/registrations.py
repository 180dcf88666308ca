"""Registrations: at most as many as an event has places; who comes later waits, in order of arrival.

The event's item holds how many places are taken and who waits. Each registration, cancellation and change of the
capacity is one transaction of the event and the registrations that it touches, and its conditions are what was read of
the event: of writers at once one goes first and the others decide anew. So nobody is registered beyond the capacity, no
place stays free while somebody waits, and a place that is given back is taken in the same step by who has waited
longest. The cost: an event takes its registrations one after the other, some hundreds a second, and each of its writes
pays for the whole item, of which a waiting list of forty is about 1 KB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from stator.conditions import Condition
from stator.model import (
    AlreadyExistsError,
    ArgumentError,
    Attr,
    ConditionFailedError,
    NotFoundError,
    StaleError,
    Transaction,
    ref,
)
from systems.biztech.context import Context
from systems.biztech.design.attributes import event_parts
from systems.biztech.design.core import Event, Registration, Status
from systems.biztech.events import event_ref
from systems.biztech.refusals import AlreadyRegisteredError, CapacityError, FullError, NotRegisteredError

WAITING_MAX: Final = 1000
"""How many can wait for an event. The list is one attribute: 1,000 emails are far below an item's 400 KB."""
PROMOTED_MAX: Final = 90
"""How many are promoted in one transaction, which takes 100 writes."""

_HAS_PLACE: Final = ("registered", "checkedIn")


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`promoted`: who got the place, by email; None when nobody waited, or no place was given back."""

    registration: Registration
    promoted: str | None


class Registrations:
    """`user` is an email, `event` an event's key, `blueprint;2026`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    # Coming and going

    def register(
        self, user: str, event: str, *, fname: str | None = None, lname: str | None = None, is_partner: bool = False
    ) -> Registration:
        """Gives the user a place, or the last one on the waiting list: `registration_status` says which. Atomic.
        One that was cancelled can be made again, and keeps its points. Raises NotFoundError for the event,
        AlreadyRegisteredError, FullError when the waiting list is."""
        moment = self._context.moment()
        wanted = Registration(
            id=user, event=event, fname=fname, lname=lname, is_partner=is_partner, created_at=moment, updated_at=moment
        )
        return self._context.again(lambda: self._register(wanted))

    def cancel(self, user: str, event: str) -> Cancelled:
        """Gives the place back, and in the same transaction gives it to who has waited longest; or takes the user off
        the waiting list. Atomic. Raises NotRegisteredError, NotFoundError."""
        return self._context.again(lambda: self._cancel(user, event))

    def check_in(self, user: str, event: str) -> Registration:
        """The user is here. Once is enough: again changes nothing. Raises NotRegisteredError for who has no place."""
        held = self._held(user, event)
        if held.registration_status == "checkedIn":
            return held
        try:
            return self._design.update(
                held,
                {"registration_status": "checkedIn", "checked_in_at": self._context.moment()},
                if_=_is("registered"),
            )
        except ConditionFailedError as error:
            raise NotRegisteredError(f"{user} has no place at {event}") from error

    def set_capacity(self, event: str, capacity: int) -> list[str]:
        """Changes how many places there are, and gives new ones to who has waited longest; returns their emails.
        Atomic up to 90 promotions; beyond, in steps that each keep the capacity. Raises CapacityError below what is
        taken, NotFoundError."""
        if type(capacity) is not int or capacity < 0:
            raise ArgumentError(f"an event cannot have {capacity!r} places")
        promoted: list[str] = []
        while True:
            some, is_done = self._context.again(lambda: self._widen(event, capacity))
            promoted += some
            if is_done:
                return promoted

    # Reading

    def find(self, user: str, event: str) -> Registration | None:
        """The registration, cancelled ones too, or None. Read consistently."""
        return self._design.registration(user, event)

    def of(self, user: str) -> list[Registration]:
        """All registrations of a user, by event."""
        return self._design.registrations_of(user).all()

    def at(self, event: str, status: Status | None = None) -> list[Registration]:
        """The registrations for an event, of one status or all: by an index, so those of a moment ago may be missing.
        All of the event's are read."""
        found = self._design.registrations_for(event)
        return [each for each in found if status is None or each.registration_status == status]

    def waiting(self, event: str) -> list[str]:
        """The emails of who waits, first come first. Read consistently. Raises NotFoundError."""
        return self._event(event).waiting_list

    # Within

    def _register(self, wanted: Registration) -> Registration:
        event = self._event(wanted.event)
        held = self.find(wanted.id, wanted.event)
        if held is not None and held.registration_status != "cancelled":
            raise AlreadyRegisteredError(_already(held))
        is_free = event.registered < event.capacity and not event.waiting_list
        if not is_free and len(event.waiting_list) >= WAITING_MAX:
            raise FullError(f"{event.title} is full, and so is its waiting list")
        try:
            with self._design.transaction() as every:
                made = _enter(every, wanted, held, "registered" if is_free else "waitlist")
                if is_free:
                    every.update(event_ref(made.event), add={"registered": 1}, if_=_has_room() & _waits([]))
                else:
                    no_place = ~_has_room() & _fewer_wait_than(WAITING_MAX)
                    every.update(event_ref(made.event), append={"waiting_list": [made.id]}, if_=no_place)
        except (ConditionFailedError, AlreadyExistsError) as error:
            raise StaleError(f"{wanted.event} has changed") from error
        return made

    def _cancel(self, user: str, event: str) -> Cancelled:
        held = self._held(user, event)
        opened = self._event(event)
        has_place = held.registration_status in _HAS_PLACE
        promoted, rest = self._next(opened, 1) if has_place else ([], _without(opened.waiting_list, held.id))
        fewer = {"registered": -1} if has_place and not promoted else None
        try:
            with self._design.transaction() as every:
                _take_back(every, held)
                self._off_team(every, held)
                every.update(
                    event_ref(event), {"waiting_list": rest}, add=fewer, if_=_waits(opened.waiting_list)
                )
                self._give(every, promoted, event)
        except (ConditionFailedError, NotFoundError) as error:
            raise StaleError(f"{event} has changed") from error
        gone = held.model_copy(update={"registration_status": "cancelled", "team_id": None})
        return Cancelled(gone, promoted[0] if promoted else None)

    def _widen(self, event: str, capacity: int) -> tuple[list[str], bool]:
        """One step towards the capacity: who was promoted, and whether it is reached."""
        opened = self._event(event)
        if capacity < opened.registered:
            raise CapacityError(f"{opened.registered} are registered for {opened.title}: {capacity} places are too few")
        free = min(capacity - opened.registered, PROMOTED_MAX)
        promoted, rest = self._next(opened, free)
        is_done = not rest or len(promoted) == capacity - opened.registered
        reached = capacity if is_done else opened.registered + len(promoted)
        as_read = _waits(opened.waiting_list) & _counts(opened.registered)
        try:
            with self._design.transaction() as every:
                every.update(
                    event_ref(event), {"capacity": reached, "waiting_list": rest},
                    add={"registered": len(promoted)}, if_=as_read,
                )  # fmt: skip
                self._give(every, promoted, event)
        except (ConditionFailedError, NotFoundError) as error:
            raise StaleError(f"{event} has changed") from error
        return promoted, is_done

    def _give(self, every: Transaction, users: list[str], event: str) -> None:
        """A place for each of those who wait."""
        for user in users:
            place = ref(Registration, id=user, event=event)
            every.update(place, {"registration_status": "registered"}, if_=_is("waitlist"))

    def _off_team(self, every: Transaction, held: Registration) -> None:
        """Takes the user off their team, which is no longer one at this event."""
        team = None if held.team_id is None else self._design.team(held.event, held.team_id)
        if team is not None:
            members = _without(team.member_ids, held.id)
            every.update(team, {"member_ids": members}, if_=Attr("member_ids").eq(team.member_ids))

    def _next(self, event: Event, places: int) -> tuple[list[str], list[str]]:
        """Who has waited longest, up to so many, and who waits then. Who waits without a registration is forgotten."""
        promoted: list[str] = []
        for place, each in enumerate(event.waiting_list):
            if len(promoted) == places:
                return promoted, event.waiting_list[place:]
            held = self.find(each, event.key)
            if held is not None and held.registration_status == "waitlist":
                promoted.append(each)
        return promoted, []

    def _held(self, user: str, event: str) -> Registration:
        held = self.find(user, event)
        if held is None or held.registration_status == "cancelled":
            raise NotRegisteredError(f"{user} is not registered for {event}")
        return held

    def _event(self, event: str) -> Event:
        found = self._design.event(*event_parts(event))
        if found is None:
            raise NotFoundError(f"there is no event {event}")
        return found


def _enter(every: Transaction, wanted: Registration, held: Registration | None, status: Status) -> Registration:
    """Writes the registration; over one that was cancelled only what is new, so that its points stay."""
    if held is None:
        made = wanted.model_copy(update={"registration_status": status})
        every.create(made)
        return made
    changes: dict[str, Any] = {
        "fname": wanted.fname, "lname": wanted.lname, "is_partner": wanted.is_partner,
        "created_at": wanted.created_at, "registration_status": status,
    }  # fmt: skip
    every.update(held, changes, remove=["checked_in_at"], if_=_is("cancelled"))
    return held.model_copy(update={**changes, "checked_in_at": None, "updated_at": wanted.updated_at})


def _take_back(every: Transaction, held: Registration) -> None:
    cancelled = {"registration_status": "cancelled"}
    every.update(held, cancelled, remove=["team_id"], if_=_is(held.registration_status) & _in_team(held.team_id))


def _in_team(team_id: str | None) -> Condition:
    return Attr("team_id").not_exists() if team_id is None else Attr("team_id").eq(team_id)


def _is(status: str) -> Condition:
    return Attr("registration_status").eq(status)


def _has_room() -> Condition:
    """That fewer are registered than there are places. An event that was made elsewhere may lack the count."""
    uncounted = Attr("registered").not_exists() & Attr("capacity").gt(0)
    return uncounted | Attr("registered").lt(Attr("capacity"))


def _waits(emails: list[str]) -> Condition:
    """That the waiting list is this one."""
    same = Attr("waiting_list").eq(emails)
    return same if emails else same | Attr("waiting_list").not_exists()


def _fewer_wait_than(count: int) -> Condition:
    return Attr("waiting_list").not_exists() | Attr("waiting_list").size().lt(count)


def _counts(registered: int) -> Condition:
    same = Attr("registered").eq(registered)
    return same if registered else same | Attr("registered").not_exists()


def _without(emails: list[str], email: str) -> list[str]:
    return [each for each in emails if each != email]


def _already(held: Registration) -> str:
    state = "waits for" if held.registration_status == "waitlist" else "is registered for"
    return f"{held.id} {state} {held.event} already"
