"""The whole run, in order: the floors, the server under load, what it weighs. Returns everything that was found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import footprint, loads, machine, tables
from benchmarks.console import HEADER, Console
from benchmarks.footprint import remove, stator
from benchmarks.loads import Load
from benchmarks.measure import Bench, Pace, measure
from benchmarks.neighbours import bucket
from benchmarks.processes import output_of, pinned, python, serving, two_cores
from benchmarks.records import BOTO3, BOTO3_OVER_HTTP, NATIVE
from benchmarks.results import FigureRow, Results, Row
from benchmarks.tables import Table

# What the store keeps of an item beside its DynamoDB size: names and types as JSON, a header
_STORED_EXTRA_BYTES = 70
_DOORS_S = 20.0
NATIVE_GET_US_BUDGET = 25.0
NATIVE_PUT_US_BUDGET = 50.0
BOTO3_SHARE_BUDGET = 0.5

_FOOTPRINTS = ("start", "import", "disk", "doors")
NAMES = (*dict.fromkeys(load.name for load in loads.standard()), "large", "sync", *_FOOTPRINTS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The names to measure, of `NAMES`, and whether the million items are among them."""

    names: frozenset[str]
    large: bool


def run(wanted: Wanted, pace: Pace, folder: Path, console: Console) -> Results:
    """Measures what is wanted, showing each row when it is done. Leaves nothing in `folder`."""
    results = Results()
    bench = Bench(two_cores(), pace, folder, console.step)
    console.line(HEADER)
    if "sync" in wanted.names:
        _add(results, console, *_sync(folder))
    chosen = [load for load in loads.standard() if load.name in wanted.names]
    _run_loads(chosen, bench, results, console)
    if wanted.large and "large" in wanted.names:
        _run_loads(loads.large(), bench, results, console)
    _weigh(wanted, folder, results, console)
    return results


def _run_loads(chosen: Sequence[Load], bench: Bench, results: Results, console: Console) -> None:
    """Measures loads on one server and one file, after SQLite alone on as many rows."""
    if not chosen:
        return
    rates = _sqlite_rates(chosen, bench, console)
    path = bench.folder / "stator.db"
    unfilled = _tables(chosen)
    for workers in sorted({load.workers for load in chosen}):
        with serving(_command(path, workers, bench), bench.cores.server) as server:
            while unfilled:
                table = unfilled.pop()
                console.doing(f"Filling table {table.name} ({table.items:,} items)")
                tables.fill(server.url, table, lambda written: console.step(f"{written:,}"))
            for load in chosen:
                if load.workers == workers:
                    console.doing(f"{load.title}, {load.connections} connections")
                    _add(results, console, measure(bench, server, load, rates.get(_sqlite_key(load))))
            if workers == 1:
                memory = server.memory_bytes() / 1e6
                _add(results, console, FigureRow("memory", "Memory after these loads", memory, "MB"))
    remove(path)


def _command(path: Path, workers: int, bench: Bench) -> list[str]:
    more = [] if workers == 1 else ["--workers", str(workers)]
    return [*stator(path), *more, "--s3-folder", str(bucket(bench.folder))]


def _tables(chosen: Sequence[Load]) -> list[Table]:
    every = [load.table for load in chosen] + [load.beside.table for load in chosen if load.beside]
    return list(dict.fromkeys(every))


def _sqlite_key(load: Load) -> str:
    return f"{load.floor} {load.connections}" if load.floor == "put" else load.floor


def _sqlite_rates(chosen: Sequence[Load], bench: Bench, console: Console) -> dict[str, float]:
    """SQLite's own rates: gets, and upserts in groups as large as the loads' connections."""
    floored = [load for load in chosen if load.floor]
    if not floored:
        return {}
    table = floored[0].table
    groups = sorted({load.connections for load in floored if load.floor == "put"} or {64})
    return sqlite_rates(table.items, table.item_bytes, groups, bench, console)


def sqlite_rates(
    items: int, item_bytes: int, groups: Sequence[int], bench: Bench, console: Console
) -> dict[str, float]:
    """SQLite alone, on the server's core: what it does a second of `get`, and of `put N` for each size N of a group."""
    console.doing(f"SQLite alone, {items:,} rows")
    arguments = {
        "--file": bench.folder / "raw.db",
        "--items": items,
        "--value-bytes": item_bytes + _STORED_EXTRA_BYTES,
        "--groups": ",".join(map(str, groups)),
        "--seconds": bench.pace.seconds,
        "--repeats": bench.pace.repeats,
    }
    words = [str(word) for pair in arguments.items() for word in pair]
    output = output_of(pinned(python("-m", "benchmarks.raw_sqlite", *words), bench.cores.server))
    rates: dict[str, float] = json.loads(output)
    for name, rate in rates.items():
        what = "gets" if name == "get" else f"upserts in groups of {name.split()[1]}, synced"
        console.line(f"SQLite alone, {items:,} rows: {rate:,.0f} {what} a second")
    return rates


def _sync(folder: Path) -> list[FigureRow]:
    median, worst = machine.sync_us(folder)
    return [
        FigureRow("sync", "One append of 8 KB and fdatasync, median", median / 1e3, "ms"),
        FigureRow("sync", "One append of 8 KB and fdatasync, p99", worst / 1e3, "ms"),
    ]


def _weigh(wanted: Wanted, folder: Path, results: Results, console: Console) -> None:
    if "start" in wanted.names:
        console.doing("Starting ten times")
        _add(results, console, *footprint.start(folder))
    if "import" in wanted.names:
        console.doing("Importing ten times")
        _add(results, console, footprint.import_time())
    if "doors" in wanted.names:
        console.doing("Going through every door")
        _doors(folder, results, console)
    if "disk" in wanted.names:
        console.doing("Filling files")
        for row in footprint.disk(folder, console.step):
            _add(results, console, row)


def _doors(folder: Path, results: Results, console: Console) -> None:
    """In a program of its own: some doors change what the interpreter has."""
    words = ("--json", "--seconds", str(_DOORS_S), "--folder", str(folder))
    found = json.loads(output_of(python("-m", "benchmarks.doors", *words)))
    results.doors.update(found)
    get, put = found[NATIVE]
    share = found[BOTO3][0] / found[BOTO3_OVER_HTTP][0]
    _add(
        results,
        console,
        FigureRow("doors", "Native get, in memory", get, "us", NATIVE_GET_US_BUDGET),
        FigureRow("doors", "Native put, in memory", put, "us", NATIVE_PUT_US_BUDGET),
        FigureRow("doors", "boto3's get_item in process, of that over HTTP", share, "times", BOTO3_SHARE_BUDGET),
    )


def _add(results: Results, console: Console, *rows: Row) -> None:
    for row in rows:
        results.rows.append(row)
        console.row(row)
