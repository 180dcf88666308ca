"""Which database a command works on: a file, an endpoint, or AWS as boto3 finds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from shop import ODD_ITEMS, file_with, items_of, make_table, plain_items, put, run

from stator.client.in_process import InProcess
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[InProcess]:
    """What boto3 takes for AWS: its own variables lead to a server here."""
    db = Database(MemoryStore())
    with BackgroundServer(db) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        yield InProcess(db)


def test_items_go_to_aws_and_come_back(aws: InProcess, tmp_path: Path) -> None:
    make_table(aws)
    make_table(aws, "Copy")
    put(aws, ODD_ITEMS)
    where = ["--aws", "--region", "us-east-1"]
    assert run(["dump", "Shop", "--out", "o.jsonl", *where]) == 0
    assert run(["load", "Copy", "o.jsonl", *where]) == 0
    assert items_of(aws, "Copy") == items_of(aws)


def test_aws_is_backed_up_too(aws: InProcess, capsys: pytest.CaptureFixture[str]) -> None:
    make_table(aws)
    put(aws, plain_items(3))
    where = ["--aws", "--region", "us-east-1"]
    for arguments in (["table", "backup", "Shop", "first"], ["table", "backups"], ["tables"], ["stats"]):
        assert run([*arguments, *where]) == 0
        assert "Shop" in capsys.readouterr().out


def test_aws_without_a_region_or_with_an_unknown_profile_is_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for arguments, why in (([], "specify a region"), (["--profile", "nobody"], "nobody")):
        assert run(["tables", "--aws", *arguments]) == 1
        err = capsys.readouterr().err
        assert err.startswith("stator: AWS: ")
        assert why in err
        assert err.count("\n") == 1


def test_a_file_is_found_as_serve_finds_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("stator.db", "env.db", "toml.db", "flag.db"):
        file_with(tmp_path / name, [])
    steps = [
        ("stator.db", []),
        ("toml.db", []),
        ("env.db", []),
        ("flag.db", ["--data", "flag.db"]),
    ]
    for name, arguments in steps:
        if name == "toml.db":
            (tmp_path / "stator.toml").write_text('data = "toml.db"\n')
        if name == "env.db":
            monkeypatch.setenv("STATOR_DATA", "env.db")
        assert run(["stats", *arguments]) == 0
        assert capsys.readouterr().out.startswith(f"{tmp_path / name}\n")


@pytest.mark.parametrize("arguments", [["--data", "a", "--aws"], ["--endpoint", "http://x", "--data", "a"]])
def test_only_one_database_may_be_named(arguments: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run(["tables", *arguments])
    assert end.value.code == 2


def test_what_is_no_database_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.db").write_text("no database " * 20)
    cases = [(["--data", "text.db"], 1), (["--data", "."], 1), (["--endpoint", "nonsense"], 2)]
    for arguments, code in cases:
        assert run(["tables", *arguments]) == code
        err = capsys.readouterr().err
        assert err.startswith("stator: ")
        assert err.count("\n") == 1
    assert [each.name for each in tmp_path.iterdir()] == ["text.db"]
