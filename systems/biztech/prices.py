"""What a share costs: a line through the project's base price, climbing two cents with each share that is held.

    base price   max(0.10, round2(1 + 0.1 * seed))
    price        max(0.10, round2(base + 0.02 * net shares))
    a trade      executes at round2((price before + price after) / 2); the fee is 2 %
    BUY n        costs round2(execution * n * 1.02)
    SELL n       brings round2(execution * n * 0.98)

Pure: nothing here reads or writes. Amounts are dollars as Decimals; shares are whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from systems.biztech.money import EXACT, round2

Side = Literal["BUY", "SELL"]

LOWEST_PRICE: Final = Decimal("0.10")
OPENING_CASH: Final = Decimal("2500.00")
PRICE_A_SHARE: Final = Decimal("0.02")
FEE: Final = Decimal("0.02")
SHARES_MAX: Final = 1_000_000
"""In one trade."""
SEED_MAX: Final = Decimal(1_000_000_000)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a trade would do. `start` and `end`: the prices before and after it; `price`: what each share is traded at;
    `cash`: what the trader's cash changes by, the fee in it, so less than zero for a BUY; `net_shares`: afterwards."""

    side: Side
    shares: int
    start: Decimal
    end: Decimal
    price: Decimal
    cash: Decimal
    fee: Decimal
    net_shares: int


def base_price(seed: Decimal) -> Decimal:
    return max(LOWEST_PRICE, round2(1 + EXACT.multiply(Decimal("0.1"), seed)))


def price_at(base: Decimal, net_shares: int) -> Decimal:
    return max(LOWEST_PRICE, round2(base + PRICE_A_SHARE * net_shares))


def quote(base: Decimal, net_shares: int, side: Side, shares: int) -> Quote:
    """`net_shares`: before the trade."""
    assert shares > 0
    after = net_shares + (shares if side == "BUY" else -shares)
    start, end = price_at(base, net_shares), price_at(base, after)
    price = round2((start + end) / 2)
    value = price * shares
    if side == "BUY":
        cash = -round2(EXACT.multiply(value, 1 + FEE))
        return Quote(side, shares, start, end, price, cash, -cash - value, after)
    cash = round2(EXACT.multiply(value, 1 - FEE))
    return Quote(side, shares, start, end, price, cash, value - cash, after)
