"""The pages of the systems are what their designs, their access patterns and their snippets say."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("pydantic", reason="pydantic is not installed")
pytest.importorskip("rich", reason="rich is not installed")

ROOT = Path(__file__).resolve().parents[2]


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_systems", ROOT / "tools" / "generate_systems.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = _tool()
SYSTEMS = tool.systems()
MADE = [(name, what) for name in SYSTEMS for what in tool.sections_of(name)]


@pytest.mark.parametrize(("name", "what"), MADE)
def test_what_is_made_in_a_page_is_current(name: str, what: str) -> None:
    try:
        made = tool.section(name, what)
    except tool.DataMissingError as error:
        pytest.skip(f"{name}: {what} needs {error}")
    text = tool.page_of(name).read_text("utf-8")
    assert tool.text_with(text, {what: made}) == text, f"run: python tools/generate_systems.py {name}"


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_page_has_its_tables_its_costs_and_its_snippets(name: str) -> None:
    assert tool.sections_of(name).count("tables") == 1
    assert {"costs", "snippets"} <= set(tool.sections_of(name))


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_snippet_is_in_the_page_and_has_a_test_that_is_there(name: str) -> None:
    snippets = tool.snippets_of(name)
    text = tool.page_of(name).read_text("utf-8")
    table = text.partition("<!-- made: snippets -->")[2].partition("<!-- /made: snippets -->")[0]
    assert len(re.findall(r"^\| \d+ \|", table, re.MULTILINE)) == len(snippets) > 0
    missing = [each.test for each in snippets if not _is_there(each.test)]
    assert missing == []


def _is_there(test: str) -> bool:
    file, _, name = test.partition("::")
    path = ROOT / file
    if not path.is_file():
        return False
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return name.partition("[")[0] in {node.name for node in functions}
