"""What a command works with: the club in its environment, opened when it is first needed, and the console."""

from __future__ import annotations

import argparse
from functools import cached_property
from types import TracebackType
from typing import Final

from rich.console import Console

import stator
from systems.biztech.cli.screen import new_console
from systems.biztech.club import BizTech
from systems.biztech.design import SUFFIXES
from systems.place import Place, add_place, place_of

PROGRAM: Final = "python -m systems.biztech"
DEFAULT: Final = "biztech.db"
VARIABLE: Final = "BIZTECH_DATABASE"


class Session:
    """Used with `with`, which closes the database. `makes`: whether a file that is not there is made."""

    def __init__(self, place: Place, environment: str, *, makes: bool = False) -> None:
        self.place = place
        self.environment = environment
        self._makes = makes

    @classmethod
    def of(cls, given: argparse.Namespace) -> Session:
        return cls(place_of(given), given.environment, makes=getattr(given, "makes", False))

    @cached_property
    def console(self) -> Console:
        return new_console()

    @cached_property
    def database(self) -> stator.DB:
        """Raises StatorError for a file that is not there, and as `stator.open` does."""
        hint = f"`{PROGRAM} tables create{self.options}` makes it, and so does `seed-demo`"
        return self.place.open(makes=self._makes, hint=hint)

    @cached_property
    def club(self) -> BizTech:
        return BizTech(self.database, self.environment)

    @property
    def options(self) -> str:
        """The options that lead here, for a line that a person may copy."""
        told = "" if self.environment == next(iter(SUFFIXES)) else f" --environment {self.environment}"
        return told + self.place.options(DEFAULT)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "database" in vars(self):
            self.database.close()


def add_options(shared: argparse.ArgumentParser) -> None:
    parser = shared.add_argument_group("where")
    parser.add_argument(
        "--environment",
        choices=tuple(SUFFIXES),
        default=next(iter(SUFFIXES)),
        help="whose tables; dev and staging have the same [default: %(default)s]",
    )
    add_place(parser, VARIABLE, DEFAULT)
