"""`stator tables`: each table, what it is and how large.

Exit codes: 0 told; 1 it could not be; 2 a wrong command line.
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from stator.cli import targets

if TYPE_CHECKING:
    from stator.cli.overview import Overview

EXAMPLES = (
    ("stator tables", "the tables of ./stator.db"),
    ("stator tables --endpoint http://127.0.0.1:8000 --json", "for programs: an object a line"),
)
_HEADER = ("TABLE", "KEYS", "INDEXES", "BILLING", "ITEMS", "BYTES", "STREAM", "TTL", "PITR")
_NUMBERS = ("ITEMS", "BYTES")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    targets.add_json(parser)
    targets.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Raises SettingError, StatorError and ServiceError."""
    from stator.cli.overview import names_of, overview_of

    with targets.opened(arguments) as transport:
        found = [overview_of(transport, name) for name in names_of(transport)]
    if arguments.json:
        for overview in found:
            print(json.dumps(overview.members()))
    elif found:
        print(_shown(found))
    else:
        print(f"no tables in {targets.resolved(arguments).name}")
    return 0


def _shown(found: list[Overview]) -> str:
    from stator.cli.tabular import table
    from stator.cli.transfer.summary import sized

    rows = []
    for each in found:
        name = each.name if each.status == "ACTIVE" else f"{each.name} ({each.status})"
        indexes = ", ".join(index.name for index in each.indexes) or "-"
        pitr = "-" if each.pitr is None else "on" if each.pitr else "off"
        row = (
            name,
            ", ".join(each.keys),
            indexes,
            each.billing,
            f"{each.items:,}",
            sized(each.bytes),
            each.stream or "-",
            each.ttl or "-",
            pitr,
        )
        rows.append(row)
    return table(_HEADER, rows, _NUMBERS)
