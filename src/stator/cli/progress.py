"""How far a long command has come, on standard error: a bar on a terminal, else a line now and then.

The bar is rich's, where that is installed (the extra `cli`); without it a terminal gets the lines too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from stator.engine.verification_findings import Progress

Watch = Callable[["Progress"], None]

_LINE_EVERY_S: Final = 10.0
_BAR_EVERY_S: Final = 0.1


@contextmanager
def progress_on(stream: TextIO, is_silent: bool = False) -> Iterator[Watch]:
    """What is to be told how far it has come; shows that until the block ends."""
    if is_silent:
        yield lambda _: None
        return
    if stream.isatty() and find_spec("rich") is not None:
        with _bar(stream) as watch:
            yield watch
        return
    yield _seldom(_LINE_EVERY_S, lambda progress: _write_line(stream, progress))


@contextmanager
def _bar(stream: TextIO) -> Iterator[Watch]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(file=stream), transient=True) as bars:
        task, shown = bars.add_task("", total=None), ""

        def show(progress: Progress) -> None:
            nonlocal task, shown
            if progress.what != shown:
                bars.remove_task(task)
                task, shown = bars.add_task(progress.what, total=progress.total), progress.what
            bars.update(task, completed=progress.rows, total=progress.total)

        yield _seldom(_BAR_EVERY_S, show, at_once=True)


def _seldom(every_s: float, show: Watch, at_once: bool = False) -> Watch:
    due = 0.0 if at_once else time.monotonic() + every_s

    def watch(progress: Progress) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due:
            due = now + every_s
            show(progress)

    return watch


def _write_line(stream: TextIO, progress: Progress) -> None:
    of = "" if progress.total is None else f" of about {progress.total}"
    stream.write(f"{progress.what}: {progress.rows}{of} {progress.unit}\n")
    stream.flush()
