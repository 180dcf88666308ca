"""What access patterns cost, measured on a copy; and how the timings are told."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from truthbyte_play import Place

import stator
from systems.costs import Measured, Report, prices
from systems.truthbyte import TruthByte, costs, timings
from systems.truthbyte.transfer import items_of, line_of, table_types
from systems.truthbyte.upload import read, upload

SAMPLE = Path(__file__).resolve().parent / "sample_questions.jsonl"


def uploaded(db: Any, environment: str = "dev") -> TruthByte:
    game = TruthByte(db, environment)
    game.create_tables()
    upload(game, read(SAMPLE.read_bytes().splitlines()).questions)
    return game


@pytest.fixture(scope="module")
def report() -> Report:
    with stator.open() as db:
        uploaded(db)
        return costs.report(db, "dev")


def named(report: Report, name: str) -> Measured:
    return next(each for each in report.patterns if each.name == name)


def test_an_environment_is_measured_without_being_written(place: Place) -> None:
    db = place.open()
    game = uploaded(db)
    before = {
        table: [*map(line_of, items_of(db, game.tables.table_name(table)))]
        for table in table_types(game.tables)
    }
    told = costs.report(db, "dev")
    after = {
        table: [*map(line_of, items_of(db, game.tables.table_name(table)))]
        for table in table_types(game.tables)
    }
    assert after == before
    assert {each.name: each.items for each in told.tables} == {
        game.tables.table_name(table): len(items) for table, items in before.items()
    }
    assert all(each.is_recoverable for each in told.tables)


@pytest.mark.parametrize(
    ("name", "requests", "read_units", "write_units"),
    [
        ("question", 1, 0.5, 0),
        ("category_count", 1, 1, 0),
        ("... cached", 0, 0, 0),
        ("fetch general", 2, 5.5, 0),
        ("daily", 2, 6, 0),
        ("submit_daily, again", 3, 7, 0),
        ("profile", 1, 1, 0),
        ("reject", 1, 0, 4),
    ],
)
def test_a_pattern_takes_what_dynamodb_says(
    report: Report, name: str, requests: int, read_units: float, write_units: float
) -> None:
    measured = named(report, name)
    total = measured.total
    assert (measured.requests, total.read_units, total.write_units) == (requests, read_units, write_units)


def test_every_behaviour_of_the_game_is_measured(report: Report) -> None:
    """By the names of the facade's methods; what makes tables or is a part of another one is not a pattern."""
    told = {each.name.partition(",")[0].partition(" ")[0] for each in report.patterns}
    methods = {name for name in vars(TruthByte) if not name.startswith("_")}
    beside = {"create_tables", "recount", "questions", "add_question", "submission"}
    assert methods - told == beside


def test_a_fetch_without_the_index_costs_more(report: Report) -> None:
    index = named(report, "fetch general")
    scan = named(report, "fetch general, no index")
    assert scan.total.read_units >= index.total.read_units
    assert len(report.tables) == 9


def test_an_environment_without_questions_is_told() -> None:
    with stator.open() as db:
        TruthByte(db, "prod").create_tables()
        with pytest.raises(costs.NothingToMeasureError, match="prod has no questions"):
            costs.report(db, "prod")


def test_the_price_file_has_its_date_its_region_and_its_source() -> None:
    by = prices()
    assert (by.region, by.read_units_per_million, by.write_units_per_million) == (
        "us-east-1", Decimal("0.125"), Decimal("0.625"),
    )  # fmt: skip
    assert by.as_of
    assert by.source.startswith("https://aws.amazon.com/")


# Timings


def test_timings_are_taken_on_every_door() -> None:
    questions = read(SAMPLE.read_bytes().splitlines()).questions
    found = timings.measured(questions, repeat=2)
    assert [each.door for each in found] == [*timings.DOORS]
    for each in found:
        assert 0 < each.index.median_ms <= each.index.slow_ms
        assert 0 < each.scan.median_ms <= each.scan.slow_ms


def test_timings_are_written_between_the_page_s_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- timed -->\nold\n<!-- /timed -->\nafter\n")
    monkeypatch.setattr(timings, "PAGE", page)
    one = timings.Timing(1.25, 2.5)
    timings.write([timings.DoorTimings("in process", one, one)], 2000, 50)
    text = page.read_text()
    assert text.startswith("before\n<!-- timed -->\n\n| ")
    assert text.endswith("\n<!-- /timed -->\nafter\n")
    assert "| in process | 1.2 ms | 2.5 ms | 1.2 ms | 2.5 ms |" in text
    assert "| the reference, on AWS | 100-500 ms |" in text
    assert "old" not in text


@pytest.mark.parametrize(
    ("seconds", "median_ms", "slow_ms"),
    [([0.001], 1, 1), ([0.003, 0.001], 2, 3), ([n / 1000 for n in range(1, 101)], 50.5, 96)],
)
def test_a_timing_is_the_median_and_what_nineteen_of_twenty_stay_below(
    seconds: list[float], median_ms: float, slow_ms: float
) -> None:
    timing = timings.Timing.of(seconds)
    assert (timing.median_ms, timing.slow_ms) == (pytest.approx(median_ms), pytest.approx(slow_ms))


def test_the_timings_page_is_there_with_its_marks() -> None:
    assert "<!-- timed -->" in timings.PAGE.read_text("utf-8")
    assert json.dumps(timings.circumstances(2000, 50)).isascii()
