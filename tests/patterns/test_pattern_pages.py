"""Each pattern runs alike in memory and over HTTP, and its page is what it does."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from pathlib import Path
from typing import Any

import pytest

from patterns.catalogue import CATALOGUE, DESIGNS, MODULES
from patterns.page import about, answered_by
from patterns.running import Done, Running

ROOT = Path(__file__).resolve().parents[2]
TITLES = (
    "Single-Table Core Pattern",
    "One-to-Many and Many-to-One relationships",
    "Hierarchical data (adjacency lists)",
    "Time-based and event data",
    "Connection/session tracking (e.g. WebSocket use cases)",
    "Conditional writes and idempotency",
    "Versioning and soft deletes",
    "TTL and lifecycle management",
    "Indexing strategies (GSI / LSI)",
)


def _pages() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location(
        "generate_patterns", ROOT / "tools" / "generate_patterns.py"
    )
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    pages: dict[str, str] = tool.render()
    return pages


PAGES = _pages()


def test_the_catalogue_begins_with_the_nine_in_their_order() -> None:
    assert tuple(pattern.title for pattern in CATALOGUE.values())[: len(TITLES)] == TITLES


def test_every_module_with_a_pattern_is_in_the_catalogue() -> None:
    files = (ROOT / "patterns").glob("*.py")
    named = {path.stem for path in files if "\nPATTERN = " in path.read_text("utf-8")}
    assert named == set(CATALOGUE)
    assert len(MODULES) + len(DESIGNS) == len(CATALOGUE)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_its_pattern_does(name: str) -> None:
    assert (ROOT / "docs" / "patterns" / name).read_text("utf-8") == PAGES[name], (
        "run: python tools/generate_patterns.py"
    )


def test_there_is_no_page_without_a_pattern() -> None:
    folder = ROOT / "docs" / "patterns"
    files = (path for path in folder.rglob("*") if path.is_file())
    assert {path.relative_to(folder).as_posix() for path in files} == set(PAGES)


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_pattern_does_the_same_over_http(name: str, in_memory: Any, served: Any) -> None:
    there, here = Running(CATALOGUE[name], served).run(), Running(CATALOGUE[name], in_memory).run()
    assert (there.stored, there.tables) == (here.stored, here.tables)
    assert [told(done) for done in there.done] == [told(done) for done in here.done]


def told_of(done: Done) -> list[str]:
    return [answered_by(sent) for sent in done.sent if not sent.stream_reads]


def told(done: Done) -> tuple[Any, ...]:
    """What a page tells of an example. (A stream's sequence numbers, which a request may hold, are each database's, and
    so is the order of its shards, in which a handler gets the changes of several keys.)"""
    return done.yields, done.read_units, done.write_units, sorted(told_of(done))


@pytest.mark.parametrize("name", CATALOGUE)
def test_each_example_says_what_it_is_and_measures_what_it_sends(name: str, in_memory: Any) -> None:
    run = Running(CATALOGUE[name], in_memory).run()
    assert all(about(done.example).endswith(".") for done in run.done)
    assert all(stored.write_units >= 1 for stored in run.stored)
    for sent in (sent for done in run.done for sent in done.sent if not sent.is_refused):
        assert sent.write_units + sent.read_units + sent.stream_reads > 0


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_pattern_of_a_design_is_shown_and_none_scans(name: str, in_memory: Any) -> None:
    pattern = CATALOGUE[name]
    source = inspect.getsource(sys.modules[pattern.design.__module__])
    declared = {key for key, value in vars(pattern.design).items() if hasattr(value, "declared")}
    assert [key for key in declared if f".{key}(" not in source] == []
    run = Running(pattern, in_memory).run()
    assert [sent for done in run.done for sent in done.sent if sent.operation == "Scan"] == []
