"""Where a command's database is: a file, a server or AWS, by one option, for every system's command line."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import stator
from stator.errors import StatorError

AWS: Final = "aws"
MEMORY: Final = ":memory:"


class NoFileError(StatorError):
    """The file that a command would read is not there."""


@dataclass(frozen=True, slots=True)
class Place:
    """`name`: a file's path, a server's URL, or `aws`. `region`: where a session goes, and what ARNs carry."""

    name: str
    region: str | None = None

    @property
    def is_file(self) -> bool:
        return self.name not in (AWS, MEMORY) and not self.name.startswith(("http://", "https://"))

    def open(self, *, makes: bool = False, hint: str = "") -> stator.DB:
        """`makes`: whether a file that is not there is made; `hint`: what makes it, for its error. Raises NoFileError,
        StatorError."""
        if self.is_file and not makes and not Path(self.name).exists():
            raise NoFileError(
                f"{self.name} is not there{': ' if hint else ''}{hint}; --database names another place"
            )
        return stator.open(_session(self.region) if self.name == AWS else self.name, region=self.region)

    def options(self, default: str) -> str:
        """The options that lead here, for a line that a person may copy. `default`: the place without any."""
        told = "" if self.name == default else f" --database {self.name}"
        return told + (f" --region {self.region}" if self.region else "")


def add_place(parser: Any, variable: str, default: str) -> None:
    """`--database` and `--region`, to a parser or a group of its options. `variable`: of the environment, which names
    another default."""
    parser.add_argument(
        "--database",
        metavar="PATH|URL|aws",
        default=os.environ.get(variable) or default,
        help=f"a file, a server's URL, or AWS [default: ${variable}, else {default}]",
    )
    parser.add_argument("--region", metavar="NAME", help="AWS's region [default: as boto3 finds it]")


def place_of(given: argparse.Namespace) -> Place:
    return Place(given.database, given.region)


def _session(region: str | None) -> Any:
    """As boto3 finds it. Raises StatorError."""
    try:
        import boto3  # type: ignore[import-untyped]
    except ImportError as error:
        raise StatorError("boto3 is needed to reach AWS: pip install 'stator[boto3]'") from error
    session = boto3.Session(region_name=region)
    if session.region_name is None:
        raise StatorError("AWS: no region is set; --region names one")
    if session.get_credentials() is None:
        raise StatorError("AWS: no credentials are set; `aws configure` sets them")
    return session
