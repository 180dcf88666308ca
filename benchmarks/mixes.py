"""What a load sends: its kinds of requests, in which shares, and how keys are chosen.

Choices of keys, as YCSB has them: `uniform`; `zipfian` (constant 0.99, after Gray et al., "Quickly generating
billion-record synthetic databases"; the popular keys are spread over the table); `latest` (the same, by age: the
keys inserted last are the popular ones).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from benchmarks.templates import Template

ZIPFIAN_CONSTANT = 0.99
# A prime above every table's number of keys: multiplied by it, ranks are spread over the keys, each once
SPREAD = 2_654_435_761


class Choice(StrEnum):
    UNIFORM = "uniform"
    ZIPFIAN = "zipfian"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Part:
    """Requests that are sent one after the other on the same key, and how often: shares count against each other."""

    share: float
    steps: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """`fresh_first`: the number of the first key that is inserted. `fresh_lag`: so many of the latest inserts are not
    read yet, as they may still be under way."""

    parts: tuple[Part, ...]
    choice: Choice = Choice.UNIFORM
    fresh_first: int = 0
    fresh_lag: int = 0


def even(templates: Sequence[Template]) -> Mix:
    """These requests in equal shares, each on a key of its own."""
    return Mix(tuple(Part(1, (template,)) for template in templates))


@dataclass(frozen=True, slots=True)
class Zipfian:
    """The constants by which a uniform number becomes a rank from 0 to keys - 1."""

    keys: int
    zeta: float
    eta: float
    alpha: float

    def rank(self, uniform: float) -> int:
        """The rank for a number of [0, 1): what the load's Lua computes as well."""
        place = uniform * self.zeta
        if place < 1:
            return 0
        if place < 1 + 0.5**ZIPFIAN_CONSTANT:
            return 1
        return int(self.keys * (self.eta * uniform - self.eta + 1) ** self.alpha)


@cache
def zipfian(keys: int) -> Zipfian:
    """For at least three keys."""
    zeta = sum(rank**-ZIPFIAN_CONSTANT for rank in range(1, keys + 1))
    two = 1 + 0.5**ZIPFIAN_CONSTANT
    eta = (1 - (2 / keys) ** (1 - ZIPFIAN_CONSTANT)) / (1 - two / zeta)
    return Zipfian(keys, zeta, eta, 1 / (1 - ZIPFIAN_CONSTANT))
