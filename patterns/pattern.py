"""What a pattern of the catalogue is: a design, example items, examples that run, and when to use it and when not.

An example is a function that takes the open design; its docstring says which access pattern it is, its body is what
the page shows, and what it returns is what the page says it yields. A ModelError that ends it is what it yields, too: a
write that is refused is an example like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from stator.model import Design, Entity

Example: TypeAlias = Callable[[Any], object]

START_S = 1_893_456_000
"""2030-01-01T00:00:00Z: when each example begins. It lies ahead, so that no real clock expires an example's items."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Between two examples: the design's clock goes on by so much."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a pattern is weighed by, a few sentences each: how far it goes, what it is paid with, what a reader may see,
    and what somebody has to look after."""

    scale: str
    cost: str
    consistency: str
    simplicity: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """`title`: the catalogue's name for it. `problem`: what it is for. `items`: stored, in this order, before the first
    example. `examples`: each goes on from the state that the one before has left. `why`, `not_when`: sentences."""

    title: str
    problem: str
    design: type[Design]
    items: Sequence[Entity]
    examples: Sequence[Example | Wait]
    why: Sequence[str]
    trade_offs: Weighed
    not_when: Sequence[str]
