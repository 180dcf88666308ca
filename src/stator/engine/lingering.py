"""Lifecycle states that last, as AWS's do: kept in this process's memory, over a catalogue where all is done.

A table that is CREATING is not there yet for operations on items; one that is UPDATING serves them, but for the reads
of an index that is CREATING; one that is DELETING is still described and listed, and its name is not free. While a
state lasts, the table is described as the answer to the request that began it did, and most other changes are refused.

What is refused in which state, and in which words, is what was seen of the service in October 2026. It has some forty
wordings for a table that is UPDATING; these are the commonest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from msgspec.structs import replace

from stator.clock import Clock
from stator.engine.catalogue import Status, TableDescription, TimeToLive, TtlStatus
from stator.engine.tables import INDEXES_BUSY, NOT_FOUND
from stator.errors import ResourceInUseException, ResourceNotFoundException

Place = tuple[str, str, str]
"""Account, region and name."""

_IN_USE = "Attempt to change a resource which is still in use: "
_DOING = {Status.CREATING: "created", Status.DELETING: "deleted"}


class Concern(Enum):
    """What a change of a table is about; which others it stands in the way of depends on it."""

    INDEXES = auto()
    STREAM = auto()
    THROUGHPUT = auto()
    PROTECTION = auto()
    EXPIRY = auto()
    OTHER = auto()


_BESIDE = (Concern.PROTECTION, Concern.EXPIRY)
"""Nothing that a table is being updated for stands in the way of these."""


@dataclass(frozen=True, slots=True)
class _State:
    """`shown`: the table as it is described while the state lasts, until `until` (monotonic seconds)."""

    status: Status
    shown: TableDescription
    until: float
    concern: Concern = Concern.OTHER


class Lingering:
    """States by place. `linger_s` draws how long the next one lasts; 0 is none. Shared by threads: each change of
    `_states`, and of `_switching` by table id, is one atomic step."""

    def __init__(self, clock: Clock, linger_s: Callable[[], float]) -> None:
        self._clock = clock
        self._linger_s = linger_s
        self._states: dict[Place, _State] = {}
        self._switching: dict[int, tuple[TimeToLive, float]] = {}

    # States begin

    def begin_creating(self, shown: TableDescription) -> None:
        self._begin(Status.CREATING, shown)

    def begin_updating(self, shown: TableDescription, concern: Concern) -> None:
        """Nothing begins for a change whose own answer shows it done."""
        if _is_on_its_way(shown):
            self._begin(Status.UPDATING, shown, concern)

    def begin_deleting(self, gone: TableDescription) -> None:
        """`gone`: the table as it was when it was deleted."""
        indexes = tuple(replace(index, status=Status.DELETING) for index in gone.indexes)
        self._begin(Status.DELETING, replace(gone, status=Status.DELETING, indexes=indexes))

    def _begin(self, status: Status, shown: TableDescription, concern: Concern = Concern.OTHER) -> None:
        seconds = self._linger_s()
        if seconds:
            until = self._clock.monotonic() + seconds
            self._states[_place(shown)] = _State(status, shown, until, concern)

    def begin_switching(self, table: TableDescription, attribute: str, enabled: bool) -> None:
        """Time to live was switched on or off."""
        seconds = self._linger_s()
        if seconds:
            status = TtlStatus.ENABLING if enabled else TtlStatus.DISABLING
            self._switching[table.id] = TimeToLive(attribute, status), self._clock.monotonic() + seconds

    # What they refuse

    def refuse_use(self, place: Place) -> None:
        """For operations on items: a table on its way in is not there yet."""
        if self._states:
            state = self._state(place)
            if state is not None and state.status is Status.CREATING:
                raise ResourceNotFoundException(NOT_FOUND)

    def is_building(self, table: TableDescription, index: str) -> bool:
        """Whether the index cannot be read yet."""
        state = self._state(_place(table)) if self._states else None
        return state is not None and any(
            each.name == index and each.status is Status.CREATING for each in state.shown.indexes
        )

    def refuse_create(self, place: Place) -> None:
        """A table that is UPDATING is in the catalogue, which refuses."""
        state = self._state(place)
        if state is None or state.status is Status.UPDATING:
            return
        if state.status is Status.DELETING:
            raise ResourceInUseException(f"Table already exists: {place[2]}")
        raise _on_its_way(place, state)

    def refuse_update(self, place: Place, concern: Concern) -> None:
        state = self._state(place)
        if state is None or (state.status is Status.UPDATING and concern in _BESIDE):
            return
        if state.status is not Status.UPDATING:
            raise _on_its_way(place, state)
        if concern is state.concern is Concern.THROUGHPUT:
            raise ResourceInUseException(
                f"{_IN_USE}Table IOPS are currently being updated. Table: {place[2]}"
            )
        raise ResourceInUseException(f"{_IN_USE}Table is being updated: {place[2]}")

    def refuse_delete(self, place: Place) -> None:
        state = self._state(place)
        if state is None:
            return
        if state.status is not Status.UPDATING:
            raise _on_its_way(place, state)
        if any(index.status is not Status.ACTIVE for index in state.shown.indexes):
            raise ResourceInUseException(INDEXES_BUSY)
        if state.concern is Concern.STREAM:
            raise ResourceInUseException(
                f"{_IN_USE}Cannot delete table while stream is being enabled/disabled."
            )
        raise ResourceInUseException(f"{_IN_USE}Table: {place[2]} is in the process of being updated.")

    # What they show

    def gone(self, place: Place) -> TableDescription | None:
        """A table that is deleted, and still shown."""
        state = self._state(place)
        return state.shown if state is not None and state.status is Status.DELETING else None

    def gone_names(self, account: str, region: str) -> list[str]:
        return [
            place[2]
            for place in list(self._states)
            if place[:2] == (account, region) and self.gone(place) is not None
        ]

    def shown(self, table: TableDescription) -> TableDescription:
        """The table as it is described now. Deletion protection may have changed meanwhile."""
        state = self._state(_place(table))
        if state is None or state.shown.id != table.id:
            return table
        return replace(state.shown, deletion_protection=table.deletion_protection)

    def switching(self, table_id: int) -> TimeToLive | None:
        """What the table's time to live is shown as while its last change lingers; None: it does not."""
        shown, until = self._switching.get(table_id, (None, 0.0))
        if shown is not None and self._clock.monotonic() >= until:
            self._switching.pop(table_id, None)
            return None
        return shown

    def _state(self, place: Place) -> _State | None:
        state = self._states.get(place)
        if state is not None and self._clock.monotonic() >= state.until:
            self._states.pop(place, None)
            return None
        return state


def _place(table: TableDescription) -> Place:
    return table.account, table.region, table.name


def _is_on_its_way(shown: TableDescription) -> bool:
    """Whether the description says of the table or any part of it that it is not ACTIVE."""
    statuses = [shown.status, *(index.status for index in shown.indexes)]
    warmed = [shown.warm_throughput, *(index.warm_throughput for index in shown.indexes)]
    statuses += [warm.status for warm in warmed if warm is not None]
    return any(status is not Status.ACTIVE for status in statuses)


def _on_its_way(place: Place, state: _State) -> ResourceInUseException:
    return ResourceInUseException(f"{_IN_USE}Table is being {_DOING[state.status]}: {place[2]}")
