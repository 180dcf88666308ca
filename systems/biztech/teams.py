"""Teams: each user in at most one at an event. The team lists its members, each registration names its team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stator.model import (
    ArgumentError,
    Attr,
    ConditionFailedError,
    NotFoundError,
    StaleError,
    Transaction,
    ref,
)
from systems.biztech.context import Context
from systems.biztech.design.core import Registration, Team
from systems.biztech.refusals import FullError, NotRegisteredError, TeamError

MEMBERS_MAX: Final = 20
_KEPT: Final = ("member_ids", "points", "funding")


class Teams:
    """`event` is an event's key, `user` an email."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    def create(self, event: str, name: str, members: Sequence[str] = ()) -> Team:
        """A team of registered users. Atomic. Raises FullError above 20 members, TeamError for who is in another,
        NotRegisteredError for who has no place."""
        moment = self._context.moment()
        team = Team(
            event=event, id=self._context.new_id(), team_name=name, member_ids=list(dict.fromkeys(members)),
            created_at=moment, updated_at=moment,
        )  # fmt: skip
        if len(team.member_ids) > MEMBERS_MAX:
            raise FullError(f"a team has at most {MEMBERS_MAX} members")
        self._context.again(lambda: self._create(team))
        return team

    def join(self, event: str, team_id: str, user: str) -> Team:
        """Atomic. Raises TeamError for who is in a team, NotRegisteredError, FullError, NotFoundError."""
        return self._context.again(lambda: self._join(event, team_id, user.lower()))

    def leave(self, event: str, team_id: str, user: str) -> Team:
        """Atomic. Raises TeamError for who is not in this team, NotFoundError."""
        return self._context.again(lambda: self._leave(event, team_id, user.lower()))

    def find(self, event: str, team_id: str) -> Team | None:
        """The team, or None. Read consistently."""
        return self._design.team(event, team_id)

    def get(self, event: str, team_id: str) -> Team:
        """Raises NotFoundError."""
        found = self.find(event, team_id)
        if found is None:
            raise NotFoundError(f"there is no team {team_id} at {event}")
        return found

    def at(self, event: str) -> list[Team]:
        """The teams of an event."""
        return self._design.teams_at(event).all()

    def of(self, event: str, user: str) -> Team | None:
        """The user's team at an event, or None."""
        held = self._design.registration(user, event)
        return None if held is None or held.team_id is None else self.find(event, held.team_id)

    def update(self, event: str, team_id: str, changes: Mapping[str, Any]) -> Team:
        """Returns the team as it is then. Raises NotFoundError; ArgumentError for its members, points and funding."""
        wrong = [name for name in changes if name in _KEPT]
        if wrong:
            raise ArgumentError(f"{wrong[0]} of a team cannot be set")
        return self._design.update(ref(Team, event=event, id=team_id), changes)

    # Within

    def _create(self, team: Team) -> None:
        try:
            with self._design.transaction() as every:
                every.create(team)
                for user in team.member_ids:
                    _take(every, user, team)
        except (ConditionFailedError, NotFoundError) as error:
            for user in team.member_ids:
                self._refuse(user, team.event)
            raise StaleError(f"the members of {team.team_name} have changed") from error

    def _join(self, event: str, team_id: str, user: str) -> Team:
        team = self.get(event, team_id)
        if len(team.member_ids) >= MEMBERS_MAX:
            raise FullError(f"{team.team_name} has {MEMBERS_MAX} members and takes no more")
        members = [*team.member_ids, user]
        try:
            with self._design.transaction() as every:
                every.update(team, {"member_ids": members}, if_=Attr("member_ids").eq(team.member_ids))
                _take(every, user, team)
        except (ConditionFailedError, NotFoundError) as error:
            self._refuse(user, event)
            raise StaleError(f"{team.team_name} has changed") from error
        return team.model_copy(update={"member_ids": members, "updated_at": self._context.moment()})

    def _leave(self, event: str, team_id: str, user: str) -> Team:
        team = self.get(event, team_id)
        if user not in team.member_ids:
            raise TeamError(f"{user} is not in {team.team_name}")
        members = [each for each in team.member_ids if each != user]
        try:
            with self._design.transaction() as every:
                every.update(team, {"member_ids": members}, if_=Attr("member_ids").eq(team.member_ids))
                every.update(ref(Registration, id=user, event=event), remove=["team_id"])
        except ConditionFailedError as error:
            raise StaleError(f"{team.team_name} has changed") from error
        return team.model_copy(update={"member_ids": members, "updated_at": self._context.moment()})

    def _refuse(self, user: str, event: str) -> None:
        """Raises for who cannot be in a team."""
        held = self._design.registration(user, event)
        if held is None or held.registration_status not in ("registered", "checkedIn"):
            raise NotRegisteredError(f"{user} has no place at {event}")
        if held.team_id is not None:
            raise TeamError(f"{user} is in a team already")


def _take(every: Transaction, user: str, team: Team) -> None:
    """Marks the user's registration as of this team, if it is of none."""
    has_place = Attr("registration_status").is_in(["registered", "checkedIn"])
    every.update(
        ref(Registration, id=user, event=team.event), {"team_id": team.id},
        if_=has_place & Attr("team_id").not_exists(),
    )  # fmt: skip
