"""One run as JSON, complete enough that the page and its plots can be made again from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from benchmarks.errors import BenchmarkError
from benchmarks.results import FigureRow, LoadRow, Results
from benchmarks.wrk import Run

NOTHING = "nothing"
"""The name under which the do-nothing server's cells stand beside the systems'."""

HTTP = "http"
# Doors whose figures have budgets; `doors` itself imports boto3, which not everybody has
NATIVE, BOTO3 = "stator.open, memory", "boto3 in process, memory"
BOTO3_OVER_HTTP = "boto3 over HTTP, stator in memory"


@dataclass(frozen=True, slots=True)
class Cell:
    """One system under one workload. `items`: the size of the comparison; `note`: why it was not measured. `door`:
    the way in; for now all go through HTTP."""

    system: str
    items: int
    workload: str
    keys: str
    connections: int
    run: Run | None = None
    note: str = ""
    door: str = HTTP

    @property
    def place(self) -> tuple[int, str, str, int, str]:
        """What must be equal for two systems to be compared."""
        return (self.items, self.workload, self.keys, self.connections, self.door)

    @property
    def rate(self) -> float | None:
        """Requests a second; None if it was not measured, or with errors."""
        return self.run.requests_per_s if self.run and not self.run.errors else None


@dataclass(slots=True)
class SystemFacts:
    """What is known of one system; `left_out` says why it was not measured. Sizes and memory by number of items."""

    name: str
    title: str
    family: str
    durability: str
    known_by: str
    version: str = ""
    left_out: str = ""
    syncs_per_put: float | None = None
    ready_s: float | None = None
    idle_bytes: float | None = None
    memory_bytes: dict[int, float] = field(default_factory=dict)
    disk_ratio: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class Record:
    """A run: of which machine, at which pace, and all that it found. `doors`: microseconds of a get and a put."""

    machine: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    repeats: int = 0
    compared_seconds: float = 0.0
    others_share: float = 0.0
    loads: list[LoadRow] = field(default_factory=list)
    figures: list[FigureRow] = field(default_factory=list)
    systems: list[SystemFacts] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    sqlite: dict[int, dict[str, float]] = field(default_factory=dict)
    doors: dict[str, tuple[float, float]] = field(default_factory=dict)

    def results(self) -> Results:
        return Results([*self.loads, *self.figures])

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")


def read(path: Path) -> Record:
    """The run that was saved there; anything else is an error."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except OSError as error:
        raise BenchmarkError(f"No run is kept at {path}: {error.strerror}") from error
    except msgspec.ValidationError as error:
        raise BenchmarkError(f"{path} is not a kept run of this version: {error}") from error
