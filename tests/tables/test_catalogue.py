"""The catalogue: what it remembers, and when it has to look again."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from table_session import SeenByOthers, Session, added, hashed, on_demand

from stator.api import tables
from stator.api.call import Call
from stator.engine.tables import Catalogue
from stator.errors import ResourceInUseException, ResourceNotFoundException
from stator.keys import space
from stator.storage.contract import Transaction, Work, decode_counter
from stator.storage.memory import MemoryStore

PLACE = ("000000000000", "us-east-1", "music")


class CountingStore(SeenByOthers):
    """Counts reads of single keys."""

    reads = 0

    def get(self, key: bytes) -> bytes | None:
        self.reads += 1
        return super().get(key)


def test_a_table_is_read_once_while_nothing_is_committed() -> None:
    store = CountingStore()
    Session(store).create()
    catalogue = Catalogue(store)
    table = catalogue.table(*PLACE)
    read = store.reads
    assert catalogue.table(*PLACE) is table
    assert store.reads == read


def test_a_commit_elsewhere_costs_one_read_and_drops_nothing_if_no_table_changed() -> None:
    store = CountingStore()
    session = Session(store)
    session.create()
    catalogue = Catalogue(store)
    table = catalogue.table(*PLACE)
    session.put({"pk": {"S": "a"}})
    read = store.reads
    assert catalogue.table(*PLACE) is table
    assert catalogue.table(*PLACE) is table
    assert store.reads == read + 1


def test_two_catalogues_on_one_store_see_each_others_changes() -> None:
    store = SeenByOthers()
    one, two = Session(store), Session(store)
    with pytest.raises(ResourceNotFoundException):
        two.describe()
    uid = one.create()["TableId"]
    assert two.describe()["TableId"] == uid
    two.update(**added("byg", hashed("g")))
    assert [i["IndexName"] for i in one.describe()["GlobalSecondaryIndexes"]] == ["byg"]
    one.delete()
    with pytest.raises(ResourceNotFoundException):
        two.describe()
    with pytest.raises(ResourceNotFoundException):
        two.db.catalogue.table(*PLACE)
    again = two.create()["TableId"]
    assert one.describe()["TableId"] == again != uid


def test_own_changes_are_seen_where_the_generation_never_moves() -> None:
    session = Session(MemoryStore())
    session.create()
    session.db.catalogue.table(*PLACE)
    session.update(DeletionProtectionEnabled=True)
    assert session.describe()["DeletionProtectionEnabled"] is True
    session.update(DeletionProtectionEnabled=False)
    session.delete()
    with pytest.raises(ResourceNotFoundException):
        session.db.catalogue.table(*PLACE)


def test_a_change_whose_client_went_away_is_seen_all_the_same() -> None:
    """Its steps are closed after the work was handed over, and the work commits later."""
    session = Session(MemoryStore())
    session.create()
    catalogue = session.db.catalogue
    before = catalogue.table(*PLACE)
    call = Call("UpdateTable", session.account, session.region)
    steps = tables.update_table(session.db, {"TableName": "music", "DeletionProtectionEnabled": True}, call)
    work = next(steps)
    assert work is not None
    steps.close()
    assert catalogue.table(*PLACE) is before
    session.db.store.transact(work.run, work.decides, work.shares)
    assert catalogue.table(*PLACE).description.deletion_protection


def test_a_refused_change_leaves_nothing_in_doubt() -> None:
    store = CountingStore()
    session = Session(store)
    session.create()
    with pytest.raises(ResourceInUseException):
        session.create()
    session.db.catalogue.table(*PLACE)
    read = store.reads
    session.db.catalogue.table(*PLACE)
    assert store.reads == read


def test_what_was_read_before_another_thread_changed_it_is_not_remembered() -> None:
    class SlowStore(MemoryStore):
        """Lets another thread change the table between a look-up's read and its end."""

        interrupt: threading.Thread | None = None

        def get(self, key: bytes) -> bytes | None:
            value = super().get(key)
            if self.interrupt is not None and key.startswith(space.CATALOGUE_PREFIX):
                thread, self.interrupt = self.interrupt, None
                thread.start()
                thread.join()
            return value

    store = SlowStore()
    session = Session(store)
    session.create()
    store.interrupt = threading.Thread(target=lambda: session.update(DeletionProtectionEnabled=True))
    stale = session.db.catalogue.table(*PLACE)
    assert not stale.description.deletion_protection
    assert session.db.catalogue.table(*PLACE).description.deletion_protection


def test_inside_a_work_the_table_is_as_the_transaction_sees_it(session: Session) -> None:
    session.create()
    catalogue = session.db.catalogue
    table = catalogue.table(*PLACE)
    transact = session.db.store.transact
    assert transact(lambda tx: catalogue.current(tx, table)) is table
    session.update(DeletionProtectionEnabled=True)
    fresh = transact(lambda tx: catalogue.current(tx, table))
    assert fresh is not table
    assert fresh.id == table.id
    assert fresh.description.deletion_protection
    session.update(DeletionProtectionEnabled=False)
    session.delete()
    session.create()
    with pytest.raises(ResourceNotFoundException) as refused:
        transact(lambda tx: catalogue.current(tx, table))
    assert refused.value.message == "Requested resource not found"


def test_an_update_of_a_table_made_anew_meanwhile_is_refused(session: Session) -> None:
    session.create()
    call = Call("UpdateTable", session.account, session.region)
    steps = tables.update_table(session.db, {"TableName": "music", "DeletionProtectionEnabled": True}, call)
    work = next(steps)
    assert work is not None
    session.delete()
    session.create()
    with pytest.raises(ResourceNotFoundException):
        session.db.store.transact(work.run, work.decides, work.shares)
    assert session.describe()["DeletionProtectionEnabled"] is False


def test_ids_are_never_given_twice(session: Session) -> None:
    given = []
    for _ in range(5):
        session.create()
        given.append(session.db.catalogue.table(*PLACE).id)
        session.delete()
        session.work_off()
    assert given == sorted(set(given))
    assert decode_counter(session.db.store.get(space.NEXT_TABLE_ID_KEY)) == given[-1]


def test_a_refused_creation_gives_no_id(session: Session) -> None:
    session.create()
    with pytest.raises(ResourceInUseException):
        session.create()
    assert decode_counter(session.db.store.get(space.NEXT_TABLE_ID_KEY)) == 1


def test_works_may_run_twice(session: Session) -> None:
    """A store runs a work again after a conflict: the second run must not stand on the first."""

    def run_twice(steps: Any) -> Any:
        work = next(steps)
        assert isinstance(work, Work)

        def run(tx: Transaction) -> Any:
            with pytest.raises(RuntimeError):
                session.db.store.transact(lambda first: (work.run(first), throw()))
            return work.run(tx)

        # The first run is refused, and writes nothing.
        with pytest.raises(RuntimeError):
            session.db.store.transact(lambda tx: (work.run(tx), throw()), work.decides, work.shares)
        result = session.db.store.transact(work.run, work.decides, work.shares)
        try:
            steps.send(result)
        except StopIteration as end:
            return end.value
        raise AssertionError

    def throw() -> None:
        raise RuntimeError

    call = Call("CreateTable", session.account, session.region)
    run_twice(tables.create_table(session.db, on_demand("music"), call))
    assert session.db.catalogue.table(*PLACE).id == 1
    run_twice(tables.delete_table(session.db, {"TableName": "music"}, call))
    assert len(session.db.jobs.progress()) == 1
