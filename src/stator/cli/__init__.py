"""The `stator` command.

Exit codes: 0 done; 1 it could not be done, one line says why and what to do; 2 a wrong command line or setting.
`stator check` has its own.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

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
    except KeyboardInterrupt:
        return FAILED
    return code


def _leave_standard_output() -> None:
    """Whoever read it has gone: what is left of it must not be tried again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _module_of(arguments: list[str]) -> CommandModule | None:
    command = COMMANDS.get(arguments[0]) if arguments else None
    return command.load() if command else None


def _parser(module: CommandModule | None, name: str) -> argparse.ArgumentParser:
    """A parser that knows every command by name and the chosen one in full."""
    parser = argparse.ArgumentParser(
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
            module.add_arguments(chosen)
            chosen.epilog = _examples(module)
    return parser


def _examples(module: CommandModule) -> str:
    lines = [f"  {line}\n      {text}" for line, text in module.EXAMPLES]
    return "\n".join(["examples:", *lines])
