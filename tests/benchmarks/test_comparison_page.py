"""The comparison with the peers: equal durability, honest misses, and a page that a kept run makes again."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import comparison, peers, plots, records, targets
from benchmarks.console import Console
from benchmarks.errors import BenchmarkError
from benchmarks.measure import Bench, Pace
from benchmarks.processes import Cores
from benchmarks.records import NOTHING, Cell, Record, SystemFacts
from benchmarks.report import render
from benchmarks.wrk import Run


def facts(name: str, family: str, durability: str) -> SystemFacts:
    return SystemFacts(name, name.capitalize(), family, durability, "it says so", "1.0", syncs_per_put=None)


SYSTEMS = [
    facts("stator", "stator", "synced"),
    facts("stator-memory", "stator", "memory"),
    facts("dynamodb-local", "dynamodb-local", "synced"),
    facts("dynoxide", "dynoxide", "synced"),
    facts("moto", "moto", "memory"),
]


def cell(system: str, rate: float, workload: str = "put", items: int = 10_000, **run: object) -> Cell:
    figures = Run(int(rate), rate, 900, 2_500, 4_250, 50, written_bytes=1000)
    return Cell(system, items, workload, "uniform", 64, replace(figures, **run))  # type: ignore[arg-type]


def record(*cells: Cell) -> Record:
    return Record([("CPU", "one")], 4, 3, 4, systems=[replace(each) for each in SYSTEMS], cells=list(cells))


def missed(*cells: Cell) -> list[tuple[str, float | None]]:
    return [(pair.peer.system, pair.factor) for pair in targets.missed_pairs(record(*cells))]


def test_a_peer_is_compared_with_the_stator_whose_answers_mean_as_much() -> None:
    cells = [cell("stator", 100), cell("stator-memory", 900), cell("moto", 300), cell("dynoxide", 20)]
    pairs = {(pair.own.system, pair.peer.system): pair.factor for pair in targets.pairs(record(*cells))}
    assert pairs == {("stator-memory", "moto"): 3, ("stator", "dynoxide"): 5}


@pytest.mark.parametrize(
    ("peer", "workload", "rate", "is_missed"),
    [
        ("dynamodb-local", "get", 200, False),
        ("dynamodb-local", "get", 201, True),
        ("dynoxide", "put", 201, True),
        ("dynoxide", "update", 200, False),
        # Ahead is enough where no single item is written, and equal is not ahead
        ("dynoxide", "get", 999, False),
        ("dynoxide", "get", 1000, True),
    ],
)
def test_the_factor_that_is_wanted_depends_on_the_peer_and_the_workload(
    peer: str, workload: str, rate: float, is_missed: bool
) -> None:
    assert bool(missed(cell("stator", 1000, workload), cell(peer, rate, workload))) is is_missed


def test_a_peers_errors_prove_nothing_and_stators_own_miss() -> None:
    assert missed(cell("stator", 10), cell("dynoxide", 99, errors="1 timeouts")) == []
    assert missed(cell("stator", 900, errors="1 timeouts"), cell("dynoxide", 1)) == [("dynoxide", None)]


def test_misses_come_first_on_the_page_and_the_worst_of_them_first() -> None:
    cells = [cell("stator", 100), cell("dynoxide", 50), cell("dynamodb-local", 90)]
    text = render(record(*cells))
    assert "2 of 2 comparisons at equal durability fall short" in text
    assert text.index("| Dynamodb-local | 100 | 90 | 1.11 | 5 |") < text.index(
        "| Dynoxide | 100 | 50 | 2.00 | 5 |"
    )
    assert text.index("## Misses its target beside the peers") < text.index("## Machine")


def test_a_run_that_holds_every_target_says_so() -> None:
    text = render(record(cell("stator", 100), cell("dynoxide", 10)))
    assert "**Every target beside the peers is met**, in 1 comparisons." in text


def test_a_cost_that_grows_with_the_table_is_a_miss() -> None:
    run = record(cell("stator", 100), cell("stator", 50, items=1_000_000))
    run.sqlite = {10_000: {"put 64": 300}, 1_000_000: {"put 64": 300}}
    assert targets.other_misses(run) == [
        "put, 64 connections: 6.0 times raw SQLite's cost at 1,000,000 items, 3.0 times at 10,000; it is to stay flat"
    ]
    run.sqlite[1_000_000]["put 64"] = 170
    assert targets.other_misses(run) == []


def test_an_index_that_costs_more_than_its_own_write_is_a_miss() -> None:
    run = record(cell("stator", 100), cell("stator", 40, "put-index", cpu_us=101, written_bytes=1990))
    (miss,) = targets.other_misses(run)
    assert "2.0 times the server time of one without" in miss


def test_a_peer_that_syncs_otherwise_than_stated_is_a_miss() -> None:
    run = record(cell("stator", 100))
    run.systems[3].syncs_per_put = 0.0
    assert targets.other_misses(run) == ["Dynoxide is compared as 'synced', but made 0.0 syncs a write"]


def test_what_was_left_out_is_named_with_its_reason() -> None:
    run = record(cell("stator", 100), Cell("dynoxide", 10_000, "put", "uniform", 64, note="answered 400"))
    run.systems[4].left_out = "pip: no network"
    text = render(run)
    assert "- Moto: pip: no network" in text
    assert "- Dynoxide at 10 k items, PutItem, 64 connections: answered 400" in text


def test_a_kept_run_makes_the_same_page_again(tmp_path: Path) -> None:
    run = record(cell("stator", 100), cell("dynoxide", 50), cell(NOTHING, 500))
    run.systems[0].disk_ratio[10_000] = 1.4
    run.sqlite = {10_000: {"get": 1.0}}
    run.save(tmp_path / "kept" / "run.json")
    again = records.read(tmp_path / "kept" / "run.json")
    assert again == run
    assert render(again) == render(run)


def test_what_is_no_kept_run_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"cells": 3}')
    for name in ("run.json", "absent.json"):
        with pytest.raises(BenchmarkError, match=name):
            records.read(tmp_path / name)


def test_every_table_of_the_comparison_has_as_many_cells_in_each_row() -> None:
    text = render(
        record(cell("stator", 100), cell("dynoxide", 50), cell(NOTHING, 500), cell("stator", 5, "get"))
    )
    for table in text.split("\n\n"):
        counts = {line.count("|") for line in table.splitlines() if line.startswith("|")}
        assert len(counts) <= 1


def test_the_same_run_draws_the_same_plots(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    run = record(cell("stator", 100), cell("dynoxide", 50), cell(NOTHING, 500))
    first, second = (plots.draw(run, tmp_path / name) for name in ("one", "two"))
    assert [path.read_bytes() for _, path in first] == [path.read_bytes() for _, path in second]
    assert "Requests a second" in first[0][1].read_text()


def test_a_run_without_a_peer_claims_nothing_about_them() -> None:
    text = render(record(cell("stator", 100)))
    assert "beside the peers is met" not in text


def test_systems_that_were_not_asked_for_are_left_out_by_name() -> None:
    record = Record()
    nothing = comparison.Comparison((), (), (), False, Path())
    comparison.run(nothing, Bench(Cores(None, None), Pace(1, 1, 1), Path(), print), record, Console(), lambda: None)
    text = render(record)
    assert [system.name for system in record.systems] == [system.name for system in peers.SYSTEMS]
    assert text.count("not asked for in this run") == len(peers.SYSTEMS)
