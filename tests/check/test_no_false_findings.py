"""Whatever operations do, and wherever background work stands: nothing is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from doors import Refusal
from every_feature import ALL, DAY_S, HOUR_S, PLAIN, Full, in_memory, item, make_file
from hypothesis import given, settings
from hypothesis import strategies as st

from stator.engine.verification import verify
from stator.engine.verification_file import verify_file
from stator.storage.contract import drive
from stator.storage.memory import MemoryStore


def found(full: Full) -> list[str]:
    return [str(finding) for finding in verify(full.db.store, now=full.clock.now)]


def test_nothing_is_found_in_a_database_with_every_feature() -> None:
    assert found(in_memory()) == []


def test_nothing_is_found_in_an_empty_one() -> None:
    assert found(Full(MemoryStore())) == []


def test_nothing_is_found_in_its_file_and_the_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    make_file(path)
    before = path.read_bytes()
    assert [str(finding) for finding in verify_file(str(path))] == []
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["app.db"]


def test_nothing_is_found_in_a_file_of_the_first_release(tmp_path: Path) -> None:
    kept = Path(__file__).parents[1] / "released" / "format-1.db"
    path = tmp_path / "app.db"
    path.write_bytes(kept.read_bytes())
    assert list(verify_file(str(path))) == []


NUMBERS = st.integers(0, 4)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NUMBERS, NUMBERS),
        st.tuples(st.just("delete"), NUMBERS, NUMBERS),
        st.tuples(st.sampled_from(["update", "large", "advance", "step", "work"]), NUMBERS, NUMBERS),
        st.tuples(
            st.sampled_from(["ttl", "recovery", "stream", "index", "backup", "restore", "recover", "drop"]),
            NUMBERS,
            NUMBERS,
        ),
    ),
    max_size=40,
)


@settings(max_examples=60)
@given(ACTIONS)
def test_nothing_is_found_after_any_operations(actions: list[tuple[str, int, int]]) -> None:
    full = Full(MemoryStore())
    full.call("CreateTable", **ALL)
    full.call("CreateTable", **PLAIN)
    for number, action in enumerate(actions):
        act(full, number, *action)
    assert found(full) == []
    full.work()
    assert found(full) == []


def act(full: Full, number: int, action: str, first: int, second: int) -> None:
    """One action; one that is refused as things stand does nothing."""
    try:
        _act(full, number, action, first, second)
    except Refusal as refusal:
        if refusal.code == "InternalServerError":
            raise


def _act(full: Full, number: int, action: str, first: int, second: int) -> None:
    key = item(f"p{first}", second)
    switched = {"Enabled": first > 0, "AttributeName": "ttl"}
    requests: dict[str, tuple[str, dict[str, Any]]] = {
        "put": ("PutItem", {"Item": {**key, **_attributes(first, second, full)}}),
        "large": ("PutItem", {"Item": {**key, "g": {"S": "g"}, "large": {"S": "l" * 1000 * (1 + number)}}}),
        "delete": ("DeleteItem", {"Key": key}),
        "update": (
            "UpdateItem",
            {
                "Key": key,
                "UpdateExpression": "SET v = :v, g = :g",
                "ExpressionAttributeValues": {":v": {"N": str(number)}, ":g": {"S": f"g{first}"}},
            },
        ),
        "ttl": ("UpdateTimeToLive", {"TimeToLiveSpecification": switched}),
        "recovery": (
            "UpdateContinuousBackups",
            {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": first > 0}},
        ),
        "stream": (
            "UpdateTable",
            {
                "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
                if first > 1
                else {"StreamEnabled": False}
            },
        ),
        "index": ("UpdateTable", _index_change(first)),
        "backup": ("CreateBackup", {"BackupName": f"backup{number}"}),
        "drop": ("DeleteTable", {}),
    }
    if action in requests:
        operation, request = requests[action]
        full.call(operation, TableName="all", **request)
        if action == "drop":
            full.call("CreateTable", **ALL)
    elif action == "advance":
        full.clock.advance((1, 60, HOUR_S, 5 * HOUR_S, DAY_S)[first])
    elif action == "step":
        drive(full.db.store, full.db.jobs.step())
    elif action == "work":
        full.work()
    elif action == "restore":
        backups = full.call("ListBackups")["BackupSummaries"]
        if backups:
            full.call(
                "RestoreTableFromBackup",
                BackupArn=backups[first % len(backups)]["BackupArn"],
                TargetTableName=f"restored{number}",
            )
    elif action == "recover":
        full.call(
            "RestoreTableToPointInTime",
            SourceTableName="all",
            TargetTableName=f"recovered{number}",
            UseLatestRestorableTime=True,
        )


def _attributes(first: int, second: int, full: Full) -> dict[str, Any]:
    every = {
        "g": {"S": f"g{second}"},
        "l": {"B": "AAE="},
        "v": {"N": str(first)},
        "ttl": {"N": str(int(full.clock.now()) + 60 * (first - 1))},
    }
    return dict(list(every.items())[: first + 1])


def _index_change(first: int) -> dict[str, Any]:
    if first < 2:
        return {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by-g"}}]}
    create = {
        "IndexName": f"later{first}",
        "KeySchema": [{"AttributeName": "v", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    return {
        "AttributeDefinitions": [{"AttributeName": "v", "AttributeType": "N"}],
        "GlobalSecondaryIndexUpdates": [{"Create": create}],
    }


@pytest.mark.parametrize("quick", [False, True])
def test_a_database_in_use_is_verified_beside_its_writers(tmp_path: Path, quick: bool) -> None:
    path = tmp_path / "app.db"
    make_file(path)
    from stator.storage.sqlite import SqliteStore

    full = Full(SqliteStore(str(path), "relaxed"))
    number = 0

    def write(_: object) -> None:
        nonlocal number
        number += 1
        act(full, number, ("put", "delete", "update")[number % 3], number % 5, number % 7)

    assert [str(each) for each in verify_file(str(path), quick=quick, now=full.clock.now, watch=write)] == []
    assert number
    full.db.close()
