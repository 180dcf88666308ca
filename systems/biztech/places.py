"""Where a consumer of a stream has got to, kept in a table of its own beside BizTech's 26, as Amazon's KCL keeps its
leases: so a consumer that was killed goes on where it was, on whichever machine it starts again.

    bizConsumers   consumer (S)   stream, checkpoint, version

There is one consumer of a name at a time. One that starts takes over: it writes the place anew, and the one before it
is refused the next time it keeps its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stator.model import Design, Entity, ModelError, StaleError, Stored, Suffix, Table, get
from systems.biztech.design import SUFFIXES, BizTechDesign


class TakenOverError(ModelError):
    """Another consumer of the same name has begun: this one has to end."""


class Place(Entity):
    """`stream`: its ARN; `checkpoint`: of the native stream, None before anything of it was taken."""

    stored = Stored(version="version", updated="kept_at")

    consumer: str
    stream: str | None = None
    checkpoint: str | None = None
    version: int = 0
    kept_at: datetime | None = None


class Places(Design):
    naming = Suffix(SUFFIXES)
    table = Table("bizConsumers", pk="consumer", type_attribute=None)
    entities = (Place,)

    @get(Place, consistent=True)
    def place(self, consumer: str) -> None:
        """Where a consumer has got to."""


class Keeper:
    """One consumer's place. Used by one thread."""

    def __init__(self, places: Places, place: Place) -> None:
        self._places = places
        self._place = place

    @classmethod
    def take_over(cls, design: BizTechDesign, consumer: str, **options: Any) -> Keeper:
        """The place where the last consumer of this name was, or the beginning. Makes the table if it is not there.
        Raises TakenOverError if two begin at once."""
        places = Places(design.db, design.environment, **options)
        places.create_tables()
        found = places.place(consumer) or Place(consumer=consumer)
        return cls(places, _put(places, found))

    @property
    def checkpoint(self) -> str | None:
        return self._place.checkpoint

    @property
    def stream(self) -> str | None:
        """None before anything was begun."""
        return self._place.stream

    def begin(self, stream: str | None) -> None:
        """At the beginning of a stream. Raises as `keep`."""
        self._keep({"stream": stream, "checkpoint": None})

    def keep(self, checkpoint: str) -> None:
        """Raises TakenOverError, and then nothing was kept."""
        self._keep({"checkpoint": checkpoint})

    def _keep(self, changes: dict[str, str | None]) -> None:
        self._place = _put(self._places, self._place.model_copy(update=changes))


def _put(places: Places, place: Place) -> Place:
    try:
        return places.put(place)
    except StaleError as error:
        raise TakenOverError(f"another consumer of {place.consumer} has taken over") from error
