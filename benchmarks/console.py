"""What a person sees while the benchmark runs: a line for each finished row, and one that says what is being done."""

from __future__ import annotations

import shutil
import sys

from benchmarks.records import Cell
from benchmarks.results import FigureRow, LoadRow, Row


class Console:
    """Progress is shown only on a terminal; finished rows always."""

    def __init__(self) -> None:
        self._shows_progress = sys.stdout.isatty()
        self._doing = ""

    def doing(self, what: str) -> None:
        """What is being done from now on; `step` says how far it is."""
        self._doing = what
        self.step("")

    def step(self, how_far: str) -> None:
        if self._shows_progress:
            text = f"{self._doing}  {how_far}"[: shutil.get_terminal_size().columns - 1]
            print(f"\r\x1b[2K{text}", end="", flush=True)

    def line(self, text: str = "") -> None:
        if self._shows_progress:
            print("\r\x1b[2K", end="")
        print(text, flush=True)

    def cell(self, cell: Cell) -> None:
        self.line(cell_line(cell))

    def row(self, row: Row) -> None:
        self.line(load_line(row) if isinstance(row, LoadRow) else figure_line(row))
        for miss in row.misses():
            self.line(f"    !! {miss}")


HEADER = (
    f"{'load':44} {'conns':>5} {'per s':>9} {'budget':>7} {'p50 ms':>7} {'p99 ms':>7} {'p99.9':>7} "
    f"{'CPU us':>7} {'busy':>5} {'of nothing':>10} {'of SQLite':>9}"
)


def load_line(row: LoadRow) -> str:
    budget = f"{row.rate_budget:,.0f}" if row.rate_budget else ""
    times = " ".join(f"{us / 1e3:7.2f}" for us in (row.run.p50_us, row.run.p99_us, row.run.p999_us))
    cpu = f"{row.run.cpu_us:7.1f} {percent(row.busy_share):>5}"
    shares = f"{percent(row.do_nothing_share):>10} {percent(row.sqlite_share):>9}"
    return f"{row.title:44} {row.connections:5} {row.run.requests_per_s:9,.0f} {budget:>7} {times} {cpu} {shares}"


def cell_line(cell: Cell) -> str:
    where = f"{cell.system:22} {cell.items:9,} {cell.workload:10} {cell.keys:8} {cell.connections:3}"
    if cell.run is None:
        return f"{where}  not measured: {cell.note}"
    run = cell.run
    times = " ".join(f"{us / 1e3:8.2f}" for us in (run.p50_us, run.p99_us, run.p999_us))
    errors = f"  !! {run.errors}" if run.errors else ""
    return f"{where} {run.requests_per_s:9,.0f}/s {times} ms {run.cpu_us:8,.0f} us {run.written_bytes:9,.0f} B{errors}"


def figure_line(row: FigureRow) -> str:
    budget = f"budget {row.budget:g}" if row.budget is not None else ""
    return f"{row.title:62} {row.measured:9.3g} {row.unit:6} {budget}"


def percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
