"""The programs in docs/native.md print what it says, in their order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "native.md"
_PROGRAM = re.compile(r"```python\n(.*?)```\n```text\n(.*?)```", re.DOTALL)


def test_each_program_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = DOCUMENT.read_text("utf-8")
    programs = _PROGRAM.findall(text)
    assert len(programs) == text.count("```python")
    names: dict[str, Any] = {}
    for program, printed in programs:
        exec(compile(program, str(DOCUMENT), "exec"), names)
        assert capsys.readouterr().out == printed
