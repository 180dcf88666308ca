"""Kickstart: money is invested whole, from the balance, never in one's own team, and none of it is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from stator.clock import ManualClock
from stator.model import ArgumentError
from systems.biztech import BizTech
from systems.biztech.design.points import Investment
from systems.biztech.investments import (
    InsufficientBalanceError,
    NoTeamError,
    OwnTeamError,
    Standing,
    cents,
)
from systems.biztech.refusals import NotRegisteredError
from systems.biztech.transactions import TokenUsedError

EVENT = "kickstart;2026"
ANN, BEN, CID = "ann@example.com", "ben@example.com", "cid@example.com"
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture
def kickstart(club: BizTech, arranger: BizTech) -> BizTech:
    """Three investors with $100 each; Cid is in the team `own`."""
    arranger.events.create("kickstart", 2026, "Kickstart", capacity=100)
    for user in (ANN, BEN, CID):
        arranger.registrations.register(user, EVENT)
    assert sorted(arranger.investments.fund_all(EVENT, 100_00)) == [ANN, BEN, CID]
    return club


def _team(club: BizTech, name: str, members: Sequence[str] = ()) -> str:
    return club.teams.create(EVENT, name, members).id


def test_an_investment_moves_money_from_the_balance_to_the_team(
    kickstart: BizTech, arranger: BizTech
) -> None:
    team = _team(arranger, "Kites")
    made = kickstart.investments.invest(ANN, EVENT, team, 30_25, comment="Fly!")
    assert (made.amount, made.investor_id, made.comment) == (30_25, ANN, "Fly!")
    assert kickstart.investments.find(made.id, EVENT) == made
    assert kickstart.investments.balance(ANN, EVENT) == 69_75
    assert kickstart.teams.get(EVENT, team).funding == 30_25
    assert kickstart.investments.totals(EVENT).are_true


def test_what_cannot_be_invested_changes_nothing(kickstart: BizTech, arranger: BizTech) -> None:
    team, own = _team(arranger, "Kites"), _team(arranger, "Own", [CID])
    for investor, wanted, amount, refused, told in (
        (ANN, team, 100_01, InsufficientBalanceError, r"has \$100.00, and not \$100.01"),
        (CID, own, 1, OwnTeamError, "cid@example.com is in Own and cannot invest in it"),
        (ANN, "none", 1, NoTeamError, "there is no team none at kickstart;2026"),
        ("zoe@example.com", team, 1, NotRegisteredError, "zoe@example.com has no place"),
        (ANN, team, 0, ArgumentError, "an amount of 0"),
        (ANN, team, -5, ArgumentError, "an amount of -5"),
        (ANN, team, 0.5, ArgumentError, "an amount of 0.5"),
    ):
        with pytest.raises(refused, match=told):
            kickstart.investments.invest(investor, EVENT, wanted, amount)  # type: ignore[arg-type]
    totals = kickstart.investments.totals(EVENT)
    assert (totals.funded, totals.balances, totals.invested, totals.funding) == (300_00, 300_00, 0, 0)


def test_many_at_once_do_not_invest_more_than_there_is(
    kickstart: BizTech, arranger: BizTech, at_once: AtOnce
) -> None:
    teams = [_team(arranger, f"Team {number}") for number in range(3)]
    made = at_once(
        [lambda n=n: kickstart.investments.invest(ANN, EVENT, teams[n % 3], 30_00) for n in range(9)]
    )
    assert sum(isinstance(each, Investment) for each in made) == 3
    assert sum(isinstance(each, InsufficientBalanceError) for each in made) == 6
    assert kickstart.investments.balance(ANN, EVENT) == 10_00
    totals = kickstart.investments.totals(EVENT)
    assert totals.are_true
    assert totals.invested == 90_00


def test_many_investors_in_one_team_lose_no_cent(
    kickstart: BizTech, arranger: BizTech, at_once: AtOnce
) -> None:
    team = _team(arranger, "Kites")
    calls = [
        lambda who=who: kickstart.investments.invest(who, EVENT, team, 7_77) for who in (ANN, BEN, CID) * 4
    ]
    assert all(isinstance(each, Investment) for each in at_once(calls))
    assert kickstart.teams.get(EVENT, team).funding == 12 * 7_77
    assert kickstart.investments.totals(EVENT).are_true


def test_who_joins_a_team_while_investing_in_it_does_one_or_the_other(
    kickstart: BizTech, arranger: BizTech, at_once: AtOnce
) -> None:
    """The investment is there only if it came before the user joined."""
    for number in range(4):
        team, user = _team(arranger, f"Team {number}"), f"u{number}@example.com"
        kickstart.registrations.register(user, EVENT)
        kickstart.investments.fund(user, EVENT, 10_00)
        joined, invested = at_once(
            [lambda t=team, u=user: kickstart.teams.join(EVENT, t, u),
             lambda t=team, u=user: kickstart.investments.invest(u, EVENT, t, 10_00)]
        )  # fmt: skip
        assert user in joined.member_ids
        assert isinstance(invested, (Investment, OwnTeamError))
        with pytest.raises(OwnTeamError):
            kickstart.investments.invest(user, EVENT, team, 1)
    assert kickstart.investments.totals(EVENT).are_true


def test_a_token_invests_once(kickstart: BizTech, arranger: BizTech, at_once: AtOnce) -> None:
    team = _team(arranger, "Kites")
    made = at_once([lambda: kickstart.investments.invest(ANN, EVENT, team, 100_00, token="click")] * 6)
    assert {each.id for each in made} == {made[0].id}
    assert kickstart.investments.balance(ANN, EVENT) == 0
    with pytest.raises(TokenUsedError, match=r"the token was used to invest \$100.00"):
        kickstart.investments.invest(ANN, EVENT, team, 1, token="click")


def test_investments_are_found_by_team_and_by_investor(
    kickstart: BizTech, arranger: BizTech, clock: ManualClock
) -> None:
    one, two = _team(arranger, "One"), _team(arranger, "Two")
    for investor, team, amount in ((ANN, one, 1_00), (BEN, one, 2_00), (ANN, two, 3_00), (ANN, one, 4_00)):
        clock.advance(1)
        kickstart.investments.invest(investor, EVENT, team, amount)
    assert [each.amount for each in kickstart.investments.in_team(EVENT, one)] == [1_00, 2_00, 4_00]
    assert [each.amount for each in kickstart.investments.of(ANN, EVENT)] == [1_00, 3_00, 4_00]
    assert kickstart.investments.of(ANN, "other;2026") == []
    assert kickstart.investments.standings(EVENT) == [
        Standing(1, one, "One", 7_00, 3, 2), Standing(2, two, "Two", 3_00, 1, 1),
    ]  # fmt: skip


def test_everybody_is_funded_once(kickstart: BizTech) -> None:
    kickstart.registrations.register("new@example.com", EVENT)
    assert kickstart.investments.fund_all(EVENT, 100_00) == ["new@example.com"]
    assert kickstart.investments.fund_all(EVENT, 100_00) == []
    assert kickstart.investments.fund("new@example.com", EVENT, 50_00).balance == 150_00
    with pytest.raises(NotRegisteredError):
        kickstart.investments.fund("zoe@example.com", EVENT, 1)
    assert kickstart.investments.totals(EVENT).funded == 450_00


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "$0.00"), (5, "$0.05"), (1_234_50, "$1,234.50"), (-10, "-$0.10")]
)
def test_cents_are_told_as_people_read_them(amount: int, text: str) -> None:
    assert cents(amount) == text
