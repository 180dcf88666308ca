"""Backfills and purges: in steps, while writes go on, by two processes at once, across a crash at every step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_session import SeenByOthers, Session, added, defined, hashed, index, ranged

from stator.engine import backfill, items, purge, records
from stator.engine.item_keys import key_within
from stator.engine.job_records import JobKind
from stator.engine.jobs import Progress
from stator.errors import LimitExceededException, ResourceInUseException, ResourceNotFoundException
from stator.keys import space
from stator.storage.contract import Steps, Store, Transaction, decode_counter, drive
from stator.storage.memory import MemoryStore

T = TypeVar("T")
NEW = added("byg", hashed("g"))
DROP = {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "byg"}}]}


class Crash(Exception):
    """The process ends here."""


class CrashingStore(SeenByOthers):
    """Ends the process at its `fatal`-th transaction: before it, or just after it became durable."""

    def __init__(self) -> None:
        super().__init__()
        self.fatal: int | None = None
        self.after = False
        self.count = 0

    def transact(
        self, run: Callable[[Transaction], T], decides: Iterable[bytes] = (), shares: Iterable[bytes] = ()
    ) -> T:
        self.count += 1
        if self.count == self.fatal and not self.after:
            raise Crash
        result = super().transact(run, decides, shares)
        if self.count == self.fatal:
            raise Crash
        return result


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "JOB_STEP_ROWS", 3)
    monkeypatch.setattr(purge, "JOB_STEP_ROWS", 3)


def item(n: int, **attributes: Any) -> dict[str, Any]:
    return {"pk": {"S": f"k{n:03d}"}, "g": {"S": f"g{n % 3}"}, **attributes}


def filled(session: Session, count: int) -> None:
    session.create()
    for n in range(count):
        session.put(item(n))


def add_index(session: Session, first_rows: int = 0) -> None:
    """Adds the index and leaves its backfill, after `first_rows` items, to the job."""
    monkeypatch = pytest.MonkeyPatch()
    with monkeypatch.context() as patch:
        patch.setattr("stator.api.tables.operations.BACKFILL_FIRST_ITEMS", first_rows)
        session.update(**NEW)


def remove(session: Session, pk: str) -> None:
    catalogue = session.db.catalogue
    table = catalogue.table(session.account, session.region, "music")
    key = key_within(table, {"pk": {"S": pk}})
    session.db.store.transact(
        lambda tx: items.delete_item(tx, catalogue.current(tx, table), key, None),
        (key.stored,),
        (table.catalogue_key,),
    )


def indexed(session: Session) -> tuple[list[str], int, int]:
    """The partition keys in the index, in order, and its two counters."""
    table = session.db.catalogue.table(session.account, session.region, "music")
    byg = table.by_index_name["byg"]
    with session.db.store.snapshot() as snapshot:
        rows, _ = snapshot.range(byg.prefix, space.successor(byg.prefix), 10_000)
        count = decode_counter(snapshot.get(byg.items_counter))
        size = decode_counter(snapshot.get(byg.bytes_counter))
    assert size == sum(records.size(value) for _, value in rows)
    return sorted(records.decode(value)["pk"]["S"] for _, value in rows), count, size


def status(session: Session) -> tuple[str, bool | None]:
    (described,) = session.describe()["GlobalSecondaryIndexes"]
    return described["IndexStatus"], described.get("Backfilling")


def begin(store: Store, steps: Steps[bool]) -> Callable[[], bool]:
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


def test_a_small_table_has_its_new_index_at_the_next_description(session: Session) -> None:
    filled(session, 20)
    answer = session.update(**NEW)
    (shown,) = answer["GlobalSecondaryIndexes"]
    assert (answer["TableStatus"], shown["IndexStatus"], shown["Backfilling"]) == (
        "UPDATING",
        "CREATING",
        False,
    )
    assert status(session) == ("ACTIVE", None)
    assert indexed(session)[:2] == ([f"k{n:03d}" for n in range(20)], 20)
    assert not session.db.jobs.pending()


def test_a_large_table_goes_on_in_the_background(session: Session) -> None:
    filled(session, 20)
    add_index(session, first_rows=6)
    assert status(session) == ("CREATING", True)
    assert session.describe()["TableStatus"] == "ACTIVE"
    assert session.db.jobs.progress() == [Progress(1, JobKind.BACKFILL_INDEX, "music", "byg", 6, 20)]
    table = session.db.catalogue.table(session.account, session.region, "music")
    assert not table.by_index_name["byg"].readable
    session.work_off()
    assert status(session) == ("ACTIVE", None)
    assert session.db.catalogue.table(session.account, session.region, "music").by_index_name["byg"].readable
    assert session.describe()["GlobalSecondaryIndexes"][0]["ItemCount"] == 20
    assert session.db.jobs.progress() == []


def test_the_first_steps_end_by_the_clock(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(session, 20)
    times = iter(n * 0.1 for n in range(100))
    monkeypatch.setattr(session.clock, "monotonic", lambda: next(times))
    session.update(**NEW)
    (progress,) = session.db.jobs.progress()
    assert 0 < progress.done < 20


def test_an_item_with_another_type_or_none_is_left_out(session: Session) -> None:
    session.create()
    session.put(item(1))
    session.put({"pk": {"S": "number"}, "g": {"N": "1"}})
    session.put({"pk": {"S": "none"}})
    session.update(**NEW)
    assert indexed(session)[:2] == (["k001"], 1)


def test_what_writes_do_meanwhile_is_neither_lost_nor_counted_twice(session: Session) -> None:
    filled(session, 21)
    add_index(session)
    for change in (
        lambda: session.put(item(0, g={"S": "moved"})),
        lambda: session.put(item(99)),
        lambda: remove(session, "k003"),
        lambda: session.put({"pk": {"S": "k004"}}),
        lambda: session.put(item(11, more={"S": "x"})),
    ):
        finish = begin(session.db.store, session.db.jobs.step())
        change()
        finish()
    session.work_off()
    kept = [f"k{n:03d}" for n in (*range(21), 99) if n not in (3, 4)]
    assert indexed(session)[:2] == (kept, len(kept))


Write = tuple[int, int | None]
"""The item, and its g; None deletes it, 9 leaves g out."""


@settings(max_examples=60)
@given(
    before=st.lists(st.integers(0, 15), max_size=16),
    schedule=st.lists(st.lists(st.tuples(st.integers(0, 15), st.sampled_from([None, 0, 1, 9])), max_size=4)),
)
def test_any_writes_between_and_during_steps_leave_the_index_that_the_items_make(
    before: list[int], schedule: list[list[Write]]
) -> None:
    session = Session()
    session.create()
    model = {n: n % 3 for n in before}
    for n, g in model.items():
        session.put({"pk": {"S": f"{n}"}, "g": {"S": f"{g}"}})
    add_index(session)
    for writes in schedule:
        finish = begin(session.db.store, session.db.jobs.step()) if session.db.jobs.pending() else None
        for n, g in writes:
            if g is None:
                model.pop(n, None)
                remove(session, f"{n}")
            else:
                model[n] = g
                session.put({"pk": {"S": f"{n}"}, **({} if g == 9 else {"g": {"S": f"{g}"}})})
        if finish is not None:
            finish()
    session.work_off()
    kept = sorted(f"{n}" for n, g in model.items() if g != 9)
    assert indexed(session)[:2] == (kept, len(kept))
    assert status(session) == ("ACTIVE", None)


def test_two_processes_may_take_the_same_step(session: Session) -> None:
    filled(session, 10)
    add_index(session)
    other = Session(session.db.store)
    while session.db.jobs.pending():
        finish = begin(session.db.store, session.db.jobs.step())
        drive(other.db.store, other.db.jobs.step())
        finish()
    assert indexed(session)[:2] == ([f"k{n:03d}" for n in range(10)], 10)
    assert status(session) == status(other) == ("ACTIVE", None)


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("fatal", range(1, 7))
def test_a_backfill_goes_on_after_a_crash_at_any_step(fatal: int, after: bool) -> None:
    store = CrashingStore()
    filled(Session(store), 10)
    add_index(Session(store), first_rows=0)
    store.count, store.fatal, store.after = 0, fatal, after
    try:
        Session(store).work_off()
    except Crash:
        assert fatal <= 4
    store.fatal = None
    survivor = Session(store)
    survivor.work_off()
    assert indexed(survivor)[:2] == ([f"k{n:03d}" for n in range(10)], 10)
    assert status(survivor) == ("ACTIVE", None)


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("fatal", range(1, 9))
def test_a_purge_goes_on_after_a_crash_at_any_step_and_leaves_the_new_table_alone(
    fatal: int, after: bool
) -> None:
    store = CrashingStore()
    session = Session(store)
    filled(session, 10)
    session.update(**NEW)
    old = session.db.catalogue.table(session.account, session.region, "music").id
    session.delete()
    session.create()
    session.put(item(1))
    store.count, store.fatal, store.after = 0, fatal, after
    with contextlib.suppress(Crash):
        Session(store).work_off()
    store.fatal = None
    survivor = Session(store)
    survivor.work_off()
    assert [key for key, _ in survivor.rows() if key.startswith(space.table_prefix(old))] == []
    assert survivor.describe()["ItemCount"] == 1


def test_a_deleted_index_is_gone_at_once_and_its_rows_in_steps(session: Session) -> None:
    filled(session, 10)
    session.update(**NEW)
    prefix = session.db.catalogue.table(session.account, session.region, "music").by_index_name["byg"].prefix
    session.update(**DROP)
    assert "GlobalSecondaryIndexes" not in session.describe()
    session.put(item(50))
    assert session.work_off() == 4
    table = session.db.catalogue.table(session.account, session.region, "music")
    assert [key for key, _ in session.rows() if key.startswith(prefix)] == []
    assert session.db.store.get(space.counter_key(table.id, space.Counted.ITEMS, 1)) is None
    assert session.describe()["ItemCount"] == 11
    session.update(**NEW)
    session.work_off()
    assert indexed(session)[1] == 11
    assert session.db.catalogue.table(session.account, session.region, "music").by_index_name["byg"].id == 2


def test_an_index_may_be_deleted_while_it_is_filled(session: Session) -> None:
    filled(session, 10)
    add_index(session, first_rows=3)
    late = begin(session.db.store, session.db.jobs.step())
    session.update(**DROP)
    late()
    session.work_off()
    table = session.db.catalogue.table(session.account, session.region, "music")
    local = space.index_prefix(table.id, 1, local=False)
    assert [key for key, _ in session.rows() if key.startswith(local)] == []
    assert not session.db.jobs.pending()


def test_while_an_index_is_filled_no_other_begins_or_goes_and_the_table_stays(session: Session) -> None:
    session.create(
        AttributeDefinitions=[defined("pk"), defined("h")], GlobalSecondaryIndexes=[index("hhh", hashed("h"))]
    )
    for n in range(10):
        session.put(item(n))
    add_index(session)
    for request in (
        added("other", hashed("o")),
        {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "hhh"}}]},
    ):
        with pytest.raises(LimitExceededException):
            session.update(**request)
    with pytest.raises(ResourceInUseException) as refused:
        session.update(**NEW)
    assert refused.value.message == (
        "Attempt to change a resource which is still in use: Index is being created.  Table: music Index: byg"
    )
    with pytest.raises(ResourceInUseException) as refused:
        session.delete()
    assert refused.value.message == (
        "Attempt to change a resource which is still in use: "
        "Cannot delete table while indexes are being created, updated, or deleted."
    )
    session.work_off()
    session.delete()


def test_a_backfill_comes_before_the_purge_that_was_queued_first(session: Session) -> None:
    filled(session, 20)
    session.delete()
    filled(session, 4)
    add_index(session)
    assert [progress.kind for progress in session.db.jobs.progress()] == ["PURGE_TABLE", "BACKFILL_INDEX"]
    drive(session.db.store, session.db.jobs.step())
    drive(session.db.store, session.db.jobs.step())
    assert status(session) == ("ACTIVE", None)
    assert session.db.jobs.pending()


def test_a_step_without_jobs_writes_nothing(session: Session) -> None:
    assert drive(session.db.store, session.db.jobs.step()) is False
    assert session.rows() == []


def test_each_step_is_bounded_by_bytes_too(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "JOB_STEP_ROWS", 256)
    monkeypatch.setattr(backfill, "JOB_STEP_BYTES", 1000)
    session.create()
    for n in range(4):
        session.put(item(n, blob={"S": "x" * 1000}))
    add_index(session)
    drive(session.db.store, session.db.jobs.step())
    assert session.db.jobs.progress()[0].done == 1
    session.work_off()
    assert indexed(session)[1] == 4


def test_the_jobs_of_a_table_that_is_gone_end(session: Session) -> None:
    """A backfill's index can only go with a change of the catalogue, which the step in flight must then see."""
    filled(session, 10)
    add_index(session)
    late = begin(session.db.store, session.db.jobs.step())
    session.update(**DROP)
    session.delete()
    late()
    session.work_off()
    with pytest.raises(ResourceNotFoundException):
        session.describe()
    assert {key[4] for key, _ in session.rows()} <= set(space.OwnKind)
    assert all(key.startswith(b"\0\0\0\0") for key, _ in session.rows())


def test_a_multi_attribute_index_is_filled_where_every_attribute_is_there(session: Session) -> None:
    session.create()
    for n in range(8):
        some = {"a": {"S": "1"}} if n % 2 else {"a": {"S": "1"}, "b": {"S": f"{n}"}}
        session.put({"pk": {"S": f"{n}"}, **some})
    session.update(**added("byg", hashed("a"), ranged("b")))
    assert indexed(session)[:2] == (["0", "2", "4", "6"], 4)


def test_the_memory_store_without_other_processes_is_enough() -> None:
    session = Session(MemoryStore())
    filled(session, 5)
    session.update(**NEW)
    assert status(session) == ("ACTIVE", None)
    assert indexed(session)[1] == 5
