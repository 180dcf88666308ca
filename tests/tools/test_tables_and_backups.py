"""`stator tables`, `stats` and `table`: over a file and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shop import items_of, make_table, plain_items, put, run

from stator.client.connecting import connect
from stator.client.in_process import InProcess
from stator.client.transport import Transport
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore

INDEX = {
    "IndexName": "by_sk",
    "KeySchema": [{"AttributeName": "sk", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}


def _fill(database: Transport) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    make_table(database, GlobalSecondaryIndexes=[INDEX], StreamSpecification=stream)
    ttl = {"Enabled": True, "AttributeName": "ends"}
    database.call("UpdateTimeToLive", {"TableName": "Shop", "TimeToLiveSpecification": ttl})
    recovery = {"PointInTimeRecoveryEnabled": True}
    database.call(
        "UpdateContinuousBackups", {"TableName": "Shop", "PointInTimeRecoverySpecification": recovery}
    )
    put(database, [*plain_items(9), {"pk": {"S": "t"}, "sk": {"N": "9"}, "ends": {"N": "99999999999"}}])
    capacity = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}
    make_table(database, "Other", BillingMode="PROVISIONED", ProvisionedThroughput=capacity)


@pytest.fixture(params=["file", "http"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[list[object], Transport]]:
    if request.param == "file":
        path = tmp_path / "shop.db"
        database = connect(str(path), background=False)
        _fill(database)
        yield ["--data", path], database
        database.close()
        return
    db = Database(MemoryStore())
    within = InProcess(db)
    _fill(within)
    with BackgroundServer(db) as endpoint:
        yield ["--endpoint", endpoint], within


def _json(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_tables_are_shown(shop: tuple[list[object], Transport], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tables", *shop[0]]) == 0
    header, other, table = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert header[0].startswith("TABLE")
    assert [cell.strip() for cell in other if cell.strip()] == [
        "Other", "pk (S), sk (N)", "-", "provisioned 3/4", "0", "0 bytes", "-", "-", "off",
    ]  # fmt: skip
    assert [cell.strip() for cell in table if cell.strip()][3:] == [
        "on demand", "10", "278 bytes", "NEW_IMAGE", "ends", "on",
    ]  # fmt: skip


def test_tables_are_told_to_programs(
    shop: tuple[list[object], Transport], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tables", "--json", *shop[0]]) == 0
    other, table = _json(capsys)
    assert (other["name"], other["indexes"], other["pitr"]) == ("Other", [], False)
    assert table["keys"] == ["pk (S)", "sk (N)"]
    assert (table["items"], table["stream"], table["ttl"], table["pitr"]) == (10, "NEW_IMAGE", "ends", True)
    (index,) = table["indexes"]
    assert (index["name"], index["kind"], index["projection"], index["items"]) == (
        "by_sk", "global", "KEYS_ONLY", 10,
    )  # fmt: skip


def test_more_tables_than_a_page_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = connect(str(tmp_path / "shop.db"), background=False)
    for number in range(101):
        make_table(database, f"t{number:03}")
    database.close()
    assert run(["tables", "--json", "--data", tmp_path / "shop.db"]) == 0
    assert [each["name"] for each in _json(capsys)] == [f"t{number:03}" for number in range(101)]


def test_no_tables_are_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connect(str(tmp_path / "shop.db"), background=False).close()
    assert run(["tables", "--data", "shop.db"]) == 0
    assert capsys.readouterr().out == f"no tables in {tmp_path}/shop.db\n"


def test_stats_count_what_there_is(
    shop: tuple[list[object], Transport], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["stats", "Shop", "--json", *shop[0]]) == 0
    (told,) = _json(capsys)
    (table,) = told["tables"]
    assert (table["items"], table["indexes"][0]["items"]) == (10, 10)
    if shop[0][0] == "--data":
        assert told["file"]["bytes"] > 0
        assert set(told["file"]) == {"bytes", "wal_bytes", "jobs", "tokens", "backups"}
        assert table["expiring"] == 1
        assert table["log_rows"] >= 10
        assert table["log_bytes"] > 500
    else:
        assert told["file"] is None
    assert run(["stats", *shop[0]]) == 0
    out = capsys.readouterr().out
    assert "2 tables: 10 items, 278 bytes" in out
    assert "by_sk" in out


def test_stats_of_a_table_that_is_not_there_is_one_line(
    shop: tuple[list[object], Transport], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["stats", "None", *shop[0]]) == 1
    assert capsys.readouterr().err.startswith("stator: ResourceNotFoundException: ")


def test_a_table_is_backed_up_and_restored(
    shop: tuple[list[object], Transport], capsys: pytest.CaptureFixture[str]
) -> None:
    where, database = shop
    assert run(["table", "backup", "Shop", "first", "--json", *where]) == 0
    (made,) = _json(capsys)
    assert (made["BackupName"], made["BackupStatus"]) == ("first", "AVAILABLE")
    database.call("DeleteItem", {"TableName": "Shop", "Key": {"pk": {"S": "t"}, "sk": {"N": "9"}}})
    assert run(["table", "restore", "first", "Back", *where]) == 0
    assert capsys.readouterr().out == "Back is ACTIVE: 10 items\n"
    assert len(items_of(database, "Back")) == 10
    assert run(["table", "backups", *where]) == 0
    assert "first   Shop   AVAILABLE" in capsys.readouterr().out
    assert run(["table", "backups", "Other", *where]) == 0
    assert capsys.readouterr().out == "no backups\n"
    assert run(["table", "delete-backup", made["BackupArn"], *where]) == 0
    assert run(["table", "backups", "--json", *where]) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_a_table_is_restored_to_a_moment(
    shop: tuple[list[object], Transport], capsys: pytest.CaptureFixture[str]
) -> None:
    where, database = shop
    assert run(["table", "restore", "Shop", "Now", "--at", "latest", "--json", *where]) == 0
    (made,) = _json(capsys)
    assert (made["TableName"], made["TableStatus"]) == ("Now", "ACTIVE")
    assert len(items_of(database, "Now")) == 10
    for wrong in ("2001-01-01T00:00:00Z", "5"):
        assert run(["table", "restore", "Shop", "Then", "--at", wrong, *where]) == 1
        assert "stator: InvalidRestoreTimeException: " in capsys.readouterr().err


REFUSED = [
    (["table", "restore", "none", "New"], 1, "there is no backup 'none'"),
    (["table", "restore", "twice", "New"], 1, "2 backups are named 'twice'"),
    (["table", "restore", "Shop", "New", "--at", "noon"], 2, "--at is 'noon'; allowed: "),
    (["table", "restore", "Other", "New", "--at", "latest"], 1, "PointInTimeRecoveryUnavailableException"),
    (["table", "backup", "None", "name"], 1, "TableNotFoundException"),
    (["table", "delete-backup", "none"], 1, "there is no backup 'none'"),
]


def test_what_cannot_be_done_is_one_line(
    shop: tuple[list[object], Transport], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        shop[1].call("CreateBackup", {"TableName": "Other", "BackupName": "twice"})
    for arguments, code, why in REFUSED:
        assert run([*arguments, *shop[0]]) == code
        out, err = capsys.readouterr()
        assert out == ""
        assert why in err
        assert err.count("\n") == 1


def test_waiting_ends_where_nothing_is_to_be_waited_for(
    shop: tuple[list[object], Transport], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from stator.cli import table
    from stator.errors import StatorError

    monkeypatch.setattr("time.sleep", lambda _: None)
    states = iter([("CREATING", 1), ("CREATING", 2), ("DELETING", 2)])
    with pytest.raises(StatorError, match="restoring x: it is DELETING, and will not be ACTIVE"):
        table._wait(lambda: next(states), "ACTIVE", "restoring x", is_silent=True)
