"""The page about performance: misses first, every figure, and nothing called a result that had errors."""

from dataclasses import replace

from benchmarks.records import Record
from benchmarks.report import render
from benchmarks.results import FigureRow, Floor, LoadRow
from benchmarks.wrk import Run

FACTS = [("CPU", "one of these"), ("SQLite", "3.46.0")]
RUN = Run(120_000, 30_000.4, 900, 2_500, 4_250, 31.5)
GET = LoadRow("get", "GetItem", 32, RUN, Floor(replace(RUN, requests_per_s=90_000), 100_000), 25_000)
START = FigureRow("start", "Ready after start", 0.2, "s", 0.25)


def page(*rows: LoadRow | FigureRow, others_share: float = 0.01) -> str:
    loads = [row for row in rows if isinstance(row, LoadRow)]
    figures = [row for row in rows if isinstance(row, FigureRow)]
    return render(Record(FACTS, 4, 3, 4, others_share, loads, figures))


def test_a_run_within_its_budgets_says_so_first() -> None:
    text = page(GET, START)
    assert text.index("Every budget is met") < text.index("## Machine")
    assert (
        "| GetItem | 32 | 25,000 | 30,000 | 90,000 | 33% | 100,000 | 30% | 32 | 95% | 0.90 | 2.50 | 4.25 |"
        in text
    )
    assert "| Ready after start | 0.25 s | 0.2 s |" in text
    assert "| CPU | one of these |" in text


def test_a_run_that_others_disturbed_is_provisional() -> None:
    assert "Provisional" not in page(GET)
    assert "Provisional: other programs used 30%" in page(GET, others_share=0.3)


def test_what_misses_its_budget_comes_first() -> None:
    text = page(replace(GET, rate_budget=40_000), replace(START, measured=0.3))
    assert "GetItem, 32 connections: 30,000 requests/s, the budget is 40,000" in text
    assert "Ready after start: 0.3 s, the budget is 0.25 s" in text
    assert text.index("## Misses") < text.index("## Machine")


def test_a_slow_tail_misses_its_budget() -> None:
    assert "p99 is 2.5 ms, the budget 2 ms" in page(replace(GET, p99_budget_us=2_000))


def test_too_small_a_share_of_sqlite_misses_its_budget() -> None:
    assert "30% of raw SQLite, the budget is 60%" in page(replace(GET, sqlite_share_budget=0.6))


def test_a_run_with_errors_is_invalid_whatever_it_measured() -> None:
    text = page(replace(GET, run=replace(RUN, errors="3 answers refused")))
    assert "INVALID, there were errors: 3 answers refused" in text
    assert "30,000" not in text


def test_every_table_of_the_page_has_as_many_cells_in_each_row() -> None:
    for table in page(GET, START).split("\n\n"):
        counts = {line.count("|") for line in table.splitlines() if line.startswith("|")}
        assert len(counts) <= 1


def test_what_people_found_stays_on_the_page() -> None:
    text = render(Record(FACTS, 4, 3, 4, loads=[GET]), findings="## Findings\n\nA cache helped.\n")
    assert text.index("A cache helped.") < text.index("## How it is measured")
