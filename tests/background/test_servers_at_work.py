"""Several servers on one file, and a server's program beside its server: one of them does the background work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from objects_that_wait import SilentObjects
from processes import Process, settled
from test_lanes import begin_import, status

from stator.client.background import Background
from stator.engine.database import Options
from stator.server.background import BackgroundServer
from stator.server.bounds import Bounds
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


def test_a_server_that_stops_without_anything_to_do_leaves_no_lease(two: Two) -> None:
    two.objects.answers.set()
    with BackgroundServer(two.one.db, bounds=OFTEN):
        settled(lambda: status(two.one) == "ACTIVE")
    assert two.owner() is None
