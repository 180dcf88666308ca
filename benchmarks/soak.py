"""A long run: reads, writes, queries and scans for minutes, and what must not grow while they go on.

Every item exists before the load begins and keeps its size, so after a first part of the run neither the file nor
the memory of a sound server grows, and no request fails.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from time import monotonic

from benchmarks import loads, tables
from benchmarks.console import Console
from benchmarks.footprint import file_bytes, remove, stator
from benchmarks.loads import Load
from benchmarks.measure import Bench, check, run_once
from benchmarks.processes import Server, serving

_SLICE_S = 10
# What a part of a run may add to the first one's size: the log before a checkpoint, and what allocators keep
_FILE_GROWTH_MAX = 96 * 1024 * 1024
_MEMORY_GROWTH_MAX = 64 * 1024 * 1024

MIX = Load(
    "soak",
    "Everything at once",
    loads.ITEMS,
    (
        loads.get(loads.ITEMS),
        loads.put(loads.ITEMS),
        loads.update(loads.ITEMS),
        loads.query(loads.PAGES),
        loads.batch_write(loads.ITEMS),
        loads.filtered_scan(loads.PAGES),
    ),
    32,
)


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of the run. Bytes and open files are those at its end."""

    minutes: float
    requests_per_s: float
    p99_us: float
    file_bytes: int
    memory_bytes: int
    open_files: int
    errors: str

    def line(self) -> str:
        rate = f"{self.requests_per_s:9,.0f}/s  p99 {self.p99_us / 1e3:7.1f} ms"
        sizes = f"file {self.file_bytes / 1e6:7.0f} MB  memory {self.memory_bytes / 1e6:5.0f} MB"
        return f"{self.minutes:6.1f} min {rate}  {sizes}  {self.open_files} open files"


def run(bench: Bench, minutes: float, console: Console) -> list[str]:
    """Runs for so long, a line every ten seconds; returns what was wrong, as sentences."""
    path = bench.folder / "soak.db"
    slices: list[Slice] = []
    with serving(stator(path), bench.cores.server) as server:
        for table in (loads.ITEMS, loads.PAGES):
            console.doing(f"Filling table {table.name} ({table.items:,} items)")
            tables.fill(server.url, table, lambda written: console.step(f"{written:,}"))
        check(server.url, MIX)
        begin = monotonic()
        console.doing("Under load")
        while not slices or monotonic() - begin < minutes * 60:
            run = run_once(bench, server, MIX, _SLICE_S)
            elapsed = (monotonic() - begin) / 60
            sizes = (file_bytes(path), server.memory_bytes(), _open_files(server))
            slices.append(Slice(elapsed, run.requests_per_s, run.p99_us, *sizes, run.errors))
            console.line(slices[-1].line())
    remove(path)
    return complaints(slices)


def complaints(slices: list[Slice]) -> list[str]:
    """What a run shows that a sound server does not do. Growth counts from the end of the run's first quarter."""
    found = [f"at {part.minutes:.1f} min: {part.errors}" for part in slices if part.errors]
    first, last = slices[len(slices) // 4], slices[-1]
    for name, before, after, growth_max in (
        ("the file", first.file_bytes, last.file_bytes, _FILE_GROWTH_MAX),
        ("the memory", first.memory_bytes, last.memory_bytes, _MEMORY_GROWTH_MAX),
    ):
        if after - before > growth_max:
            found.append(f"{name} grew from {before / 1e6:.0f} to {after / 1e6:.0f} MB under steady updates")
    return found


def _open_files(server: Server) -> int:
    return len(os.listdir(f"/proc/{server.pid}/fd"))
