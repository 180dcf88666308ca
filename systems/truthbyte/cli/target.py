"""Which database and which environment a command goes to: its options, and the open game."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import stator
from systems.place import Place, add_place, place_of
from systems.truthbyte.design import ENVIRONMENTS
from systems.truthbyte.game import TruthByte
from systems.truthbyte.world import Settings

Commands = Any
"""What argparse's add_subparsers returns; it has no public name."""

PROGRAM: Final = "python -m systems.truthbyte"
DEFAULT: Final = "truthbyte.db"
DATABASE_VARIABLE: Final = "TRUTHBYTE_DATABASE"
SALT_VARIABLE: Final = "TRUTHBYTE_IP_SALT"


@dataclass(frozen=True, slots=True)
class Target:
    """An environment of a database."""

    environment: str
    place: Place

    @classmethod
    def of(cls, given: argparse.Namespace) -> Target:
        """Of several environments it is the first."""
        named = given.environment or ENVIRONMENTS[0]
        return cls(named if isinstance(named, str) else named[0], place_of(given))

    @property
    def name(self) -> str:
        return self.place.name

    @property
    def what_makes_tables(self) -> str:
        """A command that a person may copy."""
        options = f"--environment {self.environment}{self.place.options(DEFAULT)}"
        return f"`{PROGRAM} create {options}` makes"

    @contextmanager
    def database(self, *, makes: bool = False) -> Iterator[stator.DB]:
        """`makes`: whether a file that is not there is made. Raises StatorError."""
        with self.place.open(makes=makes, hint=f"{self.what_makes_tables} it, and so does `upload`") as db:
            yield db

    @contextmanager
    def game(self, *, makes: bool = False) -> Iterator[TruthByte]:
        """An open game. Raises as `database` does."""
        settings = Settings(ip_salt=os.environ.get(SALT_VARIABLE, ""))
        with self.database(makes=makes) as db:
            yield TruthByte(db, self.environment, settings=settings)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--environment",
        choices=ENVIRONMENTS,
        default=ENVIRONMENTS[0],
        help="whose tables: {environment}-truthbyte-questions and so on [default: %(default)s]",
    )
    add_database(parser)


def add_database(parser: argparse.ArgumentParser) -> None:
    add_place(parser, DATABASE_VARIABLE, DEFAULT)
