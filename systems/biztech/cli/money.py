"""`costs`: what the access patterns cost."""

from __future__ import annotations

import argparse
from typing import Any

from systems.biztech import costs
from systems.biztech.cli.session import Session
from systems.costs import prices
from systems.costs.terminal import show


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    told = commands.add_parser(
        "costs",
        help="units, bytes and money of each access pattern and table",
        description="Measures each access pattern on an invented club in memory; no database is opened. Prices are "
        "those of systems/costs/prices.json unless --prices names another file.",
    )
    told.add_argument(
        "--prices", metavar="FILE", help="other prices, in the form of systems/costs/prices.json"
    )
    told.set_defaults(run=run_costs, database=":memory:", environment="dev", region=None)


def run_costs(session: Session, given: argparse.Namespace) -> None:
    by = prices(given.prices)
    show(session.console, costs.for_readme(), by)
