"""A table that could be recovered leaves a SYSTEM backup behind when it is deleted, for 35 days."""

from __future__ import annotations

import contextlib

import pytest
from backup_session import DAY_S, INDEXED, T0, Crash, CrashingStore, Session
from doors import Refusal

from stator.engine import copies, purge
from stator.keys.space import Kind


def deleted(session: Session, count: int = 3) -> str:
    """Makes a table with so many items and deletes it; its backup's ARN."""
    session.create()
    session.protect()
    for n in range(count):
        session.put(f"k{n}", n)
    session.call("DeleteTable", TableName="music")
    (backup,) = session.backups(TableName="music", BackupType="SYSTEM")
    arn: str = backup["BackupArn"]
    return arn


def test_it_is_there_at_once_and_says_until_when(either: Session) -> None:
    arn = deleted(either)
    assert arn == "arn:aws:dynamodb:us-east-1:000000000000:table/music/backup/01700000000000-00000000"
    assert either.backup(arn)["BackupDetails"] == {
        "BackupArn": arn,
        "BackupName": "music$DeletedTableBackup",
        "BackupSizeBytes": 20,
        "BackupStatus": "AVAILABLE",
        "BackupType": "SYSTEM",
        "BackupCreationDateTime": T0,
        "BackupExpiryDateTime": T0 + 35 * DAY_S,
    }
    assert either.backup(arn)["SourceTableDetails"]["ItemCount"] == 3


def test_the_table_is_restored_as_it_was_when_it_was_deleted(either: Session) -> None:
    arn = deleted(either)
    either.restore(arn, "music")
    assert either.contents() == {"k0": 0, "k1": 1, "k2": 2}
    assert either.describe()["RestoreSummary"]["SourceBackupArn"] == arn
    assert either.protection() == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_a_table_without_recovery_leaves_nothing(session: Session) -> None:
    session.create()
    session.put("a", 1)
    session.protect()
    session.protect(on=False)
    session.call("DeleteTable", TableName="music")
    assert session.backups(BackupType="ALL") == []
    session.work_off()
    assert session.rows_of(1) == []


def test_only_the_items_stay_and_they_go_when_the_time_is_over(session: Session) -> None:
    session.create(**INDEXED)
    session.protect()
    for n in range(10):
        item = {"pk": {"S": "a"}, "sk": {"N": str(n)}, "g": {"S": "g"}, "v": {"N": "1"}}
        session.call("PutItem", TableName="music", Item=item)
    session.call("DeleteTable", TableName="music")
    session.clock.advance(DAY_S)
    session.work_off()
    assert {key[4] for key in session.rows_of(1)} == {Kind.ITEM}
    assert len(session.rows_of(1)) == 10
    session.clock.advance(34 * DAY_S - 1)
    session.work_off()
    assert len(session.rows_of(1)) == 10
    (backup,) = session.backups(BackupType="SYSTEM")
    session.clock.advance(1)
    assert session.backups(BackupType="ALL") == []
    for operation in ("DescribeBackup", "DeleteBackup"):
        with pytest.raises(Refusal, match="BackupNotFoundException"):
            session.call(operation, BackupArn=backup["BackupArn"])
    with pytest.raises(Refusal, match="BackupNotFoundException"):
        session.restore(backup["BackupArn"])
    session.clock.advance(60)
    session.work_off()
    assert session.rows_of(1) == []
    assert [key for key, _ in session.rows() if key[4] >= 0x41 and key[:4] == b"\0\0\0\0"] == []


def test_it_cannot_be_deleted_by_hand(either: Session) -> None:
    arn = deleted(either)
    with pytest.raises(Refusal) as refused:
        either.call("DeleteBackup", BackupArn=arn)
    assert refused.value.code == "ValidationException"
    assert "SYSTEM backups cannot be deleted" in refused.value.message


def test_a_restore_that_is_under_way_when_the_time_is_over_is_finished(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "JOB_STEP_ROWS", 1)
    monkeypatch.setattr("stator.api.backups.restores.COPY_FIRST_ITEMS", 0)
    arn = deleted(session, 5)
    session.work_off()
    session.clock.advance(35 * DAY_S - 1)
    session.restore(arn)
    session.step()
    session.clock.advance(DAY_S)
    session.work_off()
    assert session.contents("restored") == {f"k{n}": n for n in range(5)}
    session.clock.advance(DAY_S)
    session.work_off()
    assert session.rows_of(1) == []
    assert session.contents("restored") == {f"k{n}": n for n in range(5)}


def test_tables_of_one_name_deleted_in_one_moment_leave_a_backup_each(session: Session) -> None:
    for n in range(3):
        session.create()
        session.protect()
        session.put("a", n)
        session.call("DeleteTable", TableName="music")
    listed = session.backups(BackupType="SYSTEM")
    for n, backup in enumerate(listed):
        session.restore(backup["BackupArn"], f"restored{n}")
        assert session.contents(f"restored{n}") == {"a": n}


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("fatal", range(1, 12))
def test_a_crash_at_any_step_neither_loses_a_kept_item_nor_leaves_one_for_ever(
    fatal: int, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "JOB_STEP_ROWS", 3)
    store = CrashingStore()
    session = Session(store)
    arn = deleted(session, 10)
    store.count, store.fatal, store.after = 0, fatal, after
    with contextlib.suppress(Crash):
        session.clock.advance(30 * DAY_S)
        session.work_off()
    survivor = Session(store, session.clock)
    with contextlib.suppress(Crash):
        survivor.clock.advance(5 * DAY_S)
        survivor.work_off()
    store.fatal = None
    last = Session(store, session.clock)
    last.work_off()
    assert last.rows_of(1) == []
    with pytest.raises(Refusal):
        last.backup(arn)


@pytest.mark.parametrize("fatal", range(1, 8))
def test_what_is_kept_can_be_restored_after_a_crash_of_its_purge(
    fatal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "JOB_STEP_ROWS", 3)
    store = CrashingStore()
    session = Session(store)
    arn = deleted(session, 10)
    store.count, store.fatal = 0, fatal
    with contextlib.suppress(Crash):
        session.work_off()
    store.fatal = None
    survivor = Session(store, session.clock)
    survivor.work_off()
    survivor.restore(arn)
    assert survivor.contents("restored") == {f"k{n}": n for n in range(10)}
