"""The log as history: a table as it was at any moment, while its log is cut, trimmed and written."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from stream_session import BOTH, DAY_S, SHARD_S, Session

from stator.clock import ManualClock
from stator.engine import log_history, records
from stator.engine.catalogue import Recovery, Table, TableDescription
from stator.engine.log_history import Change, changes_after, spans_after
from stator.engine.tables import Change as TableChange
from stator.keys import space
from stator.storage.contract import drive

Members = dict[str, Any]
Items = dict[str, Members]


def table_of(session: Session) -> Table:
    options = session.db.options
    return session.db.catalogue.table(options.account, options.region, "music")


def recover(session: Session, days: int | None = 35) -> None:
    """Turns point-in-time recovery on, or off."""

    def decide(present: TableDescription) -> TableChange:
        recovery = None if days is None else Recovery(session.clock.now(), days)
        changed = replace(present, recovery=recovery)
        return TableChange(changed, changed)

    drive(session.db.store, session.db.catalogue.update(table_of(session), decide))


def changes(session: Session, time: float, reverse: bool = False, rows: int = 3) -> Iterator[Change]:
    table = table_of(session)
    with session.db.store.snapshot() as snapshot:
        spans = spans_after(snapshot, table, time)
    place: log_history.Place | None = None
    while True:
        with session.db.store.snapshot() as snapshot:
            page, place = changes_after(snapshot, table, spans, place, reverse, rows)
        yield from page
        if place is None:
            return


def present(session: Session) -> Items:
    return {item["pk"]["S"]: item for item in session.call("Scan", TableName="music")["Items"]}


def as_it_was(session: Session, time: float) -> Items:
    """First the present items, then the changes since, from the last back to the first."""
    items = present(session)
    for change in changes(session, time, reverse=True):
        pk = change.key["pk"]["S"]
        if change.old is None:
            items.pop(pk, None)
        else:
            items[pk] = records.decode(change.old)
    return items


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 5)),
        st.tuples(st.just("delete"), st.integers(0, 5)),
        st.tuples(st.just("tick"), st.sampled_from([0.001, 1.0, SHARD_S / 3])),
        st.tuples(st.just("work"), st.just(0)),
        st.tuples(st.just("stream"), st.booleans()),
    ),
    max_size=60,
)


@settings(max_examples=60)
@given(steps=STEPS, shards=st.sampled_from([1, 4]))
def test_the_log_gives_back_the_table_of_every_moment(steps: list[tuple[str, Any]], shards: int):
    session = Session(shards=shards)
    session.create(view=None)
    recover(session)
    seen: dict[float, Items] = {session.clock.now(): {}}
    streaming = False
    for number, (step, given_) in enumerate(steps):
        if step == "put":
            session.put(f"k{given_}", n={"N": str(number)})
        elif step == "delete":
            session.delete(f"k{given_}")
        elif step == "tick":
            session.clock.advance(given_)
        elif step == "work":
            session.work_off()
        elif given_ != streaming:
            streaming = given_
            if streaming:
                session.enable()
            else:
                session.disable()
        seen[session.clock.now()] = present(session)
    for time, items in seen.items():
        assert as_it_was(session, time) == items
    session.db.close()


def test_an_items_changes_come_in_order_and_each_first_one_counts(session: Session):
    session.create(view=None)
    recover(session)
    for n in range(9):
        for pk in "abcde":
            session.put(pk, n={"N": str(n)})
        session.clock.advance(1)
        if n % 2:
            session.rotate()
    start = session.clock.now()
    for n in range(9, 14):
        session.clock.advance(1)
        for pk in "abcde":
            session.put(pk, n={"N": str(n)})
    forward = list(changes(session, start))
    assert [change.stored for change in forward] == [c.stored for c in changes(session, start, reverse=True)][
        ::-1
    ]
    for pk in "abcde":
        own = [c for c in forward if c.key == {"pk": {"S": pk}}]
        olds = [records.decode(change.old)["n"]["N"] for change in own if change.old is not None]
        assert olds == ["8", "9", "10", "11", "12"]
        assert [change.time for change in own] == sorted(change.time for change in own)


class TickingClock(ManualClock):
    """Moves whenever it is looked at."""

    def now(self) -> float:
        self.advance(0.01)
        return super().now()


def test_a_transaction_is_of_one_moment_in_all_its_shards():
    session = Session(clock=TickingClock())
    session.create(view=None)
    recover(session)
    for n in range(20):
        puts = [{"pk": {"S": f"k{k}"}, "n": {"N": str(n)}} for k in range(8)]
        session.call(
            "TransactWriteItems",
            TransactItems=[{"Put": {"TableName": "music", "Item": item}} for item in puts],
        )
    times = [change.time for change in changes(session, 0)]
    assert len(times) == 160
    assert len(set(times)) == 20
    for time in random.Random(1).sample(sorted(set(times)), 8):
        assert len({item["n"]["N"] for item in as_it_was(session, time).values()}) == 1


def test_a_clock_that_goes_back_leaves_the_order_of_changes(session: Session):
    session.create(view=None)
    recover(session)
    for n, step in enumerate((0, 10, -30, 10, 50)):
        session.clock.advance(step)
        session.put("a", n={"N": str(n)})
    times = [change.time - 1_700_000_000 for change in changes(session, 0)]
    assert times == [0, 10, 10, 10, 40]


def test_new_images_are_dropped_after_a_day_where_only_old_ones_are_still_needed(session: Session):
    session.create(view=BOTH)
    recover(session, days=2)
    for n in range(20):
        session.put(f"k{n}")
        session.put(f"k{n}", n={"N": "1"})

    def count(kind: space.Kind) -> int:
        return sum(key[:4] != bytes(4) and key[4] == kind for key, _ in session.rows())

    assert (count(space.Kind.LOG), count(space.Kind.NEW_IMAGE)) == (40, 40)
    assert len(session.records()) == 40
    assert all("NewImage" in record["dynamodb"] for record in session.records())
    for _ in range(7):
        session.rotate()
    assert (count(space.Kind.LOG), count(space.Kind.NEW_IMAGE)) == (40, 0)
    assert as_it_was(session, 1_700_000_000 - 1) == {}
    for _ in range(7):
        session.rotate()
    assert (count(space.Kind.LOG), count(space.Kind.NEW_IMAGE)) == (0, 0)


def test_a_log_that_nobody_reads_any_more_goes(session: Session):
    session.create(view=None)
    recover(session)
    session.put("a")
    recover(session, None)
    session.put("a", n={"N": "1"})
    session.pass_time(60)
    assert [key for key, _ in session.rows() if key[:4] != bytes(4) and key[4] >= space.Kind.LOG] == []
    assert [key for key, _ in session.rows() if key.startswith(space.LOGGED_PREFIX)] == []


def test_the_logs_of_a_day_are_kept_when_recovery_ends_and_the_stream_goes_on(session: Session):
    session.create(view="KEYS_ONLY")
    recover(session)
    session.put("a")
    recover(session, None)
    session.put("b")
    session.pass_time(DAY_S - 1)
    assert sorted(r["dynamodb"]["Keys"]["pk"]["S"] for r in session.records()) == ["a", "b"]
