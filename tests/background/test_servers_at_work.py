"""Several servers on one file, and a server's program beside its server: one of them does the background work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from objects_that_wait import SilentObjects
from processes import Process, settled
from test_lanes import begin_import, status

from stator.client.background import Background
from stator.clock import ManualClock
from stator.engine.database import Options
from stator.limits import SHUTDOWN_S_MAX
from stator.server.background import BackgroundServer
from stator.server.bounds import Bounds
from stator.server.requestlog import RequestLog
from stator.storage import open_store

OFTEN = Bounds(jobs_poll_s=0.01)


class Two:
    """Two processes on one file; the first has begun an import that its bucket does not answer."""

    def __init__(self, root: Path) -> None:
        path, options = str(root / "app.db"), Options(s3_folder=str(root))
        self.one = Process(open_store(path, "relaxed"), options=options)
        self.other = Process(open_store(path, "relaxed"), options=options)
        self.objects = self.one.db.objects = SilentObjects(root)
        self.one.let_expire()
        begin_import(self.one, root)

    def owner(self) -> str | None:
        found = self.other.holding
        return None if found is None else found.owner


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    monkeypatch.setattr("stator.api.imports.IMPORT_FIRST_ITEMS", 0)
    two = Two(tmp_path)
    yield two
    two.objects.answers.set()
    two.one.db.close()
    two.other.db.close()


def test_of_two_servers_one_works_and_when_it_stops_the_other_goes_on_at_once(two: Two) -> None:
    first = BackgroundServer(two.one.db, bounds=Bounds(jobs_poll_s=0.01, shutdown_s_max=0.2))
    first.start()
    assert two.objects.asked.wait(30)
    holder = two.owner()
    with BackgroundServer(two.other.db, bounds=OFTEN):
        two.other.put("over", ttl=two.other.clock.now() - 5)
        settled(lambda: two.other.scanned() == [])
        assert two.owner() == holder
        assert status(two.other) == "CREATING"
        first.stop()
        assert two.owner() != holder
        settled(lambda: status(two.other) == "ACTIVE")
    assert two.owner() is None


def test_a_server_and_the_threads_of_its_own_program_are_two_of_which_one_works(two: Two) -> None:
    background = Background(two.one.db, poll_s=0.01)
    background.start()
    assert two.objects.asked.wait(30)
    holder = two.owner()
    with BackgroundServer(two.other.db, bounds=OFTEN):
        two.other.put("over", ttl=two.other.clock.now() - 5)
        settled(lambda: two.other.scanned() == [])
        assert two.owner() == holder
        two.objects.answers.set()
        background.stop()
        settled(lambda: status(two.other) == "ACTIVE")


def test_a_server_stops_without_waiting_for_an_s3_endpoint_that_does_not_answer(
    two: Two, tmp_path: Path
) -> None:
    two.other.db.options = replace(two.other.db.options, s3_folder=None, s3_endpoint="http://127.0.0.1:9")
    objects = two.other.db.objects = SilentObjects(tmp_path)
    lines: list[str] = []
    log = RequestLog(lines.append, ManualClock())
    server = BackgroundServer(two.other.db, bounds=OFTEN, log=log)
    server.start()
    assert objects.asked.wait(30)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < SHUTDOWN_S_MAX / 2
    assert two.owner() is None
    objects.answers.set()
    assert lines == []


def test_a_server_that_stops_without_anything_to_do_leaves_no_lease(two: Two) -> None:
    two.objects.answers.set()
    with BackgroundServer(two.one.db, bounds=OFTEN):
        settled(lambda: status(two.one) == "ACTIVE")
    assert two.owner() is None
