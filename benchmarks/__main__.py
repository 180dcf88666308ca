"""The command: `python -m benchmarks [--only NAME] [--seconds N] [--quick] [--large] [--folder PATH] [--report PATH]`.

Ends 0 when every budget is met, 1 when one is missed, 2 when something stopped it. Ctrl-C ends all it started and
removes all it wrote.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from benchmarks import machine, report, wrk
from benchmarks.console import Console
from benchmarks.errors import BenchmarkError
from benchmarks.measure import Pace
from benchmarks.plan import NAMES, Wanted, run

REPORT = Path(__file__).parent.parent / "docs" / "performance.md"
# Not /tmp, which is memory on many systems
FOLDER = Path("/var/tmp")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure Stator against its budgets"
    )
    parser.add_argument("--only", action="append", choices=NAMES, help="measure this alone; may be repeated")
    parser.add_argument("--seconds", type=float, default=4, help="of each run (default 4)")
    parser.add_argument(
        "--quick", action="store_true", help="one run of one second each: a look, not a measurement"
    )
    parser.add_argument("--large", action="store_true", help="also a table of a million items (some minutes)")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help=f"where data files go, on a disk (default {FOLDER})"
    )
    parser.add_argument(
        "--report",
        type=Path,
        help=f"where to write the page (default docs/{REPORT.name}, and only after a full run)",
    )
    return parser.parse_args()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    chosen = options()
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console()
    pace = Pace(1, 1, 1) if chosen.quick else Pace(chosen.seconds, 1, 3)
    wanted = Wanted(frozenset(chosen.only or NAMES), chosen.large)
    try:
        wrk.require()
        with tempfile.TemporaryDirectory(prefix="stator-benchmark-", dir=chosen.folder) as folder:
            if machine.keeps_nothing(Path(folder)):
                raise BenchmarkError(f"{chosen.folder} is not on a disk: choose another with --folder")
            facts = machine.describe(Path(folder))
            results = run(wanted, pace, Path(folder), console)
    except BenchmarkError as error:
        print(f"\n{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted: everything is stopped and removed.", file=sys.stderr)
        return 130
    path = chosen.report or (None if chosen.quick or chosen.only else REPORT)
    if path is not None:
        path.write_text(report.render(results, facts, pace), encoding="utf-8")
        console.line(f"\nWritten to {path}")
    misses = results.misses()
    console.line("\nMissed:\n" + "\n".join(misses) if misses else "\nEvery budget is met.")
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
