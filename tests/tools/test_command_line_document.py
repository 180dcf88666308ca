"""docs/command-line.md: its examples run in the order of the page, and show what it says but for times and sizes."""

from __future__ import annotations

import io
import re
import shlex
import sys
from pathlib import Path

import pytest
from shop import make_table, put

from stator.cli import _parser, main
from stator.cli.commands import COMMANDS
from stator.client.connecting import connect

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
_VARIES = re.compile(r"[0-9][0-9a-f.,:TZ-]*( bytes| KB| MB)?|/\S+(?=/(stator|monday)\.db)")


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def _masked(text: str) -> list[str]:
    return [" ".join(_VARIES.sub("#", line).split()) for line in text.splitlines()]


def _fill(path: Path) -> None:
    database = connect(str(path), background=False)
    index = {
        "IndexName": "by_day",
        "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    types = {"pk": "S", "sk": "N", "day": "S"}
    definitions = [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]
    make_table(database, "Orders", GlobalSecondaryIndexes=[index], AttributeDefinitions=definitions)
    recovery = {"PointInTimeRecoveryEnabled": True}
    request = {"TableName": "Orders", "PointInTimeRecoverySpecification": recovery}
    database.call("UpdateContinuousBackups", request)
    orders = [("ann", 1, 1), ("ann", 2, 2), ("bob", 1, 2), ("cyd", 1, 3)]
    items = [
        {"pk": {"S": name}, "sk": {"N": str(number)}, "day": {"S": f"2026-10-0{day}"}}
        for name, number, day in orders
    ]
    items[1]["tags"] = {"SS": ["gift", "late"]}  # type: ignore[dict-item]
    put(database, items, "Orders")
    database.close()


def _run(line: str, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> str:
    """What a pipe of commands writes to standard output."""
    out = b""
    for command in line.split(" | "):
        program, *arguments = shlex.split(command)
        assert program == "stator"
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(out))))
        assert main(arguments) == 0
        out = capfdbinary.readouterr().out
    return out.decode()


def test_its_examples_show_what_it_says(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(tmp_path / "stator.db")
    for block in _blocks("console"):
        if "load Copy" in block:
            database = connect(str(tmp_path / "stator.db"), background=False)
            make_table(database, "Copy")
            database.close()
        for example in block.split("$ ")[1:]:
            line, _, shown = example.partition("\n")
            out = _run(line, capfdbinary, monkeypatch)
            expected, found = _masked(shown), _masked(out)
            if "--format csv" in line:  # items of a table lie in the order of salted hashes
                expected, found = sorted(expected), sorted(found)
            assert found == expected, line


def test_its_other_examples_are_commands() -> None:
    for block in _blocks("sh"):
        for line in block.splitlines():
            _, name, *arguments = shlex.split(line)
            assert _parser(COMMANDS[name].load(), name).parse_args([name, *arguments])


def test_it_names_every_command() -> None:
    assert set(re.findall(r"^\| `stator (\w+)`", PAGE, re.MULTILINE)) == set(COMMANDS)


def test_its_json_is_what_a_load_reads() -> None:
    from stator.cli.transfer.plain_json import item_of

    (line,) = _blocks("json")
    assert [next(iter(value)) for value in item_of(line).values()] == ["S", "B", "SS", "NS", "BS"]


@pytest.mark.parametrize("name", ["dump", "load", "tables", "stats", "table", "backup"])
def test_its_options_are_known(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each example in a command's help is a command line that it takes."""
    module = COMMANDS[name].load()
    for line, _ in module.EXAMPLES:
        for command in line.split(" | "):
            _, called, *arguments = shlex.split(command)
            assert _parser(COMMANDS[called].load(), called).parse_args([called, *arguments])
