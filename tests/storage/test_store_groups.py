"""Groups led by a scheduler: queueing, refusals, answers, another process's lock, closing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import apsw
import pytest
from hand_loop import Answers, HandLoop, submit

from stator.errors import StatorError, StoreBusyError
from stator.storage.contract import Store, Transaction, decode_counter
from stator.storage.group import GROUP_WORKS_MAX


@pytest.fixture
def loop(store: Store) -> HandLoop:
    hand = HandLoop()
    store.attach(hand)
    return hand


def add_one(own: Transaction) -> int:
    own.add(b"n", 1)
    return decode_counter(own.get(b"n"))


def test_submit_without_a_scheduler_is_refused(store: Store) -> None:
    with pytest.raises(StatorError, match="attach"):
        submit(store, Answers(), add_one)


def test_nothing_runs_before_the_turn_ends_and_every_work_is_answered_in_order(store: Store, loop: HandLoop) -> None:
    answers = Answers()
    for _ in range(5):
        submit(store, answers, add_one)
    assert answers == []
    loop.run()
    assert answers == [(1, None), (2, None), (3, None), (4, None), (5, None)]
    assert decode_counter(store.get(b"n")) == 5


def test_a_refused_work_drops_only_its_own_writes(store: Store, loop: HandLoop) -> None:
    answers = Answers()

    def refuse(own: Transaction) -> None:
        own.put(b"a", b"refused")
        own.add(b"n", 100)
        own.delete_range(b"", b"\xff")
        raise KeyError("refused")

    submit(store, answers, lambda own: own.put(b"a", b"first"))
    submit(store, answers, refuse)
    submit(store, answers, lambda own: own.get(b"a"))
    submit(store, answers, add_one)
    loop.run()
    assert [result for result, _ in answers] == [None, None, b"first", 1]
    assert [type(error) for _, error in answers] == [type(None), KeyError, type(None), type(None)]
    assert store.get(b"a") == b"first"


def test_later_works_of_a_group_see_what_earlier_ones_wrote(store: Store, loop: HandLoop) -> None:
    answers = Answers()
    submit(store, answers, lambda own: own.append(b"log", b"x" * 3000))
    submit(store, answers, lambda own: own.append(b"log", b"y"))
    submit(store, answers, lambda own: [value[:1] for _, value in own.range(b"log", b"loh", 10)[0]])
    submit(store, answers, lambda own: own.delete_range(b"log", b"loh"))
    submit(store, answers, lambda own: own.range(b"log", b"loh", 10))
    loop.run()
    assert [result for result, _ in answers] == [1, 2, [b"x", b"y"], None, ([], False)]


def test_an_answer_may_submit_the_next_work(store: Store, loop: HandLoop) -> None:
    answers = Answers()

    def again(result: Any, error: BaseException | None) -> None:
        answers.done(result, error)
        if len(answers) < 4:
            from stator.storage.contract import Work

            store.submit(Work(add_one), again)

    again(0, None)
    loop.run()
    assert answers == [(0, None), (1, None), (2, None), (3, None)]


def test_more_works_than_a_group_holds_are_all_answered(store: Store, loop: HandLoop) -> None:
    answers = Answers()
    for _ in range(GROUP_WORKS_MAX * 2 + 3):
        submit(store, answers, add_one)
    loop.run()
    assert [result for result, _ in answers] == list(range(1, GROUP_WORKS_MAX * 2 + 4))


def test_a_callback_that_raises_does_not_cost_another_its_answer(store: Store, loop: HandLoop) -> None:
    answers = Answers()

    def gone(result: Any, error: BaseException | None) -> None:
        raise ConnectionResetError

    from stator.storage.contract import Work

    store.submit(Work(add_one), gone)
    submit(store, answers, add_one)
    with pytest.raises(ConnectionResetError):
        loop.run()
    loop.run()  # on a busy machine the other is in a group of its own
    assert answers == [(2, None)]
    submit(store, answers, add_one)
    loop.run()
    assert answers[-1] == (3, None)


def test_a_plain_thread_transacts_through_the_loop(store: Store, loop: HandLoop) -> None:
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(store.transact(add_one))) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        loop.run()
    assert sorted(results) == [1, 2, 3, 4]


def test_works_still_queued_at_close_are_answered_with_an_error(store: Store, loop: HandLoop) -> None:
    answers = Answers()
    submit(store, answers, add_one)
    store.close()
    assert [type(error) for _, error in answers] == [StatorError]
    loop.run()
    assert len(answers) == 1


# What only a store with one writer does

OpenStore = Callable[..., Store]


def test_works_gather_while_a_commit_is_in_flight(open_sqlite: OpenStore) -> None:
    store, loop, answers = open_sqlite(), HandLoop(), Answers()
    store.attach(loop)
    submit(store, answers, add_one)
    loop.turn()
    assert len(loop.helper) == 1
    submit(store, answers, add_one)
    submit(store, answers, add_one)
    loop.turn()
    assert answers == []
    assert store.get(b"n") is None, "nothing is seen before it is durable"
    loop.help()
    assert answers == [(1, None)]
    loop.turn()
    loop.help()
    assert answers == [(1, None), (2, None), (3, None)]


def test_a_group_that_wrote_nothing_needs_no_commit(open_sqlite: OpenStore) -> None:
    store, loop, answers = open_sqlite(), HandLoop(), Answers()
    store.attach(loop)
    submit(store, answers, lambda own: own.get(b"a"))
    loop.turn()
    assert answers == [(None, None)]
    assert not loop.helper


def test_transact_on_the_loops_own_thread_is_refused_instead_of_waiting_for_ever(open_sqlite: OpenStore) -> None:
    store, loop, answers = open_sqlite(), HandLoop(), Answers()
    store.attach(loop)
    submit(store, answers, add_one)
    loop.run()
    with pytest.raises(StatorError, match="submit"):
        store.transact(add_one)


def test_while_another_process_writes_begin_is_tried_later_with_growing_delays(
    open_sqlite: OpenStore, sqlite_path: str
) -> None:
    store, loop, answers = open_sqlite(), HandLoop(), Answers()
    store.attach(loop)
    other = apsw.Connection(sqlite_path)
    other.execute("BEGIN IMMEDIATE")
    submit(store, answers, add_one)
    loop.turn()
    delays = [loop.wait() for _ in range(20)]
    assert delays == sorted(delays)
    assert delays[0] < 0.001
    assert delays[-1] == 0.01
    other.execute("ROLLBACK")
    loop.wait()
    loop.run()
    assert answers == [(1, None)]
    other.close()


def test_a_lock_that_is_never_let_go_fails_the_works_after_half_a_minute(
    open_sqlite: OpenStore, sqlite_path: str
) -> None:
    store, loop, answers = open_sqlite(), HandLoop(), Answers()
    store.attach(loop)
    other = apsw.Connection(sqlite_path)
    other.execute("BEGIN IMMEDIATE")
    submit(store, answers, add_one)
    loop.turn()
    waited = 0.0
    while loop.delayed:
        waited += loop.wait()
    assert 30 <= waited < 31
    assert [type(error) for _, error in answers] == [StoreBusyError]
    other.execute("ROLLBACK")
    other.close()
    submit(store, answers, add_one)
    loop.run()
    assert answers[-1] == (1, None)


def test_close_finishes_the_commit_in_flight(open_sqlite: OpenStore) -> None:
    store, loop, answers = open_sqlite(), HandLoop(), Answers()
    store.attach(loop)
    submit(store, answers, add_one)
    loop.turn()
    submit(store, answers, add_one)
    call, then = loop.helper.popleft()
    helper = threading.Thread(target=call)
    helper.start()
    store.close()
    helper.join()
    then(None)
    assert answers[0] == (1, None)
    assert isinstance(answers[1][1], StatorError)
    assert decode_counter(open_sqlite().get(b"n")) == 1
