"""`stator shell` as scripts use it: what it writes where, and its exit codes."""

from __future__ import annotations

import io
import json

import pytest
from songs import fill

from stator.cli import main
from stator.client.connecting import connect
from stator.server.background import BackgroundServer


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    transport = connect(str(tmp_path / "app.db"))
    fill(transport)
    transport.close()
    return str(tmp_path / "app.db")


def run(capsys, *arguments):
    code = main(["shell", *arguments])
    out, error = capsys.readouterr()
    return code, out, error


def test_one_statement_gives_json_lines_where_it_is_no_terminal(path, capsys):
    code, out, error = run(capsys, path, "-c", "SELECT title FROM songs WHERE artist = 'Low'")
    assert (code, error) == (0, "")
    assert [json.loads(line)["title"] for line in out.splitlines()] == [
        "Lullaby",
        "Two-Step",
        "Will the Night",
    ]


def test_several_statements_run_in_their_order_until_one_fails(path, capsys):
    first = "UPDATE songs SET plays = 1 WHERE artist = 'Slint' AND title = 'Washer'; SELECT plays FROM songs;"
    code, out, error = run(capsys, path, "-c", first, "-c", "SELECT * FROM nope", "-c", "SELECT * FROM songs")
    assert code == 1
    assert out.splitlines().count('{"plays":1}') == 1
    assert error == "stator: ResourceNotFoundException: Requested resource not found\n"


def test_a_script_comes_from_standard_input_and_its_failures_name_their_line(path, capsys, monkeypatch):
    monkeypatch.setattr(
        "sys.stdin", io.StringIO("SELECT title FROM songs\nWHERE artist = 'Slint';\n\nSELECT;\n")
    )
    code, out, error = run(capsys, path)
    assert (code, out) == (1, '{"title":"Washer"}\n')
    assert error.startswith("stator: line 4: ValidationException: Statement wasn't well formed")
    assert error.count("\n") == 1


def test_a_transaction_that_is_not_committed_is_told(path, capsys):
    delete = "DELETE FROM songs WHERE artist = 'Slint' AND title = 'Washer'"
    code, _, error = run(capsys, path, "-c", f"\\begin\n{delete};")
    assert (code, error) == (1, "stator: a transaction began and was not committed: nothing of it was sent\n")
    assert run(capsys, path, "-c", f"\\begin\n{delete};\n\\commit")[0] == 0
    assert run(capsys, path, "-c", "SELECT * FROM songs WHERE artist = 'Slint'")[1] == ""


def test_it_works_on_an_endpoint(capsys, path):
    from stator.client.connecting import open_database

    db = open_database(path)
    with BackgroundServer(db) as endpoint:
        code, out, _ = run(capsys, "--endpoint", endpoint, "--dynamodb-json", "-c", "SELECT * FROM songs")
    db.close()
    assert code == 0
    assert {"artist": {"S": "Slint"}, "title": {"S": "Washer"}, "released": {"N": "1991"}} in [
        json.loads(line) for line in out.splitlines()
    ]


def test_limit_table_and_timing_are_flags_too(path, capsys):
    code, out, _ = run(
        capsys,
        path,
        "--table",
        "--timing",
        "--limit",
        "2",
        "-c",
        "SELECT title FROM songs WHERE artist = 'Low'",
    )
    assert code == 0
    assert out.splitlines()[:4] == ["title", "--------", "Lullaby", "Two-Step"]
    assert out.splitlines()[4].endswith("ms, 1 round trip, 0.5 units")


def test_a_file_that_is_not_there_is_not_made(tmp_path, capsys):
    code, out, error = run(capsys, str(tmp_path / "nope.db"), "-c", "SELECT 1")
    assert (code, out) == (1, "")
    assert "nope.db is not there" in error
    assert not (tmp_path / "nope.db").exists()


def test_an_endpoint_that_is_not_there_is_one_line(capsys):
    code, _, error = run(capsys, "--endpoint", "http://127.0.0.1:9", "-c", "SELECT * FROM songs")
    assert code == 1
    assert error.startswith("stator: http://127.0.0.1:9 could not be reached")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["app.db", "--endpoint", "http://127.0.0.1:8000"],
        ["app.db", "--limit", "0"],
        ["app.db", "--table", "--json"],
    ],
)
def test_a_wrong_command_line_is_refused(capsys, arguments):
    code, _, error = run(capsys, *arguments, "-c", "SELECT 1")
    assert code == 2
    assert "allowed: " in error
