"""The prompt, by keys: prompt_toolkit through a pipe, and the whole command on a pseudo-terminal."""

from __future__ import annotations

import os
import re
import select
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from songs import fill

from stator.cli.shell.terminal import ToolkitPrompt, history_file, run_terminal
from stator.client.connecting import connect

pytest.importorskip("prompt_toolkit", reason="prompt_toolkit is not installed")
pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")

ENTER, CTRL_C, CTRL_D, UP = "\r", "\x03", "\x04", "\x1b[A"


def press(typed: Any, keys: str, history: Path | None = None) -> str:
    """What is shown until the person leaves."""
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    typed.out.seek(0)
    typed.out.truncate()
    with create_pipe_input() as pipe:
        pipe.send_text(keys)
        run_terminal(typed.session, ToolkitPrompt(typed.session, history, pipe, DummyOutput()))
    return typed.out.getvalue()


def test_enter_runs_a_statement_and_continues_one_without_its_end(typed):
    shown = press(typed, f"SELECT title FROM songs{ENTER}WHERE artist = 'Slint';{ENTER}{CTRL_D}")
    assert "Washer" in shown
    assert "(1 item)" in shown


def test_ctrl_c_drops_what_was_typed(typed):
    assert press(typed, f"SELECT * FROM so{CTRL_C}\\timing{ENTER}{CTRL_D}") == "timing: on\n\n"


def test_a_failure_is_one_line_and_the_prompt_comes_again(typed):
    assert press(typed, f"SELECT * FROM nope;{ENTER}\\timing{ENTER}\\q{ENTER}") == "timing: on\n"
    assert typed.error.getvalue() == "ResourceNotFoundException: Requested resource not found\n"


def test_a_command_leaves_an_unended_statement(typed):
    shown = press(typed, f"SELECT{ENTER}\\q{ENTER}")
    assert shown == "the statement before it was not ended, and is dropped\n"


def test_an_interrupt_ends_the_statement_and_not_the_shell(typed, monkeypatch):
    def interrupted(operation: str, request: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(typed.session.transport, "call", interrupted)
    assert press(typed, f"SELECT * FROM songs;{ENTER}\\timing{ENTER}\\q{ENTER}") == "timing: on\n"
    assert typed.error.getvalue() == "stopped; a write that had been sent may be done\n"


def test_history_lasts_and_is_its_owners_alone(typed, tmp_path):
    path = tmp_path / "state" / "stator" / "shell_history"
    press(typed, f"SELECT title FROM songs WHERE artist = 'Slint';{ENTER}{CTRL_D}", path)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "Washer" in press(typed, f"{UP}{ENTER}{CTRL_D}", path)


def test_a_history_that_cannot_be_kept_is_no_reason_not_to_work(typed, tmp_path):
    (tmp_path / "file").write_text("")
    shown = press(typed, f"\\timing{ENTER}{CTRL_D}", tmp_path / "file" / "shell_history")
    assert shown == "timing: on\n\n"


@pytest.mark.skipif(sys.platform == "win32", reason="its folders are others")
def test_history_is_kept_where_the_system_keeps_such_things(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert history_file({"XDG_STATE_HOME": "/state"}) == Path("/state/stator/shell_history")
    assert history_file({"XDG_STATE_HOME": "not/absolute"}) == tmp_path / ".local/state/stator/shell_history"
    assert history_file({}) == tmp_path / ".local/state/stator/shell_history"


# The whole command


class Terminal:
    """A pseudo-terminal with a process on it. `expect` returns what was written up to a text."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self._master = master
        self._seen = ""

    def type(self, text: str) -> Terminal:
        os.write(self._master, text.encode())
        return self

    def expect(self, text: str) -> str:
        until = time.monotonic() + 20
        while text not in self._seen:
            assert select.select([self._master], [], [], max(0, until - time.monotonic()))[0], self._seen
            data = os.read(self._master, 65536).decode("utf-8", "replace")
            if "\x1b[6n" in data:
                os.write(self._master, b"\x1b[1;1R")
            self._seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data)
        found, _, self._seen = self._seen.partition(text)
        return found


@contextmanager
def shell(tmp_path: Path, *arguments: str, without: tuple[str, ...] = ()) -> Iterator[Terminal]:
    """`without`: modules that are not there."""
    path = tmp_path / "app.db"
    if not path.exists():
        transport = connect(str(path))
        fill(transport)
        transport.close()
    hide = "".join(f"sys.modules[{name!r}] = None; " for name in without)
    given = ["shell", str(path), *arguments]
    code = f"import sys; {hide}from stator.cli import main; sys.exit(main({given!r}))"
    master, slave = pty.openpty()
    environ = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environ,
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(master)


def test_the_command_is_used_at_a_terminal(tmp_path):
    with shell(tmp_path) as terminal:
        assert "app.db" in terminal.expect("leaves.")
        terminal.expect("stator>")
        terminal.type("SELECT title FROM so\t")
        terminal.expect("ngs")  # a prompt draws what is new
        terminal.type(" WHERE art\t")
        terminal.expect("ist")
        terminal.type(" = 'Slint';\r")
        terminal.expect("Washer")
        terminal.expect("(1 item)")
        terminal.type("\\q\r")
        assert terminal.process.wait(20) == 0


def test_without_its_libraries_it_is_plain_and_says_which_bring_more(tmp_path):
    with shell(tmp_path, without=("prompt_toolkit", "rich")) as terminal:
        terminal.expect("pip install 'stator[cli]'")
        terminal.expect("stator> ")
        terminal.type("SELECT title FROM songs\nWHERE artist = 'Slint';\n")
        terminal.expect("------")
        terminal.expect("(1 item)")
        terminal.expect("stator> ")
        terminal.type("\x04")
        assert terminal.process.wait(20) == 0
