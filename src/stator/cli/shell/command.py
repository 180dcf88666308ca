"""`stator shell`: on a terminal a prompt, else a script from standard input, or the statements of `-c`.

Results go to standard output: tables for a person, a line of JSON for each item where it is no terminal. Exit codes: 0
done; 1 a statement failed, and none after it was run; 2 a wrong command line.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from stator.cli import targets
from stator.errors import SettingError

if TYPE_CHECKING:
    from stator.cli.shell.session import Session, Ways

EXAMPLES = (
    ("stator shell app.db", "a prompt on a file, which a server may have in use; \\help lists its commands"),
    ("stator shell --endpoint http://127.0.0.1:8000", "on a server"),
    ("stator shell app.db -c \"SELECT * FROM songs WHERE artist = 'Low'\"", "one statement"),
    ("stator shell app.db --json < report.sql > report.jsonl", "a script; an item a line"),
)
FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="The database file, as with --data.",
    )
    targets.add_arguments(parser)
    parser.add_argument(
        "-c",
        dest="commands",
        action="append",
        metavar="STATEMENT",
        help="Run this and leave; may be given repeatedly, and hold several that end with a semicolon.",
    )
    parser.add_argument("--json", action="store_true", help="Write a line of JSON for each item.")
    parser.add_argument(
        "--dynamodb-json", action="store_true", help="As --json, in DynamoDB's JSON, which names every type."
    )
    parser.add_argument("--table", action="store_true", help="Write tables, also where it is no terminal.")
    parser.add_argument("--limit", type=int, metavar="N", help="Show at most N items of a SELECT.")
    parser.add_argument("--timing", action="store_true", help="Tell time and consumed capacity.")
    parser.add_argument("--no-history", action="store_true", help="Keep nothing of what is typed.")


def run(arguments: argparse.Namespace) -> int:
    _check(arguments)
    arguments.data = arguments.file or arguments.data
    from stator.cli.shell.rendering import Screen
    from stator.cli.shell.session import Session

    interactive = not arguments.commands and sys.stdin.isatty() and sys.stdout.isatty()
    with targets.opened(arguments) as transport:
        name = targets.resolved(arguments).name
        screen = Screen(sys.stdout, sys.stderr)
        ways = _ways(arguments, screen.is_terminal)
        session = Session(transport, name, screen, ways, input if interactive else None)
        if interactive:
            return _run_prompt(session, arguments)
        texts = arguments.commands or [sys.stdin.read()]
        return _run_script(session, texts, whole=bool(arguments.commands))


def _check(arguments: argparse.Namespace) -> None:
    if arguments.file and (arguments.data or arguments.endpoint or arguments.aws):
        raise SettingError("FILE is given together with --data, --endpoint or --aws; allowed: one of them")
    if arguments.limit is not None and arguments.limit < 1:
        raise SettingError(f"--limit is {arguments.limit}; allowed: 1 or more")
    if arguments.table and (arguments.json or arguments.dynamodb_json):
        raise SettingError("--table is given together with --json; allowed: one of them")


def _ways(arguments: argparse.Namespace, is_terminal: bool) -> Ways:
    from stator.cli.shell.session import Ways

    as_json = "dynamodb" if arguments.dynamodb_json else "plain" if arguments.json else None
    if as_json is None and not is_terminal and not arguments.table:
        as_json = "plain"
    return Ways(json=as_json, limit=arguments.limit, timing=arguments.timing)


def _run_prompt(session: Session, arguments: argparse.Namespace) -> int:
    from stator.cli.shell.terminal import history_file, prompt_for, run_terminal

    session.screen.line(
        f"Stator's shell on {session.name}. Statements end with ; \\help tells more, \\q leaves."
    )
    prompt = prompt_for(session, None if arguments.no_history else history_file())
    run_terminal(session, prompt)
    return 0


def _run_script(session: Session, texts: list[str], whole: bool) -> int:
    """`whole`: each text was given on the command line, and has no lines to name."""
    from stator.cli.shell.reading import entries_of
    from stator.cli.shell.session import Failed, Left

    try:
        for text in texts:
            for entry in entries_of(text):
                try:
                    session.run(entry)
                except Failed as failure:
                    place = "" if whole else f"line {entry.line}: "
                    session.screen.complain(f"stator: {place}{failure}")
                    return FAILED
    except Left:
        return 0
    except BrokenPipeError:
        # Whoever read the output has enough of it; what is still buffered has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    if session.waiting is not None:
        session.screen.complain("stator: a transaction began and was not committed: nothing of it was sent")
        return FAILED
    return 0
