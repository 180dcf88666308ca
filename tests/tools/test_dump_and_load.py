"""`stator dump` and `stator load`: what they write and say, over a file and over HTTP."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from shop import ODD_ITEMS, file_with, items_in, items_of, make_table, plain_items, put, run

from stator.cli.transfer import writers
from stator.client.in_process import InProcess
from stator.client.retries import Retries
from stator.engine.database import Database
from stator.errors import ServiceError
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore

ANY_COLUMNS = "pk:S,sk:N," + ",".join(f"{name}:JSON" for name in "abcdemn")
FORMATS = [("jsonl", []), ("dynamodb-json", []), ("csv", ["--columns", ANY_COLUMNS])]


@contextmanager
def at(door: str, folder: Path, items: list[dict[str, Any]]) -> Iterator[tuple[list[object], InProcess]]:
    """A database with tables Shop, with the items, and Copy, empty: its arguments, and a way to look into it."""
    db = Database(MemoryStore())
    within = InProcess(db)
    if door == "file":
        path = file_with(folder / "shop.db", items)
        from stator.client.connecting import connect

        looking = connect(str(path), background=False)
        assert isinstance(looking, InProcess)
        make_table(looking, "Copy")
        try:
            yield ["--data", path], looking
        finally:
            looking.close()
        return
    make_table(within)
    make_table(within, "Copy")
    put(within, items)
    with BackgroundServer(db) as endpoint:
        yield ["--endpoint", endpoint], within


@pytest.fixture(params=["file", "http"])
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[list[object], InProcess]]:
    with at(request.param, tmp_path, ODD_ITEMS) as found:
        yield found


@pytest.mark.parametrize("compression", [[], ["--gzip"]], ids=["plain", "gzip"])
@pytest.mark.parametrize(("format", "columns"), FORMATS, ids=[name for name, _ in FORMATS])
def test_a_dumped_table_is_loaded_as_it_was(
    format: str,
    columns: list[str],
    compression: list[str],
    odd: tuple[list[object], InProcess],
    tmp_path: Path,
) -> None:
    where, database = odd
    out = tmp_path / "items"
    assert run(["dump", "Shop", "--out", out, "--format", format, *columns, *compression, *where]) == 0
    assert run(["load", "Copy", out, "--format", format, *where]) == 0
    assert items_of(database, "Copy") == items_of(database) == sorted_items(ODD_ITEMS)
    assert [each.name for each in tmp_path.iterdir() if "state" in each.name or "partial" in each.name] == []


def sorted_items(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: (item["pk"]["S"], float(item["sk"]["N"])))


@pytest.mark.parametrize("name", ["o.jsonl", "o.json", "o.json.gz", "o.csv", "o.csv.gz"])
def test_names_tell_formats(name: str, odd: tuple[list[object], InProcess], tmp_path: Path) -> None:
    where, database = odd
    columns = ["--columns", ANY_COLUMNS] if "csv" in name else []
    assert run(["dump", "Shop", "--out", tmp_path / name, *columns, *where]) == 0
    text = (tmp_path / name).read_bytes()
    text = gzip.decompress(text) if name.endswith(".gz") else text
    first = {"o.jsonl": b'{"pk":', "o.json": b'{"Item":', "o.csv": b"pk:S,"}
    assert text.startswith(first[name.removesuffix(".gz")])
    assert run(["load", "Copy", tmp_path / name, *where]) == 0
    assert items_of(database, "Copy") == sorted_items(ODD_ITEMS)


@pytest.mark.parametrize("segments", [1, 3, 8])
def test_segments_together_are_the_table(segments: int, tmp_path: Path) -> None:
    items = plain_items(60)
    with at("http", tmp_path, items) as (where, database):
        out = tmp_path / "o.jsonl"
        assert run(["dump", "Shop", "--out", out, "--segments", segments, "--page-items", 7, *where]) == 0
        assert len(out.read_text().splitlines()) == 60
        assert run(["load", "Copy", out, "--segments", segments, *where]) == 0
        assert items_of(database, "Copy") == sorted_items(items)


def test_pipes_are_read_and_written(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_with(tmp_path / "a.db", plain_items(40))
    other = file_with(tmp_path / "b.db", [])
    assert run(["dump", "Shop", "--data", path]) == 0
    out, err = capfdbinary.readouterr()
    assert out.count(b"\n") == 40
    assert b"40 items dumped from Shop to standard output" in err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(gzip.compress(out)))))
    assert run(["load", "Shop", "-", "--data", other, "--json"]) == 0
    told = json.loads(capfdbinary.readouterr().out)
    assert (told["table"], told["file"], told["items"], told["skipped"]) == ("Shop", "-", 40, 0)
    assert items_in(other) == items_in(path)


def test_a_later_line_of_a_key_stays(tmp_path: Path) -> None:
    lines = [{"pk": "a", "sk": 1, "n": number} for number in range(120)]
    source = tmp_path / "twice.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with at("http", tmp_path, []) as (where, database):
        assert run(["load", "Copy", source, *where]) == 0
        assert items_of(database, "Copy") == [{"pk": {"S": "a"}, "sk": {"N": "1"}, "n": {"N": "119"}}]


def test_several_files_are_loaded(tmp_path: Path) -> None:
    for name, number in (("a.jsonl", 1), ("b.jsonl", 2)):
        (tmp_path / name).write_text(json.dumps({"pk": name, "sk": number}) + "\n")
    path = file_with(tmp_path / "shop.db", [])
    assert run(["load", "Shop", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--data", path]) == 0
    assert [item["pk"]["S"] for item in items_in(path)] == ["a.jsonl", "b.jsonl"]


def test_csv_with_plain_names_takes_types_from_the_command(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_bytes(b'\xef\xbb\xbfsk,pk,note\r\n1,a,\r\n\r\n2,b,"x\r\ny"\r\n')
    path = file_with(tmp_path / "shop.db", [])
    assert run(["load", "Shop", "o.csv", "--columns", "pk:S,sk:N,note:S", "--data", path]) == 0
    assert items_in(path) == [
        {"pk": {"S": "a"}, "sk": {"N": "1"}},
        {"pk": {"S": "b"}, "sk": {"N": "2"}, "note": {"S": "x\r\ny"}},
    ]


BAD_LINES = [
    (b'{"pk": "a"}', "line 2: One or more parameter values were invalid: Missing the key sk in the item"),
    (b'{"pk": "a", "sk": "1"}', "line 2: One or more parameter values were invalid: Type mismatch for key sk"),
    (b'{"pk": "", "sk": 1}', "line 2: One or more parameter values "),
    (b'{"pk": "a", "sk": 1e999}', "line 2: Number overflow"),
    (b'{"pk": "a", "sk": 1, "s": {"$SS": []}}', "line 2: One or more parameter values were invalid"),
    (b'{"pk": "a", "sk": 1, "b": {"$B": "?"}}', "line 2: "),
    (b'{"pk": "a", "sk": 1, "b": "\\ud800"}', "line 2: not an item"),
    (b'{"pk": "\xff"}', "line 2: no UTF-8: byte 9"),
    (b"nope", "line 2: no JSON"),
    (b'{"pk": "a", "sk": 1, "b": "' + b"x" * 409_600 + b'"}', "line 2: Item size has exceeded the maximum"),
]  # fmt: skip
GOOD = b'{"pk": "good", "sk": 1}\n'
COMMANDS = [["dump", "Shop"], ["load", "Shop", "x.jsonl"], ["tables"], ["stats"], ["table", "backups"]]


@pytest.fixture(params=["file", "http"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[list[object], InProcess]]:
    with at(request.param, tmp_path, []) as found:
        yield found


def test_a_bad_line_is_told_and_put_aside(
    empty: tuple[list[object], InProcess], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where, database = empty
    for number, (bad, why) in enumerate(BAD_LINES):
        source, aside = tmp_path / f"{number}.jsonl", tmp_path / f"{number}.bad"
        source.write_bytes(GOOD + bad + b"\n" + GOOD.replace(b"1", b"2"))
        assert run(["load", "Copy", source, *where]) == 1
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        if where[0] == "--data" or "parameter" not in why:
            assert why in err
        assert ", line 2: " in err
        assert run(["load", "Copy", source, "--skip-bad", aside, "--json", *where]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["items"], told["skipped"]) == (2, 1)
        assert aside.read_bytes() == bad + b"\n"
    assert [item["sk"]["N"] for item in items_of(database, "Copy")] == ["1", "2"]


def test_an_item_that_only_the_table_refuses_is_told_by_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = {
        "IndexName": "by_x",
        "KeySchema": [{"AttributeName": "x", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    definitions = [
        {"AttributeName": name, "AttributeType": kind}
        for name, kind in (("pk", "S"), ("sk", "N"), ("x", "S"))
    ]
    (tmp_path / "o.jsonl").write_bytes(GOOD + b'{"pk": "a", "sk": 1, "x": 5}\n' + GOOD.replace(b"1", b"2"))
    with at("http", tmp_path, []) as (where, database):
        make_table(database, "Indexed", GlobalSecondaryIndexes=[index], AttributeDefinitions=definitions)
        assert run(["load", "Indexed", "o.jsonl", "--skip-bad", "bad", *where]) == 0
        assert (
            "o.jsonl, line 2: One or more parameter values were invalid: Type mismatch for Index Key x"
            in (capsys.readouterr().err)
        )
        assert len(items_of(database, "Indexed")) == 2


class _Reluctant:
    """A transport that leaves all but one request of a batch unprocessed, and counts the calls."""

    def __init__(self, takes: int) -> None:
        self.calls = 0
        self.put: list[Any] = []
        self._takes = takes

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        assert operation == "BatchWriteItem"
        self.calls += 1
        ((name, requests),) = request["RequestItems"].items()
        self.put += requests[: self._takes]
        left = requests[self._takes :]
        return {"UnprocessedItems": {name: left} if left else {}}

    def close(self) -> None:
        return None


TABLE = {
    "TableName": "T",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
}


def test_what_stays_unprocessed_is_sent_again_after_a_delay() -> None:
    pauses: list[float] = []
    transport = _Reluctant(takes=1)
    writer = writers.BatchWriter(transport, TABLE, 1, Retries(sleep=pauses.append))
    batch = [writer.entry(number, b"", {"pk": {"S": str(number)}}) for number in range(25)]
    assert writer.write(batch) == []
    assert (transport.calls, len(transport.put), len(pauses)) == (25, 25, 24)


def test_a_table_that_takes_nothing_ends_the_load() -> None:
    pauses: list[float] = []
    writer = writers.BatchWriter(_Reluctant(takes=0), TABLE, 1, Retries(sleep=pauses.append))
    with pytest.raises(ServiceError, match="takes no more items for now"):
        writer.write([writer.entry(1, b"", {"pk": {"S": "a"}})])
    assert len(pauses) == 9


REFUSED = [
    (["dump", "None"], 1, "ResourceNotFoundException: "),
    (["dump", "Shop", "--format", "csv"], 2, "CSV needs --columns"),
    (["dump", "Shop", "--columns", "pk:S"], 2, "--columns is given with jsonl"),
    (["dump", "Shop", "--format", "csv", "--columns", "pk:S"], 2, "--columns leaves out the key sk"),
    (["dump", "Shop", "--format", "csv", "--columns", "pk:S,sk:S,x:S", "--out", "x.csv"], 1, "'sk' is N, its column S"),
    (["dump", "Shop", "--segments", 0], 2, "--segments is 0"),
    (["dump", "Shop", "--out", "there.jsonl"], 1, "there.jsonl is there already"),
    (["dump", "Shop", "--out", "no/folder.jsonl"], 1, "no/folder.jsonl cannot be written"),
    (["dump", "Shop", "--profile", "x"], 2, "--profile is given without --aws"),
    (["load", "Shop", "absent.jsonl"], 1, "absent.jsonl cannot be read"),
    (["load", "Shop", "-", "there.jsonl"], 2, "- is given beside other files"),
    (["load", "None", "there.jsonl"], 1, "ResourceNotFoundException: "),
    (["load", "Shop", "there.jsonl", "--skip-bad", "there.jsonl"], 1, "there.jsonl is there already"),
    (["load", "Shop", "header.csv"], 2, "the header of header.csv declares 'pk'"),
    (["load", "Shop", "header.csv", "--columns", "pk:S"], 2, "has a column 'sk', which --columns does not declare"),
    (["load", "Shop", "empty.csv"], 1, "empty.csv is empty"),
    (["load", "Shop", "cut.json.gz"], 1, "cut.json.gz, behind line 0: it cannot be read"),
    (["load", "Shop", "open.csv"], 1, "open.csv, line 2: no CSV"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "why"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_cannot_be_done_is_one_line(
    arguments: list[object], code: int, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file_with(tmp_path / "shop.db", plain_items(1))
    (tmp_path / "there.jsonl").write_text('{"pk": "a", "sk": 5}\n')
    (tmp_path / "header.csv").write_text("pk,sk\na,1\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "open.csv").write_text('pk:S,sk:N\n"a,1\n')
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(b'{"Item": {}}\n')[:12])
    assert run([*arguments, "--data", path, "--no-progress"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert why in err
    assert err.startswith("stator: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_not_there_is_not_made(
    command: list[object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.jsonl").write_text("{}\n")
    assert run(command) == 1
    assert "stator.db is not there: name the database" in capsys.readouterr().err
    assert not (tmp_path / "stator.db").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_an_endpoint_that_is_not_there_is_one_line(
    command: list[object], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    (tmp_path / "x.jsonl").write_text("{}\n")
    assert run([*command, "--endpoint", "http://127.0.0.1:1"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("stator: http://127.0.0.1:1 could not be reached")
    assert err.count("\n") == 1
