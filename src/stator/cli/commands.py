"""The commands there are: one module each, which is imported only when its command runs.

A command's module has

    EXAMPLES                command lines, each with what it does, for its help
    add_arguments(parser)   its arguments; subcommands are subparsers of its own
    run(arguments)          does it and returns the exit code

A module imports at its top only what its arguments need: `stator --help`, and every other command, pay for that. It
raises SettingError (exit code 2) and StatorError (1), which become one line on standard error. To add a command, write
its module and name it here.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast


class CommandModule(Protocol):
    EXAMPLES: Sequence[tuple[str, str]]

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None: ...

    @staticmethod
    def run(arguments: argparse.Namespace) -> int: ...


@dataclass(frozen=True, slots=True)
class Command:
    """`module`: its full name. `summary`: what the command does, in one line."""

    module: str
    summary: str

    def load(self) -> CommandModule:
        return cast(CommandModule, import_module(self.module))


COMMANDS: dict[str, Command] = {
    "serve": Command("stator.cli.serve", "Serve a database file to every AWS SDK."),
    "shell": Command(
        "stator.cli.shell.command", "Work with a database by PartiQL, at a prompt or from a script."
    ),
    "apply": Command(
        "stator.cli.apply", "Make tables as CloudFormation, SAM, CDK or serverless.yml describes them."
    ),
    "design": Command(
        "stator.cli.design", "Show a data model: its patterns against its keys, warnings, a picture, templates."
    ),
    "check": Command("stator.cli.check", "Verify a database file, at rest or in use."),
    "dump": Command("stator.cli.dump", "Write a table's items to a file or standard output."),
    "load": Command("stator.cli.load", "Put the items of files, or of standard input, into a table."),
    "tables": Command(
        "stator.cli.tables", "Show each table: its keys, indexes, billing, size, stream, TTL, recovery."
    ),
    "stats": Command("stator.cli.stats", "Count what there is: items, indexes, and a file's log and queues."),
    "table": Command("stator.cli.table", "Back a table up as DynamoDB does, and restore it."),
    "backup": Command("stator.cli.backup", "Copy a whole database file, of one moment, while it is in use."),
}
