"""Access patterns -> what each consumed: they are run once, in order, on a metered database.

The units are those that the database answers with, so a pattern's cost is that of the data that is there: load real
data first. The bytes of tables are the database's own count; on AWS that is up to six hours old.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stator.errors import StatorError
from stator.metering import Meter, Used


class DataMissingError(StatorError):
    """The real data that costs are measured on is not there; the message names the file."""


@dataclass(frozen=True, slots=True)
class AccessPattern:
    """`name`: as the system calls it; `about`: a sentence. `run` does it once; what it returns is dropped."""

    name: str
    about: str
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Measured:
    """An access pattern that was run once. `used`: table -> units, items and bytes. `refused`: how many of its requests
    were; a refused write is charged too, but its error does not say how much. `stream_reads`: requests that read a
    stream."""

    name: str
    about: str
    requests: int
    refused: int
    stream_reads: int
    used: Mapping[str, Used]

    @property
    def total(self) -> Used:
        return sum(self.used.values(), Used())


@dataclass(frozen=True, slots=True)
class StoredTable:
    """What a table holds. `copies`: items in it and in each of its indexes, together; `item_bytes`: theirs, of which
    `index_bytes` in indexes. `is_recoverable`: whether point-in-time recovery is on."""

    name: str
    items: int
    copies: int
    item_bytes: int
    index_bytes: int
    is_recoverable: bool


@dataclass(frozen=True, slots=True)
class Report:
    """`environment`: "" where there is only one."""

    environment: str
    patterns: Sequence[Measured]
    tables: Sequence[StoredTable]

    def used_in(self, table: str) -> Used:
        """What all patterns together used in a table."""
        return sum((each.used.get(table, Used()) for each in self.patterns), Used())


def measure(
    meter: Meter[Any], environment: str, patterns: Iterable[AccessPattern], tables: Iterable[str]
) -> Report:
    """Runs the patterns, which go through `meter.db`, and then asks for the tables' sizes. What a pattern raises passes
    through (`refused` takes what is meant to be refused)."""
    measured = tuple(_measured(meter, pattern) for pattern in patterns)
    return Report(environment, measured, tuple(_stored(meter.db, name) for name in tables))


def refused(error: type[Exception], run: Callable[[], object]) -> Callable[[], None]:
    """For a pattern that is a refusal: raises AssertionError if it is not refused with `error`."""

    def run_refused() -> None:
        try:
            run()
        except error:
            return
        raise AssertionError(f"not refused with {error.__name__}")

    return run_refused


def _measured(meter: Meter[Any], pattern: AccessPattern) -> Measured:
    meter.taken()
    pattern.run()
    sent = meter.taken()
    used: dict[str, Used] = {}
    for each in sent:
        for table, more in each.used.items():
            used[table] = used.get(table, Used()) + more
    return Measured(
        pattern.name,
        pattern.about,
        len(sent),
        sum(each.is_refused for each in sent),
        sum(each.stream_reads for each in sent),
        used,
    )


def _stored(db: Any, name: str) -> StoredTable:
    table = db.client.describe_table(TableName=name)["Table"]
    indexes = [*table.get("GlobalSecondaryIndexes", ()), *table.get("LocalSecondaryIndexes", ())]
    index_bytes = sum(index.get("IndexSizeBytes", 0) for index in indexes)
    return StoredTable(
        name,
        table["ItemCount"],
        table["ItemCount"] + sum(index.get("ItemCount", 0) for index in indexes),
        table["TableSizeBytes"] + index_bytes,
        index_bytes,
        _is_recoverable(db, name),
    )


def _is_recoverable(db: Any, name: str) -> bool:
    backups = db.client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    return bool(recovery.get("PointInTimeRecoveryStatus") == "ENABLED")
