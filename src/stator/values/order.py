"""Equality and order of canonical values, as condition expressions see them.

Any two values are equal or not; sets are equal when they hold the same members in whatever order, also
inside lists and maps. Only two strings, two numbers or two binaries have an order: by UTF-8 bytes, by
number, by bytes.
"""

from __future__ import annotations

from stator.values import numbers
from stator.values.binary import decode_binary
from stator.values.types import AttributeValue, Item

_SETS = frozenset(("SS", "NS", "BS"))


def equal(a: AttributeValue, b: AttributeValue) -> bool:
    """Whether two canonical values are equal. Values of different types never are."""
    if a == b:
        return True
    for kind, content in a.items():
        if kind not in b:
            return False
        other = b[kind]
        if kind in _SETS:
            return len(content) == len(other) and set(content) == set(other)
        if kind == "L":
            return len(content) == len(other) and all(map(equal, content, other))
        if kind == "M":
            return _equal_maps(content, other)
    return False


def compare(a: AttributeValue, b: AttributeValue) -> int | None:
    """-1, 0 or 1; None when the types differ or have no order."""
    for kind, content in a.items():
        if kind not in b:
            return None
        other = b[kind]
        if kind == "N":
            return numbers.compare(content, other)
        if kind == "S":
            # Order by code point is the order of the UTF-8 bytes.
            return _sign(content, other)
        if kind == "B":
            return _sign(decode_binary(content), decode_binary(other))
    return None


def _sign(a: str | bytes, b: str | bytes) -> int:
    """`a` and `b` are of one type."""
    return 0 if a == b else -1 if a < b else 1  # type: ignore[operator]


def _equal_maps(a: Item, b: Item) -> bool:
    return a.keys() == b.keys() and all(equal(member, b[name]) for name, member in a.items())
