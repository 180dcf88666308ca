"""How fields are called in BizTech's items, and what an event is called in keys.

The older tables write `userID` and `profileID`, the exchange's and the wall's `userId` and `eventId`; both are kept as
they are. An event's key in other tables is the text `blueprint;2026`, under the attribute `eventID;year`.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from stator.model import ArgumentError, Entity

EVENT_KEY: Final = "eventID;year"
EMAIL_CHARACTERS_MAX: Final = 254
_EVENT = re.compile(r"([^;]+);(\d{4})")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_KEY_FORM = "an id, a semicolon and a year, as blueprint;2026"
_ID = re.compile(r"Id(?=s?$)")


def _email(text: str) -> str:
    if _EMAIL.fullmatch(text) is None or len(text) > EMAIL_CHARACTERS_MAX:
        raise PydanticCustomError("email", "an email address is needed, as ann@example.com")
    return text.lower()


def _event_id(text: str) -> str:
    if not text or ";" in text:
        raise PydanticCustomError("event_id", "an event's id is a text without a semicolon")
    return text


def _event_key(text: str) -> str:
    if _EVENT.fullmatch(text) is None:
        raise PydanticCustomError("event", f"an event's key is needed, {_KEY_FORM}")
    return text


EventId = Annotated[str, AfterValidator(_event_id)]
EventKey = Annotated[str, AfterValidator(_event_key)]
"""`blueprint;2026`."""
Email = Annotated[str, AfterValidator(_email)]
"""In small letters, whatever was given: by it users are told apart."""
Person = Annotated[str, AfterValidator(lambda text: text.lower() if "@" in text else text)]
"""An email, in small letters; or another id, as it is."""
Moment = AwareDatetime


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
        raise ArgumentError(f"{event!r} is no event's key: it is {_KEY_FORM}")
    return match[1], int(match[2])
