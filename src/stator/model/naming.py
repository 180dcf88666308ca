"""The names of tables in an environment: made here and nowhere else.

Suffix({"dev": "", "staging": "", "production": "PROD"})      biztechEvents, biztechEventsPROD
Prefix("{environment}-truthbyte-", ["dev", "prod"])           dev-truthbyte-questions
Suffix("-{environment}")                                      letsgo-dev

Two environments whose names are the same share their tables. The one named first owns them; in another a destructive
call warns, or is refused with `guard="refuse"`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from stator.model.faults import ArgumentError, SharedEnvironmentError, SharedEnvironmentWarning

Guard = Literal["warn", "refuse", "off"]


class Naming(Protocol):
    @property
    def guard(self) -> Guard: ...

    @property
    def environments(self) -> Sequence[str]: ...

    def table_name(self, name: str, environment: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Plain:
    """Names as they are, in one environment."""

    guard: Guard = "off"
    environments: Sequence[str] = ("",)

    def table_name(self, name: str, environment: str) -> str:
        return name


@dataclass(frozen=True, slots=True)
class Suffix:
    """`suffixes`: environment -> what follows each name; or, as a prefix is, a text with the environment in it: of any
    environment, or of those `among`."""

    suffixes: Mapping[str, str] | str
    guard: Guard = "warn"
    among: Sequence[str] = ()

    @property
    def environments(self) -> Sequence[str]:
        return self.among if isinstance(self.suffixes, str) else tuple(self.suffixes)

    def table_name(self, name: str, environment: str) -> str:
        if isinstance(self.suffixes, str):
            return name + self.suffixes.format(environment=environment)
        return name + self.suffixes[environment]


@dataclass(frozen=True, slots=True)
class Prefix:
    """`prefix` goes before each name, with the environment in it; without `environments` any is taken."""

    prefix: str = "{environment}-"
    environments: Sequence[str] = ()
    guard: Guard = "warn"

    def table_name(self, name: str, environment: str) -> str:
        return self.prefix.format(environment=environment) + name


def checked_environment(naming: Naming, environment: str | None) -> str:
    """The environment to work in: the first unless one is named. Raises ArgumentError for an unknown one."""
    if environment is None:
        if not naming.environments:
            raise ArgumentError("name the environment: this design's tables carry it")
        return naming.environments[0]
    if naming.environments and environment not in naming.environments:
        raise ArgumentError(
            f"there is no environment {environment!r}; there are {', '.join(naming.environments)}"
        )
    return environment


def owner_of(naming: Naming, environment: str) -> str:
    """The environment whose tables these are."""
    name = naming.table_name("-", environment)
    return next((each for each in naming.environments if naming.table_name("-", each) == name), environment)


def guard_destruction(naming: Naming, environment: str, what: str) -> None:
    """Called before anything is destroyed. Warns SharedEnvironmentWarning, or raises SharedEnvironmentError."""
    owner = owner_of(naming, environment)
    if owner == environment or naming.guard == "off":
        return
    says = f"{what} in {environment!r}: its tables are those of {owner!r}, too"
    if naming.guard == "refuse":
        raise SharedEnvironmentError(says)
    warnings.warn(says, SharedEnvironmentWarning, stacklevel=4)
