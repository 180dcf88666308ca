"""Money: dollars as Decimals to the cent, never floats. A half goes away from zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Annotated, Final

from pydantic import AfterValidator

CENT: Final = Decimal("0.01")
# As many digits as a DynamoDB number has, so that nothing is rounded before it is meant to be
EXACT: Final = Context(prec=38)


def round2(amount: Decimal) -> Decimal:
    """To the cent; 8.925 becomes 8.93, and -8.925 becomes -8.93."""
    return amount.quantize(CENT, ROUND_HALF_UP, EXACT)


def whole_cents(amount: Decimal) -> Decimal:
    """With two digits after the point, as stored numbers come without their zeros. Raises ValueError for more."""
    cents = round2(amount)
    if cents != amount:
        raise ValueError(f"{amount} has parts of a cent")
    return cents


Money = Annotated[Decimal, AfterValidator(whole_cents)]
"""A field of an entity."""


def dollars(amount: Decimal) -> str:
    """As people read it: $1,234.50, -$0.10."""
    sign = "-" if amount < 0 else ""
    return f"{sign}${abs(amount):,.2f}"
