"""`create`, `drop`, `upload`, `export`, `import`: an environment's tables and what is in them."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from stator.errors import StatorError
from systems.truthbyte.cli.screen import counted, progress, say, show, table
from systems.truthbyte.cli.stopping import stoppable
from systems.truthbyte.cli.target import Commands, Target
from systems.truthbyte.design import TruthByteTables
from systems.truthbyte.transfer import export_tables, files_in, import_tables
from systems.truthbyte.upload import Reading, Uploaded, read, upload

_FAULTS_SHOWN_MAX = 10


def add_commands(commands: Commands, shared: argparse.ArgumentParser) -> None:
    create = commands.add_parser("create", parents=[shared], help="make an environment's tables")
    create.set_defaults(run=run_create)
    drop = commands.add_parser(
        "drop", parents=[shared], help="delete an environment's tables, with all in them"
    )
    drop.add_argument("--yes", action="store_true", help="do not ask")
    drop.set_defaults(run=run_drop)
    loaded = commands.add_parser("upload", parents=[shared], help="put a file of questions into the tables")
    loaded.add_argument(
        "--file", metavar="FILE", required=True, help="a JSON object a line; - is standard input"
    )
    loaded.set_defaults(run=run_upload)
    exported = commands.add_parser("export", parents=[shared], help="write every table into a folder")
    exported.add_argument("--to", metavar="FOLDER", required=True, help="it gets a file for each table")
    exported.set_defaults(run=run_export)
    imported = commands.add_parser(
        "import", parents=[shared], help="put an export into an environment's tables"
    )
    imported.add_argument(
        "--from", dest="folder", metavar="FOLDER", required=True, help="what an export made"
    )
    imported.set_defaults(run=run_import)


def run_create(given: argparse.Namespace, target: Target) -> int:
    with target.game(makes=True) as game:
        made = game.create_tables()
    for name in made:
        print(name)
    say(f"{counted(len(made), 'table')} made in {target.name}" if made else "all tables are there already")
    return 0


def run_drop(given: argparse.Namespace, target: Target) -> int:
    with target.game() as game:
        if not given.yes and not _is_sure(target):
            say("nothing was deleted (--yes does not ask)")
            return 1
        gone = game.tables.delete_tables()
    for name in gone:
        print(name)
    say(
        f"{counted(len(gone), 'table')} deleted"
        if gone
        else f"{target.environment} has no tables in {target.name}"
    )
    return 0


def run_upload(given: argparse.Namespace, target: Target) -> int:
    """1 where a line was faulty, or where it was stopped."""
    reading = _reading(given.file)
    if not reading.questions:
        _tell_faults(given.file, reading)
        raise StatorError(f"{given.file} has no questions")
    started = time.monotonic()
    with stoppable() as should_stop, target.game(makes=True) as game:
        made = game.create_tables()
        if made:
            say(f"{counted(len(made), 'table')} made in {target.name}")
        with progress("uploading", len(reading.questions)) as advance:
            done = upload(game, reading.questions, watch=advance, should_stop=should_stop)
    _tell_faults(given.file, reading)
    _tell_upload(done, target, time.monotonic() - started)
    return 0 if done.is_whole and not reading.faults else 1


def run_export(given: argparse.Namespace, target: Target) -> int:
    with target.game() as game, progress("exporting") as advance:
        done = export_tables(
            game.tables, Path(given.to), lambda type, items: advance(items, what=f"exporting {type}")
        )
    _tell_tables(done)
    say(f"{counted(sum(done.values()), 'item')} of {target.environment} are in {given.to}")
    return 0


def run_import(given: argparse.Namespace, target: Target) -> int:
    files_in(Path(given.folder), TruthByteTables)
    with target.game(makes=True) as game, progress("importing") as advance:
        done = import_tables(
            game.tables, Path(given.folder), lambda type, items: advance(items, what=f"importing {type}")
        )
    _tell_tables(done)
    say(
        f"{counted(sum(done.values()), 'item')} of {given.folder} are in {target.environment} in {target.name}"
    )
    return 0


def _reading(file: str) -> Reading:
    if file == "-":
        return read(sys.stdin.buffer)
    with open(file, "rb") as lines:
        return read(lines)


def _is_sure(target: Target) -> bool:
    if not sys.stdin.isatty():
        return False
    asked = f"Delete every table of {target.environment} in {target.name}, with all in them? Type its name: "
    try:
        return input(asked).strip() == target.environment
    except EOFError:
        return False


def _tell_faults(file: str, reading: Reading) -> None:
    for fault in reading.faults[:_FAULTS_SHOWN_MAX]:
        say(f"{file}, {fault}")
    left = len(reading.faults) - _FAULTS_SHOWN_MAX
    if left > 0:
        say(f"{file}: {counted(left, 'further line')} could not be read")


def _tell_upload(done: Uploaded, target: Target, seconds: float) -> None:
    show(table(("category", "questions"), sorted(done.counts.items()), numbers=("questions",)))
    if done.is_whole:
        say(f"{counted(done.done, 'question')} in {target.environment} in {target.name}, {seconds:.1f} s")
    else:
        say(
            f"stopped after {done.done:,} of {counted(done.total, 'question')}; the counts are those of what is there."
            " The same command again does the rest."
        )


def _tell_tables(done: dict[str, int]) -> None:
    show(table(("table", "items"), done.items(), numbers=("items",)))
