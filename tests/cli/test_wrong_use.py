"""What a user meets who mistypes, names an empty file, or runs out of room: one line, and a code that is not zero."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import stator
from stator.cli import main

WRONG = [
    ("tabels", "stator: argument COMMAND: invalid choice: 'tabels'"),
    ("tables --jsn", "stator tables: unrecognized arguments: --jsn (stator tables --help)"),
    ("tables --endpoint http://a --aws", "stator tables: argument --aws: not allowed with argument --endpoint"),
    ("table backup Orders", "stator table backup: the following arguments are required: BACKUP"),
    ("shell a.db --data b.db", "stator: FILE is given together with --data, --endpoint or --aws; allowed: one of them"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "told"), WRONG)
def test_a_wrong_command_line_is_told_in_one_line(
    line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _code_of(line.split()) == 2
    error = capsys.readouterr().err
    assert error.startswith(told)
    assert error.count("\n") == 1


def test_an_empty_file_is_no_database_to_read_and_stays_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    for command in (["tables"], ["stats"], ["dump", "Orders"], ["shell", "-c", "SELECT * FROM t"]):
        assert main([*command, "--data", str(empty)]) == 1
        assert f"{empty} is empty" in capsys.readouterr().err
    assert empty.stat().st_size == 0


def test_the_shell_takes_its_file_as_the_other_commands_do(tmp_path: Path) -> None:
    file = _database(tmp_path)
    assert main(["shell", "--data", str(file), "-c", "SELECT * FROM Orders"]) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "command",
    [
        "tables --data {}",
        "stats --data {} --json",
        "dump Orders --data {}",
        "shell {} -c 'SELECT * FROM Orders'",
        "check {}",
    ],
)
def test_output_without_room_is_told_in_one_line(tmp_path: Path, command: str) -> None:
    file = _database(tmp_path)
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "stator", *shlex.split(command.format(file))],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(stator.__file__).parents[1])},
            check=False,
        )
    assert ended.returncode == 1
    told = ended.stderr.splitlines()[-1]
    assert told.startswith("stator: ")
    assert told.endswith("cannot be written: No space left on device")
    assert "Traceback" not in ended.stderr


def _code_of(arguments: list[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else -1


def _database(folder: Path) -> Path:
    file = folder / "app.db"
    with stator.open(str(file)) as db:
        db.create_table(
            TableName="Orders",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        ).put_item(Item={"id": "1"})
    return file
