"""Events: made, found, changed and deleted. Places are given by `registrations`, which alone changes the capacity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stator.model import ArgumentError, Attr, ConditionFailedError, NotFoundError, Ref, ref
from systems.biztech.context import Context
from systems.biztech.design.attributes import event_parts
from systems.biztech.design.core import Event
from systems.biztech.refusals import InUseError

_COUNTED: Final = ("capacity", "registered", "waiting_list")


class Events:
    """`event` is an event's key, `blueprint;2026`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    def create(self, id: str, year: int, title: str, *, capacity: int, **details: Any) -> Event:
        """`details`: other fields of Event. Raises AlreadyExistsError; pydantic's ValidationError for a wrong field."""
        wrong = [name for name in details if name in _COUNTED]
        if wrong:
            raise ArgumentError(f"{wrong[0]} is counted with the registrations and cannot be set")
        made = Event(
            id=id, year=year, title=title, capacity=capacity, created_at=self._context.moment(), **details
        )
        return self._design.create(made)

    def find(self, event: str) -> Event | None:
        """The event, or None. Read consistently."""
        return self._design.event(*event_parts(event))

    def get(self, event: str) -> Event:
        """Raises NotFoundError."""
        found = self.find(event)
        if found is None:
            raise NotFoundError(f"there is no event {event}")
        return found

    def years_of(self, id: str) -> list[Event]:
        """An event through the years, newest first."""
        return self._design.years_of(id).all()

    def all(self) -> list[Event]:
        """Every event, newest year first. Reads the whole table."""
        return sorted(self._design.every_event(), key=lambda each: (-each.year, each.id))

    def update(self, event: str, changes: Mapping[str, Any]) -> Event:
        """Returns the event as it is then. Raises NotFoundError; ArgumentError for an unknown field, and for those
        that are counted with the registrations."""
        wrong = [name for name in changes if name in _COUNTED]
        if wrong:
            raise ArgumentError(
                f"{wrong[0]} goes with the registrations: `registrations.set_capacity` gives new places to who waits"
            )
        return self._design.update(event_ref(event), changes)

    def delete(self, event: str) -> None:
        """Raises InUseError while anybody is registered or waits, and NotFoundError. In staging it warns."""
        unused = Attr("registered").not_exists() | Attr("registered").eq(0)
        nobody_waits = Attr("waiting_list").not_exists() | Attr("waiting_list").size().eq(0)
        try:
            self._design.erase(event_ref(event), if_=unused & nobody_waits)
        except ConditionFailedError as error:
            raise InUseError(f"{event} has registrations: cancel them first") from error


def event_ref(event: str) -> Ref[Event]:
    """The event's item, whether or not it is there."""
    id, year = event_parts(event)
    return ref(Event, id=id, year=year)
