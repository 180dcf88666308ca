"""docs/pytest.md says what is so: its examples run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from inner import Inner

from stator.pytest_plugin.judging import _LIMITS
from stator.testing.bench import Bench
from stator.testing.database import BotoObjects, DynamoDB
from stator.testing.faults import Faults

pytest_plugins = "pytester"

TEXT = (Path(__file__).parents[2] / "docs" / "pytest.md").read_text("utf-8")
_BLOCK = re.compile(r"```python\n# (\w+\.py)\n(.*?)```", re.DOTALL)


def sections() -> Iterator[tuple[str, dict[str, str]]]:
    """Each section with examples: its title, and the files in it."""
    for section in TEXT.split("\n## ")[1:]:
        files = dict(_BLOCK.findall(section))
        if files:
            yield section.partition("\n")[0], files


def test_every_example_is_a_file() -> None:
    assert TEXT.count("```python") == sum(len(files) for _, files in sections())


@pytest.mark.parametrize(("files"), [pytest.param(files, id=title) for title, files in sections()])
def test_its_examples_run(inner: Inner, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    for name, source in files.items():
        (inner.path / name).write_text(source, "utf-8")
    result = inner.run("def test_nothing():\n    pass")
    tests = sum(len(re.findall(r"^def test_", source, re.MULTILINE)) for source in files.values())
    result.assert_outcomes(passed=tests + 1)


def test_the_report_it_shows_is_what_is_told(inner: Inner) -> None:
    for name, source in dict(sections())["An empty database for each test"].items():
        (inner.path / name).write_text(source, "utf-8")
    result = inner.run("def test_nothing():\n    pass", "--dynamodb-budget")
    shown = re.search(r"## What tests cost.*?```text\n(.*?)```", TEXT, re.DOTALL)
    assert shown
    for line in shown[1].splitlines():
        assert line in result.stdout.lines


def test_it_names_every_fault_limit_and_member() -> None:
    faults = {name for name in vars(Faults) if not name.startswith("_")}
    internal = {"pending", "wants", "met", "delay_s", "refuse_before_work", "refuse_done", "clear"}
    for name in faults - internal:
        assert f"| `{name}(" in TEXT, name
    for name in _LIMITS:
        assert f"{name}=" in TEXT, name
    bench = Bench()
    own = vars(DynamoDB(bench, BotoObjects(bench))).keys() | vars(DynamoDB).keys()
    for name in {"clock", "faults", "snapshot", "run_pending", "client", "resource", "session"} & own:
        assert f"`{name}" in TEXT, name
