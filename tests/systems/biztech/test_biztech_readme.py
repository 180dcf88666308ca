"""What systems/biztech/README.md shows is what happens."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rich", reason="rich is not installed")

from systems.biztech.cli import _parser
from systems.biztech.design import SUFFIXES, BizTechDesign

README = (Path(__file__).resolve().parents[3] / "systems" / "biztech" / "README.md").read_text("utf-8")


def test_each_program_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    programs = re.findall(r"```python\n(.*?)```\n```text\n(.*?)```", README, re.DOTALL)
    assert len(programs) == README.count("```python")
    names: dict[str, Any] = {}
    try:
        for program, printed in programs:
            exec(compile(program, "README.md", "exec"), names)
            assert capsys.readouterr().out == printed
    finally:
        names["database"].close()


def test_each_command_of_the_page_is_one_that_there_is() -> None:
    commands = re.findall(r"^\$ python -m systems\.biztech (.*)$", README, re.MULTILINE)
    assert len(commands) > 5
    for command in commands:
        given = _parser().parse_args(shlex.split(command))
        assert callable(given.run)


def test_every_command_is_told() -> None:
    told = set(re.findall(r"`([a-z-]+)`", README.partition("| command |")[2].partition("\n\n")[0]))
    (commands,) = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    assert set(commands.choices) - told == set()


def test_the_environments_are_the_guide_s() -> None:
    rows = re.findall(r"^\| (dev|staging|production) \| (.*?) \| `(.*?)` \|$", README, re.MULTILINE)
    assert [(name, "" if suffix == "(none)" else suffix.strip("`")) for name, suffix, _ in rows] == list(
        SUFFIXES.items()
    )
    assert [table for *_, table in rows] == [f"biztechEvents{suffix}" for suffix in SUFFIXES.values()]


def test_every_table_is_told() -> None:
    assert [each.name for each in BizTechDesign.tables if f"`{each.name}`" not in README] == []
