"""Profiles: a member as others see them at an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stator.model import ArgumentError, NotFoundError, ref
from systems.biztech.context import Context
from systems.biztech.design.core import Profile
from systems.biztech.members import Members


class Profiles:
    def __init__(self, context: Context, members: Members) -> None:
        self._context = context
        self._design = context.design
        self._members = members

    def create(self, email: str, event: str, **details: Any) -> Profile:
        """A member's profile at an event, under the member's profile id, which is the same at all events. `details`:
        other fields of Profile. Raises NotFoundError for who is no member, AlreadyExistsError."""
        member = self._members.get(email)
        made = Profile(
            id=self._members.profile_id(email), event=event, fname=details.pop("fname", member.fname),
            lname=details.pop("lname", member.lname), created_at=self._context.moment(), **details,
        )  # fmt: skip
        return self._design.create(made)

    def find(self, profile_id: str, event: str) -> Profile | None:
        """The profile, or None."""
        return self._design.profile(profile_id, event)

    def get(self, profile_id: str, event: str) -> Profile:
        """Raises NotFoundError."""
        found = self.find(profile_id, event)
        if found is None:
            raise NotFoundError(f"there is no profile {profile_id} at {event}")
        return found

    def of(self, profile_id: str) -> list[Profile]:
        """A person's profiles, by event."""
        return self._design.profiles_of(profile_id).all()

    def update(self, profile_id: str, event: str, changes: Mapping[str, Any]) -> Profile:
        """Returns the profile as it is then. Raises NotFoundError; ArgumentError for the connections, which are made
        by connecting."""
        if "connections" in changes:
            raise ArgumentError("connections are made by `connections.connect`")
        return self._design.update(ref(Profile, id=profile_id, event=event), changes)

    def delete(self, profile_id: str, event: str) -> None:
        """Nothing happens when there is none. What others have of the meeting stays. In staging it warns."""
        self._design.erase(ref(Profile, id=profile_id, event=event))
