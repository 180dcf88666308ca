"""`costs` and `timings`: what the access patterns cost, and how long a fetch takes on each door."""

from __future__ import annotations

import argparse
from pathlib import Path

from systems.costs import prices, terminal
from systems.truthbyte import costs, timings
from systems.truthbyte.cli.screen import console, progress, say, show
from systems.truthbyte.cli.target import Commands, Target, add_database
from systems.truthbyte.cli.words import positive
from systems.truthbyte.design import ENVIRONMENTS
from systems.truthbyte.upload import read


def add_commands(commands: Commands, shared: argparse.ArgumentParser) -> None:
    told = commands.add_parser(
        "costs",
        help="units, bytes and money of each access pattern and table",
        description="Measures each access pattern on a copy in memory of an environment's tables, which are read once "
        "and not written. Prices are those of systems/costs/prices.json unless --prices names another file.",
    )
    add_database(told)
    told.add_argument(
        "--environment",
        action="append",
        choices=ENVIRONMENTS,
        help=f"whose tables; several are shown side by side [default: {ENVIRONMENTS[0]}]",
    )
    told.add_argument(
        "--prices", metavar="FILE", help="other prices, in the form of systems/costs/prices.json"
    )
    told.set_defaults(run=run_costs)
    timed = commands.add_parser(
        "timings",
        help="how long a fetch takes by the index and by the scan, on each door",
        description="Uploads a file of questions into databases of its own, in memory, and times fetching from them.",
    )
    timed.add_argument(
        "--file", metavar="FILE", help="questions [default: the 2,000 real ones, where they are]"
    )
    timed.add_argument(
        "--repeat",
        type=positive,
        default=50,
        metavar="N",
        help="fetches of each kind [default: %(default)s]",
    )
    timed.add_argument("--write", action="store_true", help="put the table into systems/truthbyte/README.md")
    timed.set_defaults(run=run_timings, environment=None, database="", region=None)


def run_costs(given: argparse.Namespace, target: Target) -> int:
    by = prices(given.prices)
    with target.database() as db:
        reports = [costs.report(db, each) for each in dict.fromkeys(given.environment or ENVIRONMENTS[:1])]
    if len(reports) == 1:
        terminal.show(console(), reports[0], by)
    else:
        terminal.show_beside(console(), reports, by)
    return 0


def run_timings(given: argparse.Namespace, target: Target) -> int:
    file = Path(given.file) if given.file else costs.questions_file()
    with file.open("rb") as lines:
        questions = read(lines).questions
    with progress("timing", len(timings.DOORS)) as advance:
        found = timings.measured(questions, given.repeat, advance)
    show(timings.shown(found))
    say(timings.circumstances(len(questions), given.repeat))
    if given.write:
        timings.write(found, len(questions), given.repeat)
        say(f"{timings.PAGE} has it")
    return 0
