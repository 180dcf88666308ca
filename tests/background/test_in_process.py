"""A database used in process does its background work by itself: nobody has to drive it."""

from __future__ import annotations

import gc
import json
import logging
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from objects_that_wait import SilentObjects
from processes import NOW, Process, SeenByOthers, settled
from test_lanes import GROUPED, INDEX, begin_import, has_index, status

import stator
from stator.client import background as background_module
from stator.client.background import Background
from stator.clock import ManualClock
from stator.engine.database import Options
from stator.errors import StatorError
from stator.limits import LEASE_S
from stator.storage import open_store

THREADS = ("stator-background", "stator-objects")


@pytest.fixture(autouse=True)
def _leave_all_to_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    for where in (
        "imports.IMPORT",
        "exports.EXPORT",
        "tables.operations.BACKFILL",
        "backups.restores.COPY",
        "backups.on_demand.COPY",
        "ttl.BACKFILL",
        "bulk.BULK",
    ):
        monkeypatch.setattr(f"stator.api.{where}_FIRST_ITEMS", 0)


class Opened(Process):
    """A process whose database has a Background that looks often; operations go past it, as through `stator.open`."""

    def __init__(self, *arguments: Any, enabled: bool = True, poll_s: float = 0.01) -> None:
        super().__init__(*arguments)
        self.background = Background(self.db, enabled, poll_s=poll_s)
        self.background.start()

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        answer = super().call(operation, **request)
        self.background.after(operation)
        return answer

    def close(self) -> None:
        self.background.stop()
        self.db.close()


@pytest.fixture(params=["memory", "file"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    (tmp_path / "bucket").mkdir()
    path = ":memory:" if request.param == "memory" else str(tmp_path / "app.db")
    opened = Opened(open_store(path, "relaxed"), None, Options(s3_folder=str(tmp_path)))
    yield opened
    opened.close()
    settled(lambda: not own_threads())


def own_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name in THREADS]


# What completes by itself


def test_items_expire(opened: Opened) -> None:
    opened.let_expire()
    opened.put("over", ttl=opened.clock.now() - 5)
    opened.put("kept", ttl=opened.clock.now() + 500)
    settled(lambda: opened.scanned() == ["kept"])


def test_an_index_is_filled_and_a_deleted_table_purged(opened: Opened) -> None:
    opened.make_table()
    opened.put("a", g={"S": "x"})
    creation = [{"Create": INDEX}]
    opened.call(
        "UpdateTable", TableName="music", AttributeDefinitions=GROUPED, GlobalSecondaryIndexUpdates=creation
    )
    settled(lambda: has_index(opened))
    assert opened.scanned(IndexName="by_g") == ["a"]
    opened.call("DeleteTable", TableName="music")
    settled(lambda: not opened.db.jobs.pending())


def test_items_that_were_there_before_expiry_was_switched_on_expire(opened: Opened) -> None:
    opened.make_table()
    opened.put("over", ttl=opened.clock.now() - 5)
    wanted = {"Enabled": True, "AttributeName": "ttl"}
    opened.call("UpdateTimeToLive", TableName="music", TimeToLiveSpecification=wanted)
    settled(lambda: opened.scanned() == [])


def test_backups_restores_imports_and_exports_end(opened: Opened, tmp_path: Path) -> None:
    opened.make_table()
    opened.put("a")
    recovery = {"PointInTimeRecoveryEnabled": True}
    opened.call("UpdateContinuousBackups", TableName="music", PointInTimeRecoverySpecification=recovery)
    backup = opened.call("CreateBackup", TableName="music", BackupName="first")["BackupDetails"]["BackupArn"]

    def backed_up() -> bool:
        shown = opened.call("DescribeBackup", BackupArn=backup)["BackupDescription"]["BackupDetails"]
        return bool(shown["BackupStatus"] == "AVAILABLE")

    settled(backed_up)
    opened.call("RestoreTableFromBackup", TargetTableName="restored", BackupArn=backup)
    begin_import(opened, tmp_path)
    arn = opened.call("DescribeTable", TableName="music")["Table"]["TableArn"]
    export = opened.call("ExportTableToPointInTime", TableArn=arn, S3Bucket="bucket")["ExportDescription"]

    def exported() -> bool:
        shown = opened.call("DescribeExport", ExportArn=export["ExportArn"])["ExportDescription"]
        return bool(shown["ExportStatus"] == "COMPLETED")

    settled(lambda: status(opened, "restored") == status(opened) == "ACTIVE" and exported())
    assert opened.scanned("restored") == opened.scanned("imported") == ["a"]


def test_what_an_earlier_process_left_is_gone_on_with_though_this_one_only_reads(tmp_path: Path) -> None:
    path = str(tmp_path / "app.db")
    first = Process(open_store(path, "relaxed"))
    first.let_expire()
    first.put("over", ttl=first.clock.now() - 5)
    first.db.close()
    reader = Opened(open_store(path, "relaxed"))
    settled(lambda: reader.scanned() == [])
    reader.close()


# When the thread is there


def test_there_is_no_thread_before_there_is_a_reason_for_one() -> None:
    opened = Opened(SeenByOthers())
    opened.call("ListTables")
    assert not own_threads()
    opened.make_table()
    assert [thread.name for thread in own_threads()] == ["stator-background"]
    assert all(thread.daemon for thread in own_threads())
    opened.close()
    assert not own_threads()


def test_an_idle_thread_writes_nothing() -> None:
    opened = Opened(SeenByOthers(), ManualClock(float(NOW)))
    opened.let_expire()
    opened.put("later", ttl=NOW + 500)
    turns: list[None] = []
    step = opened.db.jobs.step
    settled(lambda: not opened.db.jobs.pending())
    before = opened.store.commits
    opened.db.jobs.step = lambda lane=None: turns.append(None) or step(lane)  # type: ignore[method-assign]
    settled(lambda: len(turns) > 20)
    assert opened.store.commits == before
    opened.close()


def test_switched_off_nothing_happens_by_itself_and_all_when_asked() -> None:
    opened = Opened(SeenByOthers(), enabled=False)
    opened.let_expire()
    opened.put("over", ttl=opened.clock.now() - 5)
    opened.background.wake()
    assert not own_threads()
    assert opened.scanned() == ["over"]
    assert opened.background.run_pending()
    assert opened.scanned() == []
    opened.put("over", ttl=opened.clock.now() - 5)
    opened.background.stop()
    assert opened.scanned() == ["over"]
    opened.db.close()


def test_one_that_nobody_holds_any_more_ends_its_thread() -> None:
    opened = Opened(SeenByOthers())
    opened.make_table()
    assert own_threads()
    gone = weakref.ref(opened.db)
    del opened
    settled(lambda: gc.collect() >= 0 and gone() is None and not own_threads())


def test_a_database_that_was_closed_without_a_word_ends_its_thread(caplog: pytest.LogCaptureFixture) -> None:
    opened = Opened(SeenByOthers())
    opened.make_table()
    opened.db.close()
    settled(lambda: not own_threads())
    opened.background.stop()
    assert caplog.records == []


def test_stopping_does_not_wait_for_an_s3_endpoint_that_does_not_answer(tmp_path: Path) -> None:
    opened = Opened(SeenByOthers(), None, Options(s3_endpoint="http://127.0.0.1:9"))
    objects = opened.db.objects = SilentObjects(tmp_path)
    begin_import(opened, tmp_path)
    assert objects.asked.wait(30)
    opened.close()
    assert [thread.name for thread in own_threads()] == ["stator-objects"]
    objects.answers.set()
    settled(lambda: not own_threads())


def test_a_step_that_fails_is_told_once_tried_again_and_holds_up_no_other(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Opened(SeenByOthers())
    tries: list[None] = []

    def failing() -> Any:
        tries.append(None)
        raise OSError("the disk is gone")

    monkeypatch.setattr(opened.db.backup_upkeep, "step", failing)
    opened.let_expire()
    opened.put("a", g={"S": "x"})
    creation = [{"Create": INDEX}]
    opened.call(
        "UpdateTable", TableName="music", AttributeDefinitions=GROUPED, GlobalSecondaryIndexUpdates=creation
    )
    settled(lambda: has_index(opened) and len(tries) > 3)
    opened.put("over", ttl=opened.clock.now() - 5)
    settled(lambda: opened.scanned() == ["a"])
    opened.background._enabled = False
    opened.close()
    told = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 1
    assert "the disk is gone" in told[0].getMessage()


# Doing it on request


def test_run_pending_does_what_a_moved_clock_made_due() -> None:
    clock = ManualClock(float(NOW))
    opened = Opened(SeenByOthers(), clock, enabled=False)
    opened.let_expire()
    for number in range(300):
        opened.put(f"{number}", ttl=NOW + 10)
    assert opened.background.run_pending()
    assert len(opened.scanned()) == 300
    clock.advance(0.01)
    clock.advance(10.49)
    assert opened.background.run_pending(30)
    assert opened.scanned() == []
    opened.close()


def test_run_pending_looks_again_however_lately_it_looked() -> None:
    opened = Opened(SeenByOthers(), ManualClock(float(NOW)), enabled=False)
    opened.let_expire()
    assert opened.background.run_pending()
    opened.put("over", ttl=NOW - 1)
    assert opened.background.run_pending()
    assert opened.scanned() == []
    opened.close()


def test_run_pending_goes_through_every_lane_until_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "bucket").mkdir()
    opened = Opened(SeenByOthers(), None, Options(s3_folder=str(tmp_path)), enabled=False)
    opened.make_table()
    opened.put("a")
    recovery = {"PointInTimeRecoveryEnabled": True}
    opened.call("UpdateContinuousBackups", TableName="music", PointInTimeRecoverySpecification=recovery)
    arn = opened.call("DescribeTable", TableName="music")["Table"]["TableArn"]
    opened.call("ExportTableToPointInTime", TableArn=arn, S3Bucket="bucket")
    opened.make_table("gone")
    opened.call("DeleteTable", TableName="gone")
    assert opened.background.run_pending()
    assert not opened.db.jobs.pending()
    opened.close()


def test_run_pending_begins_nothing_after_its_time() -> None:
    opened = Opened(SeenByOthers(), ManualClock(float(NOW)), enabled=False)
    opened.let_expire()
    opened.put("over", ttl=NOW - 1)
    assert not opened.background.run_pending(0)
    assert opened.scanned() == ["over"]
    opened.close()


def test_run_pending_says_no_while_another_process_does_the_work() -> None:
    clock = ManualClock(float(NOW))
    store = SeenByOthers()
    one, other = (Opened(store, clock, enabled=False) for _ in range(2))
    one.let_expire()
    one.put("over", ttl=NOW - 1)
    assert one.background.run_pending()
    one.put("again", ttl=NOW - 1)
    assert not other.background.run_pending()
    assert one.scanned() == ["again"]
    clock.advance(LEASE_S)
    assert other.background.run_pending()
    assert one.scanned() == []


def test_run_pending_works_in_a_store_that_was_put_back_to_before_it_had_a_lease() -> None:
    store = SeenByOthers()
    opened = Opened(store, ManualClock(float(NOW)), enabled=False)
    opened.let_expire()
    opened.put("over", ttl=NOW - 1)
    before = store._state
    assert opened.background.run_pending()
    store._state = before
    assert opened.background.run_pending()
    assert opened.scanned() == []
    opened.close()


def test_run_pending_raises_what_a_step_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Opened(SeenByOthers(), enabled=False)

    def failing() -> Any:
        raise OSError("the disk is gone")

    monkeypatch.setattr(opened.db.expiry, "step", failing)
    with pytest.raises(OSError, match="the disk is gone"):
        opened.background.run_pending()
    opened.close()
    with pytest.raises(StatorError, match="closed"):
        opened.background.run_pending()


# Short scripts


def test_short_scripts_expire_what_is_due_as_they_close_and_leave_no_lease(tmp_path: Path) -> None:
    path = str(tmp_path / "app.db")
    for number in range(3):
        script = Opened(open_store(path, "relaxed"), poll_s=3600.0)
        if number == 0:
            script.let_expire()
        settled(lambda: not script.db.expiry.is_due())  # noqa: B023
        script.put(f"{number}", ttl=script.clock.now() - 5)
        assert f"{number}" in script.scanned()
        script.close()
    last = Process(open_store(path, "relaxed"))
    assert last.scanned() == []
    assert last.holding is None
    last.db.close()


def test_closing_spends_a_moment_on_what_is_due_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([float(number) / 50 for number in range(1000)])
    process = Process(SeenByOthers(), ManualClock(float(NOW)))
    process.let_expire()
    for number in range(300):
        process.put(f"{number}", ttl=NOW - 1)
    background = Background(process.db, monotonic=lambda: next(times))
    background.stop()
    left = len(process.scanned())
    assert 0 < left < 300


@pytest.mark.parametrize("ending", ["", "raise SystemExit(3)", "1 / 0"])
def test_a_script_that_closes_nothing_ends_at_once_and_expires_too(tmp_path: Path, ending: str) -> None:
    path = str(tmp_path / "app.db")
    script = f"""
from test_in_process import Opened, open_store
opened = Opened(open_store({path!r}, "relaxed"), poll_s=3600.0)
opened.let_expire()
opened.put("over", ttl=opened.clock.now() - 5)
{ending}
"""
    places = [str(Path(stator.__file__).parents[1]), str(Path(__file__).parent)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == {"": 0, "raise SystemExit(3)": 3, "1 / 0": 1}[ending], ended.stderr
    process = Process(open_store(path, "relaxed"))
    assert process.scanned() == []
    assert process.holding is None
    process.db.close()


# Forks


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("place", [":memory:", "app.db"])
def test_a_forked_child_has_no_background_and_ends_none_of_its_parents(tmp_path: Path, place: str) -> None:
    opened = Opened(open_store(place if place == ":memory:" else str(tmp_path / place), "relaxed"))
    opened.let_expire()
    end, its = os.pipe()
    child = os.fork()
    if child == 0:
        said: list[Any] = []
        try:
            opened.background.start()
            opened.background.wake()
            opened.background.after("PutItem")
            said.append([thread.name for thread in own_threads()])
            try:
                opened.background.run_pending()
            except StatorError as error:
                said.append(str(error))
            opened.background.stop()
            background_module._stop_all()
        except BaseException as error:
            said.append(repr(error))
        os.write(its, json.dumps(said).encode())
        os._exit(0)
    os.close(its)
    _, code = os.waitpid(child, 0)
    said = json.loads(os.read(end, 65536))
    os.close(end)
    assert code == 0
    assert said == [[], "The database was closed, or opened before a fork; open it anew."]
    opened.put("over", ttl=opened.clock.now() - 5)
    settled(lambda: opened.scanned() == [])
    opened.close()
