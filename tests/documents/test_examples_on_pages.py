"""Each example on a page runs: here, or in the test of its own that the page has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from console import Console
from pages import PAGES, ROOT, Fence, fences

RUN_HERE = ("README.md", "docs/server.md", "docs/errors.md", "docs/model.md")
NEEDS = {"docs/model.md": "pydantic"}
RUN = ("python", "console")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.chdir(tmp_path)
    with Console(tmp_path) as console:
        yield console


@pytest.mark.parametrize("name", RUN_HERE)
def test_the_examples_of_a_page_run_in_their_order(
    name: str, console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name], reason=f"{NEEDS[name]} is not installed")
    before: Fence | None = None
    for fence in fences(ROOT / name):
        if fence.kind == "console":
            console.run(fence.text)
        elif fence.kind == "python":
            capsys.readouterr()
            place = f"{name}, line {fence.line}"
            program = compile(console.here(fence.text), place, "exec", dont_inherit=True)
            exec(program, {"__name__": "__main__"})
        elif fence.kind == "text" and fence.follows and before is not None and before.kind == "python":
            assert capsys.readouterr().out == fence.text, f"{name}, line {fence.line}"
        before = fence


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_whatever_can_be_run_is_run_by_a_test(page: Path) -> None:
    """Pages whose examples need more than a folder and a server have a test of their own, beside what it is about."""
    name = name_of(page)
    if any(fence.kind.partition(" ")[0] in RUN for fence in fences(page)) and name not in RUN_HERE:
        assert who_runs(page) != [], f"{name} has examples that no test runs"


def who_runs(page: Path) -> list[str]:
    """Tests that name the page, and look for fences in it."""
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
    texts = {path.name: path.read_text("utf-8") for path in tests}
    return [
        name
        for name, text in texts.items()
        if re.search(rf"\b{page.name}\b", text) and re.search("```|fences", text)
    ]


OWN_WORDS = [ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
REFERENCE = sorted((ROOT / "docs" / "reference").glob("*.md"))


@pytest.mark.parametrize("page", [*PAGES, *OWN_WORDS, *REFERENCE], ids=name_of)
def test_what_a_page_points_to_is_there(page: Path) -> None:
    links = _LINK.findall(page.read_text("utf-8"))
    inner: list[Any] = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in inner if not (page.parent / link).exists()] == []


def test_the_index_has_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    linked = set(_LINK.findall(index.read_text("utf-8")))
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {index.name}
    pages |= {f"reference/{page.name}" for page in REFERENCE}
    assert pages - linked == set()
