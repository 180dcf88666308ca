"""A database opened on a damaged file: what is damaged answers InternalServerError, the rest is read and written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from doors import HttpDoor, InProcessDoor, Refusal
from every_feature import PLAIN

from stator.engine.database import Database
from stator.engine.verification import verify
from stator.engine.verification_file import verify_file
from stator.server.background import BackgroundServer
from stator.storage.sqlite import SqliteStore

PAGE = 8192
COUNT = 400


def item(number: int) -> dict[str, Any]:
    return {"pk": {"S": f"item{number}"}, "v": {"S": f"value{number} " * 20}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file one of whose pages of items is destroyed, and another item has a flipped bit."""
    path = tmp_path / "app.db"
    db = Database(SqliteStore(str(path), "relaxed", salt=bytes(16)))
    door = InProcessDoor(db)
    door.call("CreateTable", {**PLAIN, "TableName": "plain"})
    for number in range(COUNT):
        door.call("PutItem", {"TableName": "plain", "Item": item(number)})
    db.close()
    data = bytearray(path.read_bytes())
    destroyed = data.index(b"value7 value7") // PAGE
    data[destroyed * PAGE : (destroyed + 1) * PAGE] = b"\xff" * PAGE
    flipped = next(at for at in range(8, COUNT) if data.find(b"value%d value%d" % (at, at)) >= 0)
    data[data.index(b"value%d value%d" % (flipped, flipped))] ^= 1
    path.write_bytes(data)
    return path


def read_all(door: Any) -> tuple[int, int]:
    """How many items are read as they were, and how many answer an error."""
    whole = damaged = 0
    for number in range(COUNT):
        try:
            answer = door.call("GetItem", {"TableName": "plain", "Key": {"pk": item(number)["pk"]}})
        except Refusal as refusal:
            if str(refusal) != "InternalServerError: Internal server error":
                raise
            damaged += 1
        else:
            assert answer["Item"] == item(number)
            whole += 1
    return whole, damaged


def test_a_server_answers_errors_for_what_is_damaged_and_serves_the_rest(path: Path) -> None:
    db = Database(SqliteStore(str(path), "relaxed"))
    with BackgroundServer(db) as endpoint:
        door = HttpDoor(endpoint)
        whole, damaged = read_all(door)
        assert whole > COUNT - 100
        assert damaged >= 2
        written = readable(door)
        request = {"TableName": "plain", "Item": {**item(written), "more": {"BOOL": True}}}
        door.call("PutItem", request)
        answer = door.call("GetItem", {"TableName": "plain", "Key": {"pk": item(written)["pk"]}})
        assert answer["Item"] == request["Item"]
        with pytest.raises(Refusal, match="InternalServerError"):
            door.call("Scan", {"TableName": "plain"})
        assert scanned_in_slices(door) > COUNT // 2
        door.close()


def readable(door: HttpDoor) -> int:
    for number in range(COUNT):
        try:
            door.call("GetItem", {"TableName": "plain", "Key": {"pk": item(number)["pk"]}})
        except Refusal:
            continue
        return number
    raise AssertionError("one can be read")


def scanned_in_slices(door: HttpDoor) -> int:
    """Items that a parallel scan still reaches: only the slices with damage fail."""
    count = 0
    for segment in range(100):
        request = {"TableName": "plain", "Segment": segment, "TotalSegments": 100}
        try:
            count += int(door.call("Scan", request)["Count"])
        except Refusal as refusal:
            if refusal.code != "InternalServerError":
                raise
    return count


def test_a_database_in_process_answers_the_same_errors(path: Path) -> None:
    db = Database(SqliteStore(str(path), "relaxed"))
    whole, damaged = read_all(InProcessDoor(db))
    assert whole + damaged == COUNT
    assert damaged >= 2
    db.close()


def test_what_check_finds_is_named_and_the_rest_is_looked_at(path: Path) -> None:
    found = [str(finding) for finding in verify_file(str(path))]
    assert any("cannot be read" in text and text.startswith("table plain, item") for text in found)
    assert any("fails its checksum" in text for text in found)
    assert any(text.startswith("file: pages: ") for text in found)


def test_a_database_in_process_is_verified_with_its_store_open(path: Path) -> None:
    db = Database(SqliteStore(str(path), "relaxed"))
    assert any("cannot be read" in str(finding) for finding in verify(db.store))
    db.close()
