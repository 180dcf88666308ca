"""What a remembered expression asks of the types of its values: a quick yes for those that fit.

A no says nothing but that the whole check must run; that finds the fault to tell, or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stator.expressions.nodes import Operand, Value
from stator.values import AttributeValue

Demand = tuple[str, frozenset[str]]
"""A value's name, and the types it may have."""

SCALARS = frozenset(("S", "N", "B"))
TEXTUAL = frozenset(("S", "B"))
SIZED = frozenset(("S", "B", "SS", "NS", "BS", "L", "M"))
NUMBERS = frozenset(("N",))
LISTS = frozenset(("L",))
SETS = frozenset(("SS", "NS", "BS"))
ADDABLE = SETS | NUMBERS


def demands_on(operands: Sequence[Operand], allowed: frozenset[str]) -> list[Demand]:
    return [(operand.name, allowed) for operand in operands if isinstance(operand, Value)]


def fit(demands: Sequence[Demand], values: Mapping[str, AttributeValue]) -> bool:
    for name, allowed in demands:
        for kind in values[name]:
            if kind not in allowed:
                return False
    return True
