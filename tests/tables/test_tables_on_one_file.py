"""Two processes' stores on one file, and threads on one store: tables and jobs are seen by all, ids are unique."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from table_session import Session, added, hashed

from stator.errors import ResourceInUseException, ResourceNotFoundException
from stator.storage.contract import Store, drive
from stator.storage.memory import MemoryStore
from stator.storage.sqlite import SqliteStore


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "tables.db")


@pytest.fixture
def two(file: str) -> Iterator[tuple[Session, Session]]:
    one, other = Session(SqliteStore(file, "relaxed")), Session(SqliteStore(file, "relaxed"))
    yield one, other
    one.db.close()
    other.db.close()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, file: str) -> Iterator[Store]:
    store: Store = MemoryStore() if request.param == "memory" else SqliteStore(file, "relaxed")
    yield store
    store.close()


def test_each_sees_the_others_tables(two: tuple[Session, Session]) -> None:
    one, other = two
    one.create()
    assert other.describe()["TableStatus"] == "ACTIVE"
    other.put({"pk": {"S": "a"}, "g": {"S": "b"}})
    assert one.describe()["ItemCount"] == 1
    one.update(**added("byg", hashed("g")))
    other.put({"pk": {"S": "c"}, "g": {"S": "d"}})
    assert one.describe()["GlobalSecondaryIndexes"][0]["ItemCount"] == 2
    other.delete()
    with pytest.raises(ResourceNotFoundException):
        one.describe()
    uid = one.create()["TableId"]
    assert other.describe()["TableId"] == uid
    assert other.describe()["ItemCount"] == 0


def test_either_takes_the_jobs_of_the_other(
    two: tuple[Session, Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    monkeypatch.setattr("stator.api.tables.operations.BACKFILL_FIRST_ITEMS", 0)
    monkeypatch.setattr("stator.engine.backfill.JOB_STEP_ROWS", 4)
    monkeypatch.setattr("stator.engine.purge.JOB_STEP_ROWS", 4)
    one.create()
    for n in range(20):
        one.put({"pk": {"S": f"{n}"}, "g": {"S": "b"}})
    one.update(**added("byg", hashed("g")))
    while drive(other.db.store, other.db.jobs.step()):
        drive(one.db.store, one.db.jobs.step())
    (byg,) = one.describe()["GlobalSecondaryIndexes"]
    assert (byg["IndexStatus"], byg["ItemCount"]) == ("ACTIVE", 20)
    one.delete()
    other.work_off()
    assert all(key.startswith(b"\0\0\0\0") for key, _ in one.rows())


def test_a_file_opened_again_has_its_tables_and_its_jobs(file: str) -> None:
    session = Session(SqliteStore(file, "relaxed"))
    uid = session.create()["TableId"]
    session.create("other")
    session.delete("other")
    session.db.close()
    again = Session(SqliteStore(file, "relaxed"))
    assert again.describe()["TableId"] == uid
    assert again.db.jobs.pending()
    again.work_off()
    again.db.close()


def test_threads_that_create_at_once_get_tables_of_their_own(store: Store) -> None:
    session = Session(store)

    def create(n: int) -> bool:
        try:
            session.create(f"table{n % 10}")
        except ResourceInUseException:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(create, range(30))) == 10
    catalogue = session.db.catalogue
    ids = {catalogue.table(session.account, session.region, f"table{n}").id for n in range(10)}
    assert ids == set(range(1, 11))
