"""`stator backup`: a whole file of one moment, beside its writers, that is there whole or not at all."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from shop import file_with, items_in, plain_items, run

from stator.cli import backup
from stator.client.connecting import connect
from stator.engine.verification_file import verify_file
from stator.storage.sqlite import copying


def test_a_backup_is_the_whole_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file_with(tmp_path / "shop.db", plain_items(50))
    assert run(["backup", path, tmp_path / "copy.db"]) == 0
    assert "copy.db is a backup of " in capsys.readouterr().out
    assert items_in(tmp_path / "copy.db") == items_in(path)
    assert list(verify_file(str(tmp_path / "copy.db"))) == []
    assert not list(tmp_path.glob("*.partial*"))


def test_a_backup_is_of_one_moment_while_writers_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each writer's transaction puts two items of one number: a backup has both or neither, whatever it met."""
    path = file_with(tmp_path / "shop.db", plain_items(400))
    monkeypatch.setattr(copying, "PAGES_A_STEP", 1)
    database = connect(str(path), background=False)
    copying_began, ended = threading.Event(), threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        while not ended.is_set() and written < 5000:
            pair = [{"pk": {"S": name}, "sk": {"N": str(written)}} for name in ("left", "right")]
            puts = [{"Put": {"TableName": "Shop", "Item": item}} for item in pair]
            database.call("TransactWriteItems", {"TransactItems": puts})
            written += 1
            copying_began.set()

    writer = threading.Thread(target=write)
    writer.start()
    steps = []
    try:
        assert copying_began.wait(30)
        copying.copy_file(
            str(path), str(tmp_path / "copy.db"), lambda done, total: steps.append((done, total))
        )
    finally:
        ended.set()
        writer.join()
        database.close()
    copied = items_in(tmp_path / "copy.db")
    left, right = ([item["sk"] for item in copied if item["pk"]["S"] == name] for name in ("left", "right"))
    assert left == right
    assert 0 < len(left) <= written
    assert len(steps) > 10
    assert steps[-1][0] == steps[-1][1]
    assert len({total for _, total in steps}) == 1  # it never began anew
    assert list(verify_file(str(tmp_path / "copy.db"))) == []


def test_what_an_unclean_end_left_in_the_log_is_in_the_backup(tmp_path: Path) -> None:
    path = file_with(tmp_path / "shop.db", plain_items(5))
    database = connect(str(path), background=False)
    database.call("PutItem", {"TableName": "Shop", "Item": {"pk": {"S": "late"}, "sk": {"N": "1"}}})
    crashed = tmp_path / "crashed.db"
    for ending in ("", "-wal"):
        Path(f"{crashed}{ending}").write_bytes(Path(f"{path}{ending}").read_bytes())
    database.close()
    assert run(["backup", crashed, tmp_path / "copy.db"]) == 0
    assert len(items_in(tmp_path / "copy.db")) == 6


@pytest.mark.parametrize("point", ["copied", "verified", "renamed"])
def test_a_backup_that_ends_leaves_what_was_there(
    point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_with(tmp_path / "shop.db", plain_items(5))
    (tmp_path / "copy.db").write_bytes(b"older")

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    names = {"copied": (backup, "_copy"), "verified": (backup, "_verify"), "renamed": (os, "replace")}
    monkeypatch.setattr(*names[point], interrupted)
    assert run(["backup", path, tmp_path / "copy.db", "--force"]) == 1
    assert (tmp_path / "copy.db").read_bytes() == b"older"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy.db", "shop.db"]


def test_a_damaged_file_is_not_called_a_backup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file_with(tmp_path / "shop.db", [{"pk": {"S": "h" * 40}, "sk": {"N": "1"}}])
    data = bytearray(path.read_bytes())
    data[data.rindex(b"hhhhhhhh")] ^= 1
    path.write_bytes(data)
    assert run(["backup", path, tmp_path / "copy.db"]) == 1
    assert "the copy has a fault, and so has the file it was made from" in capsys.readouterr().err
    assert not (tmp_path / "copy.db").exists()
    assert run(["backup", path, tmp_path / "copy.db", "--no-verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verified"] is False


REFUSED = [
    ("absent.db", "copy.db", 1, "absent.db is not there"),
    ("shop.db", "there.db", 1, "there.db is there already"),
    ("shop.db", "shop.db", 2, "DEST is FILE itself"),
    ("shop.db", "folder", 2, "DEST is the folder"),
    ("shop.db", "no/copy.db", 1, "does not exist"),
    ("other.txt", "copy.db", 1, "is no Stator file"),
    ("shop.db", "used.db", 1, "used.db is in use"),
]


@pytest.mark.parametrize(("source", "destination", "code", "why"), REFUSED, ids=[row[3] for row in REFUSED])
def test_what_cannot_be_backed_up_is_one_line(
    source: str, destination: str, code: int, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file_with(tmp_path / "shop.db", [])
    (tmp_path / "there.db").write_bytes(b"older")
    (tmp_path / "other.txt").write_bytes(b"x" * 200)
    (tmp_path / "used.db-wal").write_bytes(b"x")
    (tmp_path / "folder").mkdir()
    assert run(["backup", source, destination]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("stator: ")
    assert why in err
    assert err.count("\n") == 1
    assert (tmp_path / "there.db").read_bytes() == b"older"
