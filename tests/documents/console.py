"""Runs what a page shows of a console: each line that begins with `$`, and what is shown below it.

A command that ends with `&` and serves goes on until the console is left; its port is a free one, and stands wherever
the page has port 8000. `/home/you` is the console's folder. What installs or makes the project itself is not run: the
tests run in what it made.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from server_process import Output, client_room, this_stators_environment

PORT_ON_PAGES = "http://127.0.0.1:8000"
HOME_ON_PAGES = "/home/you"
COMMAND_S_MAX = 60
# What makes an environment to run in
NOT_RUN = ("pip install ", "make ", ".venv/bin/pip ")
_EXPORT = re.compile(r"(\w+)=(\S*)")


class Console:
    """One shell in one folder: what is exported stays exported, what serves goes on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**this_stators_environment(), **_without_widths()}
        self.endpoint: str | None = None
        self._served: list[tuple[subprocess.Popen[str], Output]] = []
        self._commands = folder / ".commands"
        self._commands.mkdir()
        program = self._commands / "stator"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m stator "$@"\n')
        program.chmod(0o755)
        self.environment["PATH"] = f"{self._commands}{os.pathsep}{os.environ['PATH']}"

    def __enter__(self) -> Console:
        return self

    def __exit__(self, *_: object) -> None:
        for process, output in self._served:
            process.terminate()
            process.wait(COMMAND_S_MAX)
            output.join()
            assert process.stdout is not None
            process.stdout.close()

    def run(self, text: str) -> None:
        """All commands of a fence. Fails where one fails, or shows something else."""
        for command, shown in commands_of(text):
            command = command.partition("  #")[0].strip()
            if not command.startswith(NOT_RUN):
                said = self._run(command)
                if shown:
                    assert _lines(self.as_on_pages(said)) == _lines(shown), f"{command}\n{said}"

    def _run(self, command: str) -> str:
        if command.startswith("export "):
            for name, value in _EXPORT.findall(self.here(command)):
                self.environment[name] = value
            return ""
        if command.endswith("&"):
            return self._serve(command.removesuffix("&").strip())
        if command.split()[0] == "aws":
            self.environment["PATH"] = (
                f"{client_room('awscli') / 'bin'}{os.pathsep}{self.environment['PATH']}"
            )
        done = subprocess.run(
            ["sh", "-c", self.here(command)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_S_MAX,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _serve(self, command: str) -> str:
        process = subprocess.Popen(
            [str(self._commands / "stator"), *shlex.split(command)[1:], "--port", "0"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        output = Output(process.stdout)
        self._served.append((process, output))
        self.endpoint = output.endpoint()
        return output.text()

    def here(self, text: str) -> str:
        """What stands on a page, as it is here."""
        return text.replace(PORT_ON_PAGES, self.endpoint) if self.endpoint else text

    def as_on_pages(self, text: str) -> str:
        said = text.replace(str(self.folder.resolve()), HOME_ON_PAGES)
        return said.replace(self.endpoint, PORT_ON_PAGES) if self.endpoint else said


def commands_of(text: str) -> list[tuple[str, str]]:
    """Each command with what is shown below it."""
    found: list[Any] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], ""])
        elif found:
            found[-1][1] += f"{line}\n"
        else:
            pytest.fail(f"a console shows something before its first command: {line}")
    return [(command, shown) for command, shown in found]


def _lines(text: str) -> list[str]:
    """Without the spaces at lines' ends, and with one for any number of them: widths differ with what is shown."""
    return [" ".join(line.split()) for line in text.strip().splitlines()]


def _without_widths() -> dict[str, str]:
    return {"COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
