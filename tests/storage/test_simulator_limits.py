"""The simulator refuses what FoundationDB would, and splits what it would have split."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hand_loop import Answers, HandLoop, submit

from stator.clock import ManualClock
from stator.errors import BudgetExceededError
from stator.storage.contract import Transaction, decode_counter, encode_counter
from stator.storage.memory import MemoryStore
from stator.storage.simulator import FOUNDATION_LIMITS, SimulatorStore


def put_many(count: int, size: int) -> Callable[[Transaction], None]:
    def work(own: Transaction) -> None:
        for number in range(count):
            own.put(b"%d" % number, bytes(size))

    return work


OVER = [
    ("a key", lambda own: own.put(bytes(5000), b"")),
    ("a value", lambda own: own.put(b"k", bytes(8_000_001))),
    ("a transaction of large values", put_many(11, 1_000_000)),
    ("a transaction of small values", put_many(2500, 4000)),
    ("a log row", lambda own: own.append(b"log", bytes(8_000_001))),
]


@pytest.mark.parametrize("work", [work for _, work in OVER], ids=[name for name, _ in OVER])
def test_what_is_over_a_limit_is_refused_and_writes_nothing(work: Callable[[Transaction], object]) -> None:
    store = SimulatorStore()
    with pytest.raises(BudgetExceededError):
        store.transact(work)
    with store.snapshot() as snapshot:
        assert snapshot.range(b"", b"\xff", 10) == ([], False)


def test_nothing_stored_below_is_over_foundations_limits() -> None:
    store = SimulatorStore()
    keys = [b"", b"\0", bytes(store.budgets.key_bytes_max), b"k" * store.budgets.key_bytes_max]
    for size in (99_999, 100_000, 100_001, 4_000_000):
        for key in keys:
            store.transact(lambda own, k=key, s=size: own.put(k, bytes(s)))
            assert store.get(key) == bytes(size)
    with store.pieces.snapshot() as pieces:
        rows, _ = pieces.range(b"", b"\xff", 1 << 20)
    assert max(len(key) for key, _ in rows) <= FOUNDATION_LIMITS.key_bytes_max
    assert max(len(value) for _, value in rows) <= FOUNDATION_LIMITS.value_bytes_max
    store.transact(lambda own: own.delete_range(b"", b"\xff"))
    with store.pieces.snapshot() as pieces:
        assert pieces.range(b"", b"\xff", 10) == ([], False)


def test_a_transaction_that_takes_over_five_seconds_is_refused() -> None:
    clock = ManualClock()
    store = SimulatorStore(clock=clock)

    def slow(own: Transaction) -> None:
        own.put(b"a", b"1")
        clock.advance(5.1)

    with pytest.raises(BudgetExceededError, match="transaction is older than this store's 5 s"):
        store.transact(slow)
    assert store.get(b"a") is None


def test_a_snapshot_older_than_five_seconds_is_refused() -> None:
    clock = ManualClock()
    with SimulatorStore(clock=clock).snapshot() as snapshot:
        clock.advance(4.9)
        assert snapshot.get(b"a") is None
        clock.advance(0.2)
        with pytest.raises(BudgetExceededError, match="snapshot is older"):
            snapshot.get(b"a")


def test_works_that_run_side_by_side_meet_conflicts_and_run_again() -> None:
    store, loop, answers, runs = SimulatorStore(), HandLoop(), Answers(), []
    store.attach(loop)

    def increment(own: Transaction) -> None:
        runs.append(None)
        own.put(b"n", encode_counter(decode_counter(own.get(b"n")) + 1))

    for _ in range(8):
        submit(store, answers, increment)
    loop.run()
    assert answers == [(None, None)] * 8
    assert decode_counter(store.get(b"n")) == 8
    assert len(runs) == 15, "all but the first ran twice"


def test_counters_and_unrelated_keys_do_not_conflict() -> None:
    store, loop, answers, runs = SimulatorStore(), HandLoop(), Answers(), []
    store.attach(loop)
    for number in range(8):

        def work(own: Transaction, number: int = number) -> None:
            runs.append(number)
            own.get(b"k%d" % number)
            own.put(b"k%d" % number, b"x")
            own.add(b"n", 1)

        submit(store, answers, work)
    loop.run()
    assert runs == list(range(8))
    assert decode_counter(store.get(b"n")) == 8


DISTURBANCES = [
    ("a key it read", lambda own: own.get(b"k"), lambda own: own.put(b"k", b"2"), True),
    ("a key it read, deleted", lambda own: own.get(b"k"), lambda own: own.delete(b"k"), True),
    ("a key it read, cleared", lambda own: own.get(b"k"), lambda own: own.delete_range(b"a", b"z"), True),
    ("a key it read, added to", lambda own: own.get(b"n"), lambda own: own.add(b"n", 1), True),
    ("a row in its range", lambda own: own.range(b"a", b"m", 10), lambda own: own.put(b"l", b"2"), True),
    ("a clear in its range", lambda own: own.range(b"a", b"m", 10), lambda own: own.delete_range(b"b", b"c"), True),
    ("a row after its range", lambda own: own.range(b"a", b"m", 10), lambda own: own.put(b"m", b"2"), False),
    ("a row it did not reach", lambda own: own.range(b"a", b"z", 1), lambda own: own.put(b"l", b"2"), False),
    ("its log", lambda own: own.append(b"log", b"x"), lambda own: own.append(b"log", b"y"), True),
    ("another log", lambda own: own.append(b"log", b"x"), lambda own: own.append(b"lag", b"y"), False),
    ("a key it wrote blindly", lambda own: own.put(b"k", b"1"), lambda own: own.put(b"k", b"2"), False),
]


@pytest.mark.parametrize(("what", "reads", "writes", "again"), DISTURBANCES)
def test_a_work_runs_again_when_a_commit_meanwhile_wrote_what_it_read(
    what: str, reads: Callable[[Transaction], object], writes: Callable[[Transaction], object], again: bool
) -> None:
    store, loop, answers, runs = MemoryStore(side_by_side=2), HandLoop(), Answers(), []
    store.transact(lambda own: [own.put(b"c", b"1"), own.put(b"k", b"1")])
    store.attach(loop)

    def second(own: Transaction) -> None:
        runs.append(reads(own))
        own.put(b"result", b"%d" % len(runs))

    submit(store, answers, writes)
    submit(store, answers, second)
    loop.run()
    assert len(runs) == (2 if again else 1), what
    assert [error for _, error in answers] == [None, None]


@pytest.mark.parametrize("named", ["decides", "shares"])
def test_a_key_that_was_named_counts_as_read(named: str) -> None:
    from stator.storage.contract import Work

    store, loop, answers, runs = MemoryStore(side_by_side=2), HandLoop(), Answers(), []
    store.attach(loop)
    submit(store, answers, lambda own: own.put(b"table", b"changed"))
    store.submit(Work(runs.append, **{named: (b"table",)}), answers.done)  # type: ignore[arg-type]
    loop.run()
    assert len(runs) == 2
