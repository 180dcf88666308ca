"""One load, measured: checked once, warmed up, then the server and the do-nothing server in turn, several times."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import wrk
from benchmarks.caller import Caller
from benchmarks.errors import BenchmarkError
from benchmarks.loads import Load
from benchmarks.mixes import Mix, even
from benchmarks.processes import Cores, Server, python, serving
from benchmarks.results import Floor, LoadRow
from benchmarks.templates import fill

# A load that runs beside another begins this much earlier and ends as much later
_BESIDE_LEAD_S = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how often: seconds of a run and of a warm-up, and how many runs the medians are of."""

    seconds: float
    warm_up_s: float
    repeats: int


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and how to measure: the cores, the pace, a folder for scripts, and who is told how far it is."""

    cores: Cores
    pace: Pace
    folder: Path
    progress: Callable[[str], None]


def measure(bench: Bench, server: Server, load: Load, sqlite_per_s: float | None = None) -> LoadRow:
    """The medians of a load on a running server, beside a do-nothing server whose answers are as large."""
    answer_bytes = check(server.url, load)
    if isinstance(load.beside, Load):
        check(server.url, load.beside)
    if load.both_cores:
        bench = replace(bench, cores=Cores(None, None))
    pace = bench.pace
    runs, floors = [], []
    with _on(server, bench.cores), serving(do_nothing(answer_bytes), bench.cores.server) as floor:
        bench.progress("warming up")
        run_once(bench, server, load, pace.warm_up_s)
        run_once(bench, floor, load, pace.warm_up_s)
        for turn in range(1, pace.repeats + 1):
            bench.progress(f"run {turn} of {pace.repeats}")
            runs.append(_run_beside(bench, server, load))
            floors.append(run_once(bench, floor, load, pace.seconds))
    budgets = (load.rate_budget, load.p99_budget_us, load.sqlite_share_budget)
    beside = Floor(wrk.median(floors), sqlite_per_s)
    return LoadRow(load.name, load.title, load.connections, wrk.median(runs), beside, *budgets)


def check(url: str, load: Load) -> int:
    """Sends each request of a load once and looks at the answer; returns the largest answer's bytes."""
    caller = Caller(url)
    largest = 0
    for request in load.requests:
        number = random.randrange(request.template.keys)
        answer = caller.call(request.template.operation, fill(request.template, number))
        if not request.is_expected(json.loads(answer)):
            raise BenchmarkError(f"{load.title}: not the expected answer: {answer[:500].decode()}")
        largest = max(largest, len(answer))
    caller.close()
    return largest


@contextmanager
def _on(server: Server, cores: Cores) -> Iterator[None]:
    """Moves a server to other cores for a while."""
    before = server.core
    server.move(cores.server)
    try:
        yield
    finally:
        server.move(before)


def do_nothing(answer_bytes: int) -> list[str]:
    """The command of a server whose every answer is as large."""
    return python("-m", "benchmarks.floor", "--answer-bytes", str(answer_bytes))


def run_once(bench: Bench, server: Server, load: Load, seconds: float) -> wrk.Run:
    """One run, with what each request cost the server of its core."""
    mix = even([request.template for request in load.requests])
    return run_mix(bench, server, mix, load.connections, seconds)


def run_mix(bench: Bench, server: Server, mix: Mix, connections: int, seconds: float) -> wrk.Run:
    """One run of a mix, with what each request cost the server: of its core, and in bytes handed to the disk."""
    cpu_s, written = server.cpu_s(), server.written_bytes()
    with wrk.started(server.url, mix, connections, seconds, bench.cores.load, bench.folder) as process:
        run = wrk.result(process)
    count = max(run.requests, 1)
    return replace(
        run,
        cpu_us=(server.cpu_s() - cpu_s) * 1e6 / count,
        written_bytes=(server.written_bytes() - written) / count,
        errors=run.errors if run.requests else run.errors or "no answers",
    )


def _run_beside(bench: Bench, server: Server, load: Load) -> wrk.Run:
    """A run while the load's neighbour, if it has one, is running as well. The neighbour's errors count; that it got
    no answer in so short a time is none."""
    other = load.beside
    if other is None:
        return run_once(bench, server, load, bench.pace.seconds)
    with _beside(bench, server, other) if isinstance(other, Load) else other.running(server.url) as error:
        run = run_once(bench, server, load, bench.pace.seconds)
        errors = error()
    # What the server used, it used for the neighbour as well
    return replace(run, cpu_us=0.0, errors=f"{other.title}: {errors}" if errors else run.errors)


@contextmanager
def _beside(bench: Bench, server: Server, other: Load) -> Iterator[Callable[[], str]]:
    mix = even([request.template for request in other.requests])
    seconds = bench.pace.seconds + 2 * _BESIDE_LEAD_S
    cores = bench.cores
    with wrk.started(server.url, mix, other.connections, seconds, cores.load, bench.folder) as process:
        time.sleep(_BESIDE_LEAD_S)
        yield lambda: wrk.result(process).errors
