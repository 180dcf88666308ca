"""What a command works with: the club in its environment, opened when it is first needed, and the console."""

from __future__ import annotations

import argparse
import os
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from rich.console import Console

import stator
from stator.errors import StatorError
from systems.biztech.cli.screen import new_console
from systems.biztech.club import BizTech
from systems.biztech.design import SUFFIXES

PROGRAM: Final = "python -m systems.biztech"
AWS: Final = "aws"
DEFAULT: Final = "biztech.db"
VARIABLE: Final = "BIZTECH_DATABASE"


class Session:
    """Used with `with`, which closes the database. `name`: a file's path, a server's URL, or `aws`. `makes`: whether a
    file that is not there is made."""

    def __init__(
        self, name: str, environment: str, region: str | None = None, *, makes: bool = False
    ) -> None:
        self.name = name
        self.environment = environment
        self.region = region
        self._makes = makes

    @classmethod
    def of(cls, given: argparse.Namespace) -> Session:
        return cls(given.database, given.environment, given.region, makes=getattr(given, "makes", False))

    @cached_property
    def console(self) -> Console:
        return new_console()

    @cached_property
    def database(self) -> Any:
        """Raises StatorError for a file that is not there, and as `stator.open` does."""
        if self._is_file and not self._makes and not Path(self.name).exists():
            raise StatorError(
                f"{self.name} is not there: `{PROGRAM} tables create{self.options}` makes it, and so does `seed-demo`; "
                "another place is named by --database"
            )
        return stator.open(_aws(self.region) if self.name == AWS else self.name)

    @cached_property
    def club(self) -> BizTech:
        return BizTech(self.database, self.environment)

    @property
    def options(self) -> str:
        """The options that lead here, for a line that a person may copy."""
        told = "" if self.environment == next(iter(SUFFIXES)) else f" --environment {self.environment}"
        told += "" if self.name == DEFAULT else f" --database {self.name}"
        return told + (f" --region {self.region}" if self.region else "")

    @property
    def _is_file(self) -> bool:
        return self.name not in (AWS, ":memory:") and not self.name.startswith(("http://", "https://"))

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
    parser.add_argument(
        "--database",
        metavar="PATH|URL|aws",
        default=os.environ.get(VARIABLE) or DEFAULT,
        help=f"a file, a server's URL, or AWS [default: ${VARIABLE}, else {DEFAULT}]",
    )
    parser.add_argument("--region", metavar="NAME", help="AWS's region [default: as boto3 finds it]")


def _aws(region: str | None) -> Any:
    try:
        import boto3  # type: ignore[import-untyped]
    except ImportError as error:
        raise StatorError("boto3 is needed to reach AWS: pip install 'stator[boto3]'") from error
    return boto3.Session(region_name=region)
