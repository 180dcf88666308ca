"""`stator check`: verifies a file and tells every fault by its place.

Standard output gets the findings, one a line, as they are met, and a last line that sums them up; standard error the
progress. Exit codes: 0 clean; 1 damage; 2 it could not be checked, or not to its end.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from stator.errors import StatorError

if TYPE_CHECKING:
    from stator.engine.verification_findings import Finding

CLEAN = 0
DAMAGED = 1
UNCHECKED = 2

EXAMPLES = (
    ("stator check app.db", "every row against its checksum and against all that belongs to it"),
    ("stator check --quick app.db", "checksums alone: indexes, sums and logs are not compared"),
    ("stator check --json app.db", "for programs: an object a line, the last one sums up"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="The database file. A server may have it in use meanwhile."
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="Check each row by itself, and not indexes, sums and logs against items.",
    )
    parser.add_argument("--json", action="store_true", help="Write JSON: an object a line.")
    parser.add_argument(
        "--no-progress", action="store_true", help="Write nothing on standard error meanwhile."
    )


def run(arguments: argparse.Namespace) -> int:
    path = os.path.abspath(os.path.expanduser(arguments.file))
    report = _Report(path, arguments.json)
    try:
        _check(path, arguments, report)
    except KeyboardInterrupt:
        report.end("interrupted")
    except StatorError as error:
        print(f"stator: {error}", file=sys.stderr)
        return UNCHECKED
    else:
        report.end(None)
    return report.exit_code


def _check(path: str, arguments: argparse.Namespace, report: _Report) -> None:
    from stator.cli.progress import progress_on
    from stator.engine.verification_file import verify_file

    with progress_on(sys.stderr, arguments.no_progress) as watch:
        for finding in verify_file(path, quick=arguments.quick, watch=watch):
            report.tell(finding)


class _Report:
    def __init__(self, path: str, as_json: bool) -> None:
        self._path = path
        self._as_json = as_json
        self._faults = 0
        self._unchecked = 0
        self._is_whole = True

    def tell(self, finding: Finding) -> None:
        if finding.is_certain:
            self._faults += 1
        else:
            self._unchecked += 1
        print(json.dumps(_members(finding)) if self._as_json else finding, flush=True)

    def end(self, why_not_whole: str | None) -> None:
        self._is_whole = why_not_whole is None and not self._unchecked
        if self._as_json:
            summary = {"file": self._path, "faults": self._faults, "complete": self._is_whole}
            print(json.dumps(summary), flush=True)
            return
        faults = "1 fault" if self._faults == 1 else f"{self._faults or 'no'} faults"
        rest = (
            "" if self._is_whole else f"; not all was checked{f': {why_not_whole}' if why_not_whole else ''}"
        )
        print(f"{self._path}: {faults}{rest}", flush=True)

    @property
    def exit_code(self) -> int:
        if self._faults:
            return DAMAGED
        return CLEAN if self._is_whole else UNCHECKED


def _members(finding: Finding) -> dict[str, Any]:
    """Without those that say nothing."""
    members = {
        "area": str(finding.area),
        "table": finding.table,
        "index": finding.index,
        "key": finding.key,
        "row": finding.row.hex(),
        "problem": finding.problem,
        "certain": finding.is_certain,
    }
    return {name: value for name, value in members.items() if value not in ("", None)}
