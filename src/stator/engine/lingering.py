"""Lifecycle states that last, as AWS's do: kept in this process's memory, over a catalogue where all is done.

A table that is CREATING is not there yet for operations on items; one that is UPDATING serves them; one that is
DELETING is still described and listed, and its name is not free. While a state lasts, nothing else changes the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from stator.clock import Clock
from stator.engine.catalogue import IndexDescription, Status, TableDescription
from stator.errors import ResourceInUseException, ResourceNotFoundException

Place = tuple[str, str, str]

_DOING = {Status.CREATING: "created", Status.UPDATING: "updated", Status.DELETING: "deleted"}


@dataclass(frozen=True, slots=True)
class _State:
    """`indexes` are shown with the state `index_status`; `gone`: the table as it was when it was deleted."""

    status: Status
    until: float
    indexes: frozenset[str]
    gone: TableDescription | None = None


class Lingering:
    """States by place (account, region, name). `linger_s` draws how long the next one lasts; 0 is none."""

    def __init__(self, clock: Clock, linger_s: Callable[[], float]) -> None:
        self._clock = clock
        self._linger_s = linger_s
        self._states: dict[Place, _State] = {}

    def begin(self, place: Place, status: Status, indexes: frozenset[str] = frozenset()) -> None:
        """The table, and these of its indexes, are CREATING or UPDATING for a while."""
        self._begin(place, status, indexes, None)

    def begin_deleting(self, place: Place, gone: TableDescription) -> None:
        self._begin(place, Status.DELETING, frozenset(), gone)

    def _begin(
        self, place: Place, status: Status, indexes: frozenset[str], gone: TableDescription | None
    ) -> None:
        seconds = self._linger_s()
        if seconds:
            self._states[place] = _State(status, self._clock.monotonic() + seconds, indexes, gone)

    def refuse_use(self, place: Place) -> None:
        """For operations on items: a table on its way in is not there yet."""
        if self._states:
            state = self._state(place)
            if state is not None and state.status is Status.CREATING:
                raise ResourceNotFoundException("Requested resource not found")

    def refuse_change(self, place: Place) -> None:
        """For operations on tables: one change at a time."""
        state = self._state(place)
        if state is not None:
            raise ResourceInUseException(
                "Attempt to change a resource which is still in use: "
                f"Table is being {_DOING[state.status]}: {place[2]}"
            )

    def gone(self, place: Place) -> TableDescription | None:
        """A table that is deleted, and still shown."""
        state = self._state(place)
        return None if state is None else state.gone

    def gone_names(self, account: str, region: str) -> list[str]:
        return [
            place[2]
            for place in list(self._states)
            if place[:2] == (account, region) and self.gone(place) is not None
        ]

    def shown(self, place: Place, table: TableDescription) -> TableDescription:
        """The table as it is shown now."""
        state = self._state(place)
        if state is None:
            return table
        indexes = tuple(
            _on_its_way(index) if index.name in state.indexes else index for index in table.indexes
        )
        return replace(table, status=state.status, indexes=indexes)

    def _state(self, place: Place) -> _State | None:
        state = self._states.get(place)
        if state is not None and self._clock.monotonic() >= state.until:
            del self._states[place]
            return None
        return state


def _on_its_way(index: IndexDescription) -> IndexDescription:
    return replace(index, status=Status.CREATING)
