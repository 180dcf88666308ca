"""Connections: two people at an event who scanned one another. Counted once, whoever scans and however often.

A connection is one transaction: a record for each side, each in the other's profile, both quests, and what the wall
shows. The two records are conditions as well: of two people who scan each other at once, one makes all of it and the
other is told that it is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from stator.model import AlreadyExistsError, Transaction, ref
from systems.biztech.context import Context
from systems.biztech.design.core import Connection, Member, Profile
from systems.biztech.design.realtime import LiveConnection
from systems.biztech.quests import Quests
from systems.biztech.refusals import NoProfileError, SelfConnectionError

LIVE_S: Final = 60
"""How long the wall shows a connection."""


@dataclass(frozen=True, slots=True)
class Connected:
    """`is_new`: whether this call made it. `other`: who was met."""

    is_new: bool
    other: Profile


@dataclass(frozen=True, slots=True)
class _Side:
    user: str
    profile: Profile


class Connections:
    def __init__(self, context: Context, quests: Quests) -> None:
        self._context = context
        self._design = context.design
        self._quests = quests

    def connect(self, user: str, profile_id: str, event: str) -> Connected:
        """`user` (an email) scans a profile at an event. Atomic; done again it changes nothing. Raises
        SelfConnectionError, NoProfileError for either side."""
        mine, other = self._sides(user, profile_id, event)
        if self._design.connection(mine.user, event, profile_id) is not None:
            return Connected(False, other.profile)
        try:
            self._context.again(lambda: self._connect(mine, other, event))
        except AlreadyExistsError:
            return Connected(False, other.profile)
        for side in (mine, other):
            self._quests.settle(side.user, event)
        return Connected(True, other.profile)

    def of(self, user: str) -> list[Connection]:
        """All whom a user has met, by event."""
        return self._design.connections_of(user).all()

    def at(self, user: str, event: str) -> list[Connection]:
        """All whom a user has met at an event."""
        return self._design.connections_at(user, event).all()

    def have_met(self, user: str, profile_id: str, event: str) -> bool:
        """Whether a user has met the person of a profile at an event."""
        return self._design.connection(user, event, profile_id) is not None

    def _connect(self, mine: _Side, other: _Side, event: str) -> None:
        with self._design.transaction() as every:
            for side, met in ((mine, other), (other, mine)):
                every.create(self._record(side, met, event))
                every.update(
                    ref(Profile, id=side.profile.id, event=event), add={"connections": {met.profile.id}}
                )
                self._quests.count_connection(every, side.user, event)
            self._show(every, mine, other, event)

    def _record(self, side: _Side, met: _Side, event: str) -> Connection:
        return Connection(
            user_id=side.user, event=event, profile_id=met.profile.id, fname=met.profile.fname,
            lname=met.profile.lname, created_at=self._context.moment(),
        )  # fmt: skip

    def _show(self, every: Transaction, mine: _Side, other: _Side, event: str) -> None:
        every.put(
            LiveConnection(
                event_id=event, created_at=self._context.now_ms(), uuid=self._context.new_id(),
                from_profile=mine.profile.id, to_profile=other.profile.id, from_name=mine.profile.fname,
                to_name=other.profile.fname, ttl=int(self._context.now()) + LIVE_S,
            )
        )  # fmt: skip

    def _sides(self, user: str, profile_id: str, event: str) -> tuple[_Side, _Side]:
        me = self._design.member(user)
        if me is None or me.profile_id is None:
            raise NoProfileError(f"{user} has no profile")
        if me.profile_id == profile_id:
            raise SelfConnectionError(f"{user} scanned their own profile")
        them = self._design.members_with(profile_id).first()
        if them is None:
            raise NoProfileError(f"there is nobody with the profile {profile_id}")
        return self._side(me, me.profile_id, event), self._side(them, profile_id, event)

    def _side(self, member: Member, profile_id: str, event: str) -> _Side:
        profile = self._design.profile(profile_id, event)
        if profile is None:
            raise NoProfileError(f"{member.fname} {member.lname} has no profile at {event}")
        return _Side(member.id, profile)
