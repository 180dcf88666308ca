"""docs/shell.md: its session is replayed, and its commands are all there are."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from songs import fill

from stator.cli.shell.commands import COMMANDS
from stator.cli.shell.reading import entries_of
from stator.cli.shell.rendering import Screen
from stator.cli.shell.session import Failed, Session, Ways
from stator.client.connecting import connect

PAGE = (Path(__file__).parents[2] / "docs" / "shell.md").read_text("utf-8")
_PROMPT = re.compile(r"stator[*]?> |   \.\.\.> ")
_TIME = re.compile(r"^\d+\.\d ms", re.MULTILINE)


def typed_and_shown() -> list[tuple[str, str]]:
    (block,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    found: list[tuple[str, str]] = []
    for line in block.splitlines():
        if line.startswith("   ...> "):
            found[-1] = (f"{found[-1][0]}\n{_PROMPT.sub('', line, count=1)}", "")
        elif _PROMPT.match(line):
            found.append((_PROMPT.sub("", line, count=1), ""))
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]}{line}\n")
    return found


def test_the_session_on_the_page_is_what_the_shell_shows(monkeypatch):
    pytest.importorskip("rich", reason="rich is not installed")
    monkeypatch.setenv("COLUMNS", "100")
    transport = connect(":memory:")
    fill(transport)
    out = io.StringIO()
    session = Session(transport, "songs", Screen(out, out, True), Ways(), lambda question: "")
    for text, shown in typed_and_shown():
        out.seek(0)
        out.truncate()
        try:
            for entry in entries_of(text):
                session.run(entry)
        except Failed as failure:
            out.write(f"{failure}\n")
        written = "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
        assert _TIME.sub("N ms", written) == _TIME.sub("N ms", shown), text
    transport.close()


def test_every_command_is_on_the_page():
    assert [command.name for command in COMMANDS if f"`\\{command.name}" not in PAGE] == []
