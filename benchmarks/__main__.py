"""The command: `python -m benchmarks [--only NAME] [--seconds N] [--quick] [--large] [--folder PATH] [--report PATH]`,
or `python -m benchmarks soak [--minutes N]`.

Ends 0 when every budget is met, 1 when one is missed, 2 when something stopped it. Ctrl-C ends all it started and
removes all it wrote.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from benchmarks import machine, report, soak, wrk
from benchmarks.console import Console
from benchmarks.errors import BenchmarkError
from benchmarks.measure import Bench, Pace
from benchmarks.plan import NAMES, Wanted, run
from benchmarks.processes import two_cores

REPORT = Path(__file__).parent.parent / "docs" / "performance.md"
# Not /tmp, which is memory on many systems
FOLDER = Path("/var/tmp")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure Stator against its budgets, or run it for long"
    )
    add = parser.add_argument
    add("what", nargs="?", choices=("budgets", "soak"), default="budgets")
    add(
        "--only",
        action="append",
        choices=NAMES,
        metavar="NAME",
        help=f"measure this alone: {', '.join(NAMES)}",
    )
    add("--seconds", type=float, default=4, help="of each run (default 4)")
    add("--quick", action="store_true", help="one run of one second each: a look, not a measurement")
    add("--large", action="store_true", help="also a table of a million items (some minutes)")
    add("--folder", type=Path, default=FOLDER, help=f"where data files go, on a disk (default {FOLDER})")
    add(
        "--report",
        type=Path,
        help="where to write the page (default docs/performance.md, after a full run only)",
    )
    add("--minutes", type=float, default=10, help="of a soak (default 10)")
    return parser.parse_args()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    chosen = options()
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console()
    try:
        wrk.require()
        with tempfile.TemporaryDirectory(prefix="stator-benchmark-", dir=chosen.folder) as name:
            folder = Path(name)
            if machine.keeps_nothing(folder):
                raise BenchmarkError(f"{chosen.folder} is not on a disk: choose another with --folder")
            _keep_bytecode(folder / "bytecode")
            wrong = (_soak if chosen.what == "soak" else _budgets)(chosen, folder, console)
    except BenchmarkError as error:
        console.line()
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        console.line()
        print("Interrupted: everything is stopped and removed.", file=sys.stderr)
        return 130
    console.line("\nNot as it should be:\n" + "\n".join(wrong) if wrong else "\nAll is as it should be.")
    return 1 if wrong else 0


def _keep_bytecode(folder: Path) -> None:
    """Programs started from now on compile each module once, as installed ones do, and leave no file in the tree."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def _budgets(chosen: argparse.Namespace, folder: Path, console: Console) -> list[str]:
    """Measures, writes the page, and returns what misses its budget."""
    others = machine.Others()
    pace = Pace(1, 1, 1) if chosen.quick else Pace(chosen.seconds, 1, 3)
    results = run(Wanted(frozenset(chosen.only or NAMES), chosen.large), pace, folder, console)
    share = others.share()
    if share > report.OTHERS_SHARE_MAX:
        console.line(
            f"\n!! Other programs used {share:.0%} of the cores: these figures are not the server's own."
        )
    facts = machine.describe(folder)
    path = chosen.report or (None if chosen.quick or chosen.only else REPORT)
    if path is not None:
        path.write_text(report.render(results, facts, pace, share), encoding="utf-8")
        console.line(f"\nWritten to {path}")
    return results.misses()


def _soak(chosen: argparse.Namespace, folder: Path, console: Console) -> list[str]:
    bench = Bench(two_cores(), Pace(chosen.seconds, 1, 1), folder, console.step)
    return soak.run(bench, chosen.minutes, console)


if __name__ == "__main__":
    sys.exit(main())
