"""The `stator` command.

Exit codes: 0 done; 1 it could not be done, one line says why and what to do; 2 a wrong command line or setting.
`stator check` has its own.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from stator import __version__
from stator.cli import dynamodb_local
from stator.cli.commands import COMMANDS, CommandModule
from stator.errors import ServiceError, SettingError, StatorError

FAILED = 1
WRONG_USE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code. Raises SystemExit for --help, --version and a wrong command line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and dynamodb_local.is_flag(given[0]):
        given.insert(0, "serve")
    module = _module_of(given)
    if given and given[0] == "serve":
        given, hints = dynamodb_local.translate(given)
        for hint in hints:
            print(f"stator: {hint}", file=sys.stderr)
    parsed = _parser(module, given[0] if given else "").parse_args(given)
    if module is None:
        _parser(None, "").print_help()
        return 0
    try:
        code = module.run(parsed)
        sys.stdout.flush()
    except SettingError as error:
        print(f"stator: {error}", file=sys.stderr)
        return WRONG_USE
    except StatorError as error:
        print(f"stator: {error}", file=sys.stderr)
        return FAILED
    except ServiceError as error:
        print(f"stator: {error.code}: {error.message}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        _leave_standard_output()
        return FAILED
    except OSError as error:
        print(f"stator: {_place_of(error)}: {error.strerror or error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    return code


def _place_of(error: OSError) -> str:
    if error.filename is not None:
        return os.fsdecode(error.filename) if isinstance(error.filename, bytes) else str(error.filename)
    _leave_standard_output()
    return "the output cannot be written"


def _leave_standard_output() -> None:
    """Whoever read it has gone: what is left of it must not be tried again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and where the rest is told. `chosen`: the command, for arguments that none takes,
    which argparse finds out too late to know whose they were."""

    chosen: str | None = None

    def error(self, message: str) -> NoReturn:
        name = self.chosen or self.prog
        self.exit(WRONG_USE, f"{name}: {message} ({name} --help)\n")


def _module_of(arguments: list[str]) -> CommandModule | None:
    command = COMMANDS.get(arguments[0]) if arguments else None
    return command.load() if command else None


def _parser(module: CommandModule | None, name: str) -> argparse.ArgumentParser:
    """A parser that knows every command by name and the chosen one in full."""
    parser = _Parser(
        prog="stator",
        description="DynamoDB in one package: a durable database file, served to every AWS SDK.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"stator {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND")
    for each, command in COMMANDS.items():
        chosen = commands.add_parser(
            each,
            help=command.summary,
            description=command.summary,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if module is not None and each == name:
            parser.chosen = chosen.prog
            module.add_arguments(chosen)
            chosen.epilog = _examples(module)
    return parser


def _examples(module: CommandModule) -> str:
    lines = [f"  {line}\n      {text}" for line, text in module.EXAMPLES]
    return "\n".join(["examples:", *lines])
