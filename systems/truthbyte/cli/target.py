"""Which database and which environment a command goes to: its options, and the open game."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import stator
from stator.errors import StatorError
from systems.truthbyte.design import ENVIRONMENTS
from systems.truthbyte.game import TruthByte
from systems.truthbyte.world import Settings

Commands = Any
"""What argparse's add_subparsers returns; it has no public name."""

AWS: Final = "aws"
DEFAULT: Final = "truthbyte.db"
DATABASE_VARIABLE: Final = "TRUTHBYTE_DATABASE"
SALT_VARIABLE: Final = "TRUTHBYTE_IP_SALT"


class NoDatabaseError(StatorError):
    """The file that a command would read is not there."""


@dataclass(frozen=True, slots=True)
class Target:
    """`name`: a file's path, a server's URL, or `aws`. `region`: where a session goes, and what ARNs carry."""

    environment: str
    name: str
    region: str | None

    @classmethod
    def of(cls, given: argparse.Namespace) -> Target:
        named = given.environment or ENVIRONMENTS[0]
        return cls(named if isinstance(named, str) else named[0], given.database, given.region)

    @property
    def options(self) -> str:
        """The options that lead here, for a line that a person may copy."""
        told = f" --environment {self.environment}"
        if self.name != DEFAULT:
            told += f" --database {self.name}"
        return told + (f" --region {self.region}" if self.region else "")

    @property
    def is_file(self) -> bool:
        return self.name != AWS and not self.name.startswith(("http://", "https://", ":memory:"))

    @contextmanager
    def database(self, *, may_make: bool = False) -> Iterator[stator.DB]:
        """`may_make`: whether a file that is not there is made. Raises NoDatabaseError, StatorError."""
        if self.is_file and not may_make and not Path(self.name).exists():
            raise NoDatabaseError(
                f"{self.name} is not there: `python -m systems.truthbyte create{self.options}` makes it, and so does"
                " `upload`; another place is named by --database"
            )
        place = _session(self.region) if self.name == AWS else self.name
        with stator.open(place, region=self.region) as db:
            yield db

    @contextmanager
    def game(self, *, may_make: bool = False) -> Iterator[TruthByte]:
        """An open game. Raises as `database` does."""
        with self.database(may_make=may_make) as db:
            yield self.game_on(db)

    def game_on(self, db: stator.DB) -> TruthByte:
        settings = Settings(ip_salt=os.environ.get(SALT_VARIABLE, ""))
        return TruthByte(db, self.environment, settings=settings)


def add_options(parser: argparse.ArgumentParser) -> None:
    add_environment(parser)
    add_database(parser)


def add_environment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--environment",
        choices=ENVIRONMENTS,
        default=ENVIRONMENTS[0],
        help="Whose tables: {environment}-truthbyte-questions and so on. [default: %(default)s]",
    )


def add_database(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database",
        metavar="PATH|URL|aws",
        default=os.environ.get(DATABASE_VARIABLE) or DEFAULT,
        help=f"A file, a server's URL, or AWS. [default: ${DATABASE_VARIABLE}, else {DEFAULT}]",
    )
    parser.add_argument("--region", metavar="NAME", help="AWS's region. [default: as boto3 finds it]")


def _session(region: str | None) -> Any:
    try:
        import boto3  # type: ignore[import-untyped]
    except ImportError as error:
        raise StatorError("boto3 is needed to reach AWS: pip install 'stator[boto3]'") from error
    return boto3.Session(region_name=region)
