"""Who is compared: Stator in each of its durabilities, and the peers, each with the command that starts it.

A system's durability is what its answer to a write means. Peers are compared with the Stator of the same durability.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.fetching import Source, from_cargo, from_maven, from_npm, from_pypi
from benchmarks.processes import python


class Durability(StrEnum):
    """What an answered write survives."""

    SYNCED = "synced"
    """A power cut: it was synced before the answer."""
    WRITTEN = "written"
    """The end of the program: it was handed to the operating system, and synced later or never."""
    MEMORY = "memory"
    """Nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a system is started: what was fetched, an empty folder or the one with its data, and a free port."""

    installed: Path
    data: Path
    port: int


@dataclass(frozen=True, slots=True)
class System:
    """`known_by`: how its durability is known, beside the syncs that are counted in each run. `warm_up_s`: seconds of
    load before figures count. `statuses`: how it may end when it is asked to. `is_peer`: not Stator itself."""

    name: str
    title: str
    durability: Durability
    known_by: str
    command: Callable[[Place], list[str]]
    sources: tuple[Source, ...] = ()
    warm_up_s: float = 1.0
    statuses: tuple[int, ...] = (0, -15, 143)
    family: str = ""

    @property
    def is_peer(self) -> bool:
        return self.family != "stator"


def _stator(*flags: str) -> Callable[[Place], list[str]]:
    def command(place: Place) -> list[str]:
        data = [] if ":memory:" in flags else ["--data", str(place.data / "stator.db")]
        return python("-m", "stator", "serve", "--port", str(place.port), *data, *flags)

    return command


def _dynalite(*flags: str) -> Callable[[Place], list[str]]:
    def command(place: Place) -> list[str]:
        script = place.installed / "node_modules" / "dynalite" / "cli.js"
        kept = ["--path", str(place.data / "level")] if "--path" in flags else []
        return [
            "node",
            str(script),
            "--host",
            "127.0.0.1",
            "--port",
            str(place.port),
            "--createTableMs",
            "0",
            *kept,
        ]

    return command


def _moto(place: Place) -> list[str]:
    return [str(place.installed / "bin" / "moto_server"), "-H", "127.0.0.1", "-p", str(place.port)]


def _dynamodb_local(*flags: str) -> Callable[[Place], list[str]]:
    def command(place: Place) -> list[str]:
        library = place.installed / "lib"
        where = list(flags) or ["-dbPath", str(place.data)]
        main = "software.amazon.dynamodb.services.local.main.ServerRunner"
        java = ["java", f"-Djava.library.path={library}", "-cp", f"{library}/*", main]
        return [*java, "-port", str(place.port), "-sharedDb", "-disableTelemetry", *where]

    return command


def _dynoxide(*flags: str) -> Callable[[Place], list[str]]:
    def command(place: Place) -> list[str]:
        built = place.installed / "bin" / "dynoxide"
        packed = place.installed / "node_modules" / "@dynoxide" / "linux-x64" / "dynoxide"
        program = built if built.exists() else packed
        program.chmod(0o755)
        kept = ["--db-path", str(place.data / "dynoxide.db")] if "--db-path" in flags else []
        return [str(program), "serve", "--host", "127.0.0.1", "--port", str(place.port), *kept]

    return command


_DYNALITE = (Source("dynalite@4.0.0", from_npm),)
_MOTO = (Source("moto[server,dynamodb]==5.2.5", from_pypi),)
_DYNAMODB_LOCAL = (Source("software.amazon.dynamodb:DynamoDBLocal:3.0.0", from_maven),)
# The registry of npm has an older one, for machines without a compiler
_DYNOXIDE = (Source("dynoxide-rs@3.2.0", from_cargo), Source("@dynoxide/linux-x64@1.2.1", from_npm))

_NO_FILE = "it is given no file"
_OWN_PAGE = "docs/durability.md, and tests that cut the power"
# A JVM on one core compiles for long; node less so
_JVM_WARM_UP_S, _NODE_WARM_UP_S = 10.0, 3.0


def _own(name: str, title: str, durability: Durability, known_by: str, *flags: str) -> System:
    return System(name, title, durability, known_by, _stator(*flags), statuses=(0,), family="stator")


SYSTEMS = (
    _own("stator", "Stator", Durability.SYNCED, _OWN_PAGE, "--durability", "full"),
    _own("stator-relaxed", "Stator, relaxed", Durability.WRITTEN, _OWN_PAGE, "--durability", "relaxed"),
    _own("stator-memory", "Stator, in memory", Durability.MEMORY, _NO_FILE, "--data", ":memory:"),
    System(
        "dynamodb-local",
        "DynamoDB Local, on disk",
        Durability.SYNCED,
        "strace: SQLite's rollback journal and file are synced in each commit",
        _dynamodb_local(),
        _DYNAMODB_LOCAL,
        _JVM_WARM_UP_S,
        family="dynamodb-local",
    ),
    System(
        "dynamodb-local-memory",
        "DynamoDB Local, in memory",
        Durability.MEMORY,
        "its flag -inMemory",
        _dynamodb_local("-inMemory"),
        _DYNAMODB_LOCAL,
        _JVM_WARM_UP_S,
        family="dynamodb-local",
    ),
    System(
        "dynoxide",
        "dynoxide, on disk",
        Durability.SYNCED,
        "strace: the write-ahead log is synced once a write; its source leaves SQLite's synchronous at FULL",
        _dynoxide("--db-path"),
        _DYNOXIDE,
        family="dynoxide",
    ),
    System(
        "dynoxide-memory",
        "dynoxide, in memory",
        Durability.MEMORY,
        _NO_FILE,
        _dynoxide(),
        _DYNOXIDE,
        family="dynoxide",
    ),
    System(
        "dynalite",
        "dynalite, on disk",
        Durability.WRITTEN,
        "strace: LevelDB's log is written and not synced",
        _dynalite("--path"),
        _DYNALITE,
        _NODE_WARM_UP_S,
        family="dynalite",
    ),
    System(
        "dynalite-memory",
        "dynalite, in memory",
        Durability.MEMORY,
        _NO_FILE,
        _dynalite(),
        _DYNALITE,
        _NODE_WARM_UP_S,
        family="dynalite",
    ),
    System(
        "moto",
        "moto server",
        Durability.MEMORY,
        "its tables are Python objects alone",
        _moto,
        _MOTO,
        family="moto",
    ),
)
# A peer by itself, or all of its kind
NAMES = tuple(
    dict.fromkeys(name for system in SYSTEMS if system.is_peer for name in (system.family, system.name))
)


def chosen(names: frozenset[str]) -> tuple[System, ...]:
    """The systems of these names or families; Stator is always among them, as it is what they are compared with."""
    return tuple(
        system
        for system in SYSTEMS
        if not names or not system.is_peer or system.name in names or system.family in names
    )


def has_strace() -> bool:
    return shutil.which("strace") is not None
