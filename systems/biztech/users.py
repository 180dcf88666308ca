"""User accounts, by email."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stator.model import ref
from systems.biztech.context import Context
from systems.biztech.design.core import User


class Users:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    def create(self, email: str, fname: str, lname: str, **details: Any) -> User:
        """`details`: other fields of User. Raises AlreadyExistsError."""
        made = User(id=email, fname=fname, lname=lname, created_at=self._context.moment(), **details)
        return self._design.create(made)

    def find(self, email: str) -> User | None:
        """The user, or None."""
        return self._design.user(email)

    def find_many(self, emails: Iterable[str]) -> list[User]:
        """Those that are there, in the order of `emails`."""
        return self._design.users(emails)

    def update(self, email: str, changes: Mapping[str, Any]) -> User:
        """Returns the user as it is then. Raises NotFoundError."""
        return self._design.update(ref(User, id=email), changes)

    def delete(self, email: str) -> None:
        """Nothing happens when there is none. In staging it warns."""
        self._design.erase(ref(User, id=email))
