"""CreateBackup, DescribeBackup, ListBackups, DeleteBackup: what they answer, and what they refuse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from backup_session import INDEXED, ON_DEMAND, T0, Session
from doors import Refusal

from stator.api.call import Call
from stator.api.operations import handler_of
from stator.engine.database import Options
from stator.errors import BackupNotFoundException
from stator.storage.contract import drive

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/music/backup/01700000000000-"


def test_a_backup_is_being_created_in_its_own_answer_and_available_after(either: Session) -> None:
    either.create()
    either.put("a", 1)
    answer = either.call("CreateBackup", TableName="music", BackupName="nightly")["BackupDetails"]
    arn = answer.pop("BackupArn")
    assert re.fullmatch(re.escape(ARN) + "[0-9a-f]{8}", arn)
    assert answer == {
        "BackupName": "nightly",
        "BackupSizeBytes": 6,
        "BackupStatus": "CREATING",
        "BackupType": "USER",
        "BackupCreationDateTime": T0,
    }
    assert either.backup(arn)["BackupDetails"]["BackupStatus"] == "AVAILABLE"


def test_a_backup_describes_its_table_as_it_was(session: Session) -> None:
    session.create(**INDEXED, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    session.call("PutItem", TableName="music", Item={"pk": {"S": "a"}, "sk": {"N": "1"}})
    uid = session.describe()["TableId"]
    arn = session.back_up()
    session.clock.advance(60)
    session.call("DeleteTable", TableName="music")
    described = session.backup(arn)
    assert described["SourceTableDetails"] == {
        "TableName": "music",
        "TableId": uid,
        "TableArn": "arn:aws:dynamodb:us-east-1:000000000000:table/music",
        "KeySchema": INDEXED["KeySchema"],
        "TableCreationDateTime": T0,
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        "BillingMode": "PROVISIONED",
        "TableSizeBytes": 7,
        "ItemCount": 1,
    }
    (byv,), (byg,) = INDEXED["LocalSecondaryIndexes"], INDEXED["GlobalSecondaryIndexes"]
    assert described["SourceTableFeatureDetails"] == {
        "LocalSecondaryIndexes": [byv],
        "GlobalSecondaryIndexes": [byg],
        "StreamDescription": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    }


def test_a_backup_describes_the_expiry_and_the_encryption_that_its_table_had(either: Session) -> None:
    either.create(**ON_DEMAND, SSESpecification={"Enabled": True})
    expiry = {"Enabled": True, "AttributeName": "ends"}
    either.call("UpdateTimeToLive", TableName="music", TimeToLiveSpecification=expiry)
    arn = either.back_up()
    features = either.backup(arn)["SourceTableFeatureDetails"]
    assert features["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ends"}
    assert features["SSEDescription"] == either.describe()["SSEDescription"]
    assert features.keys() == {"TimeToLiveDescription", "SSEDescription"}


def test_a_table_is_named_by_its_arn_too(session: Session) -> None:
    session.create()
    arn = session.back_up("arn:aws:dynamodb:us-east-1:000000000000:table/music")
    listed = session.backups(TableName="arn:aws:dynamodb:us-east-1:000000000000:table/music")
    assert [each["BackupArn"] for each in listed] == [arn]


def test_the_list_is_of_backups_as_summaries(either: Session) -> None:
    either.create()
    arn = either.back_up()
    assert either.backups() == [
        {
            "TableName": "music",
            "TableId": either.describe()["TableId"],
            "TableArn": "arn:aws:dynamodb:us-east-1:000000000000:table/music",
            "BackupArn": arn,
            "BackupName": "nightly",
            "BackupCreationDateTime": T0,
            "BackupStatus": "AVAILABLE",
            "BackupType": "USER",
            "BackupSizeBytes": 0,
        }
    ]


@pytest.fixture
def shelf(session: Session) -> Session:
    """Three backups of `books`, ten seconds apart, one of `music` between, and a SYSTEM backup of `old`."""
    for name in ("books", "music", "old"):
        session.create(name)
    for table, name in (("books", "b-0"), ("music", "m-1"), ("books", "b-2"), ("books", "b-3")):
        session.back_up(table, name)
        session.clock.advance(10)
    session.protect("old")
    session.call("DeleteTable", TableName="old")
    return session


CASES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["b-0", "b-2", "b-3", "m-1"]),
    ({"TableName": "books"}, ["b-0", "b-2", "b-3"]),
    ({"TableName": "none"}, []),
    ({"BackupType": "USER"}, ["b-0", "b-2", "b-3", "m-1"]),
    ({"BackupType": "SYSTEM"}, ["old$DeletedTableBackup"]),
    ({"BackupType": "ALL"}, ["b-0", "b-2", "b-3", "m-1", "old$DeletedTableBackup"]),
    ({"BackupType": "AWS_BACKUP"}, []),
    ({"BackupType": "ALL", "TableName": "old"}, ["old$DeletedTableBackup"]),
    ({"TimeRangeLowerBound": T0 + 10}, ["b-2", "b-3", "m-1"]),
    ({"TimeRangeUpperBound": T0 + 20}, ["b-0", "m-1"]),
    ({"TimeRangeLowerBound": T0 + 10, "TimeRangeUpperBound": T0 + 30, "TableName": "books"}, ["b-2"]),
]


@pytest.mark.parametrize(("request_", "names"), CASES)
def test_the_list_is_filtered_and_the_same_in_pages_of_any_size(
    shelf: Session, request_: dict[str, Any], names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [each["BackupName"] for each in shelf.backups(**request_)] == names
    for limit in (1, 2, 100):
        for looked_at in (1, 2, 256):
            monkeypatch.setattr("stator.engine.backup_records.BACKUPS_LOOKED_AT", looked_at)
            found: list[str] = []
            page: dict[str, Any] = {}
            while True:
                answer = shelf.call("ListBackups", **request_, Limit=limit, **page)
                assert len(answer["BackupSummaries"]) <= limit
                found += [each["BackupName"] for each in answer["BackupSummaries"]]
                if "LastEvaluatedBackupArn" not in answer:
                    break
                page = {"ExclusiveStartBackupArn": answer["LastEvaluatedBackupArn"]}
            assert found == names


def test_backups_of_one_moment_and_one_name_are_apart(session: Session) -> None:
    session.create()
    assert len({session.back_up() for _ in range(5)}) == 5


def test_a_deleted_backup_is_described_a_last_time_and_gone(either: Session) -> None:
    either.create()
    either.put("a", 1)
    arn = either.back_up()
    answer = either.call("DeleteBackup", BackupArn=arn)["BackupDescription"]
    assert answer["BackupDetails"]["BackupStatus"] == "DELETED"
    assert answer["BackupDetails"]["BackupArn"] == arn
    for operation in ("DescribeBackup", "DeleteBackup"):
        with pytest.raises(Refusal) as refused:
            either.call(operation, BackupArn=arn)
        assert (refused.value.code, refused.value.message) == (
            "BackupNotFoundException",
            f"Backup not found: {arn}",
        )
    assert either.backups() == []


def test_a_deleted_backups_rows_are_purged_and_its_id_is_not_given_out_again(session: Session) -> None:
    session.create()
    session.put("a", 1)
    first = session.back_up()
    assert len(session.rows_of(2)) == 1
    session.call("DeleteBackup", BackupArn=first)
    session.work_off()
    assert session.rows_of(2) == []
    session.back_up()
    assert len(session.rows_of(3)) == 1
    assert session.contents() == {"a": 1}


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "CreateBackup",
        {"TableName": "none", "BackupName": "nightly"},
        "TableNotFoundException",
        "Table not found: none",
    ),
    (
        "DescribeBackup",
        {"BackupArn": ARN + "00000000"},
        "BackupNotFoundException",
        f"Backup not found: {ARN}00000000",
    ),
    (
        "DeleteBackup",
        {"BackupArn": ARN + "00000000"},
        "BackupNotFoundException",
        f"Backup not found: {ARN}00000000",
    ),
    (
        "RestoreTableFromBackup",
        {"BackupArn": ARN + "00000000", "TargetTableName": "target"},
        "BackupNotFoundException",
        f"Backup not found: {ARN}00000000",
    ),
    (
        "DescribeBackup",
        {"BackupArn": "arn:aws:dynamodb:us-east-1:000000000000:table/music"},
        "ValidationException",
        "One or more parameter values were invalid: Invalid BackupArn: "
        "arn:aws:dynamodb:us-east-1:000000000000:table/music",
    ),
    ("DescribeContinuousBackups", {"TableName": "none"}, "TableNotFoundException", "Table not found: none"),
    (
        "UpdateContinuousBackups",
        {"TableName": "none", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        "TableNotFoundException",
        "Table not found: none",
    ),
    (
        "RestoreTableToPointInTime",
        {"SourceTableName": "none", "TargetTableName": "target", "UseLatestRestorableTime": True},
        "TableNotFoundException",
        "Source table not found: none",
    ),
]


@pytest.mark.parametrize(("operation", "request_", "code", "message"), REFUSED)
def test_what_is_not_there_is_refused_in_words(
    either: Session, operation: str, request_: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(Refusal) as refused:
        either.call(operation, **request_)
    assert (refused.value.code, refused.value.message) == (code, message)


def test_regions_have_backups_of_their_own() -> None:
    session = Session(options=Options(namespace="region"))
    session.create()
    arn = session.back_up()
    assert session.backup(arn)
    elsewhere = Call("DescribeBackup", "000000000000", "eu-west-1")
    with pytest.raises(BackupNotFoundException):
        handler_of("DescribeBackup")(session.db, {"BackupArn": arn}, elsewhere)
    listed = handler_of("ListBackups")(session.db, {}, elsewhere)
    assert not isinstance(listed, dict)
    assert drive(session.db.store, listed) == {"BackupSummaries": []}
