"""Kickstart: what was given to people to invest goes into teams, never into their own, all of it or nothing.

An investment is one transaction of the investor's balance, the team's funding and the investment's record, each under
its condition. So nobody invests more than they have, a team that the investor joins at the same moment is refused, and
money is neither made nor lost: funded = balance + invested, for each investor and for the event. Amounts are cents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from stator.model import (
    AlreadyExistsError,
    ArgumentError,
    Attr,
    ConditionFailedError,
    NotFoundError,
    StaleError,
    ref,
)
from systems.biztech.context import Context
from systems.biztech.design.core import Registration, Team
from systems.biztech.design.points import Investment
from systems.biztech.refusals import ClubError, NotRegisteredError
from systems.biztech.transactions import HAS_PLACE, TokenUsedError, id_for

AMOUNT_MAX: Final = 100_000_000_00


class InsufficientBalanceError(ClubError):
    """The investor has less than the amount."""


class OwnTeamError(ClubError):
    """Nobody invests in their own team."""


class NoTeamError(ClubError):
    """There is no such team at the event."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`funding`: cents; `investments`: how many there are; `investors`: how many people made them."""

    rank: int
    team_id: str
    team_name: str
    funding: int
    investments: int
    investors: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Of an event, in cents: given to invest, not yet invested, invested by the records, held by the teams."""

    funded: int
    balances: int
    invested: int
    funding: int

    @property
    def are_true(self) -> bool:
        return self.invested == self.funding and self.funded == self.balances + self.invested


class Investments:
    """`investor` is an email, `event` an event's key. Safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    def fund(self, investor: str, event: str, amount: int) -> Registration:
        """Gives money to invest; each call gives it anew. Returns the registration. Raises NotRegisteredError,
        ArgumentError."""
        _check_amount(amount)
        try:
            return self._design.update(
                ref(Registration, id=investor, event=event),
                add={"funded": amount, "balance": amount},
                if_=_has_place(),
            )
        except (ConditionFailedError, NotFoundError) as error:
            raise NotRegisteredError(f"{investor} has no place at {event}") from error

    def fund_all(self, event: str, amount: int) -> list[str]:
        """Gives everybody who has a place, and was given nothing yet, the same; returns their emails. Each at a time:
        where it is interrupted, the same call does the rest."""
        _check_amount(amount)
        given = []
        for held in self._design.registrations_for(event):
            try:
                self._design.update(
                    ref(Registration, id=held.id, event=event), add={"funded": amount, "balance": amount},
                    if_=_has_place() & (Attr("funded").not_exists() | Attr("funded").eq(0)),
                )  # fmt: skip
            except (ConditionFailedError, NotFoundError):
                continue
            given.append(held.id)
        return given

    def invest(
        self, investor: str, event: str, team_id: str, amount: int, *, comment: str | None = None,
        token: str | None = None,
    ) -> Investment:  # fmt: skip
        """Invests an amount in a team; returns the record. Atomic. Sent again with its `token`, however much later, it
        returns the first record. Raises InsufficientBalanceError, OwnTeamError, NoTeamError, NotRegisteredError,
        TokenUsedError, ArgumentError."""
        _check_amount(amount)
        made = Investment(
            id=self._context.new_id() if token is None else id_for("investment", investor.lower(), event, token),
            event=event, team_id=team_id, investor_id=investor, amount=amount, comment=comment,
            created_at=self._context.moment(),
        )  # fmt: skip
        return self._context.again(lambda: self._invest(made))

    def find(self, id: str, event: str) -> Investment | None:
        """A record, or None."""
        return self._design.investment(id, event)

    def in_team(self, event: str, team_id: str) -> list[Investment]:
        """The investments in a team, oldest first: by an index, so those of a moment ago may be missing."""
        return _by_age(self._design.investments_in(team_id, event))

    def of(self, investor: str, event: str) -> list[Investment]:
        """The investments of an investor at an event, oldest first: by an index."""
        return _by_age(self._design.investments_of(investor.lower(), event))

    def balance(self, investor: str, event: str) -> int:
        """Cents that are left to invest. Raises NotRegisteredError."""
        held = self._design.registration(investor, event)
        if held is None or held.registration_status not in HAS_PLACE:
            raise NotRegisteredError(f"{investor} has no place at {event}")
        return held.balance

    def standings(self, event: str) -> list[Standing]:
        """The teams of an event, who has most first. Equal funding shares a rank."""
        teams = sorted(
            self._design.teams_at(event), key=lambda each: (-each.funding, each.team_name, each.id)
        )
        made = []
        for team in teams:
            rank = 1 + sum(other.funding > team.funding for other in teams)
            found = self.in_team(event, team.id)
            investors = {each.investor_id for each in found}
            made.append(Standing(rank, team.id, team.team_name, team.funding, len(found), len(investors)))
        return made

    def totals(self, event: str) -> Totals:
        """Adds up the event's registrations, records and teams; they agree once all writes have come to the indexes."""
        registrations = self._design.registrations_for(event).all()
        teams = self._design.teams_at(event).all()
        invested = sum(each.amount for team in teams for each in self._design.investments_in(team.id, event))
        return Totals(
            sum(each.funded for each in registrations), sum(each.balance for each in registrations), invested,
            sum(team.funding for team in teams),
        )  # fmt: skip

    def _invest(self, made: Investment) -> Investment:
        investor = made.investor_id
        try:
            with self._design.transaction() as every:
                every.create(made)
                every.update(
                    ref(Registration, id=investor, event=made.event), add={"balance": -made.amount},
                    if_=_has_place() & Attr("balance").gte(made.amount) & ~Attr("team_id").eq(made.team_id),
                )  # fmt: skip
                every.update(
                    ref(Team, event=made.event, id=made.team_id), add={"funding": made.amount},
                    if_=~Attr("member_ids").contains(investor),
                )  # fmt: skip
        except (AlreadyExistsError, ConditionFailedError, NotFoundError) as error:
            done = self.find(made.id, made.event)
            if done is not None:
                return _same(done, made)
            self._refuse(made)
            raise StaleError(f"{investor} or team {made.team_id} has changed") from error
        return made

    def _refuse(self, made: Investment) -> None:
        """Raises for what cannot be invested; for what was only refused by a state that has passed, nothing."""
        team = self._design.team(made.event, made.team_id)
        if team is None:
            raise NoTeamError(f"there is no team {made.team_id} at {made.event}")
        held = self._design.registration(made.investor_id, made.event)
        if held is None or held.registration_status not in HAS_PLACE:
            raise NotRegisteredError(f"{made.investor_id} has no place at {made.event}")
        if held.team_id == team.id or made.investor_id in team.member_ids:
            raise OwnTeamError(f"{made.investor_id} is in {team.team_name} and cannot invest in it")
        if held.balance < made.amount:
            raise InsufficientBalanceError(
                f"{made.investor_id} has {cents(held.balance)}, and not {cents(made.amount)}"
            )


def cents(amount: int) -> str:
    """As people read it: $12.05."""
    return f"{'-' if amount < 0 else ''}${abs(amount) // 100:,}.{abs(amount) % 100:02}"


def _check_amount(amount: int) -> None:
    if type(amount) is not int or not 1 <= amount <= AMOUNT_MAX:
        raise ArgumentError(f"an amount of {amount!r}; it is whole cents, 1 to {AMOUNT_MAX}")


def _has_place() -> Any:
    return Attr("registration_status").is_in(list(HAS_PLACE))


def _same(done: Investment, made: Investment) -> Investment:
    if (done.team_id, done.amount) != (made.team_id, made.amount):
        raise TokenUsedError(f"the token was used to invest {cents(done.amount)} in team {done.team_id}")
    return done


def _by_age(found: Iterable[Investment]) -> list[Investment]:
    return sorted(found, key=lambda each: (each.created_at, each.id))
