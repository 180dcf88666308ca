"""How fields are called in BizTech's items, and what an event is called in keys.

The older tables write `userID` and `profileID`, the exchange's and the wall's `userId` and `eventId`; both are kept as
they are. An event's key in other tables is the text `blueprint;2026`, under the attribute `eventID;year`.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AwareDatetime, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

from stator.model import ArgumentError, Entity

EVENT_KEY: Final = "eventID;year"
_EVENT = re.compile(r"([^;]+);(\d{4})")
_ID = re.compile(r"Id(?=s?$)")

EventKey = Annotated[str, StringConstraints(pattern=r"^[^;]+;\d{4}$")]
"""`blueprint;2026`."""
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254, to_lower=True)]


def club_attribute(field: str) -> str:
    """`profile_id` -> `profileID`, `member_ids` -> `memberIDs`; `event` -> `eventID;year`."""
    if field == "event":
        return EVENT_KEY
    return _ID.sub("ID", to_camel(field))


class ClubEntity(Entity):
    """An item of the older tables."""

    model_config = ConfigDict(alias_generator=club_attribute)


class LiveEntity(Entity):
    """An item of the wall's and the exchange's tables: names in plain camel case."""

    model_config = ConfigDict(alias_generator=to_camel)


def event_key(event_id: str, year: int) -> str:
    """`("blueprint", 2026)` -> `"blueprint;2026"`. Raises ArgumentError for an id with `;` or an odd year."""
    key = f"{event_id};{year}"
    event_parts(key)
    return key


def event_parts(event: str) -> tuple[str, int]:
    """`"blueprint;2026"` -> `("blueprint", 2026)`. Raises ArgumentError for what is no event's key."""
    match = _EVENT.fullmatch(event)
    if match is None:
        raise ArgumentError(f"{event!r} is no event's key: it is an id, a semicolon and a year, as blueprint;2026")
    return match[1], int(match[2])


Moment = AwareDatetime
