"""Club members, by email, and by the profile that others scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stator.model import ArgumentError, Attr, ConditionFailedError, NotFoundError, StaleError, ref
from systems.biztech.context import Context
from systems.biztech.design.core import Member


class Members:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    def create(self, email: str, fname: str, lname: str, **details: Any) -> Member:
        """`details`: other fields of Member. Raises AlreadyExistsError."""
        made = Member(id=email, fname=fname, lname=lname, created_at=self._context.moment(), **details)
        return self._design.create(made)

    def find(self, email: str) -> Member | None:
        """The member, or None."""
        return self._design.member(email)

    def get(self, email: str) -> Member:
        """Raises NotFoundError."""
        found = self.find(email)
        if found is None:
            raise NotFoundError(f"{email} is no member")
        return found

    def with_profile(self, profile_id: str) -> Member | None:
        """Whose profile it is, or None. By an index: a profile id that was given a moment ago may not be there yet."""
        return self._design.members_with(profile_id).first()

    def profile_id(self, email: str) -> str:
        """The member's profile id, which is made by the first who asks. Raises NotFoundError."""
        return self._context.again(lambda: self._profile_id(email))

    def _profile_id(self, email: str) -> str:
        member = self.get(email)
        if member.profile_id is not None:
            return member.profile_id
        made = self._context.new_id()
        try:
            self._design.update(member, {"profile_id": made}, if_=Attr("profile_id").not_exists())
        except ConditionFailedError as error:
            raise StaleError(f"{email} has been given a profile id") from error
        return made

    def update(self, email: str, changes: Mapping[str, Any]) -> Member:
        """Returns the member as it is then. Raises NotFoundError; ArgumentError for the profile id, which others have
        scanned."""
        if "profile_id" in changes:
            raise ArgumentError("profile_id cannot change: others have scanned it")
        return self._design.update(ref(Member, id=email), changes)

    def delete(self, email: str) -> None:
        """Nothing happens when there is none. In staging it warns."""
        self._design.erase(ref(Member, id=email))
