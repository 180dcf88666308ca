"""What the calls of one test cost: a line for each place in the code, operation, table and index."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from stator.api.call import Call, Request
from stator.errors import ServiceError
from stator.testing.asking import tables_named
from stator.testing.call_sites import CallSites

Key = tuple[str, str, str, str]
"""Site, operation, table (several of a batch joined by commas), index."""


class Line(msgspec.Struct):
    """Calls of one kind from one place. `scans`: those that began to read all of a table or an index, without a key."""

    site: str
    operation: str
    table: str
    index: str
    calls: int = 0
    items_read: int = 0
    items_returned: int = 0
    read_units: float = 0.0
    write_units: float = 0.0
    scans: int = 0
    failed: int = 0

    @property
    def pattern(self) -> str:
        """The access pattern: `Query Orders/by-customer`."""
        place = f"{self.table}/{self.index}" if self.index else self.table
        return f"{self.operation} {place}".rstrip()

    def add(self, other: Line) -> None:
        for name in ("calls", "items_read", "items_returned", "read_units", "write_units", "scans", "failed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def shown(self) -> str:
        """In words: what is 0 is left out."""
        parts = [counted(self.calls, "call")]
        if self.items_read or self.items_returned:
            parts.append(f"{counted(self.items_read, 'item')} read, {self.items_returned} returned")
        parts += [f"{self.read_units:g} RCU"] if self.read_units else []
        parts += [f"{self.write_units:g} WCU"] if self.write_units else []
        parts += [counted(self.scans, "scan")] if self.scans else []
        parts += [f"{self.failed} failed"] if self.failed else []
        return "  ".join(parts)


class Ledger:
    """Of one test. Shared by threads: `_lock` guards the lines."""

    def __init__(self, sites: CallSites) -> None:
        self._sites = sites
        self._lock = threading.Lock()
        self._lines: dict[Key, Line] = {}

    def observe(self, call: Call, request: Request) -> Callable[[ServiceError | None], None]:
        """A bench's observer."""
        site = self._sites.here()

        def end(error: ServiceError | None) -> None:
            self.add(_line(site, call, request, error))

        return end

    def add(self, line: Line) -> None:
        key = line.site, line.operation, line.table, line.index
        with self._lock:
            known = self._lines.setdefault(key, line)
            if known is not line:
                known.add(line)

    def lines(self) -> list[Line]:
        """In the order in which they came up."""
        return list(self._lines.values())


def total(lines: Iterable[Line]) -> Line:
    summed = Line("", "", "", "")
    for line in lines:
        summed.add(line)
    return summed


def by_pattern(lines: Iterable[Line]) -> dict[str, Line]:
    """What each access pattern cost, wherever it was called from."""
    patterns: dict[str, Line] = {}
    for line in lines:
        known = patterns.setdefault(line.pattern, Line("", line.operation, line.table, line.index))
        known.add(line)
    return patterns


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _line(site: str, call: Call, request: Request, error: ServiceError | None) -> Line:
    tables = ",".join(sorted(set(tables_named(request)))) or call.table or ""
    return Line(
        site,
        call.operation,
        tables,
        call.index or "",
        1,
        call.items_read,
        call.items_returned,
        call.read_units,
        call.write_units,
        int(call.is_scan and _begins(request)),
        int(error is not None),
    )


def _begins(request: Request) -> bool:
    """Whether it is the first page, and of parallel scans the first segment."""
    further: Any = request.get("ExclusiveStartKey") or request.get("NextToken") or request.get("Segment")
    return not further
