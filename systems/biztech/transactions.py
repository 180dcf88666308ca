"""Points: the ledger, and the balance that it explains.

A user's balance at an event is `points` of the registration. Whatever changes it writes an entry of the ledger in the
same transaction, so a balance is always the sum of its entries; `audit` compares the two.
"""

from __future__ import annotations

import uuid
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
    Transaction,
    ref,
)
from systems.biztech.context import Context
from systems.biztech.design.core import Registration
from systems.biztech.design.points import PointTransaction
from systems.biztech.refusals import ClubError, NotRegisteredError

HAS_PLACE: Final = ("registered", "checkedIn")
"""Who earns and spends points, and invests: not who waits or has cancelled."""
POINTS_MAX: Final = 1_000_000_000
"""At once."""
_IDS: Final = uuid.UUID("5b8f6a0e-2c1d-4f7a-9a53-0d6c7f1e4b92")


class NotEnoughPointsError(ClubError):
    """The balance is less than what is to be taken of it."""


class TokenUsedError(ClubError):
    """The token was used for something else."""


@dataclass(frozen=True, slots=True)
class Audit:
    """`balance`: what the registration says; `entered`: the sum of the ledger's entries."""

    balance: int
    entered: int

    @property
    def is_true(self) -> bool:
        return self.balance == self.entered


class Transactions:
    """`user` is an email, `event` an event's key. Safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    def award(
        self, user: str, event: str, points: int, reason: str, *, token: str | None = None
    ) -> PointTransaction:
        """Gives points, or takes them when below zero; returns the entry. Atomic. Sent again with its `token`, however
        much later, it returns the first entry. The balance does not go below zero: NotEnoughPointsError. Raises
        NotRegisteredError, TokenUsedError, ArgumentError for no points."""
        if type(points) is not int or not 0 < abs(points) <= POINTS_MAX:
            raise ArgumentError(f"{points!r} points; it is a whole number but zero, to {POINTS_MAX} either way")
        made = self.entry(user, event, points, reason, token=token)
        return self._context.again(lambda: self._award(made))

    def grant(self, every: Transaction, user: str, event: str, points: int, reason: str) -> PointTransaction:
        """As `award`, within an open transaction, to which it adds two writes: the entry and the registration. Its
        refusal is the transaction's ConditionFailedError or NotFoundError."""
        made = self.entry(user, event, points, reason)
        every.create(made)
        every.update(ref(Registration, id=user, event=event), add={"points": points}, if_=can_bear(points))
        return made

    def entry(
        self, user: str, event: str, points: int, reason: str, *, prize_id: str | None = None, token: str | None = None
    ) -> PointTransaction:  # fmt: skip
        """An entry of this moment, not written. Its id is new, or the same for the same user, event and token."""
        return PointTransaction(
            id=self._context.new_id() if token is None else id_for("points", user.lower(), event, token),
            user_id=user, event=event, points=points, reason=reason, prize_id=prize_id,
            created_at=self._context.moment(),
        )  # fmt: skip

    def find(self, id: str) -> PointTransaction | None:
        """An entry, or None."""
        return self._design.point_transaction(id)

    def of(self, user: str, event: str | None = None) -> list[PointTransaction]:
        """A user's entries, newest first, of one event or all: by an index, so those of a moment ago may be missing."""
        found = self._design.point_transactions_of(user.lower())
        return [each for each in found if event is None or each.event == event]

    def balance(self, user: str, event: str) -> int:
        """The points to spend. Raises NotRegisteredError."""
        return self.registered(user, event).points

    def audit(self, user: str, event: str) -> Audit:
        """Balance and ledger side by side; they differ for as long as the index lags behind. Raises
        NotRegisteredError."""
        return Audit(self.balance(user, event), total(self.of(user, event)))

    def registered(self, user: str, event: str) -> Registration:
        """Who has a place. Read consistently. Raises NotRegisteredError."""
        held = self._design.registration(user, event)
        if held is None or held.registration_status not in HAS_PLACE:
            raise NotRegisteredError(f"{user} has no place at {event}")
        return held

    def _award(self, made: PointTransaction) -> PointTransaction:
        try:
            with self._design.transaction() as every:
                every.create(made)
                every.update(
                    ref(Registration, id=made.user_id, event=made.event), add={"points": made.points},
                    if_=can_bear(made.points),
                )  # fmt: skip
        except AlreadyExistsError:
            return self._same(made)
        except (ConditionFailedError, NotFoundError) as error:
            held = self.registered(made.user_id, made.event)
            if held.points + made.points < 0:
                raise NotEnoughPointsError(
                    f"{made.user_id} has {held.points} points, and not {-made.points}"
                ) from error
            raise StaleError(str(error)) from error
        return made

    def _same(self, made: PointTransaction) -> PointTransaction:
        """The entry that is there already under this one's id."""
        done = self.find(made.id)
        if done is None:
            raise StaleError(f"the entry {made.id} is gone")
        if (done.points, done.prize_id) != (made.points, made.prize_id):
            raise TokenUsedError(f"the token was used for {done.reason}")
        return done


def can_bear(points: int) -> Any:
    """The condition under which a registration's points change by so many."""
    has_place = Attr("registration_status").is_in(list(HAS_PLACE))
    return has_place if points >= 0 else has_place & Attr("points").gte(-points)


def id_for(*parts: str) -> str:
    """A UUID that is the same for the same parts."""
    return str(uuid.uuid5(_IDS, "\n".join(parts)))


def total(entries: Iterable[PointTransaction]) -> int:
    return sum(each.points for each in entries)
