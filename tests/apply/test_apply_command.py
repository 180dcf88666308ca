"""`stator apply` as it is run: what it prints, what it changes, and its exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from template_texts import table, template, write

from stator.cli import main
from stator.client.connecting import connect
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, template(T=table(), Fn={"Type": "AWS::Lambda::Function"}))


def _tables(data: str) -> list[str]:
    transport = connect(data, background=False)
    try:
        return list(transport.call("ListTables", {})["TableNames"])
    finally:
        transport.close()


def test_it_shows_the_plan_and_makes_it(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply", shop, "--data", "app.db", "--yes"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[1:] == [
        "+ T  create  things",
        "    KeySchema               id HASH S",
        "    BillingMode             PAY_PER_REQUEST",
        "not applied, of other services:",
        "    Fn  AWS::Lambda::Function",
        "tables: 1 to create",
        "Applied.",
    ]
    assert err == "things: creating\n"
    assert _tables("app.db") == ["things"]
    assert main(["apply", shop, "--data", "app.db"]) == 0
    assert "= T  unchanged  things" in capsys.readouterr().out


def test_a_plan_alone_changes_nothing_and_makes_no_file(shop: str, tmp_path: Path) -> None:
    assert main(["apply", shop, "--data", "app.db", "--plan"]) == 0
    assert [place.name for place in tmp_path.iterdir()] == ["shop.yaml"]


def test_without_anyone_to_ask_it_changes_nothing(
    shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["apply", shop, "--data", "app.db"]) == 2
    assert (
        capsys.readouterr().err
        == "stator: nothing was changed: there is nobody to ask; give --yes, or --plan\n"
    )
    assert not (tmp_path / "app.db").exists()


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("yes", 0), ("", 1), ("n", 1)])
def test_it_asks(answer: str, code: int, shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert main(["apply", shop, "--data", "app.db"]) == code
    assert (tmp_path / "app.db").exists() is (code == 0)


def test_it_speaks_json(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply", shop, "--data", "app.db", "--json", "--yes"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["applied"] is True
    (stack,) = said["stacks"]
    assert stack["tables"][0]["action"] == "create"
    assert stack["tables"][0]["calls"] == ["CreateTable"]
    assert stack["not_applied"] == [{"logical_id": "Fn", "type": "AWS::Lambda::Function"}]
    assert main(["apply", shop, "--data", "app.db", "--json", "--plan"]) == 0
    assert json.loads(capsys.readouterr().out)["applied"] is False


def test_without_pyyaml_it_says_how_to_install_it(
    shop: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert main(["apply", shop, "--data", "app.db", "--plan"]) == 1
    line = "stator: Templates are read by PyYAML, which is not installed: pip install 'stator[cli]'\n"
    assert capsys.readouterr().err == line


def test_an_interrupted_run_says_how_to_go_on(
    shop: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("stator.templates.applying.Applying.apply", interrupt)
    assert main(["apply", shop, "--data", "app.db", "--yes"]) == 1
    assert capsys.readouterr().err == "stator: interrupted; apply again to go on from there\n"


def test_it_works_on_an_endpoint(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    with BackgroundServer(Database(MemoryStore())) as endpoint:
        assert main(["apply", shop, "--endpoint", endpoint, "--yes"]) == 0
        assert main(["apply", shop, "--endpoint", endpoint, "--json", "--plan"]) == 0
    assert (
        json.loads(capsys.readouterr().out.splitlines()[-1])["stacks"][0]["tables"][0]["action"]
        == "unchanged"
    )


def test_a_refusal_is_one_line_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    kinesis = table(
        TableName="other", KinesisStreamSpecification={"StreamArn": "arn:aws:kinesis:r:a:stream/s"}
    )
    write(tmp_path, template(T=table(), K=kinesis))
    assert main(["apply", "shop.yaml", "--data", "app.db", "--yes"]) == 1
    assert capsys.readouterr().err == (
        "stator: shop.yaml:39: K.KinesisStreamSpecification: a table's changes are read from its stream: "
        "Kinesis destinations are not there yet; nothing was changed\n"
    )
    assert not (tmp_path / "app.db").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["none.yaml"], 1, "none.yaml: cannot be read: No such file or directory"),
        (["shop.yaml", "--parameter", "x"], 2, "--parameter x: allowed: KEY=VALUE"),
        (
            ["shop.yaml", "--parameter", "Stag=x"],
            2,
            "--parameter Stag: the template does not ask for it; there are Fn, T",
        ),
        (["shop.yaml", "--json"], 2, "--json asks nothing: give --yes or --plan with it"),
        (
            ["shop.yaml", "--stack-name", "a b"],
            1,
            "'a b' is no stack's name; allowed: up to 128 letters, digits and",
        ),
        (["."], 1, ".: is no cdk.out folder: it has no manifest.json"),
    ],
)
def test_a_wrong_command_is_one_line(
    arguments: list[str], code: int, line: str, shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["apply", *arguments, "--data", "app.db"]) == code
    err = capsys.readouterr().err
    assert err.startswith(f"stator: {line}")
    assert err.count("\n") == 1


def test_what_the_service_refuses_is_one_line_and_nothing_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, template(A=table(TableName="aaa"), T=table(WarmThroughput={"ReadUnitsPerSecond": 1})))
    assert main(["apply", "shop.yaml", "--data", "app.db", "--yes"]) == 1
    assert capsys.readouterr().err.startswith("stator: T (things): creating: ValidationException: ")
    assert not (tmp_path / "app.db").exists()


def test_a_table_is_imported_when_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s3" / "bucket" / "in").mkdir(parents=True)
    (tmp_path / "s3" / "bucket" / "in" / "1.csv").write_text("id,x\na,1\nb,2\n", "utf-8")
    monkeypatch.setenv("STATOR_S3_FOLDER", "s3")
    source = {
        "S3BucketSource": {"S3Bucket": "bucket", "S3KeyPrefix": "in/"},
        "InputFormat": "CSV",
        "InputFormatOptions": {"Csv": {"Delimiter": ","}},
    }
    imported = table(
        ImportSourceSpecification=source,
        DeletionProtectionEnabled=True,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "e"},
    )
    write(tmp_path, template(T=imported))
    assert main(["apply", "shop.yaml", "--data", "app.db", "--yes"]) == 0
    assert "importing" in capsys.readouterr().err
    transport = connect("app.db", background=False)
    assert transport.call("Scan", {"TableName": "things", "Select": "COUNT"})["Count"] == 2
    transport.close()
    assert main(["apply", "shop.yaml", "--data", "app.db"]) == 0
    assert "= T  unchanged" in capsys.readouterr().out


def test_an_empty_file_is_planned_for_and_made_a_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template, file = tmp_path / "shop.json", tmp_path / "app.db"
    template.write_text(
        '{"Resources": {"Orders": {"Type": "AWS::DynamoDB::Table", "Properties": {"BillingMode": "PAY_PER_REQUEST",'
        ' "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],'
        ' "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}}}}'
    )
    file.touch()
    assert main(["apply", str(template), "--data", str(file), "--plan"]) == 0
    assert file.stat().st_size == 0
    assert main(["apply", str(template), "--data", str(file), "--yes"]) == 0
    assert "tables: 1 to create" in capsys.readouterr().out


def test_ctrl_c_at_the_question_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """It said to apply again, to go on from where nothing had begun."""
    from stator.cli import apply

    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", interrupted)
    assert not apply._agreed(yes=False)
