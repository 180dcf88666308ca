"""Each pattern runs alike in memory and over HTTP, and its page is what it does."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import inspect
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from patterns.catalogue import CATALOGUE, DESIGNS, FUNCTIONS, MODULES
from patterns.page import about, answered_by
from patterns.running import Done, Running, tables_of
from stator.model.sketches import sketch_of

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
SECTIONS = [
    "Access patterns",
    "Table design",
    "Example items",
    "In code",
    "Queries",
    "Why it is so",
    "Trade-offs",
    "When not to use it",
]


def test_the_catalogue_begins_with_the_nine_in_their_order() -> None:
    assert tuple(pattern.title for pattern in CATALOGUE.values())[: len(TITLES)] == TITLES


def test_every_module_with_a_pattern_is_in_the_catalogue() -> None:
    files = (ROOT / "patterns").glob("*.py")
    named = {path.stem for path in files if "\nPATTERN = " in path.read_text("utf-8")}
    assert named == set(CATALOGUE)
    assert len(MODULES) + len(DESIGNS) == len(CATALOGUE)


PUBLIC = {"stator", "stator.model", "stator.metering", "pydantic", "boto3"}


@pytest.mark.parametrize("name", [*CATALOGUE, "lambdas", *(f"functions/{each}" for each in FUNCTIONS)])
def test_a_pattern_uses_public_names_alone(name: str) -> None:
    tree = ast.parse((ROOT / "patterns" / f"{name}.py").read_text("utf-8"))
    named = {each.module for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
    named |= {alias.name for each in ast.walk(tree) if isinstance(each, ast.Import) for alias in each.names}
    own = {each for each in named if each is not None and each.partition(".")[0] == "patterns"}
    assert {
        each for each in named - own if str(each).partition(".")[0] not in sys.stdlib_module_names
    } <= PUBLIC


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_its_pattern_does(name: str) -> None:
    assert (ROOT / "docs" / "patterns" / name).read_text("utf-8") == PAGES[name], (
        "run: python tools/generate_patterns.py"
    )


def test_there_is_no_page_without_a_pattern() -> None:
    folder = ROOT / "docs" / "patterns"
    files = (path for path in folder.rglob("*") if path.is_file())
    assert {path.relative_to(folder).as_posix() for path in files} == set(PAGES)


@pytest.mark.parametrize("door", ["served", "by_boto3"])
@pytest.mark.parametrize("name", CATALOGUE)
def test_a_pattern_does_the_same_over_http(
    name: str, door: str, in_memory: Any, request: pytest.FixtureRequest
) -> None:
    served = request.getfixturevalue(door)
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


def section(page: str, title: str) -> str:
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0].strip()


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_page_has_its_sections_in_their_order(name: str) -> None:
    page = PAGES[f"{name}.md"]
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == SECTIONS
    assert [title for title in SECTIONS if not section(page, title)] == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_page_weighs_and_says_when_not(name: str) -> None:
    page, pattern = PAGES[f"{name}.md"], CATALOGUE[name]
    weighed = section(page, "Trade-offs")
    assert re.findall(r"^\| (\w+) \|", weighed, re.MULTILINE) == [
        "scale",
        "cost",
        "consistency",
        "simplicity",
    ]
    assert len(pattern.why) >= 2
    assert len(pattern.not_when) >= 2


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_entity_is_an_example_item_of_its_page(name: str) -> None:
    items = section(PAGES[f"{name}.md"], "Example items")
    told = [each.__name__ for each in CATALOGUE[name].design.entities]
    typed = [table for table in tables_of(CATALOGUE[name].design) if table.type_attribute]
    assert [each for each in told if typed and f'"_type": "{each}"' not in items] == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_code_of_a_page_runs_as_it_stands(name: str) -> None:
    code = section(PAGES[f"{name}.md"], "In code").partition("```python\n")[2].partition("\n```")[0]
    space: dict[str, Any] = {"__name__": f"the_page_of_{name}"}
    exec(compile(code, f"{name}.md", "exec", dont_inherit=True), space)
    assert CATALOGUE[name].design.__name__ in space
    for block in re.findall(r"```python\n(.*?)\n```", section(PAGES[f"{name}.md"], "Queries"), re.DOTALL):
        given = {*space, *dir(builtins), parameter_of(name)}
        assert names_of(block, ast.Load) - names_of(block, ast.Store) - parameters_in(block) <= given


def parameter_of(name: str) -> str:
    """What the examples call the open design."""
    example = next(each for each in CATALOGUE[name].examples if callable(each))
    return next(iter(inspect.signature(example).parameters))


def names_of(code: str, context: type[ast.expr_context]) -> set[str]:
    names = [each for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Name)]
    return {each.id for each in names if isinstance(each.ctx, context)}


def parameters_in(code: str) -> set[str]:
    return {each.arg for each in ast.walk(ast.parse(code)) if isinstance(each, ast.arg)}


@pytest.mark.parametrize("name", CATALOGUE)
def test_no_design_has_an_index_that_no_pattern_uses(name: str) -> None:
    cautions = sketch_of(CATALOGUE[name].design).cautions
    assert [each for each in cautions if each.startswith("unused")] == []


def test_most_patterns_are_one_table() -> None:
    several = [name for name, pattern in CATALOGUE.items() if len(tables_of(pattern.design)) > 1]
    assert several == ["relationships", "audit_trail"]


def test_the_pages_are_linked_from_where_one_looks_first() -> None:
    assert "docs/patterns/README.md" in (ROOT / "README.md").read_text("utf-8")
    assert "patterns/README.md" in (ROOT / "docs" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", [name for name in PAGES if name.endswith(".md")])
def test_what_a_page_links_to_is_there(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGES[name]):
        assert (ROOT / "docs" / "patterns" / target).exists(), target
