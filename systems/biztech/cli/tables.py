"""`tables`, `seed-demo`: all tables of an environment at once, and an invented club to fill them."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from stator.errors import ServiceError, StatorError
from systems.biztech import demo
from systems.biztech.cli.actions import Actions, leaf
from systems.biztech.cli.screen import counted, say, table
from systems.biztech.cli.session import PROGRAM, Session
from systems.biztech.design import SUFFIXES, BizTechDesign


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    tables = Actions(commands, shared, "tables", "make, list or delete all tables of an environment")
    tables.add("create", run_create, "make the tables that are not there").set_defaults(makes=True)
    tables.add("list", run_list, "list the tables, with the items that the database counts")
    delete = tables.add("delete", run_delete, "delete the tables, with all that is in them")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    seed = leaf(commands, shared, "seed-demo", run_seed, "fill an environment with an invented club")
    seed.add_argument("--seed", type=int, default=2026, metavar="N", help="which club (%(default)s)")
    seed.set_defaults(makes=True)


def run_create(session: Session, given: argparse.Namespace) -> None:
    made = session.club.create_tables()
    for name in made:
        print(name)
    say(
        f"{counted(len(made), 'table')} made in {session.place.name}"
        if made
        else "all tables are there already"
    )


def run_list(session: Session, given: argparse.Namespace) -> int:
    rows = [_row(session, each) for each in BizTechDesign.tables]
    columns = ("table", "partition key", "sort key", "indexes", "items")
    session.console.print(table(columns, rows, numbers=("items",)))
    missing = sum(row[-1] is None for row in rows)
    if missing:
        say(
            f"{counted(missing, 'table')} without a count: not there; `{PROGRAM} tables create{session.options}`"
        )
    return 1 if missing else 0


def run_delete(session: Session, given: argparse.Namespace) -> int:
    club = session.club
    if not given.yes and not _is_sure(session):
        say("nothing was deleted (--yes does not ask)")
        return 1
    gone = club.delete_tables()
    for name in gone:
        print(name)
    say(f"{counted(len(gone), 'table')} deleted" if gone else f"{session.environment} has no tables")
    return 0


def run_seed(session: Session, given: argparse.Namespace) -> None:
    started = time.monotonic()
    made = session.club.create_tables()
    if made:
        say(f"{counted(len(made), 'table')} made in {session.place.name}")
    if session.club.events.find(demo.BLUEPRINT) is not None:
        raise StatorError(
            f"{demo.BLUEPRINT} is there already: the invented club goes into an environment without it"
        )
    with Console(stderr=True).status("inventing a club"):
        done = demo.seed(session.database, session.environment, random.Random(given.seed), time.time())
    session.console.print(table(("what", "how many"), done.items(), numbers=("how many",)))
    say(
        f"seeded in {time.monotonic() - started:.1f} s; try `{PROGRAM} event show '{demo.BLUEPRINT}'{session.options}`"
    )


def _row(session: Session, each: Any) -> tuple[str | int | None, ...]:
    name = session.club.design.table_name(each.name)
    partition, sort = each.key()
    indexes = ", ".join(index.name for index in each.indexes)
    items: int | None = None
    try:
        items = session.database.client.describe_table(TableName=name)["Table"]["ItemCount"]
    except ServiceError as error:
        if error.code != "ResourceNotFoundException":
            raise
    return name, _names(partition), _names(sort), indexes, items


def _names(keys: Sequence[Any]) -> str:
    return ", ".join(key.name for key in keys)


def _is_sure(session: Session) -> bool:
    if not sys.stdin.isatty():
        return False
    environment = session.environment
    others = [
        each for each, suffix in SUFFIXES.items() if suffix == SUFFIXES[environment] and each != environment
    ]
    of = " and ".join([environment, *others])
    asked = f"Delete every table of {of} in {session.place.name}, with all in it? Type {environment}: "
    try:
        return input(asked).strip() == session.environment
    except EOFError:
        return False
