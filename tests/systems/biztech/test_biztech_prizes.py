"""Prizes and points: stock and balances never go below zero, and the ledger explains every balance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from stator.clock import ManualClock
from stator.model import AlreadyExistsError, ArgumentError, ConditionFailedError
from systems.biztech import BizTech
from systems.biztech.design.points import PointTransaction
from systems.biztech.prizes import NoPrizeError, OutOfStockError
from systems.biztech.refusals import NotRegisteredError
from systems.biztech.transactions import NotEnoughPointsError, TokenUsedError

EVENT = "mixer;2026"
ANN = "ann@example.com"
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture
def stand(club: BizTech, arranger: BizTech) -> BizTech:
    """A prize stand: mugs at 50 points, and Ann with 120."""
    arranger.events.create("mixer", 2026, "Mixer", capacity=100)
    _came(arranger, ANN, 120)
    arranger.prizes.add("mug", "Mug", price=50, stock=3)
    return club


def _came(club: BizTech, user: str, points: int) -> None:
    club.registrations.register(user, EVENT)
    club.transactions.award(user, EVENT, points, "came early")


def test_redeeming_takes_points_and_stock_and_writes_the_ledger(stand: BizTech) -> None:
    made = stand.prizes.redeem(ANN, EVENT, "mug")
    assert (made.points, made.reason, made.prize_id) == (-50, "prize Mug", "mug")
    assert stand.transactions.find(made.id) == made
    assert (stand.transactions.balance(ANN, EVENT), stand.prizes.find("mug").stock) == (70, 2)
    assert stand.prizes.redeemed_by(ANN, EVENT) == [made]


def test_what_cannot_be_redeemed_changes_nothing(stand: BizTech) -> None:
    stand.prizes.add("car", "Car", price=121, stock=1)
    stand.prizes.add("pen", "Pen", price=1, stock=0)
    for prize, user, refused, told in (
        ("boat", ANN, NoPrizeError, "there is no prize boat"),
        ("car", ANN, NotEnoughPointsError, "Car costs 121 points, and ann@example.com has 120"),
        ("pen", ANN, OutOfStockError, "there is no Pen left"),
        ("mug", "zoe@example.com", NotRegisteredError, "zoe@example.com has no place at mixer;2026"),
    ):
        with pytest.raises(refused, match=told):
            stand.prizes.redeem(user, EVENT, prize)
    assert [each.stock for each in stand.prizes.catalogue()] == [0, 3, 1]
    assert stand.transactions.balance(ANN, EVENT) == 120
    assert len(stand.transactions.of(ANN)) == 1


def test_who_has_cancelled_redeems_nothing(stand: BizTech) -> None:
    stand.registrations.cancel(ANN, EVENT)
    with pytest.raises(NotRegisteredError):
        stand.prizes.redeem(ANN, EVENT, "mug")


def test_a_token_redeems_once(stand: BizTech) -> None:
    first = stand.prizes.redeem(ANN, EVENT, "mug", token="click-1")
    stand.prizes.update("mug", {"price": 60})
    assert stand.prizes.redeem(ANN, EVENT, "mug", token="click-1") == first
    assert (stand.transactions.balance(ANN, EVENT), stand.prizes.find("mug").stock) == (70, 2)
    stand.prizes.add("pen", "Pen", price=1, stock=1)
    with pytest.raises(TokenUsedError, match="the token was used for prize Mug"):
        stand.prizes.redeem(ANN, EVENT, "pen", token="click-1")


def test_a_token_that_comes_many_times_at_once_redeems_the_last_one_once(
    stand: BizTech, at_once: AtOnce
) -> None:
    stand.prizes.add("last", "Last", price=100, stock=1)
    made = at_once([lambda: stand.prizes.redeem(ANN, EVENT, "last", token="click")] * 8)
    assert {each.id for each in made} == {made[0].id}
    assert (stand.transactions.balance(ANN, EVENT), stand.prizes.find("last").stock) == (20, 0)


def test_many_at_once_do_not_oversell(stand: BizTech, arranger: BizTech, at_once: AtOnce) -> None:
    users = [f"u{number}@example.com" for number in range(12)]
    for user in users:
        _came(arranger, user, 50)
    made = at_once([lambda user=user: stand.prizes.redeem(user, EVENT, "mug") for user in users])
    assert sum(isinstance(each, PointTransaction) for each in made) == 3
    assert sum(isinstance(each, OutOfStockError) for each in made) == 9
    assert stand.prizes.find("mug").stock == 0
    assert sum(stand.transactions.balance(user, EVENT) for user in users) == 9 * 50
    assert all(stand.transactions.audit(user, EVENT).is_true for user in users)


def test_one_who_redeems_many_at_once_does_not_overspend(stand: BizTech, at_once: AtOnce) -> None:
    for number in range(8):
        stand.prizes.add(f"cap{number}", "Cap", price=50, stock=5)
    made = at_once([lambda n=number: stand.prizes.redeem(ANN, EVENT, f"cap{n}") for number in range(8)])
    assert sum(isinstance(each, PointTransaction) for each in made) == 2
    assert sum(isinstance(each, NotEnoughPointsError) for each in made) == 6
    assert stand.transactions.balance(ANN, EVENT) == 20
    assert sum(5 - each.stock for each in stand.prizes.catalogue() if each.name == "Cap") == 2
    assert stand.transactions.audit(ANN, EVENT).is_true


def test_the_catalogue_is_kept(stand: BizTech) -> None:
    stand.prizes.add("pen", "Pen", price=5, stock=10, description="Writes.")
    with pytest.raises(AlreadyExistsError):
        stand.prizes.add("pen", "Other", price=1, stock=1)
    assert stand.prizes.restock("mug", 4).stock == 7
    assert stand.prizes.update("mug", {"name": "Big mug", "price": 60}).price == 60
    assert [(each.id, each.price, each.stock) for each in stand.prizes.catalogue()] == [
        ("pen", 5, 10),
        ("mug", 60, 7),
    ]
    stand.prizes.remove("pen")
    assert [each.id for each in stand.prizes.catalogue()] == ["mug"]
    for refused, call in (
        (ArgumentError, lambda: stand.prizes.update("mug", {"stock": 9})),
        (ArgumentError, lambda: stand.prizes.restock("mug", 0)),
        (NoPrizeError, lambda: stand.prizes.restock("boat", 1)),
    ):
        with pytest.raises(refused):
            call()


# Points


def test_points_are_given_and_taken_with_an_entry_each(stand: BizTech, clock: ManualClock) -> None:
    clock.advance(1)
    stand.transactions.award(ANN, EVENT, -20, "left a mess")
    assert stand.transactions.balance(ANN, EVENT) == 100
    assert [(each.points, each.reason) for each in stand.transactions.of(ANN, EVENT)] == [
        (-20, "left a mess"), (120, "came early"),
    ]  # fmt: skip
    audit = stand.transactions.audit(ANN, EVENT)
    assert (audit.balance, audit.entered) == (100, 100)


def test_a_balance_does_not_go_below_zero(stand: BizTech, at_once: AtOnce) -> None:
    made = at_once([lambda: stand.transactions.award(ANN, EVENT, -50, "fine")] * 5)
    assert sum(isinstance(each, NotEnoughPointsError) for each in made) == 3
    assert stand.transactions.balance(ANN, EVENT) == 20
    with pytest.raises(NotEnoughPointsError, match=r"ann@example\.com has 20 points, and not 21"):
        stand.transactions.award(ANN, EVENT, -21, "fine")


def test_an_award_with_a_token_is_given_once(stand: BizTech, at_once: AtOnce) -> None:
    made = at_once([lambda: stand.transactions.award(ANN, EVENT, 10, "talk", token="talk-1")] * 5)
    assert len({each.id for each in made}) == 1
    assert stand.transactions.balance(ANN, EVENT) == 130
    with pytest.raises(TokenUsedError):
        stand.transactions.award(ANN, EVENT, 11, "talk", token="talk-1")


def test_points_are_given_within_another_transaction(stand: BizTech) -> None:
    with stand.design.transaction() as every:
        stand.transactions.grant(every, ANN, EVENT, 5, "helped")
    assert stand.transactions.balance(ANN, EVENT) == 125
    with pytest.raises(ConditionFailedError), stand.design.transaction() as every:
        stand.transactions.grant(every, ANN, EVENT, -126, "fine")
    assert stand.transactions.audit(ANN, EVENT).is_true


@pytest.mark.parametrize("points", [0, True, 1.5, 10**40, -(10**40)])
def test_what_are_no_points_is_refused(stand: BizTech, points: Any) -> None:
    with pytest.raises(ArgumentError):
        stand.transactions.award(ANN, EVENT, points, "x")


def test_who_is_not_there_earns_nothing(stand: BizTech) -> None:
    with pytest.raises(NotRegisteredError):
        stand.transactions.award("zoe@example.com", EVENT, 5, "x")
    assert stand.transactions.of("zoe@example.com") == []


def test_an_email_is_the_same_however_it_is_written(stand: BizTech) -> None:
    stand.prizes.redeem("Ann@Example.com", EVENT, "mug", token="t")
    assert stand.prizes.redeem(ANN, EVENT, "mug", token="t").user_id == ANN
    assert stand.transactions.balance("ANN@example.com", EVENT) == 70
