"""What a person sees: results on standard output, lines about them on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

_PIPED_WIDTH: Final = 200


def new_console() -> Console:
    """Of standard output. What is piped on is not cut to a terminal's width."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)


def say(line: str, style: str = "") -> None:
    """A line about what was done, or what to do next."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(escape(line), style=style)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = ()) -> Table:
    """`numbers`: the columns that are aligned on the right. A cell of None is empty."""
    made = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        made.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    return made


def counted(number: int, noun: str) -> str:
    """1 table, 26 tables."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
