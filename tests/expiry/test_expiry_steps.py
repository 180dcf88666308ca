"""Steps: bounded, resumable at every boundary, and taken by any number of processes at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from expiring import NOW, SORTED, Crash, Expiring, SharedStore

from stator.engine.job_records import JobKind
from stator.engine.jobs import Progress
from stator.errors import CorruptionError, ValidationException
from stator.keys import space
from stator.limits import EXPIRY_STEP_BYTES, EXPIRY_STEP_ROWS
from stator.storage import open_store
from stator.storage.contract import Steps, Store, Transaction, Work
from stator.storage.simulator import SimulatorStore

T = TypeVar("T")

TOO_SOON = "Time to live has been modified multiple times within a fixed interval"


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("backfill", "expiry_jobs", "purge"):
        monkeypatch.setattr(f"stator.engine.{module}.JOB_STEP_ROWS", 3)
    monkeypatch.setattr("stator.engine.expiry.EXPIRY_STEP_ROWS", 6)


@contextlib.contextmanager
def left_to_jobs() -> Iterator[None]:
    """UpdateTimeToLive does nothing of its work itself."""
    monkeypatch = pytest.MonkeyPatch()
    with monkeypatch.context() as patch:
        patch.setattr("stator.api.ttl.BACKFILL_FIRST_ITEMS", 0)
        yield


def begun(store: Store, steps: Steps[bool]) -> Callable[[], bool]:
    """A step up to its work; what is returned runs the work and the rest."""
    work = next(steps)
    assert work is not None

    def finish() -> bool:
        result = store.transact(work.run, work.decides, work.shares)
        try:
            steps.send(result)
        except StopIteration as end:
            remains: bool = end.value
            return remains
        raise AssertionError("a step is one work")

    return finish


class Counting(SharedStore):
    """Counts the rows that each transaction deletes."""

    def __init__(self) -> None:
        super().__init__()
        self.deleted: list[int] = []

    def transact(
        self, run: Callable[[Transaction], T], decides: Iterable[bytes] = (), shares: Iterable[bytes] = ()
    ) -> T:
        def counting(tx: Transaction) -> T:
            keys: set[bytes] = set()
            result = run(_Deleting(tx, keys))
            self.deleted.append(len(keys))
            return result

        return super().transact(counting, decides, shares)


class _Deleting:
    """A transaction that notes the keys it deletes."""

    def __init__(self, tx: Transaction, keys: set[bytes]) -> None:
        self._tx = tx
        self._keys = keys

    def delete(self, key: bytes) -> None:
        self._keys.add(key)
        self._tx.delete(key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)


# An entry that is no longer true


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (lambda session: session.put("a", NOW + 500), True),
        (lambda session: session.put("a", {"S": "never"}), True),
        (lambda session: session.put("a", NOW - 4), True),
        (lambda session: session.put("a", NOW - 5, more={"S": "the same second"}), False),
        (lambda session: session.call("DeleteItem", Key={"pk": {"S": "a"}}), False),
        (lambda session: session.disable(), True),
    ],
    ids=["later", "no number", "another second", "same second", "deleted", "switched off"],
)
def test_an_item_renewed_while_its_step_is_under_way_stays(
    session: Expiring, change: Callable[[Expiring], None], kept: bool
):
    session.enable()
    session.put("a", NOW - 5)
    finish = begun(session.store, session.db.expiry.step())
    change(session)
    finish()
    assert session.keys() == (["a"] if kept else [])


def test_a_table_that_is_replaced_while_its_step_is_under_way_is_left_alone(session: Expiring):
    session.enable()
    session.put("a", NOW - 5)
    finish = begun(session.store, session.db.expiry.step())
    session.client.call("DeleteTable", {"TableName": "music"})
    session.create()
    session.put("a", NOW - 5)
    finish()
    session.work_off()
    assert session.keys() == ["a"]


def test_a_stale_entry_is_only_taken_out_of_the_queue(session: Expiring):
    """Nothing here leaves one behind; a file that another hand repaired might hold it."""
    session.enable()
    session.put("a", NOW + 500)
    table = session.table_id()
    with session.store.snapshot() as snapshot:
        ((true, _),) = snapshot.range(space.expiry_key(table, 0), space.expiry_key(table, 2 * NOW), 10)[0]
    rest = true[len(space.expiry_key(table, 0)) :]
    stale = [space.expiry_key(table, NOW - 5, rest), space.expiry_key(table, NOW - 5, b"\0" * 16)]
    session.store.transact(lambda tx: [tx.put(key, b"") for key in stale])
    session.expire()
    assert session.keys() == ["a"]
    assert session.entries() == {"a": NOW + 500}


# Bounds


def test_twenty_thousand_items_go_in_steps_of_a_bounded_number_of_rows():
    store = Counting()
    session = Expiring(store)
    session.create()
    session.enable()
    session.fill(20_000, lambda n: NOW - 1 - n % 1000 if n % 10 else NOW + 500)
    store.deleted.clear()
    steps = session.expire()
    assert sum(store.deleted) == 2 * 18_000
    assert max(store.deleted) <= EXPIRY_STEP_ROWS <= 256
    assert steps <= 2 * 18_000 / (EXPIRY_STEP_ROWS // 2) + 4
    assert session.count() == 2000
    assert set(session.entries().values()) == {NOW + 500}


def test_an_item_with_more_rows_counts_more():
    store = Counting()
    session = Expiring(store)
    session.create("sorted", **SORTED)
    session.enable("sorted")
    more = {"sk": {"S": "s"}, "l": {"S": "l"}, "g": {"S": "g"}}
    session.fill(200, lambda n: NOW - 5, "sorted", **more)
    store.deleted.clear()
    session.expire()
    assert sum(store.deleted) == 4 * 200
    assert max(store.deleted) == EXPIRY_STEP_ROWS


def test_a_step_is_bounded_by_bytes_too(session: Expiring):
    session.enable()
    for n in range(5):
        session.put(f"{n}", NOW - 5, blob={"S": "x" * (EXPIRY_STEP_BYTES * 2 // 3)})
    for left in (3, 1, 0):
        while session.count() > left:
            session.step()
        assert session.count() == left


def test_a_step_fits_a_store_with_foundationdbs_limits():
    session = Expiring(SimulatorStore())
    session.create(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    for n in range(40):
        session.put(f"{n}", NOW - 5, blob={"S": "x" * 350_000})
    session.enable()
    session.expire()
    assert session.count() == 0


def test_the_oldest_go_first(session: Expiring, small_steps: None):
    session.enable()
    session.fill(9, lambda n: NOW - 1 - n)
    for left in (6, 3, 0):
        while session.count() > left:
            session.step()
        assert session.keys() == [f"k{n:05d}" for n in range(left)]


# Filling and clearing


def test_a_large_table_is_enabling_while_its_items_are_queued(session: Expiring, small_steps: None):
    session.fill(10, lambda n: NOW + n if n != 4 else None)
    with left_to_jobs():
        session.enable()
    assert session.ttl() == {"TimeToLiveStatus": "ENABLING", "AttributeName": "ttl"}
    assert session.db.jobs.progress() == [Progress(1, JobKind.FILL_EXPIRY, "music", "", 0, 10)]
    assert session.entries() == {}
    for enabled, message in ((False, TOO_SOON), (True, "TimeToLive is already enabled")):
        with pytest.raises(ValidationException) as refused:
            session.switch(enabled)
        assert refused.value.message == message
    session.work_off()
    assert session.ttl() == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    assert session.entries() == {f"k{n:05d}": NOW + n for n in range(10) if n != 4}
    assert not session.db.jobs.pending()


def test_a_large_queue_is_disabling_while_it_is_cleared(session: Expiring, small_steps: None):
    session.enable()
    session.fill(10, lambda n: NOW - 5)
    with left_to_jobs():
        session.disable()
    assert session.ttl() == {"TimeToLiveStatus": "DISABLING", "AttributeName": "ttl"}
    assert len(session.entries()) == 10
    for enabled, message in ((True, TOO_SOON), (False, "TimeToLive is already disabled")):
        with pytest.raises(ValidationException) as refused:
            session.switch(enabled, attribute="any")
        assert refused.value.message == message
    session.expire()
    assert session.count() == 10
    session.work_off()
    assert session.ttl() == {"TimeToLiveStatus": "DISABLED"}
    assert session.entries() == {}


def test_items_expire_while_others_are_still_being_queued(session: Expiring, small_steps: None):
    session.fill(10, lambda n: NOW + 5)
    with left_to_jobs():
        session.enable()
    session.put("new", NOW - 5)
    session.expire()
    assert session.keys() == [f"k{n:05d}" for n in range(10)]
    session.work_off()
    session.expire_after(10)
    assert session.keys() == []


def test_what_writes_do_while_items_are_queued_is_in_the_queue(session: Expiring, small_steps: None):
    session.fill(21, lambda n: NOW + n)
    model = {f"k{n:05d}": NOW + n for n in range(21)}
    with left_to_jobs():
        session.enable()

    def put(pk: str, second: int | None) -> None:
        session.put(pk, second)
        model.pop(pk, None)
        if second is not None:
            model[pk] = second

    def delete(pk: str) -> None:
        session.call("DeleteItem", Key={"pk": {"S": pk}})
        model.pop(pk, None)

    for change in (
        lambda: put("k00000", NOW + 100),
        lambda: put("new", NOW + 101),
        lambda: delete("k00003"),
        lambda: put("k00004", None),
        lambda: put("k00011", NOW + 102),
    ):
        finish = begun(session.store, session.db.jobs.step())
        change()
        finish()
    session.work_off()
    assert session.entries() == model


@pytest.mark.parametrize("switched_on", [True, False], ids=["filling", "clearing"])
def test_a_table_may_be_deleted_while_a_job_is_at_its_queue(
    session: Expiring, small_steps: None, switched_on: bool
):
    session.fill(10, lambda n: NOW + 5)
    if not switched_on:
        session.enable()
    with left_to_jobs():
        session.switch(switched_on)
    late = begun(session.store, session.db.jobs.step())
    session.client.call("DeleteTable", {"TableName": "music"})
    session.create()
    session.fill(4, lambda n: NOW + 5)
    late()
    session.clock.advance(10)
    session.work_off()
    assert session.ttl() == {"TimeToLiveStatus": "DISABLED"}
    assert session.count() == 4
    assert not any(key.startswith(space.EXPIRING_PREFIX) for key, _ in session.rows())
    prefix = space.table_prefix(session.table_id())
    assert all(key.startswith((prefix, b"\0\0\0\0")) for key, _ in session.rows())


# Crashes and company


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("fatal", range(1, 10))
def test_a_crash_at_any_step_loses_nothing(fatal: int, after: bool, small_steps: None):
    """Switched on, filled, expired, switched off, cleared: the process ends at the n-th of the nine transactions."""
    store = SharedStore()
    first = Expiring(store)
    first.create()
    first.fill(8, lambda n: NOW + (5 if n % 2 else 500))
    store.count, store.fatal, store.after = 0, fatal, after

    def live(session: Expiring) -> None:
        session.work_off()
        if session.ttl()["TimeToLiveStatus"] == "DISABLED" and session.count() == 8:
            with left_to_jobs():
                session.enable()
        session.work_off()
        session.clock.advance(10)
        session.expire()
        assert session.entries() == {f"k{n:05d}": NOW + 500 for n in range(0, 8, 2)} or (
            session.ttl()["TimeToLiveStatus"] == "DISABLED"
        )
        if session.ttl()["TimeToLiveStatus"] == "ENABLED":
            with left_to_jobs():
                session.disable()
        session.work_off()

    with pytest.raises(Crash):
        live(Expiring(store))
    store.fatal = None
    survivor = Expiring(store)
    live(survivor)
    assert survivor.keys() == [f"k{n:05d}" for n in range(0, 8, 2)]
    assert survivor.count() == 4
    assert survivor.entries() == {}
    assert survivor.ttl() == {"TimeToLiveStatus": "DISABLED"}
    assert not any(key.startswith((space.EXPIRING_PREFIX, space.JOB_PREFIX)) for key, _ in survivor.rows())


def test_two_processes_may_take_the_same_step(session: Expiring, small_steps: None):
    session.enable()
    session.fill(20, lambda n: NOW - 5 if n % 2 else NOW + 500)
    other = Expiring(session.store, session.clock)
    more = True
    while more:
        steps = session.db.expiry.step()
        try:
            work = next(steps)
        except StopIteration as end:
            more = end.value
            continue
        assert isinstance(work, Work)
        other.step()
        result = session.store.transact(work.run, work.decides, work.shares)
        with contextlib.suppress(StopIteration):
            steps.send(result)
    assert other.count() == session.count() == 10
    assert len(session.keys()) == 10


def test_two_databases_on_one_file_expire_it_together(tmp_path: Path, small_steps: None):
    path = str(tmp_path / "shared.db")
    one = Expiring(open_store(path, "relaxed"))
    two = Expiring(open_store(path, "relaxed"), one.clock)
    one.create()
    one.put("first", NOW + 5)
    two.enable()
    one.put("second", NOW + 5)
    two.fill(40, lambda n: NOW + 5 if n % 2 else NOW + 500)
    assert one.ttl() == two.ttl() == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    one.clock.advance(6)
    one.put("k00001", NOW + 600)
    while one.step() | two.step():
        pass
    kept = sorted([f"k{n:05d}" for n in range(40) if n % 2 == 0] + ["k00001"])
    assert one.keys() == two.keys() == kept
    assert one.count() == two.count() == len(kept)
    two.disable()
    one.put("third", NOW)
    assert one.entries() == two.entries() == {}
    for session in (one, two):
        session.db.close()


def test_a_damaged_item_is_told_and_does_not_stop_other_tables(session: Expiring):
    session.enable()
    session.put("a", NOW - 5)
    session.create("other")
    session.enable("other")
    session.put("b", NOW - 5, "other")
    ((key, value),) = session.store.snapshot().range(
        space.item_prefix(session.table_id()), space.successor(space.item_prefix(session.table_id())), 2
    )[0]
    session.store.transact(lambda tx: tx.put(key, value[:-1] + b"!"))
    with pytest.raises(CorruptionError):
        session.step()
    session.step()
    assert session.keys("other") == []
    with pytest.raises(CorruptionError):
        session.expire()
