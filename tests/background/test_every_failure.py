"""Each transaction of background work fails or is its process's last, also the lease's own: the work gets done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest
from processes import NOW, HandClock, Process, SeenByOthers
from test_lanes import GROUPED, INDEX, has_index

from stator.engine.jobs import Lane
from stator.errors import StoreFullError
from stator.limits import EXPIRY_LOOK_S, LEASE_RENEW_S, LEASE_S
from stator.storage.contract import Transaction, drive

T = TypeVar("T")

TRANSACTIONS_MAX = 100


class Killed(BaseException):
    """The process is gone."""


class FailingStore(SeenByOthers):
    """Raises `error` at its `fatal`-th transaction from now on: before it is done, or when it is durable."""

    fatal = 0
    after = False
    error: Callable[[], BaseException] = Killed

    def transact(
        self, run: Callable[[Transaction], T], decides: Iterable[bytes] = (), shares: Iterable[bytes] = ()
    ) -> T:
        self.fatal -= 1
        fails = self.fatal == 0
        if fails and not self.after:
            raise self.error()
        result = super().transact(run, decides, shares)
        if fails:
            raise self.error()
        return result


def world() -> tuple[FailingStore, HandClock]:
    """Two hundred items that are due, an index to be filled, a table to be purged."""
    store, clock = FailingStore(), HandClock()
    process = Process(store, clock)
    process.let_expire()
    for number in range(200):
        process.put(f"{number}", ttl=NOW - 1, g={"S": "x"})
    process.put("kept", g={"S": "x"})
    creation = [{"Create": INDEX}]
    process.call(
        "UpdateTable", TableName="music", AttributeDefinitions=GROUPED, GlobalSecondaryIndexUpdates=creation
    )
    process.make_table("gone")
    process.put("a", "gone")
    process.call("DeleteTable", TableName="gone")
    return store, clock


def work_off(process: Process, clock: HandClock) -> None:
    """As a driver does it, each step in its time."""
    more = [True]
    while any(more):
        more = [process.step(lane) for lane in Lane]
        clock.advance(LEASE_RENEW_S / 2)


def assert_done(process: Process) -> None:
    assert process.scanned() == ["kept"]
    assert has_index(process)
    assert process.scanned(IndexName="by_g") == ["kept"]
    assert not process.db.jobs.pending()


def failures(
    monkeypatch: pytest.MonkeyPatch, after: bool, meet: Callable[[FailingStore, HandClock], Any]
) -> int:
    """`meet` with the failure at each transaction in turn, until there is none more to fail; how many there were."""
    monkeypatch.setattr("stator.api.tables.operations.BACKFILL_FIRST_ITEMS", 0)
    for fatal in range(1, TRANSACTIONS_MAX):
        store, clock = world()
        store.fatal, store.after = fatal, after
        meet(store, clock)
        if store.fatal > 0:
            return fatal - 1
    raise AssertionError("the work never ends")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_process_that_dies_at_any_transaction_is_followed_by_another(
    monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    def meet(store: FailingStore, clock: HandClock) -> None:
        try:
            work_off(Process(store, clock), clock)
        except Killed:
            clock.advance(LEASE_S)
        other = Process(store, clock)
        clock.advance(EXPIRY_LOOK_S)
        if store.fatal <= 0:
            work_off(other, clock)
            assert_done(other)

    assert failures(monkeypatch, after, meet) > 6


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_disk_that_is_full_for_any_one_transaction_holds_the_work_up_no_longer(
    monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    def meet(store: FailingStore, clock: HandClock) -> None:
        store.error = lambda: StoreFullError("the disk is full")  # type: ignore[method-assign]
        process = Process(store, clock)
        for _ in range(3):
            try:
                work_off(process, clock)
                drive(store, process.lease.hold())
            except StoreFullError:
                clock.advance(1.0)
        assert_done(process)
        assert process.is_holder

    assert failures(monkeypatch, after, meet) > 6
