"""The command: `python -m benchmarks [all|budgets|peers|soak]`, with `--help` for the rest.

Ends 0 when every target and budget is met, 1 when one is missed, 2 when something stopped it. Ctrl-C ends all it
started and removes all it wrote, but the figures up to then, which it keeps in the cache.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from benchmarks import (
    comparison,
    machine,
    options,
    peers,
    plan,
    plots,
    records,
    report,
    soak,
    targets,
    workloads,
    wrk,
)
from benchmarks.console import Console
from benchmarks.errors import BenchmarkError
from benchmarks.measure import Bench, Pace
from benchmarks.processes import two_cores
from benchmarks.records import Record


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    chosen = options.read()
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console()
    try:
        wrong = _report(chosen, console) if chosen.report else _measure(chosen, console)
    except BenchmarkError as error:
        console.line()
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        console.line()
        print("Interrupted: everything is stopped and removed.", file=sys.stderr)
        if _unfinished(chosen).exists():
            print(f"What was measured makes a page: --report {_unfinished(chosen)}", file=sys.stderr)
        return 130
    console.line("\nNot as it should be:\n" + "\n".join(wrong) if wrong else "\nAll is as it should be.")
    return 1 if wrong else 0


def _unfinished(chosen: argparse.Namespace) -> Path:
    return Path(chosen.cache) / "unfinished.json"


def _report(chosen: argparse.Namespace, console: Console) -> list[str]:
    record = records.read(chosen.report)
    _write(record, chosen.output, console)
    return _misses(record)


def _measure(chosen: argparse.Namespace, console: Console) -> list[str]:
    wrk.require()
    with tempfile.TemporaryDirectory(prefix="stator-benchmark-", dir=chosen.folder) as name:
        folder = Path(name)
        if machine.keeps_nothing(folder):
            raise BenchmarkError(f"{chosen.folder} is not on a disk: choose another with --folder")
        _keep_bytecode(folder / "bytecode")
        return (_soak if chosen.what == "soak" else _run)(chosen, folder, console)


def _keep_bytecode(folder: Path) -> None:
    """Programs started from now on compile each module once, as installed ones do, and leave no file in the tree."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def _run(chosen: argparse.Namespace, folder: Path, console: Console) -> list[str]:
    """Measures, writes the page, and returns what is missed."""
    others = machine.Others()
    pace = Pace(1, 1, 1) if chosen.quick else Pace(chosen.seconds, 1, 3)
    record = Record(machine.describe(folder), pace.seconds, pace.repeats, pace.seconds)
    _unfinished(chosen).unlink(missing_ok=True)

    def save() -> None:
        record.others_share = others.share()
        record.save(_unfinished(chosen))

    if chosen.what in ("all", "budgets"):
        wanted = plan.Wanted(chosen.only or frozenset(plan.NAMES), chosen.large)
        results = plan.run(wanted, pace, folder, console)
        record.loads, record.figures = results.loads(), results.figures()
        record.doors = results.doors
        save()
    if chosen.what in ("all", "peers"):
        _compare(chosen, Bench(two_cores(), pace, folder, console.step), record, console, save)
    save()
    if record.others_share > report.OTHERS_SHARE_MAX:
        share = f"{record.others_share:.0%}"
        console.line(
            f"\n!! Other programs used {share} of the cores: these figures are not the servers' own."
        )
    _write(record, chosen.output, console)
    _unfinished(chosen).unlink(missing_ok=True)
    return _misses(record)


def _compare(
    chosen: argparse.Namespace, bench: Bench, record: Record, console: Console, save: comparison.Save
) -> None:
    names = chosen.only or workloads.NAMES
    wanted = comparison.Comparison(
        peers.chosen(chosen.peers or frozenset()),
        tuple(workload for workload in workloads.WORKLOADS if workload.name in names),
        (comparison.SMALL, comparison.LARGE) if chosen.large else (comparison.SMALL,),
        not chosen.quick,
        chosen.cache,
    )
    if not wanted.workloads:
        return
    for items in wanted.sizes:
        record.sqlite[items] = plan.sqlite_rates(items, 1024, comparison.CONNECTIONS, bench, console)
    comparison.run(wanted, bench, record, console, save)


def _write(record: Record, folder: Path, console: Console) -> None:
    """The page, its plots and the run itself into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    record.save(folder / options.KEPT)
    drawn: list[tuple[str, str]] = []
    if not plots.can_draw():
        console.line("No plots: matplotlib is not installed (pip install 'stator[bench]').")
    elif record.cells:
        for what, path in plots.draw(record, (folder / options.KEPT).parent):
            drawn.append((what, path.relative_to(folder).as_posix()))
    page = folder / "performance.md"
    findings = folder / options.FINDINGS
    text = findings.read_text("utf-8") if findings.exists() else ""
    page.write_text(report.render(record, drawn, text), encoding="utf-8")
    console.line(f"\nWritten to {page}")


def _misses(record: Record) -> list[str]:
    missed = targets.missed_pairs(record)
    beside = [f"{len(missed)} comparisons with peers: see the page"] if missed else []
    return [*record.results().misses(), *targets.other_misses(record), *beside]


def _soak(chosen: argparse.Namespace, folder: Path, console: Console) -> list[str]:
    bench = Bench(two_cores(), Pace(chosen.seconds, 1, 1), folder, console.step)
    return soak.run(bench, chosen.minutes, console)


if __name__ == "__main__":
    sys.exit(main())
