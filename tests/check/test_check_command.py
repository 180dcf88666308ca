"""The command: what it prints, its exit codes, what it does when it is stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from every_feature import make_file

from stator.cli import main
from stator.cli.commands import COMMANDS
from stator.engine import verification_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "app.db"
    make_file(path)
    return path


@pytest.fixture
def damaged(path: Path) -> Path:
    data = bytearray(path.read_bytes())
    data[data.rindex(b"hhhhhhhh")] ^= 1
    path.write_bytes(data)
    return path


def test_a_clean_file_says_so(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr() == (f"{path}: no faults\n", "")


def test_damage_is_told_by_its_place(damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(damaged)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 2
    assert lines[0].startswith("table all, ")
    assert "checksum" in lines[0]
    assert lines[-1].startswith(f"{damaged}: ")


def test_json_is_an_object_a_line(damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", str(damaged)]) == 1
    *findings, summary = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert summary == {"file": str(damaged), "faults": len(findings), "complete": True}
    assert all(finding["table"] == "all" and finding["problem"] for finding in findings)


@pytest.mark.parametrize("content", [None, b"", b"not a database"])
def test_what_cannot_be_checked_is_one_line(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.db"
    if content is not None:
        path.write_bytes(content)
    assert main(["check", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"stator: {path} is ")
    assert err.count("\n") == 1


def test_an_interrupt_ends_it_with_what_was_found(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> Iterator[object]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(verification_file, "verify_file", interrupted)
    assert main(["check", str(path)]) == 2
    assert capsys.readouterr().out == f"{path}: no faults; not all was checked: interrupted\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([name, "--help"])
    assert f"stator {name}" in capsys.readouterr().out.partition("examples:")[2]
