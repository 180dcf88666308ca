"""The exchange's arithmetic, without a database."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.biztech.money import dollars, round2, whole_cents
from systems.biztech.prices import LOWEST_PRICE, OPENING_CASH, Side, base_price, price_at, quote

D = Decimal


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("8.925", "8.93"),
        ("-8.925", "-8.93"),
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.015", "0.02"),
        ("2.675", "2.68"),
        ("1.0049999999999999999999999999999999", "1.00"),
        ("2", "2.00"),
        ("99999999999999999999999999.995", "100000000000000000000000000.00"),
    ],
)
def test_a_half_cent_goes_away_from_zero(amount: str, rounded: str) -> None:
    assert str(round2(D(amount))) == rounded


def test_a_part_of_a_cent_is_no_money() -> None:
    assert str(whole_cents(D("2.5"))) == "2.50"
    with pytest.raises(ValueError, match=r"2\.505 has parts of a cent"):
        whole_cents(D("2.505"))


@pytest.mark.parametrize(
    ("amount", "text"), [("1234.5", "$1,234.50"), ("-0.1", "-$0.10"), ("0", "$0.00"), ("2500", "$2,500.00")]
)
def test_money_is_read_as_people_write_it(amount: str, text: str) -> None:
    assert dollars(D(amount)) == text


@pytest.mark.parametrize(
    ("seed", "base"),
    [("0", "1.00"), ("5", "1.50"), ("0.04", "1.00"), ("0.05", "1.01"), ("1234.56", "124.46"), ("-5", "0.50"),
     ("-20", "0.10")],
)  # fmt: skip
def test_a_seed_makes_the_base_price(seed: str, base: str) -> None:
    assert str(base_price(D(seed))) == base


@pytest.mark.parametrize(
    ("base", "net", "price"),
    [
        ("1.5", 0, "1.50"),
        ("1.5", 10, "1.70"),
        ("1.5", -60, "0.30"),
        ("1.5", -70, "0.10"),
        ("1.5", -9000, "0.10"),
    ],
)
def test_a_price_climbs_two_cents_a_share_and_never_falls_below_ten(base: str, net: int, price: str) -> None:
    assert str(price_at(D(base), net)) == price


WORKED: list[tuple[int, Side, int, str, str, str]] = [
    # net before, side, shares, price after, execution, cash
    (0, "BUY", 10, "1.70", "1.60", "-16.32"),
    (10, "BUY", 5, "1.80", "1.75", "-8.93"),
    (15, "SELL", 4, "1.72", "1.76", "6.90"),
    (11, "SELL", 11, "1.50", "1.61", "17.36"),
]


@pytest.mark.parametrize(("net", "side", "shares", "end", "price", "cash"), WORKED)
def test_the_worked_example_is_exact(
    net: int, side: Side, shares: int, end: str, price: str, cash: str
) -> None:
    found = quote(D("1.5"), net, side, shares)
    assert (str(found.end), str(found.price), str(found.cash)) == (end, price, cash)


def test_the_opening_cash_is_exact() -> None:
    assert str(OPENING_CASH) == "2500.00"


bases = st.decimals(D("0.10"), D(1000), places=2)
shares = st.integers(1, 10_000)


@given(bases, st.integers(0, 10_000), shares)
def test_what_is_bought_and_sold_at_once_costs_the_fees_and_never_gains(
    base: Decimal, net: int, n: int
) -> None:
    bought = quote(base, net, "BUY", n)
    sold = quote(base, bought.net_shares, "SELL", n)
    assert sold.net_shares == net
    assert (sold.start, sold.end, sold.price) == (bought.end, bought.start, bought.price)
    assert bought.cash + sold.cash == -(bought.fee + sold.fee)
    assert bought.fee >= 0
    assert sold.fee >= 0


@given(bases, st.integers(-100, 10_000), shares, st.sampled_from(["BUY", "SELL"]))
def test_every_amount_is_whole_cents_and_every_price_within_its_bounds(
    base: Decimal, net: int, n: int, side: Side
) -> None:
    found = quote(base, net, side, n)
    for amount in (found.start, found.end, found.price, found.cash, found.fee):
        assert amount == whole_cents(amount)
    low, high = sorted((found.start, found.end))
    assert LOWEST_PRICE <= low <= found.price <= high
    assert (found.cash < 0) == (side == "BUY")
