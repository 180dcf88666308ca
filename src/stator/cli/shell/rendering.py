"""Items as a terminal shows them: a table, or a record of lines for each; and where the lines go.

The table is rich's where that is installed (the extra `cli`), else plain columns. A cell that does not fit is cut, and
says so by its last character: expanded records show all.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TextIO

from stator.cli.shell.literals import cell, visible
from stator.values import Item

_CELL_CHARS_MAX = 60
_COLUMN_CHARS_MIN = 6
_GAP = "  "


def columns_of(items: Sequence[Item], first: Iterable[str] = ()) -> list[str]:
    """The names in the items: those of `first`, the key's, before the others as they come."""
    found = dict.fromkeys(name for item in items for name in item)
    leading = [name for name in first if name in found]
    return [*leading, *(name for name in found if name not in leading)]


class Screen:
    """Writes to two streams. `is_terminal`: a person reads the output."""

    def __init__(self, out: TextIO, error: TextIO, is_terminal: bool | None = None) -> None:
        self._out = out
        self._error = error
        self.is_terminal = out.isatty() if is_terminal is None else is_terminal
        self._rich = self.is_terminal and find_spec("rich") is not None

    def line(self, text: str = "") -> None:
        self._out.write(text + "\n")
        self._out.flush()

    def complain(self, text: str) -> None:
        """One line, whatever `text` holds."""
        self._error.write(visible(text) + "\n")
        self._error.flush()

    def records(self, items: Sequence[Item], first: Iterable[str], number: int) -> None:
        """Expanded; `number` is the first one's."""
        for place, item in enumerate(items, number):
            names = columns_of([item], first)
            width = max((len(visible(name)) for name in names), default=0)
            self.line(f"-[ {place} ]" + "-" * 20)
            for name in names:
                self.line(f"{visible(name):{width}} | {cell(item[name])}")

    def table(self, items: Sequence[Item], first: Iterable[str]) -> None:
        names = columns_of(items, first)
        right = {name for name in names if all("N" in item[name] for item in items if name in item)}
        rows = [[cell(item.get(name)) for name in names] for item in items]
        self.grid([visible(name) for name in names], rows, [name in right for name in names])

    def grid(self, heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool] = ()) -> None:
        """`right`: which columns are aligned there."""
        sides = [*right, *[False] * (len(heads) - len(right))]
        if not heads:
            return
        if self._rich:
            self._rich_grid(heads, rows, sides)
        else:
            self._plain_grid(heads, rows, sides)

    def _rich_grid(self, heads: Sequence[str], rows: Sequence[Sequence[str]], sides: Sequence[bool]) -> None:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for head, is_right in zip(heads, sides, strict=True):
            table.add_column(
                Text(head), justify="right" if is_right else "left", no_wrap=True, overflow="ellipsis"
            )
        for row in rows:
            table.add_row(*map(Text, row))
        Console(file=self._out, highlight=False).print(table)

    def _plain_grid(self, heads: Sequence[str], rows: Sequence[Sequence[str]], sides: Sequence[bool]) -> None:
        widths = _fitted([max(len(each[place]) for each in (heads, *rows)) for place in range(len(heads))])
        for row in (heads, ["-" * width for width in widths], *rows):
            cells = [
                _cut(text, width).rjust(width) if is_right else _cut(text, width).ljust(width)
                for text, width, is_right in zip(row, widths, sides, strict=True)
            ]
            self.line(_GAP.join(cells).rstrip())


def _fitted(wanted: Sequence[int]) -> list[int]:
    """Widths that fit the terminal as far as columns can shrink: the widest first."""
    left = shutil.get_terminal_size().columns - len(_GAP) * (len(wanted) - 1)
    widths = [min(width, _CELL_CHARS_MAX) for width in wanted]
    while sum(widths) > left and max(widths) > _COLUMN_CHARS_MIN:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    return widths


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
