"""Replaces a method of a class that others own, and puts it back exactly."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple


class Replacement(NamedTuple):
    """What was replaced: the function that the class itself had, and the one that stands in its place."""

    owner: type
    name: str
    original: Any
    ours: Any


def replace(owner: type, name: str, wrap: Callable[[Any], Any]) -> Replacement:
    """`owner.name` becomes `wrap` of what it is. KeyError where the class itself has no such method."""
    original = owner.__dict__[name]
    ours = functools.wraps(original)(wrap(original))
    setattr(owner, name, ours)
    return Replacement(owner, name, original, ours)


def restore(replacement: Replacement) -> None:
    """Puts the original back, unless another has been put over ours, which then goes on calling it."""
    owner, name, original, ours = replacement
    if owner.__dict__.get(name) is ours:
        setattr(owner, name, original)
