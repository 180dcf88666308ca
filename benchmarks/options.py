"""The command's options, and what they mean for a run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks import fetching, peers, plan, workloads

DOCS = Path(__file__).parent.parent / "docs"
# Not /tmp, which is memory on many systems
FOLDER = Path("/var/tmp")
KEPT = Path("performance") / "results.json"
# What profiling found, kept by hand: each run's page includes it
FINDINGS = Path("performance") / "findings.md"
NAMES = tuple(dict.fromkeys((*plan.NAMES, *workloads.NAMES)))


def read() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure Stator beside its peers and against its budgets, or run it for long.",
    )
    add = parser.add_argument
    add(
        "what",
        nargs="?",
        choices=("all", "budgets", "peers", "soak"),
        default="all",
        help="the budgets, the comparison with the peers, both (the default), or a soak",
    )
    add(
        "--peers",
        type=_names(peers.NAMES),
        metavar="NAMES",
        help=f"compare with these alone, separated by commas: {', '.join(peers.NAMES)}",
    )
    add("--only", type=_names(NAMES), metavar="NAMES", help=f"measure these alone: {', '.join(NAMES)}")
    add("--seconds", type=float, default=4, help="of each run (default 4)")
    add("--quick", action="store_true", help="runs of one second, one choice of keys: a look, in ten minutes")
    add(
        "--large", action="store_true", help="also a million items, in the budgets and the comparison (hours)"
    )
    add("--folder", type=Path, default=FOLDER, help=f"where data files go, on a disk (default {FOLDER})")
    add(
        "--output",
        type=Path,
        help="the folder for performance.md, its plots and the run as JSON (default: docs after a full run, "
        "else a folder in the cache)",
    )
    add(
        "--report",
        type=Path,
        nargs="?",
        const=DOCS / KEPT,
        metavar="JSON",
        help="measure nothing: make the page again from a kept run (default: that of docs)",
    )
    add(
        "--cache",
        type=Path,
        default=fetching.cache_folder(),
        help="where peers are kept (default %(default)s)",
    )
    add("--minutes", type=float, default=10, help="of a soak (default 10)")
    chosen = parser.parse_args()
    if chosen.output is None:
        chosen.output = DOCS if chosen.report == DOCS / KEPT or is_full(chosen) else chosen.cache / "last-run"
    return chosen


def _names(known: tuple[str, ...]) -> Callable[[str], frozenset[str]]:
    """Reads names separated by commas; one that is not known is refused with those that are."""

    def parsed(text: str) -> frozenset[str]:
        names = frozenset(text.split(","))
        if unknown := sorted(names - set(known)):
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not among {', '.join(known)}")
        return names

    return parsed


def is_full(chosen: argparse.Namespace) -> bool:
    """True if it measures what the page in docs shows, long enough to be believed."""
    return (
        chosen.what == "all" and not (chosen.quick or chosen.only or chosen.peers) and chosen.report is None
    )
