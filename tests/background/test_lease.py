"""Of all the processes that have a store open, one does the background work; and another when that one is gone."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from processes import NOW, HandClock, Process, SeenByOthers, one_write

from stator.engine.jobs import Lane
from stator.engine.verification import verify
from stator.errors import CorruptionError, LeaseLostError
from stator.keys import space
from stator.limits import LEASE_RENEW_S, LEASE_S
from stator.storage.contract import Aside, Steps, Transaction, Work, drive


class Two:
    """Two processes, on one host unless they are given clocks of their own."""

    def __init__(self) -> None:
        self.store = SeenByOthers()
        self.clock = HandClock()
        self.one = Process(self.store, self.clock)
        self.other = Process(self.store, self.clock)
        self.done: list[str] = []

    def one_works(self) -> None:
        self.one.work(one_write(self.done, "one"))

    def other_works(self) -> None:
        self.other.work(one_write(self.done, "other"))


@pytest.fixture
def two() -> Two:
    return Two()


def test_a_process_with_nothing_to_do_takes_no_lease_and_writes_nothing(two: Two) -> None:
    two.one.let_expire()
    before = two.store.commits
    for lane in Lane:
        two.one.step(lane)
    assert two.one.holding is None
    assert two.store.commits == before


def test_the_first_with_something_to_do_takes_it_and_another_does_nothing_meanwhile(two: Two) -> None:
    two.one_works()
    two.other_works()
    assert two.done == ["one"]
    assert two.one.is_holder
    assert two.other.lease.is_elsewhere


def test_people_can_read_which_process_it_is(two: Two) -> None:
    two.one_works()
    found = two.one.holding
    assert found is not None
    assert found.who.startswith("process ")
    assert found.until == NOW + LEASE_S


def test_when_the_holder_dies_another_takes_over_as_soon_as_the_lease_lapses(two: Two) -> None:
    two.one_works()
    two.clock.advance(LEASE_S - 0.001)
    two.other_works()
    assert two.done == ["one"]
    two.clock.advance(0.001)
    two.other_works()
    assert two.done == ["one", "other"]
    two.one_works()
    assert two.done == ["one", "other"], "a holder that comes back waits like any other"


def test_one_that_works_on_keeps_it_for_as_long_as_it_works(two: Two) -> None:
    for _ in range(100):
        two.one_works()
        two.clock.advance(LEASE_RENEW_S)
        two.other_works()
    assert two.done == ["one"] * 100


def test_many_steps_in_a_row_renew_it_only_now_and_then(two: Two) -> None:
    two.one_works()
    before = two.store.commits
    for _ in range(50):
        two.one_works()
    assert two.store.commits == before + 50


def test_given_up_it_is_free_at_once_and_its_process_takes_no_further_step(two: Two) -> None:
    two.one_works()
    drive(two.store, two.one.lease.give_up())
    two.other_works()
    two.one_works()
    assert two.done == ["one", "other"]


def test_giving_up_what_another_has_taken_over_leaves_it_to_that_one(two: Two) -> None:
    two.one_works()
    two.clock.advance(LEASE_S)
    two.other_works()
    drive(two.store, two.one.lease.give_up())
    assert two.other.is_holder


def test_giving_up_what_was_never_held_writes_nothing(two: Two) -> None:
    before = two.store.commits
    drive(two.store, two.one.lease.give_up())
    assert two.store.commits == before


# Clocks


def test_a_clock_set_back_holds_nobody_up_for_longer_than_the_lease(two: Two) -> None:
    two.one_works()
    two.clock.set(-86_400)
    two.other_works()
    two.clock.advance(LEASE_S - 0.001)
    two.other_works()
    assert two.done == ["one"]
    two.clock.advance(0.001)
    two.other_works()
    assert two.done == ["one", "other"]


def test_a_holder_whose_clock_was_set_back_keeps_its_lease(two: Two) -> None:
    two.one_works()
    two.other_works()
    two.clock.set(-86_400)
    for _ in range(20):
        two.clock.advance(LEASE_RENEW_S)
        two.one_works()
        two.other_works()
    assert set(two.done) == {"one"}


def test_a_host_whose_clock_is_behind_does_not_wait_for_the_others_time(two: Two) -> None:
    clock = HandClock(NOW - 3600.0)
    behind = Process(two.store, clock)
    two.one_works()
    behind.work(one_write(two.done, "behind"))
    assert two.done == ["one"]
    clock.advance(LEASE_S)
    behind.work(one_write(two.done, "behind"))
    assert two.done == ["one", "behind"]


def test_a_host_whose_clock_is_ahead_may_take_it_early_and_then_the_first_writes_nothing_more(
    two: Two,
) -> None:
    ahead = Process(two.store, HandClock(NOW + 3600.0))
    two.one_works()
    ahead.work(one_write(two.done, "ahead"))
    two.one_works()  # It still takes itself for the holder
    two.one_works()
    assert two.done == ["one", "ahead"]
    assert two.one.lease.is_elsewhere


# What a lost lease does to the step under way


def test_a_slow_step_that_was_overtaken_writes_nothing_and_is_told(two: Two) -> None:
    met: list[BaseException] = []

    def slow() -> Steps[bool]:
        yield Work(lambda tx: tx.put(space.job_key(7), b"first"))
        try:
            two.clock.advance(LEASE_S)
            two.other_works()
            yield Work(lambda tx: tx.put(space.job_key(7), b"late"))
        except LeaseLostError as error:
            met.append(error)
            raise
        raise AssertionError("the step goes on without the lease")

    assert two.one.work(slow) is False
    assert len(met) == 1
    assert two.store.get(space.job_key(7)) == b"first"


def test_the_fence_stands_inside_the_transaction(two: Two) -> None:
    """Between taking the lease and the commit, another takes it: the commit is refused."""

    def run(tx: Transaction) -> None:
        raise AssertionError("the work runs under another's lease")

    steps = two.one.lease.guard(lambda: iter_work(run))
    taking = next(steps)
    assert isinstance(taking, Work)
    fenced = steps.send(two.store.transact(taking.run))
    two.clock.advance(LEASE_S)
    two.other_works()
    assert isinstance(fenced, Work)
    with pytest.raises(LeaseLostError):
        two.store.transact(fenced.run, fenced.decides, fenced.shares)


def iter_work(run: Callable[[Transaction], None]) -> Steps[bool]:
    yield Work(run)
    return False


def test_a_lost_change_of_the_catalogue_leaves_no_change_under_way(two: Two) -> None:
    """A change that never ends would have every look-up read the catalogue's version from then on."""
    two.one.make_table()

    def rename() -> Steps[bool]:
        two.clock.advance(LEASE_S)
        yield from two.one.db.catalogue.change(Work(lambda tx: tx.add(space.VERSION_KEY, 1)))
        return False

    two.other_works()
    two.one.lease._fresh_until = two.clock.monotonic() + 2 * LEASE_S
    two.one.work(rename)
    assert two.one.db.catalogue._changing == 0


def test_nothing_is_called_aside_without_the_lease(two: Two) -> None:
    called: list[str] = []

    def outward(name: str) -> Callable[[], Steps[bool]]:
        def steps() -> Steps[bool]:
            yield Aside(lambda: called.append(name))
            return False

        return steps

    two.one.work(outward("one"))
    two.other.work(outward("other"))
    assert called == ["one"]


def test_what_a_step_raises_is_raised_and_the_lease_stays(two: Two) -> None:
    def failing() -> Steps[bool]:
        yield Work(lambda tx: 1 / 0)
        return False

    with pytest.raises(ZeroDivisionError):
        two.one.work(failing)
    assert two.one.is_holder
    two.one_works()
    assert two.done == ["one"]


# Damage


@pytest.mark.parametrize("row", [b"", b"{", b'{"owner":"a","crc32":"00000000"}', b"\xff" * 40])
def test_a_damaged_row_is_reported_and_lapses(two: Two, row: bytes) -> None:
    two.store.transact(lambda tx: tx.put(space.LEASE_KEY, row))
    with pytest.raises(CorruptionError):
        two.one.holding  # noqa: B018
    assert [finding.row for finding in verify(two.store)] == [space.LEASE_KEY]
    two.one_works()
    assert two.done == []
    two.clock.advance(LEASE_S)
    two.one_works()
    assert two.done == ["one"]
    assert two.one.is_holder
    assert two.one.lease.owner.encode() in (two.store.get(space.LEASE_KEY) or b"")


def test_check_finds_nothing_wrong_with_a_lease(two: Two) -> None:
    two.one_works()
    two.store.transact(lambda tx: tx.delete(space.job_key(1 << 62)))
    assert list(verify(two.store)) == []


# All at once


@pytest.mark.parametrize("seed", range(40))
def test_whatever_clocks_do_no_two_processes_commit_steps_under_one_lease(seed: int) -> None:
    """Three processes take steps in any order, each cut anywhere; clocks jump. Each transaction of a step must find its
    own process's lease, and each lease be continuous: once it has passed on, the one before never commits again without
    taking it anew."""
    rng = random.Random(seed)
    store = SeenByOthers()
    clocks = [HandClock(NOW + rng.uniform(-5, 5)) for _ in range(3)]
    processes = [Process(store, clock) for clock in clocks]
    under_way: list[Steps[bool] | None] = [None] * 3
    answers: list[object] = [None] * 3
    committed: list[int] = []

    def steps(number: int) -> Callable[[], Steps[bool]]:
        def run(tx: Transaction) -> None:
            row = processes[number].lease
            stored = tx.get(space.LEASE_KEY)
            assert stored is not None
            assert row.owner.encode() in stored
            committed.append(number)

        def several() -> Steps[bool]:
            for _ in range(rng.randrange(1, 4)):
                yield rng.choice((None, Aside(lambda: None)))
                yield Work(run)
            return True

        return several

    for _ in range(600):
        number = rng.randrange(3)
        if rng.random() < 0.3:
            rng.choice(clocks).advance(rng.uniform(0, LEASE_S))
        if rng.random() < 0.05:
            rng.choice(clocks).set(rng.uniform(-10, 10))
        if under_way[number] is None or rng.random() < 0.02:
            under_way[number], answers[number] = processes[number].lease.guard(steps(number)), None
        current = under_way[number]
        assert current is not None
        try:
            step = current.send(answers[number])
            while isinstance(step, Work):
                try:
                    answer = store.transact(step.run, step.decides, step.shares)
                except LeaseLostError as lost:
                    step = current.throw(lost)
                    continue
                answers[number] = answer
                if rng.random() < 0.7:
                    break
                step = current.send(answer)
        except StopIteration:
            under_way[number] = None
    assert len(set(committed)) > 1
