"""What a benchmark found, ready to be shown: rows with a budget or without, and what misses it."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.wrk import Run


@dataclass(frozen=True, slots=True)
class Floor:
    """What the machine allows beside a load. Rates per second; None where it says nothing about the load."""

    do_nothing: Run | None = None
    sqlite_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One load's medians. Budgets: requests a second at least, p99 at most, or at least this share of raw SQLite."""

    name: str
    title: str
    connections: int
    run: Run
    floor: Floor
    rate_budget: float | None = None
    p99_budget_us: float | None = None
    sqlite_share_budget: float | None = None
    note: str = ""

    @property
    def sqlite_share(self) -> float | None:
        return self.run.requests_per_s / self.floor.sqlite_per_s if self.floor.sqlite_per_s else None

    @property
    def busy_share(self) -> float | None:
        """Of one core, what the server used. Under 100 % it waited: for the disk, the load, or others' programs."""
        return self.run.requests_per_s * self.run.cpu_us / 1e6 or None

    @property
    def do_nothing_share(self) -> float | None:
        return (
            self.run.requests_per_s / self.floor.do_nothing.requests_per_s if self.floor.do_nothing else None
        )

    def misses(self) -> list[str]:
        """Sentences about what is not as it should be; none if all is well."""
        if self.run.errors:
            return [f"INVALID, there were errors: {self.run.errors}"]
        found = []
        if self.rate_budget and self.run.requests_per_s < self.rate_budget:
            found.append(f"{self.run.requests_per_s:,.0f} requests/s, the budget is {self.rate_budget:,.0f}")
        if self.p99_budget_us and self.run.p99_us > self.p99_budget_us:
            found.append(f"p99 is {self.run.p99_us / 1e3:.1f} ms, the budget {self.p99_budget_us / 1e3:g} ms")
        share = self.sqlite_share
        if self.sqlite_share_budget and share is not None and share < self.sqlite_share_budget:
            found.append(f"{share:.0%} of raw SQLite, the budget is {self.sqlite_share_budget:.0%}")
        return found


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure that should be small: a time, memory, a file's size."""

    name: str
    title: str
    measured: float
    unit: str
    budget: float | None = None
    note: str = ""

    def misses(self) -> list[str]:
        if self.budget is None or self.measured <= self.budget:
            return []
        return [f"{self.measured:.4g} {self.unit}, the budget is {self.budget:g} {self.unit}"]


Row = LoadRow | FigureRow


@dataclass(frozen=True, slots=True)
class Results:
    """All rows of one run, in the order they were measured. `doors`: microseconds of a get and a put by each."""

    rows: list[Row] = field(default_factory=list)
    doors: dict[str, tuple[float, float]] = field(default_factory=dict)

    def loads(self) -> list[LoadRow]:
        return [row for row in self.rows if isinstance(row, LoadRow)]

    def figures(self) -> list[FigureRow]:
        return [row for row in self.rows if isinstance(row, FigureRow)]

    def misses(self) -> list[str]:
        return [f"{row.title}{_connections(row)}: {miss}" for row in self.rows for miss in row.misses()]


def _connections(row: Row) -> str:
    return f", {row.connections} connections" if isinstance(row, LoadRow) else ""
