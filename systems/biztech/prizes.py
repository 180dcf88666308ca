"""Prizes: a catalogue with stock, paid for in points.

Redeeming is one transaction of the prize's stock, the user's points and the ledger's entry, each under its condition.
So stock and points never go below zero, whoever redeems at once, and what was paid is what the prize cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
from systems.biztech.design.core import Registration
from systems.biztech.design.points import PointTransaction, Prize
from systems.biztech.refusals import ClubError
from systems.biztech.transactions import NotEnoughPointsError, TokenUsedError, Transactions, can_bear


class NoPrizeError(ClubError):
    """There is no such prize."""


class OutOfStockError(ClubError):
    """The last one is gone."""


class Prizes:
    """`user` is an email, `event` an event's key. Safe to share between threads."""

    def __init__(self, context: Context, transactions: Transactions) -> None:
        self._context = context
        self._design = context.design
        self._transactions = transactions

    def add(self, id: str, name: str, *, price: int, stock: int, description: str | None = None) -> Prize:
        """Puts a prize into the catalogue. `price`: points. Raises AlreadyExistsError."""
        return self._design.create(Prize(id=id, name=name, price=price, stock=stock, description=description))

    def find(self, id: str) -> Prize:
        """Raises NoPrizeError."""
        found = self._design.prize(id)
        if found is None:
            raise NoPrizeError(f"there is no prize {id}")
        return found

    def catalogue(self) -> list[Prize]:
        """All prizes, the cheapest first, those out of stock too. Reads the whole table."""
        return sorted(self._design.every_prize(), key=lambda each: (each.price, each.name, each.id))

    def update(self, id: str, changes: Mapping[str, Any]) -> Prize:
        """Changes name, price or description. Raises NoPrizeError; ArgumentError for the stock, which `restock` adds
        to."""
        if "stock" in changes:
            raise ArgumentError("stock is added to by `prizes.restock`")
        return self._changed(id, changes, {})

    def restock(self, id: str, more: int) -> Prize:
        """Adds to what is left. Raises NoPrizeError, ArgumentError for fewer than one."""
        if type(more) is not int or more < 1:
            raise ArgumentError(f"{more!r} more; it is a whole number from 1")
        return self._changed(id, {}, {"stock": more})

    def remove(self, id: str) -> None:
        """Takes a prize off the catalogue; what was redeemed stays in the ledger. In staging it warns."""
        self._design.erase(ref(Prize, id=id))

    def redeem(self, user: str, event: str, prize_id: str, *, token: str | None = None) -> PointTransaction:
        """Pays for a prize with the points of an event and takes it; returns the ledger's entry. Atomic. Sent again
        with its `token`, however much later, it returns the first entry. Raises NoPrizeError, OutOfStockError,
        NotEnoughPointsError, NotRegisteredError, TokenUsedError."""
        return self._context.again(lambda: self._redeem(user, event, prize_id, token))

    def redeemed_by(self, user: str, event: str) -> list[PointTransaction]:
        """The entries of a user's prizes, newest first."""
        return [each for each in self._transactions.of(user, event) if each.prize_id is not None]

    def _redeem(self, user: str, event: str, prize_id: str, token: str | None) -> PointTransaction:
        prize = self.find(prize_id)
        made = self._transactions.entry(
            user, event, -prize.price, f"prize {prize.name}", prize_id=prize_id, token=token
        )
        if token is not None and (done := self._transactions.find(made.id)) is not None:
            return _same_prize(done, prize_id)
        try:
            with self._design.transaction() as every:
                as_priced = Attr("stock").gte(1) & Attr("price").eq(prize.price)
                every.update(ref(Prize, id=prize_id), add={"stock": -1}, if_=as_priced)
                every.update(
                    ref(Registration, id=user, event=event), add={"points": -prize.price},
                    if_=can_bear(-prize.price),
                )  # fmt: skip
                every.create(made)
        except (ConditionFailedError, NotFoundError, AlreadyExistsError) as error:
            if token is None or self._transactions.find(made.id) is None:
                self._refuse(user, event, prize)
            raise StaleError(f"{prize_id} or its price has changed") from error
        return made

    def _refuse(self, user: str, event: str, read: Prize) -> None:
        """Raises for what cannot be redeemed; for what was only read too early, nothing."""
        prize = self.find(read.id)
        held = self._transactions.registered(user, event)
        if prize.stock < 1:
            raise OutOfStockError(f"there is no {prize.name} left")
        if held.points < prize.price:
            raise NotEnoughPointsError(
                f"{prize.name} costs {prize.price} points, and {user} has {held.points}"
            )

    def _changed(self, id: str, set: Mapping[str, Any], add: Mapping[str, Any]) -> Prize:
        try:
            return self._design.update(ref(Prize, id=id), set, add=add)
        except NotFoundError as error:
            raise NoPrizeError(f"there is no prize {id}") from error


def _same_prize(done: PointTransaction, prize_id: str) -> PointTransaction:
    """What the token was used for; the price may have changed since."""
    if done.prize_id != prize_id:
        raise TokenUsedError(f"the token was used for {done.reason}")
    return done
