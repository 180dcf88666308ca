"""Tables and numbers as the page writes them."""

from __future__ import annotations

from collections.abc import Sequence


def whole(number: float | None) -> str:
    """Without a fraction, with commas; empty for None."""
    return "" if number is None else f"{number:,.0f}"


def table(title: str, names: Sequence[str], rows: Sequence[Sequence[str]], sides: str) -> str:
    """A table under its title. `sides`: l or r for each column. Empty without rows."""
    if not rows:
        return ""
    rule = ["---" if side == "l" else "--:" for side in sides]
    lines = [f"| {' | '.join(cells)} |" for cells in (names, rule, *rows)]
    return (f"{title}\n\n" if title else "") + "\n".join(lines) + "\n"
