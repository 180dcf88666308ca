"""What a person sees: the console, tables of few lines, progress, and how numbers are told."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, Protocol

from rich.console import Console, JustifyMethod, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

_PIPED_WIDTH: Final = 200


class Advance(Protocol):
    def __call__(self, done: int, total: int | None = None, what: str | None = None) -> None: ...


def console() -> Console:
    """Of standard output."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)


def show(*renderables: RenderableType) -> None:
    """On standard output. What goes on through a pipe has no blanks at its lines' ends."""
    screen = console()
    if screen.is_terminal:
        screen.print(*renderables, sep="\n")
        return
    with screen.capture() as captured:
        screen.print(*renderables, sep="\n")
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def say(text: str) -> None:
    """A line for a person, on standard error: standard output is for what was asked for."""
    Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty()).print(escape(text))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = ()) -> Table:
    """`numbers`: the columns that are set to the right. The first column's cells, which may be copied, stay whole."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for place, column in enumerate(columns):
        justify: JustifyMethod = "right" if column in numbers else "left"
        made.add_column(column, justify=justify, overflow="fold", no_wrap=place == 0)
    for row in rows:
        made.add_row(*(escape(str(cell)) for cell in row))
    return made


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Advance]:
    """A bar on standard error where that is a terminal; elsewhere nothing."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bars:
        task = bars.add_task(what, total=total)

        def advance(done: int, total: int | None = None, what: str | None = None) -> None:
            bars.update(task, completed=done, total=total, description=what)

        yield advance


def counted(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def moment(seconds: int) -> str:
    """Epoch seconds, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def yes_no(answer: bool) -> str:
    return "yes" if answer else "no"
