"""A dump and a load that end at any point are gone on with: no item is lost, none is twice in a dump.

Whatever touches the disk or the database is counted. The n-th ends the process, for every n: here by an exception that
nothing catches, and, at some points, by a real end of a real process, whose buffers are lost.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from shop import file_with, items_in, plain_items, run

import stator
from stator.cli.transfer import dumping, loading, writers
from stator.client.in_process import InProcess

ITEMS = plain_items(14)
SORTED = sorted(ITEMS, key=lambda item: (item["pk"]["S"], float(item["sk"]["N"])))
POINTS_MAX = 200


class Ended(BaseException):
    """The process is no more: nothing that it does later happens."""


class Fuse:
    """Lets so many calls happen. Each is counted before it is done."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def spend(self) -> None:
        if self.left <= 0:
            raise Ended
        self.left -= 1

    def around(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            self.spend()
            return real(*arguments, **named)

        monkeypatch.setattr(owner, name, counted)


def _ends(arguments: list[object], calls: int) -> bool:
    """Runs the command until that many calls; whether that was before its end."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        fuse = Fuse(calls)
        for owner, name in ((os, "fsync"), (os, "replace"), (os, "unlink"), (dumping.Scanning, "page")):
            fuse.around(monkeypatch, owner, name)
        fuse.around(monkeypatch, writers.GroupWriter, "write")
        monkeypatch.setattr(writers.GroupWriter, "items_max", 5)
        monkeypatch.setattr(InProcess, "close", _unfused(InProcess.close, fuse))
        monkeypatch.setattr(dumping, "CHECKPOINT_S", 0)
        monkeypatch.setattr(loading, "CHECKPOINT_S", 0)
        try:
            assert run([*arguments, "--no-progress"]) == 0
        except Ended:
            return True
        return False


def _unfused(close: Any, fuse: Fuse) -> Any:
    def closing(transport: InProcess) -> None:
        fuse.left = 1 << 30
        close(transport)

    return closing


@pytest.mark.parametrize("name", ["o.jsonl", "o.json.gz", "o.csv"])
def test_a_dump_that_ends_anywhere_is_gone_on_with(name: str, tmp_path: Path) -> None:
    path = file_with(tmp_path / "shop.db", ITEMS)
    dump: list[object] = [
        "dump",
        "Shop",
        "--out",
        tmp_path / name,
        "--page-items",
        3,
        "--segments",
        2,
        "--data",
        path,
    ]
    dump += ["--columns", "pk:S,sk:N,x:S"] if name == "o.csv" else []
    whole = None
    for calls in range(POINTS_MAX):
        out = tmp_path / name
        ended = _ends(dump, calls)
        if ended and out.exists():
            assert _items(out) == whole  # it has its name only when it is whole
        if ended:
            assert not _ends(dump, POINTS_MAX)
        found = _items(out)
        whole = whole or found
        assert found == whole
        assert len(found) == len(ITEMS)
        assert sorted(each.name for each in tmp_path.iterdir()) == sorted((name, "shop.db"))
        out.unlink()
        if not ended:
            assert calls > 10
            return
    pytest.fail("it never ends")


def _items(out: Path) -> list[str]:
    data = out.read_bytes()
    text = gzip.decompress(data) if out.suffix == ".gz" else data
    lines = text.decode().splitlines()
    return sorted(lines[1:] if out.suffix == ".csv" else lines)


def test_a_load_that_ends_anywhere_is_gone_on_with(tmp_path: Path) -> None:
    source = tmp_path / "o.jsonl"
    lines = [json.dumps({"pk": each["pk"]["S"], "sk": int(each["sk"]["N"]), "x": "y" * 20}) for each in ITEMS]
    lines.insert(3, "nope")
    lines.insert(11, '{"pk": "no sort key"}')
    source.write_text("\n".join(lines))
    for calls in range(POINTS_MAX):
        path = file_with(tmp_path / f"{calls}.db", [])
        bad = tmp_path / f"{calls}.bad"
        load: list[object] = ["load", "Shop", source, "--skip-bad", bad, "--data", path]
        ended = _ends(load, calls)
        if ended:
            _go_on(load, bad)
        assert items_in(path) == SORTED
        assert bad.read_text().splitlines() == ["nope", '{"pk": "no sort key"}']
        assert not list(tmp_path.glob("o.jsonl.load-state*"))
        if not ended:
            assert calls > 5
            return
    pytest.fail("it never ends")


def _go_on(load: list[object], bad: Path) -> None:
    state = list(bad.parent.glob("o.jsonl.load-state*[!w]"))
    if not state and bad.exists():
        bad.unlink()  # nothing is known of it: the command asks for that
    assert not _ends(load, POINTS_MAX)


CHILD = """
import os, sys
from stator.cli import main
from stator.cli.transfer import dumping, loading, writers
dumping.CHECKPOINT_S = loading.CHECKPOINT_S = 0
writers.GroupWriter.items_max = 5
left = int(sys.argv[1])
def fused(real):
    def counted(*arguments):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return real(*arguments)
    return counted
os.fsync = fused(os.fsync)
os.replace = fused(os.replace)
sys.exit(main(sys.argv[2:]))
"""


def _child(calls: int, *arguments: object) -> int:
    command = [sys.executable, "-c", CHILD, str(calls), *map(str, arguments)]
    environ = {**os.environ, "PYTHONPATH": str(Path(stator.__file__).parents[1])}
    return subprocess.run(command, capture_output=True, timeout=60, check=False, env=environ).returncode


@pytest.mark.parametrize("calls", [2, 5] if "SOAK" not in os.environ else range(30))
def test_killed_processes_are_gone_on_after(calls: int, tmp_path: Path) -> None:
    path = file_with(tmp_path / "shop.db", ITEMS)
    copy = file_with(tmp_path / "copy.db", [])
    dump = ["dump", "Shop", "--out", tmp_path / "o.jsonl", "--page-items", 4, "--data", path]
    load = ["load", "Shop", tmp_path / "o.jsonl", "--data", copy]
    _child(calls, *dump)
    assert _child(1000, *dump, "--force") == 0
    assert len(_items(tmp_path / "o.jsonl")) == len(ITEMS)
    _child(calls, *load)
    assert _child(1000, *load) == 0
    assert items_in(copy) == SORTED


def test_an_interrupt_says_how_to_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file_with(tmp_path / "shop.db", ITEMS)
    pages = 0

    def page(scanning: dumping.Scanning, *arguments: Any) -> Any:
        nonlocal pages
        pages += 1
        if pages == 3:
            raise KeyboardInterrupt
        return real(scanning, *arguments)

    real = dumping.Scanning.page
    dump: list[object] = ["dump", "Shop", "--out", "o.jsonl", "--page-items", 4, "--data", path]
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(dumping, "CHECKPOINT_S", 0)
        monkeypatch.setattr(dumping.Scanning, "page", page)
        assert run(dump) == 1
    assert "stator: interrupted; the same command goes on (o.jsonl.dump-state)" in capsys.readouterr().err
    assert run([*dump, "--format", "dynamodb-json"]) == 1
    assert "o.jsonl.dump-state is of another dump" in capsys.readouterr().err
    assert run([*dump, "--json"]) == 0
    out, err = capsys.readouterr()
    assert "stator: going on after " in err
    told = json.loads(out)
    assert (told["items"], told["items_now"] < 14) == (14, True)


def test_a_damaged_state_is_not_guessed_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file_with(tmp_path / "shop.db", ITEMS)
    (tmp_path / "o.jsonl.dump-state").write_text("{")
    assert run(["dump", "Shop", "--out", "o.jsonl", "--data", path]) == 1
    assert "begin anew with --restart" in capsys.readouterr().err
    assert run(["dump", "Shop", "--out", "o.jsonl", "--data", path, "--restart"]) == 0
