"""What TruthByte's page says can be typed, can be typed."""

from __future__ import annotations

import io
import re
import shlex
import shutil
from pathlib import Path

import pytest

from systems.truthbyte.cli import _parser, main
from systems.truthbyte.cli.target import PROGRAM

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PAGE = (ROOT / "systems" / "truthbyte" / "README.md").read_text("utf-8")
PIPED = {"": "", "yes | ": "y\n" * 20}
"""What stands before a command, and what that says to it."""
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)")


def commands() -> list[str]:
    """What follows a `$`, but for what installs."""
    lines = (line for block in _CONSOLE.findall(PAGE) for line in block.splitlines())
    return [line[2:] for line in lines if line.startswith("$ ") and "pip install" not in line]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the repository's root is: with the questions beside it."""
    data = tmp_path / "shared" / "data"
    data.mkdir(parents=True)
    shutil.copy(HERE / "sample_questions.jsonl", data / "questions.jsonl")
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


@pytest.mark.usefixtures("root")
def test_the_page_s_commands_run_in_their_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """But for what needs a server or AWS."""
    here = [each for each in commands() if PROGRAM in each and not re.search("http:|aws", each)]
    assert len(here) >= 10
    for command in here:
        before, _, words = command.partition(PROGRAM)
        monkeypatch.setattr("sys.stdin", io.StringIO(PIPED[before]))
        assert main(shlex.split(words)) == 0, f"{command}\n{capsys.readouterr()}"


@pytest.mark.usefixtures("root")
def test_the_page_s_programs_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upload", "--file", "../shared/data/questions.jsonl"]) == 0
    (program,) = _PYTHON.findall(PAGE)
    capsys.readouterr()
    exec(compile(program, "README.md", "exec", dont_inherit=True), {"__name__": "__main__"})
    assert capsys.readouterr().out == "index []\n"


def test_every_command_is_on_the_page() -> None:
    help_text = _parser().format_help()
    names = re.findall(r"^    (\w+) {2,}", help_text, re.MULTILINE)
    assert len(names) >= 14
    assert [name for name in names if f"`{name}`" not in PAGE and f"{PROGRAM} {name}" not in PAGE] == []


def test_what_the_page_points_to_is_there() -> None:
    links = [link for link in _LINK.findall(PAGE) if not re.match(r"[a-z]+:", link)]
    assert links
    assert [link for link in links if not (ROOT / "systems" / "truthbyte" / link).exists()] == []
