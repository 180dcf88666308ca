"""Runs a pattern: makes its tables, stores its items, runs its examples, and records what each did."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from patterns.pattern import START_S, Example, Pattern, Wait
from stator.metering import Meter, Sent
from stator.model import Design, ModelError, Page, Results


@dataclass(frozen=True, slots=True)
class Done:
    """`yields`: a line for each thing."""

    example: Example
    yields: Sequence[str]
    sent: Sequence[Sent]
    waited_s: int

    @property
    def read_units(self) -> float:
        return sum(each.read_units for each in self.sent)

    @property
    def write_units(self) -> float:
        return sum(each.write_units for each in self.sent)


@dataclass(frozen=True, slots=True)
class Stored:
    """One of the pattern's items: what it cost to write, and by table what is stored then."""

    entity: str
    write_units: float


@dataclass(frozen=True, slots=True)
class Run:
    """`tables`: name -> its items once the pattern's own are stored, in the order of their keys; `after`: once the
    examples have run."""

    stored: Sequence[Stored]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    done: Sequence[Done]
    after: Mapping[str, Sequence[Mapping[str, Any]]]


class Running:
    """A pattern on a database. `design` is open, its clock the pattern's own."""

    def __init__(self, pattern: Pattern, db: Any, sleep: Callable[[float], None] = time.sleep) -> None:
        self.pattern = pattern
        self._db = db
        self._meter = Meter(db)
        self._now = START_S
        self.design: Design = pattern.design(
            self._meter.db, cursor_key=b"of the examples' cursors", now=lambda: self._now, sleep=sleep
        )

    def prepare(self) -> list[Stored]:
        """Makes the tables and stores the items."""
        self.design.create_tables()
        return [self._store(entity) for entity in self.pattern.items]

    def run(self) -> Run:
        stored = self.prepare()
        tables = self._every_item()
        done = []
        waited_s = 0
        for step in self.pattern.examples:
            if isinstance(step, Wait):
                self.wait(step.seconds)
                waited_s += step.seconds
            else:
                done.append(self._done(step, waited_s))
                waited_s = 0
        return Run(stored, tables, done, self._every_item())

    def wait(self, seconds: int) -> None:
        self._now += seconds

    def _every_item(self) -> dict[str, Sequence[Mapping[str, Any]]]:
        return {table.name: self.items_of(table) for table in tables_of(self.pattern.design)}

    def items_of(self, table: Any) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = list(
            self._db.Table(self.design.table_name(table.name)).scan(ConsistentRead=True)["Items"]
        )
        return sorted(found, key=lambda item: [item[name] for name in table.key_names])

    def _store(self, entity: Any) -> Stored:
        self.design.create(entity)
        return Stored(type(entity).__name__, sum(each.write_units for each in self._meter.taken()))

    def _done(self, example: Example, waited_s: int) -> Done:
        self._meter.taken()
        try:
            yields = lines_of(example(self.design))
        except ModelError as error:
            yields = [f"{type(error).__name__}: {error}"]
        return Done(example, yields, self._meter.taken(), waited_s)


def tables_of(design: type[Design]) -> list[Any]:
    return [*([design.table] if design.table is not None else []), *design.tables]


def lines_of(result: object) -> list[str]:
    many = isinstance(result, (list, tuple, Results, Page))
    lines = [_line(each) for each in (result if many else [result])]  # type: ignore[attr-defined]
    return (
        [*lines, "(and a cursor to the next page)"] if isinstance(result, Page) and result.cursor else lines
    )


def _line(value: object) -> str:
    """An entity without what it has not; moments as they are stored."""
    if not isinstance(value, BaseModel):
        return value if isinstance(value, str) else repr(value)
    members = {name: each for name, each in value if each is not None}
    return f"{type(value).__name__}({', '.join(f'{name}={_member(each)}' for name, each in members.items())})"


def _member(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else repr(value)
