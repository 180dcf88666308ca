"""A file of every released format opens, and holds what was put into it. The files are never made anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from make_file import ITEMS

from stator.client.in_process import InProcess
from stator.engine.database import Database
from stator.storage import open_store

FILES = sorted(Path(__file__).parent.glob("format-*.db"))


def test_there_is_a_file_of_the_present_format() -> None:
    assert [file.name for file in FILES] == ["format-1.db"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_released_file_holds_its_items_and_indexes(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / file.name
    shutil.copy(file, copy)
    db = Database(open_store(str(copy)))
    try:
        client = InProcess(db)
        for item in ITEMS:
            key = {name: item[name] for name in ("pk", "sk")}
            assert client.call("GetItem", {"TableName": "kept", "Key": key})["Item"] == item
        table = client.call("DescribeTable", {"TableName": "kept"})["Table"]
        assert table["ItemCount"] == len(ITEMS)
        assert _queried(client, "by-global", "#k = :v", "global", {"S": "g"}) == 2
        assert _queried(client, "by-local", "#k = :v", "pk", {"S": "a"}) == 1
        client.call("PutItem", {"TableName": "kept", "Item": {"pk": {"S": "new"}, "sk": {"N": "1"}}})
        assert client.call("Scan", {"TableName": "kept"})["Count"] == len(ITEMS) + 1
    finally:
        db.close()


def _queried(client: InProcess, index: str, condition: str, name: str, value: dict[str, str]) -> int:
    request = {
        "TableName": "kept",
        "IndexName": index,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": {"#k": name},
        "ExpressionAttributeValues": {":v": value},
    }
    count: int = client.call("Query", request)["Count"]
    return count
