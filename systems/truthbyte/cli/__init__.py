"""`python -m systems.truthbyte`: TruthByte on the command line.

Exit codes: 0 done; 1 it could not be done, and one line says why and what to do; 2 a wrong command line.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from stator.errors import ServiceError, StatorError
from systems.truthbyte.cli import loading, moderating, money, playing, questions
from systems.truthbyte.cli.target import PROGRAM, Target, add_options

FAILED: Final = 1
WRONG_USE: Final = 2
_MISSING: Final = "ResourceNotFoundException"

_EPILOG: Final = f"""examples:
  {PROGRAM} upload --environment dev --file questions.jsonl
      tables and questions, in ./truthbyte.db
  {PROGRAM} play --user ann
      today's ten questions
  {PROGRAM} categories --database http://127.0.0.1:8000
      what a server has
  {PROGRAM} upload --environment prod --file questions.jsonl --database aws --region us-west-2
      to AWS, with the credentials that boto3 finds
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code. Raises SystemExit for --help and a wrong command line."""
    parser = _parser()
    given = parser.parse_args(arguments)
    target = Target.of(given)
    try:
        code: int = given.run(given, target)
        sys.stdout.flush()
        return code
    except ServiceError as error:
        return _failed(_told(error, target))
    except StatorError as error:
        return _failed(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        return _failed(f"{error.filename or 'the output'}: {error.strerror or error}")
    except KeyboardInterrupt:
        return _failed("interrupted")


def _told(error: ServiceError, target: Target) -> str:
    if error.code != _MISSING:
        return f"{error.code}: {error.message}"
    return (
        f"{target.environment} has no tables, or not all, in {target.name}: {target.what_makes_tables} them"
    )


def _failed(says: str) -> int:
    print(f"truthbyte: {says}", file=sys.stderr)
    return FAILED


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and where the rest is told."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USE, f"truthbyte: {message} ({self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="TruthByte: questions that are true or false, ten a day. "
        "It runs in a file, on a server and on AWS.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    shared = argparse.ArgumentParser(add_help=False)
    add_options(shared)
    for module in (loading, questions, playing, moderating, money):
        module.add_commands(commands, shared)
    return parser
