"""Costs: what access patterns consumed, by table, in units and in money."""

from __future__ import annotations

import io
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pydantic", reason="pydantic is not installed")
pytest.importorskip("rich", reason="rich is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from rich.console import Console

import stator
from stator.metering import Meter, Used
from stator.model import AlreadyExistsError, Design, Entity, Gsi, Prefix, Stored, Table, get, query
from systems.costs import (
    AccessPattern,
    Measured,
    PricesError,
    Report,
    StoredTable,
    measure,
    prices,
    refused,
)
from systems.costs.markdown import costs_table, money, units
from systems.costs.terminal import show, show_beside

OWN = Path(__file__).resolve().parents[3] / "systems" / "costs" / "prices.json"


class Thing(Entity):
    stored = Stored(table="things")

    id: str
    kind: str
    note: str = ""


class Log(Entity):
    stored = Stored(table="log")

    id: str


class Things(Design):
    naming = Prefix("{environment}-", ("dev", "prod"))
    tables = (
        Table("things", pk="id", type_attribute=None, indexes=[Gsi("byKind", "kind")]),
        Table("log", pk="id", type_attribute=None, recovery=True),
    )
    entities = (Thing, Log)

    @get(Thing)
    def thing(self, id: str) -> None:
        """A thing."""

    @query(Thing)
    def of_kind(self, kind: str) -> None:
        """The things of a kind."""


def reported(environment: str, note_bytes: int) -> Report:
    with stator.open() as db:
        meter = Meter(db)
        things = Things(meter.db, environment)
        things.create_tables()
        thing = Thing(id="a", kind="k", note="x" * note_bytes)

        def create_and_log() -> None:
            with things.transaction() as every:
                every.create(thing)
                every.create(Log(id="1"))

        patterns = [
            AccessPattern("create", "A thing, and a line in the log.", create_and_log),
            AccessPattern(
                "create again", "Refused.", refused(AlreadyExistsError, lambda: things.create(thing))
            ),
            AccessPattern("one", "A thing | by its id.", lambda: things.thing("a")),
            AccessPattern("of a kind", "By the index.", lambda: things.of_kind("k").all()),
            AccessPattern("nothing", "Asks nothing.", lambda: None),
        ]
        names = [things.table_name(name) for name in ("things", "log")]
        return measure(meter, environment, patterns, names)


@pytest.fixture(scope="module")
def dev() -> Report:
    return reported("dev", 1500)


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=160)


def text_of(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_pattern_has_its_units_by_table(dev: Report) -> None:
    create, again, one, by_kind, nothing = dev.patterns
    assert [each.requests for each in dev.patterns] == [1, 1, 1, 1, 0]
    assert (create.used["dev-things"].write_units, create.used["dev-log"].write_units) == (6, 2)
    assert (again.refused, again.total) == (1, Used())
    assert (one.total.read_units, one.total.items, by_kind.total.read_units) == (0.5, 1, 0.5)
    assert nothing.total == Used()
    assert dev.used_in("dev-things").read_units == 1


def test_each_table_has_what_it_stores(dev: Report) -> None:
    size = len("idakindknote") + 1500
    assert dev.tables == (
        StoredTable("dev-things", 1, 2, 2 * size, size, False),
        StoredTable("dev-log", 1, 1, len("id1"), 0, True),
    )


def test_what_should_be_refused_and_is_not_fails() -> None:
    with pytest.raises(AssertionError, match="not refused with KeyError"):
        refused(KeyError, lambda: None)()


# Money


def test_units_cost_what_the_price_file_says() -> None:
    by = prices()
    measured = Measured("x", "", 3, 0, 1, {"t": Used(0.5, 2.0), "u": Used(1.5, 0)})
    assert by.of(measured) == (2 * Decimal("0.125") + 2 * Decimal("0.625") + Decimal("0.20")) / 1_000_000
    assert by.million(measured) == Decimal("1.70")


def test_storage_costs_by_the_month_with_its_overhead_and_recovery() -> None:
    by = prices()
    table = StoredTable("t", 10, 20, 2**30 - 2000, 0, is_recoverable=False)
    assert by.month(table) == Decimal("0.25")
    assert by.month(StoredTable("t", 10, 20, 2**30 - 2000, 0, is_recoverable=True)) == Decimal("0.45")


def test_the_price_file_has_its_date_its_region_and_its_source() -> None:
    by = prices()
    assert (by.region, by.currency, by.as_of) == ("us-east-1", "USD", "2024-11-01")
    assert by.source.startswith("https://aws.amazon.com/dynamodb/pricing/")


WRONG = [
    ("{", "Expecting"),
    ("[]", "indices"),
    ({"region": None}, "it has no region"),
    ({"region": 7}, "region is 7"),
    ({"read_units_per_million": 0.125}, "read_units_per_million is 0.125; a price is a text"),
    ({"read_units_per_million": "-1"}, "a price is a text"),
    ({"read_units_per_million": "NaN"}, "a price is a text"),
    ({"item_overhead_bytes": "100"}, "item_overhead_bytes is '100'"),
]


@pytest.mark.parametrize(("change", "says"), WRONG)
def test_a_price_file_that_is_wrong_is_refused_by_its_member(
    tmp_path: Path, change: str | dict[str, Any], says: str
) -> None:
    place = tmp_path / "mine.json"
    text = change
    if isinstance(change, dict):
        members = {**json.loads(OWN.read_text("utf-8")), **change}
        text = json.dumps({name: value for name, value in members.items() if value is not None})
    place.write_text(str(text), "utf-8")
    with pytest.raises(PricesError, match=says):
        prices(place)
    with pytest.raises(PricesError, match=r"none\.json"):
        prices(str(tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("0.3125", "0.3125"),
        ("0.00015", "0.0002"),
        ("12.5", "12.50"),
        ("1234", "1,234.00"),
        ("0.000000123", "0.00000012"),
    ],
)
def test_money_has_the_places_that_it_takes(value: str, text: str) -> None:
    assert money(Decimal(value)) == text


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (0.5, "0.5"), (100.0, "100"), (1234.5, "1,234.5")])
def test_units_have_no_needless_places(value: float, text: str) -> None:
    assert units(value) == text


# Pages and terminals


def test_a_report_in_markdown_has_a_row_for_each_pattern_and_table(dev: Report) -> None:
    text = costs_table(dev, prices())
    assert "| create again | Refused. | 1 (1 refused) | 0 | 0 | 0 | 0 | 0 |" in text
    assert "A thing \\| by its id." in text
    assert "| `dev-things` | 1 | 6 | 1 |" in text
    assert "us-east-1, on-demand, as of 2024-11-01" in text


def test_a_report_for_a_terminal_says_where_the_prices_are_from(dev: Report, console: Console) -> None:
    show(console, dev)
    text = text_of(console)
    assert "Access patterns in dev" in text
    assert "create again (refused)" in text
    assert "as of 2024-11-01" in text


def test_environments_stand_side_by_side(dev: Report, console: Console) -> None:
    show_beside(console, [dev, reported("prod", 9000)])
    lines = text_of(console).splitlines()
    one = next(line for line in lines if line.split()[:1] == ["one"])
    assert one.split() == [
        "one",
        "0.5",
        "0",
        "0.0625",
        "1.5",
        "0",
        "0.1875",
    ]
    assert any("dev-log" in line and "prod-log" in line for line in lines)
