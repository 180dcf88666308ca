"""docs/check.md says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from every_feature import make_file

PAGE = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")


def test_its_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "app.db"
    make_file(path)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"hhhhhhhh")] ^= 1
    path.write_bytes(data)
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(program, "docs/check.md", "exec"), {})
    assert "checksum" in capsys.readouterr().out


def test_its_flags_are_the_command_s(capsys: pytest.CaptureFixture[str]) -> None:
    from stator.cli import main

    with pytest.raises(SystemExit):
        main(["check", "--help"])
    shown = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert shown == set(re.findall(r"`(--[a-z-]+)`", PAGE))
