"""What systems/letsgo/README.md shows, in Python and on a console, is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from systems.letsgo.cli import main

README = (Path(__file__).resolve().parents[3] / "systems" / "letsgo" / "README.md").read_text("utf-8")
_PROGRAM = re.compile(r"```python\n(.*?)```\n```text\n(.*?)```", re.DOTALL)
_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"^\$ python -m systems\.letsgo (.*)\n((?:[^$].*\n)*)", re.MULTILINE)


def test_each_program_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    programs = _PROGRAM.findall(README)
    assert len(programs) == README.count("```python")
    names: dict[str, Any] = {}
    for program, printed in programs:
        exec(compile(program, "README.md", "exec"), names)
        assert capsys.readouterr().out == printed


def test_each_command_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LETSGO_DATABASE", raising=False)
    (console,) = _CONSOLE.findall(README)
    commands = _COMMAND.findall(console)
    assert len(commands) == console.count("$ ") > 5
    for command, shown in commands:
        assert (main(shlex.split(command)), *capsys.readouterr()) == (0, shown, "")
