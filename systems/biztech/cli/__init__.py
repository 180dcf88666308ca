"""`python -m systems.biztech`: the club on the command line.

Exit codes: 0 done; 1 it could not be done, and one line says why; 2 a wrong command line; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn, TypeAlias

from pydantic import ValidationError

from stator.errors import ServiceError, StatorError
from systems.biztech.cli.screen import say
from systems.biztech.cli.session import PROGRAM, Session, add_options

FAILED: Final = 1
WRONG_USE: Final = 2
INTERRUPTED: Final = 130

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Run = Callable[[Session, argparse.Namespace], int | None]

_ABOUT: Final = """BizTech: a student club's events, from the registration to the stock exchange.
It runs in a file, on a server and on AWS."""

_EPILOG: Final = f"""An event is named by its id and its year: blueprint;2026, in quotes for the shell.

examples:
  {PROGRAM} seed-demo
      makes ./biztech.db with an invented club in it
  {PROGRAM} event show 'blueprint;2026'
      who has a place there, and who waits for one
  {PROGRAM} tables create --environment production --database http://127.0.0.1:8000
      the 26 tables of production, on a server
  {PROGRAM} gateway --consume --database http://127.0.0.1:8000
      sends prices and the wall to who listens; `watch` is one who does
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code. Raises SystemExit for --help and a wrong command line."""
    given = _parser().parse_args(arguments)
    session = Session.of(given)
    try:
        with warnings.catch_warnings(), session:
            warnings.showwarning = _show_warning
            code: int = given.run(session, given) or 0
            sys.stdout.flush()
            return code
    except ValidationError as error:
        return _failed(_told_of(error))
    except (StatorError, ServiceError) as error:
        return _failed(_told(error, session))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        return _failed(f"{error.filename or session.place.name}: {error.strerror or error}")
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED


def _told(error: Exception, session: Session) -> str:
    if isinstance(error, ServiceError) and error.code == "ResourceNotFoundException":
        return (
            f"{session.environment} has no tables, or not all, in {session.place.name}: "
            f"`{PROGRAM} tables create{session.options}` makes them"
        )
    return " ".join(str(error).split())


def _told_of(error: ValidationError) -> str:
    """The first value that is wrong."""
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}, not {first['input']!r}"


def _failed(says: str) -> int:
    print(f"biztech: {says}", file=sys.stderr)
    return FAILED


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    say(f"warning: {message}", style="yellow")


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and where the rest is told."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USE, f"biztech: {message} ({self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    from systems.biztech.cli import (
        events,
        kickstart,
        live,
        members,
        money,
        points,
        stickers,
        tables,
        trading,
    )

    parser = _Parser(
        prog=PROGRAM, description=_ABOUT, epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND ...", required=True, parser_class=_Parser
    )
    shared = argparse.ArgumentParser(add_help=False)
    add_options(shared)
    for module in (tables, events, members, points, stickers, kickstart, trading, live, money):
        module.add_commands(commands, shared)
    return parser
