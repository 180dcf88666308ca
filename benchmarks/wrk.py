"""Runs wrk, the load generator, and reads its figures."""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.lua import RESULT_MARK, script
from benchmarks.mixes import Mix
from benchmarks.processes import pinned, program

_ERRORS = ("answers refused", "connections refused", "failed reads", "failed writes", "timeouts")


@dataclass(frozen=True, slots=True)
class Run:
    """What one run measured. `errors` is empty, or says which; a run with errors measures nothing. `cpu_us` is what a
    request cost the server of its core, `written_bytes` what it made the server write; 0 where not known."""

    requests: int
    requests_per_s: float
    p50_us: float
    p99_us: float
    p999_us: float
    cpu_us: float = 0.0
    errors: str = ""
    written_bytes: float = 0.0


def require() -> None:
    """Says how to get the programs that a benchmark needs, if they are absent."""
    missing = [name for name in ("wrk", "taskset") if shutil.which(name) is None]
    if missing:
        raise BenchmarkError(
            f"{' and '.join(missing)} not found. On Debian and Ubuntu: sudo apt-get install wrk util-linux"
        )


@contextmanager
def started(
    url: str, mix: Mix, connections: int, seconds: float, core: int | None, folder: Path
) -> Iterator[subprocess.Popen[str]]:
    """wrk, running against `url` for `seconds` (whole ones) with a new seed. `result` waits for it."""
    seed = random.randrange(1 << 31)
    path = folder / f"load-{seed}.lua"
    path.write_text(script(mix, seed), encoding="ascii")
    options = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "20s", "--latency"]
    try:
        with program(pinned(["wrk", *options, "-s", str(path), url], core)) as process:
            yield process
    finally:
        path.unlink()


def result(process: subprocess.Popen[str]) -> Run:
    """Waits for a started wrk to end and returns what it measured."""
    output, complaints = process.communicate()
    for line in output.splitlines():
        if line.startswith(RESULT_MARK):
            return _run(json.loads(line[len(RESULT_MARK) :]))
    raise BenchmarkError(f"wrk gave no result:\n{output}{complaints}")


def _run(figures: dict[str, int]) -> Run:
    errors = ", ".join(f"{figures[name]} {name}" for name in _ERRORS if figures[name])
    rate = figures["requests"] / (figures["duration_us"] / 1e6)
    times = (figures["p50_us"], figures["p99_us"], figures["p999_us"])
    return Run(figures["requests"], rate, *times, errors=errors)


def median(runs: Sequence[Run]) -> Run:
    """The median of each figure by itself; the errors of all."""
    return Run(
        sum(run.requests for run in runs),
        statistics.median(run.requests_per_s for run in runs),
        statistics.median(run.p50_us for run in runs),
        statistics.median(run.p99_us for run in runs),
        statistics.median(run.p999_us for run in runs),
        statistics.median(run.cpu_us for run in runs),
        "; ".join(run.errors for run in runs if run.errors),
        statistics.median(run.written_bytes for run in runs),
    )
