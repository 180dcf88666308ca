"""The programs of docs/boto3.md run as they stand there, one after the other in one folder; outside clients' too."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import msgspec
import pytest
from server_process import client_room

import stator

PAGE = (Path(__file__).parents[2] / "docs" / "boto3.md").read_text("utf-8")
PROGRAMS = re.findall(r"```python([ \w]*)\n(.*?)```", PAGE, re.DOTALL)


def test_our_own_programs_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    programs = [text for client, text in PROGRAMS if not client]
    assert len(programs) == 4
    for text in programs:
        exec(compile(text, "docs/boto3.md", "exec"), {"__name__": "program"})


@pytest.mark.parametrize("client", ["pynamodb", "aiobotocore"])
def test_the_program_of_an_outside_client_runs(tmp_path: Path, client: str) -> None:
    (text,) = [text for named, text in PROGRAMS if named.strip() == client]
    dependencies = Path(msgspec.__file__).resolve().parents[1]
    program = f"import sys; sys.path.append({str(dependencies)!r})\n{text}"
    source = Path(stator.__file__).resolve().parents[1]
    done = subprocess.run(
        [str(client_room(client) / "bin" / "python"), "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
