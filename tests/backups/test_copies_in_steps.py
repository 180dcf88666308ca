"""Backups and restores go in small steps, while the table is written and processes end at any of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from backup_session import DAY_S, INDEXED, ON_DEMAND, Crash, CrashingStore, Session
from doors import Refusal
from hypothesis import given, settings
from hypothesis import strategies as st

from stator.engine import copies, purge
from stator.engine.database import Options
from stator.engine.job_records import JobKind
from stator.engine.jobs import Progress
from stator.storage.contract import drive

Model = dict[str, int]
Begin = Callable[[Session], None]
Write = tuple[int, int | None]
Schedule = list[tuple[list[Write], list[Write], str]]
"""Of each step: writes before it and during it, and what is changed before it."""

APIS = ("stator.api.backups.on_demand", "stator.api.backups.restores")


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three items a step, none of them before the answer."""
    monkeypatch.setattr(copies, "JOB_STEP_ROWS", 3)
    monkeypatch.setattr(purge, "JOB_STEP_ROWS", 3)
    for api in APIS:
        monkeypatch.setattr(f"{api}.COPY_FIRST_ITEMS", 0)


def key(n: int) -> str:
    return f"k{n:02d}"


def filled(session: Session, count: int, protected: bool = True) -> None:
    session.create()
    if protected:
        session.protect()
    for n in range(count):
        session.put(key(n), 0)


def write(session: Session, model: Model, n: int, value: int | None) -> None:
    if value is None:
        model.pop(key(n), None)
        session.remove(key(n))
    else:
        model[key(n)] = value
        session.put(key(n), value)


def state_of(session: Session, arn: str) -> Model:
    """What the backup holds."""
    session.work_off()
    session.restore(arn, "state")
    session.work_off()
    return session.contents("state")


# The state is that of one moment, whatever is written meanwhile

WRITE = st.tuples(st.integers(0, 15), st.one_of(st.none(), st.integers(1, 9)))
WRITES = st.lists(WRITE, max_size=5)
SCHEDULE = st.lists(st.tuples(WRITES, WRITES, st.sampled_from(["", "", "rotate", "stream", "recovery"])))
SETTINGS = ("nothing", "recovery", "stream")


@settings(max_examples=60)
@given(
    setting=st.sampled_from(SETTINGS),
    before=st.lists(st.integers(0, 15), max_size=16),
    schedule=SCHEDULE,
)
def test_a_backup_is_the_state_at_its_beginning_whatever_is_written_before_and_during_its_steps(
    setting: str, before: list[int], schedule: Schedule
) -> None:
    session = Session(options=Options(stream_shards=2, stream_shard_s=3600))
    session.create()
    if setting == "recovery":
        session.protect()
    if setting == "stream":
        toggle_stream(session)
    model: Model = {}
    for n in before:
        write(session, model, n, 0)
    then = dict(model)
    arn = session.back_up()
    play(session, model, schedule)
    assert state_of(session, arn) == then
    assert session.contents() == model


@settings(max_examples=60)
@given(
    before=st.lists(WRITE, max_size=16),
    after=st.lists(WRITE, max_size=8),
    schedule=SCHEDULE,
    latest=st.booleans(),
)
def test_a_restored_table_is_the_state_at_its_moment_whatever_is_written_during_its_steps(
    before: list[Write], after: list[Write], schedule: Schedule, latest: bool
) -> None:
    session = Session(options=Options(stream_shards=2, stream_shard_s=3600))
    session.create()
    session.protect()
    model: Model = {}
    for n, value in before:
        write(session, model, n, value)
    then, moment = dict(model), session.clock.now()
    session.clock.advance(1)
    for n, value in after:
        write(session, model, n, value)
    if latest:
        then = dict(model)
    session.recover("then", None if latest else moment)
    play(session, model, schedule)
    session.work_off()
    assert session.contents("then") == then
    assert session.contents() == model


def play(session: Session, model: Model, schedule: Schedule) -> None:
    """Writes before and during each step of what is under way, and changes what else reads the log."""
    for before, during, change in schedule:
        for n, value in before:
            write(session, model, n, value)
        if change == "rotate":
            session.clock.advance(DAY_S + 1)
            session.step()
        elif change == "stream":
            toggle_stream(session)
        elif change == "recovery":
            session.protect(on=session.protection()["PointInTimeRecoveryStatus"] == "DISABLED")
        finish = session.begin_step() if session.db.jobs.pending() else None
        for n, value in during:
            write(session, model, n, value)
        if finish is not None:
            finish()


def toggle_stream(session: Session) -> None:
    if "StreamSpecification" in session.describe():
        wanted: dict[str, object] = {"StreamEnabled": False}
    else:
        wanted = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    session.call("UpdateTable", TableName="music", StreamSpecification=wanted)


# Crashes, and several processes


def begin_backup(session: Session) -> None:
    session.back_up()


def begin_restore(session: Session) -> None:
    (backup,) = session.backups()
    session.restore(backup["BackupArn"], "target")


def begin_recovery(session: Session) -> None:
    session.recover("target", session.clock.now() - 1)


BEGINNINGS: dict[str, Begin] = {
    "backup": begin_backup,
    "restore": begin_restore,
    "recovery": begin_recovery,
}


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("fatal", range(1, 14))
@pytest.mark.parametrize("what", BEGINNINGS)
def test_what_is_under_way_goes_on_after_a_crash_at_any_step(what: str, fatal: int, after: bool) -> None:
    store = CrashingStore()
    session = Session(store)
    filled(session, 10)
    if what == "restore":
        session.back_up()
        session.work_off()
    session.clock.advance(1)
    then = session.contents()
    if what != "restore":
        session.clock.advance(1)
    if what == "recovery":
        overwrite(session)
    BEGINNINGS[what](session)
    overwrite(session)
    store.count, store.fatal, store.after = 0, fatal, after
    with contextlib.suppress(Crash):
        session.work_off()
    done_before = sum(job.done for job in Session(store, session.clock).db.jobs.progress())
    store.fatal = None
    survivor = Session(store, session.clock)
    survivor.work_off()
    if what == "backup":
        survivor.restore(survivor.backups()[0]["BackupArn"], "target")
        survivor.work_off()
    assert survivor.contents("target") == then
    assert not survivor.db.jobs.pending()
    assert done_before <= 10


def overwrite(session: Session) -> None:
    """Changes, adds and removes items."""
    for n in range(0, 12, 2):
        session.put(key(n), 7)
    for n in range(1, 9, 3):
        session.remove(key(n))


@pytest.mark.parametrize("what", BEGINNINGS)
def test_a_restart_goes_on_where_the_work_was(what: str) -> None:
    """Each step but the last is taken by another process; none is taken twice."""
    store = CrashingStore()
    session = Session(store)
    filled(session, 20)
    if what == "restore":
        session.back_up()
        session.work_off()
    session.clock.advance(1)
    BEGINNINGS[what](session)
    done = []
    while session.db.jobs.pending():
        (progress,) = session.db.jobs.progress()
        assert progress.total == 20
        done.append(progress.done)
        Session(store, session.clock).step()
    copied = [*range(0, 20, 3), 20]
    assert done[: len(copied)] == copied or done == copied[:-1]
    assert set(done[len(copied) :]) <= {20}


@pytest.mark.parametrize("what", BEGINNINGS)
def test_two_processes_may_take_the_same_step(what: str) -> None:
    store = CrashingStore()
    session = Session(store)
    filled(session, 10)
    if what == "restore":
        session.back_up()
        session.work_off()
    session.clock.advance(1)
    then = session.contents()
    BEGINNINGS[what](session)
    overwrite(session)
    other = Session(store, session.clock)
    session.step()
    other.step()
    while session.db.jobs.pending():
        finish = session.begin_step()
        drive(store, other.db.jobs.step())
        finish()
    if what == "backup":
        session.restore(session.backups()[0]["BackupArn"], "target")
        session.work_off()
    assert session.contents("target") == then


def test_progress_is_told_by_kind(session: Session) -> None:
    filled(session, 7)
    session.back_up()
    session.step()
    assert session.db.jobs.progress() == [Progress(1, JobKind.MAKE_BACKUP, "music", "", 3, 7)]
    session.work_off()
    session.restore(session.backups()[0]["BackupArn"], "target")
    session.step()
    assert session.db.jobs.progress() == [Progress(2, JobKind.RESTORE_BACKUP, "music", "", 3, 7)]
    session.work_off()
    session.recover("second")
    session.step()
    assert session.db.jobs.progress() == [Progress(3, JobKind.RESTORE_TABLE, "music", "", 3, 7)]


# What is refused meanwhile


def refused(session: Session, operation: str, **request: object) -> tuple[str, str]:
    with pytest.raises(Refusal) as refusal:
        session.call(operation, **request)
    return refusal.value.code, refusal.value.message


def test_a_backup_that_is_being_made_is_neither_restored_nor_deleted_and_its_table_stays(
    session: Session,
) -> None:
    filled(session, 10)
    arn = session.back_up()
    assert session.backup(arn)["BackupDetails"]["BackupStatus"] == "CREATING"
    message = f"Backup is being created: {arn}"
    target = {"TargetTableName": "target", "BackupArn": arn}
    assert refused(session, "RestoreTableFromBackup", **target) == ("BackupInUseException", message)
    assert refused(session, "DeleteBackup", BackupArn=arn) == ("BackupInUseException", message)
    in_use = "Attempt to change a resource which is still in use: "
    assert refused(session, "DeleteTable", TableName="music") == (
        "ResourceInUseException",
        in_use + "Cannot delete table while it is being backed up or restored to another table.",
    )
    session.work_off()
    session.call("DeleteTable", TableName="music")
    assert session.backup(arn)["BackupDetails"]["BackupStatus"] == "AVAILABLE"


def test_a_backup_is_not_deleted_while_tables_are_made_of_it(session: Session) -> None:
    filled(session, 10)
    arn = session.back_up()
    session.work_off()
    session.restore(arn, "first")
    session.restore(arn, "second")
    code = "BackupInUseException", f"Backup is being used to restore another table: {arn}"
    assert refused(session, "DeleteBackup", BackupArn=arn) == code
    while session.describe("first")["TableStatus"] == "CREATING":
        session.step()
    assert refused(session, "DeleteBackup", BackupArn=arn) == code
    session.work_off()
    session.call("DeleteBackup", BackupArn=arn)
    session.work_off()
    assert session.contents("first") == session.contents("second") == session.contents()


MANAGED = (
    ("UpdateTable", {"DeletionProtectionEnabled": True}, "ResourceInUseException"),
    ("DeleteTable", {}, "ResourceInUseException"),
    ("CreateBackup", {"BackupName": "nightly"}, "ContinuousBackupsUnavailableException"),
    (
        "UpdateContinuousBackups",
        {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        "ContinuousBackupsUnavailableException",
    ),
)
USED = (
    ("GetItem", {"Key": {"pk": {"S": "a"}}}),
    ("PutItem", {"Item": {"pk": {"S": "a"}}}),
    ("Scan", {}),
)


def test_a_table_that_is_being_restored_is_described_and_listed_and_no_more(session: Session) -> None:
    filled(session, 10)
    session.recover("target")
    session.step()
    shown = session.describe("target")
    assert shown["TableStatus"] == "CREATING"
    assert shown["RestoreSummary"]["RestoreInProgress"] is True
    assert session.call("ListTables")["TableNames"] == ["music", "target"]
    for operation, request in USED:
        found = refused(session, operation, TableName="target", **request)
        assert found == ("ResourceNotFoundException", "Requested resource not found")
    for operation, request, code in MANAGED:
        assert refused(session, operation, TableName="target", **request)[0] == code
    with pytest.raises(Refusal, match="TableInUseException: Table is being created: target"):
        session.recover("target")
    session.work_off()
    assert session.describe("target")["TableStatus"] == "ACTIVE"
    session.call("UpdateTable", TableName="target", DeletionProtectionEnabled=True)


def test_indexes_are_shown_creating_until_the_table_is_active(session: Session) -> None:
    session.create(**INDEXED)
    session.protect()
    for n in range(10):
        item = {"pk": {"S": "a"}, "sk": {"N": str(n)}, "g": {"S": "g"}, "v": {"N": "1"}}
        session.call("PutItem", TableName="music", Item=item)
    answer = session.recover("target")
    assert [index["IndexStatus"] for index in answer["GlobalSecondaryIndexes"]] == ["CREATING"]
    session.step()
    assert [each["IndexStatus"] for each in session.describe("target")["GlobalSecondaryIndexes"]] == [
        "CREATING"
    ]
    session.work_off()
    assert [each["IndexStatus"] for each in session.describe("target")["GlobalSecondaryIndexes"]] == [
        "ACTIVE"
    ]
    assert len(session.items("target", "byg")) == len(session.items("target", "byv")) == 10


# What stays


def test_a_table_without_recovery_keeps_a_log_only_while_it_is_copied(session: Session) -> None:
    filled(session, 10, protected=False)
    table = session.db.catalogue.table("000000000000", "us-east-1", "music")
    assert table.log is None
    session.back_up()
    assert session.db.catalogue.table("000000000000", "us-east-1", "music").log is not None
    session.work_off()
    assert session.db.catalogue.table("000000000000", "us-east-1", "music").log is None
    rows = len(session.rows_of(1))
    for n in range(10):
        session.put(key(n), 5)
    assert len(session.rows_of(1)) == rows
    session.clock.advance(3600)
    session.work_off()
    assert len(session.rows_of(1)) == 10 + 2


def test_a_log_is_not_trimmed_of_what_a_restore_still_needs(session: Session) -> None:
    """Recovery is turned off, and days pass, while the restore is under way."""
    filled(session, 10)
    session.clock.advance(1)
    then = session.contents()
    session.clock.advance(1)
    session.recover("target", session.clock.now() - 1)
    session.step()
    overwrite(session)
    session.protect(on=False)
    for _ in range(4):
        session.clock.advance(20 * DAY_S)
        drive(session.db.store, session.db.log_upkeep.step())
        while drive(session.db.store, session.db.log_upkeep.step()):
            pass
    session.work_off()
    assert session.contents("target") == then


def test_a_log_is_not_trimmed_by_who_looked_before_the_restore_began(session: Session) -> None:
    filled(session, 10)
    session.protect(on=False)
    session.clock.advance(60)
    work = next(session.db.log_upkeep.step())
    assert work is not None
    session.back_up()
    rows = len(session.rows_of(1))
    session.db.store.transact(work.run, work.decides, work.shares)
    assert len(session.rows_of(1)) == rows
    session.work_off()
    session.clock.advance(60)
    session.work_off()
    assert len(session.rows_of(1)) < rows


def test_a_step_is_smaller_where_items_have_index_rows(session: Session) -> None:
    session.create(**INDEXED)
    session.protect()
    for n in range(6):
        session.call("PutItem", TableName="music", Item={"pk": {"S": "a"}, "sk": {"N": str(n)}})
    session.recover("target")
    session.step()
    assert session.db.jobs.progress()[0].done == 1


def test_a_step_is_bounded_by_bytes_too(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "JOB_STEP_ROWS", 256)
    monkeypatch.setattr(copies, "JOB_STEP_BYTES", 1000)
    session.create(**ON_DEMAND)
    for n in range(4):
        session.call("PutItem", TableName="music", Item={"pk": {"S": key(n)}, "x": {"S": "x" * 1000}})
    session.back_up()
    session.step()
    assert session.db.jobs.progress()[0].done == 1
