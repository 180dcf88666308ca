"""What the server weighs: time to start, time to import, memory, and bytes on disk beside the items' own size."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import tables
from benchmarks.processes import output_of, python, serving
from benchmarks.results import FigureRow
from benchmarks.tables import Table

_STARTS = 10
READY_S_BUDGET = 0.25
IMPORT_MS_BUDGET = 60.0
IDLE_MB_BUDGET = 50.0
DISK_RATIO_BUDGET = 1.5

# Item bytes, and how many of them are written: enough that an empty file's size does not count
_DISK_SIZES = ((200, 50_000), (1024, 20_000), (2150, 10_000), (5120, 4_000), (400 * 1024, 50))

_TIMED_IMPORT = "import time; a = time.perf_counter(); import stator; print(time.perf_counter() - a)"


def stator(data: Path) -> list[str]:
    """The command that serves this file on a free port, as a user would start it."""
    return python("-m", "stator", "serve", "--data", str(data), "--port", "0")


def start(folder: Path) -> list[FigureRow]:
    """Time from exec to the ready line on a file that is there, and on a new one; idle memory."""
    _compile(folder)
    ready_s, ready_new_s, memory = [], [], []
    for number in range(_STARTS):
        path = folder / f"start-{number}.db"
        with serving(stator(path)) as server:
            ready_new_s.append(server.ready_s)
        with serving(stator(path)) as server:
            ready_s.append(server.ready_s)
            memory.append(server.memory_bytes() / 1e6)
        remove(path)
    return [
        FigureRow("start", "Ready after start", statistics.median(ready_s), "s", READY_S_BUDGET),
        FigureRow(
            "start", "Ready after start, with a new file", statistics.median(ready_new_s), "s", READY_S_BUDGET
        ),
        FigureRow("start", "Memory when idle", statistics.median(memory), "MB", IDLE_MB_BUDGET),
    ]


def _compile(folder: Path) -> None:
    """One start that does not count: it leaves the modules' bytecode, as an installation does."""
    path = folder / "compile.db"
    with serving(stator(path)):
        pass
    remove(path)


def import_time() -> FigureRow:
    output_of(python("-c", _TIMED_IMPORT))
    times = [float(output_of(python("-c", _TIMED_IMPORT))) * 1e3 for _ in range(_STARTS)]
    return FigureRow("import", "`import stator`", statistics.median(times), "ms", IMPORT_MS_BUDGET)


def disk(folder: Path, progress: Callable[[str], None]) -> list[FigureRow]:
    """Bytes of the data file, after the server ended, for each byte of the items in it."""
    rows = []
    for item_bytes, items in _DISK_SIZES:
        progress(size_text(item_bytes))
        table = Table("sizes", items, item_bytes)
        path = folder / "sizes.db"
        with serving(stator(path)) as server:
            tables.fill(server.url, table, lambda written: progress(f"{written:,} items"))
        title = f"Bytes on disk for each byte of item, {size_text(item_bytes)} items"
        rows.append(
            FigureRow("disk", title, file_bytes(path) / (items * item_bytes), "times", DISK_RATIO_BUDGET)
        )
        remove(path)
    return rows


def size_text(size: int) -> str:
    return f"{size} B" if size < 1000 else f"{size / 1024:.2g} KB" if size < 100_000 else f"{size // 1024} KB"


def _files(path: Path) -> Sequence[Path]:
    """A data file and what SQLite keeps beside it."""
    return list(path.parent.glob(path.name + "*"))


def file_bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in _files(path))


def remove(path: Path) -> None:
    for file in _files(path):
        file.unlink()
