"""How deep a value nests. A text, a number or a set has one level; a list or a map one more than its deepest member."""

from __future__ import annotations

from stator.values.types import AttributeValue

LEVELS_MAX = 32
"""The value of a top-level attribute is at level 1; nothing may be at level 33."""


def nests_beyond(value: AttributeValue, levels: int) -> bool:
    """Whether the value has more levels than that. Looks at no more of them than it takes to know."""
    level = [value]
    for _ in range(levels):
        level = [
            member
            for container in level
            for member in (*container.get("L", ()), *container.get("M", {}).values())
        ]
        if not level:
            return False
    return True
