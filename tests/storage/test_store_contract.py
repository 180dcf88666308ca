"""What every store promises: order, isolation, conflicts, counters, logs. One suite, each store."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from stator.errors import StatorError
from stator.storage.contract import Reader, Store, Transaction, decode_counter, drive, encode_counter

LAST = b"\xff" * 8


class RefusedError(Exception):
    """A work's own refusal."""


def put_all(store: Store, rows: dict[bytes, bytes]) -> None:
    def work(transaction: Transaction) -> None:
        for key, value in rows.items():
            transaction.put(key, value)

    store.transact(work)


def everything(reader: Reader) -> dict[bytes, bytes]:
    rows, more = reader.range(b"", LAST, 1 << 20)
    assert not more
    return dict(rows)


def contents(store: Store) -> dict[bytes, bytes]:
    with store.snapshot() as snapshot:
        return everything(snapshot)


# Reading and order


def test_an_absent_key_is_none(store: Store) -> None:
    assert store.get(b"nothing") is None
    with store.snapshot() as snapshot:
        assert snapshot.get(b"nothing") is None
        assert snapshot.get_many([b"a", b"a"]) == [None, None]
        assert snapshot.range(b"", LAST, 10) == ([], False)


def test_an_empty_key_and_an_empty_value_are_kept(store: Store) -> None:
    put_all(store, {b"": b"", b"\0": b"zero"})
    assert store.get(b"") == b""
    assert contents(store) == {b"": b"", b"\0": b"zero"}


def test_keys_order_as_unsigned_bytes(store: Store) -> None:
    keys = [b"", b"\0", b"\0\0", b"\0\xff", b"\x01", b"A", b"AA", b"B", b"a", b"\x7f", b"\x80", b"\xfe\xff"]
    put_all(store, {key: key for key in reversed(keys)})
    with store.snapshot() as snapshot:
        rows, _ = snapshot.range(b"", LAST, 100)
        assert [key for key, _ in rows] == keys
        rows, _ = snapshot.range(b"", LAST, 100, reverse=True)
        assert [key for key, _ in rows] == keys[::-1]


def test_get_many_answers_in_the_order_asked_with_repeats(store: Store) -> None:
    put_all(store, {b"a": b"1", b"b": b"2"})
    with store.snapshot() as snapshot:
        assert snapshot.get_many([b"b", b"x", b"a", b"b"]) == [b"2", None, b"1", b"2"]


TEN = {bytes([65 + place]): bytes([97 + place]) * 10 for place in range(10)}
RANGES = [
    # start, stop, limit, bytes_max, reverse, keys, more
    (b"A", b"K", 100, 1 << 62, False, b"ABCDEFGHIJ", False),
    (b"C", b"F", 100, 1 << 62, False, b"CDE", False),
    (b"C", b"F", 100, 1 << 62, True, b"EDC", False),
    (b"C", b"F", 2, 1 << 62, False, b"CD", True),
    (b"C", b"F", 2, 1 << 62, True, b"ED", True),
    (b"A", b"K", 100, 1, False, b"A", True),
    (b"A", b"K", 100, 11, False, b"A", True),
    (b"A", b"K", 100, 12, False, b"AB", True),
    (b"A", b"K", 100, 22, True, b"JI", True),
    (b"A", b"K", 1, 1000, False, b"A", True),
    (b"B0", b"C", 10, 1 << 62, False, b"", False),
    (b"F", b"C", 10, 1 << 62, False, b"", False),
    (b"C", b"C", 10, 1 << 62, False, b"", False),
    (b"", b"A", 10, 1 << 62, False, b"", False),
    (b"J", LAST, 10, 1 << 62, False, b"J", False),
]


@pytest.mark.parametrize(("start", "stop", "limit", "bytes_max", "reverse", "keys", "more"), RANGES)
def test_a_range_ends_at_its_limits_and_says_whether_rows_remain(
    store: Store, start: bytes, stop: bytes, limit: int, bytes_max: int, reverse: bool, keys: bytes, more: bool
) -> None:
    put_all(store, TEN)
    expected = [(bytes([key]), TEN[bytes([key])]) for key in keys]
    with store.snapshot() as snapshot:
        assert snapshot.range(start, stop, limit, bytes_max, reverse) == (expected, more)
    assert store.transact(lambda own: own.range(start, stop, limit, bytes_max, reverse)) == (expected, more)


def test_a_range_that_ends_exactly_at_its_limit_may_say_either_but_loses_nothing(store: Store) -> None:
    put_all(store, TEN)
    with store.snapshot() as snapshot:
        rows, more = snapshot.range(b"A", b"K", 10)
        assert len(rows) == 10
        if more:
            assert snapshot.range(rows[-1][0] + b"\0", b"K", 10) == ([], False)


SIZES = [0, 1, 1895, 1898, 1899, 1900, 1901, 4069, 4070, 4071, 5399, 5400, 8150, 8192, 99_999, 100_000, 100_001]


@pytest.mark.parametrize("size", [*SIZES, 4 << 20])
def test_values_of_every_size_come_back_and_can_be_replaced(store: Store, size: int) -> None:
    value = bytes(range(255, -1, -1)) * (size // 256 + 1)
    value = value[:size]
    put_all(store, {b"a": b"before", b"k": value, b"z": b"after"})
    assert store.get(b"k") == value
    assert contents(store) == {b"a": b"before", b"k": value, b"z": b"after"}
    put_all(store, {b"k": b"short"})
    assert store.get(b"k") == b"short"
    put_all(store, {b"k": value[::-1]})
    assert store.get(b"k") == value[::-1]
    store.transact(lambda own: own.delete(b"k"))
    assert contents(store) == {b"a": b"before", b"z": b"after"}


# Transactions


def test_a_transaction_reads_its_own_writes(store: Store) -> None:
    put_all(store, {b"a": b"old", b"b": b"old", b"c": b"old"})

    def work(own: Transaction) -> None:
        own.put(b"a", b"new")
        own.delete(b"b")
        own.put(b"bb", b"new")
        assert own.get(b"a") == b"new"
        assert own.get(b"b") is None
        assert own.get_many([b"bb", b"c"]) == [b"new", b"old"]
        assert own.range(b"a", b"d", 10) == ([(b"a", b"new"), (b"bb", b"new"), (b"c", b"old")], False)
        assert own.range(b"a", b"d", 2, reverse=True) == ([(b"c", b"old"), (b"bb", b"new")], True)

    store.transact(work)
    assert contents(store) == {b"a": b"new", b"bb": b"new", b"c": b"old"}


def test_transact_returns_what_the_work_returns(store: Store) -> None:
    assert store.transact(lambda own: ("anything", own.get(b"x"))) == ("anything", None)


def test_a_work_that_raises_writes_nothing_and_its_error_is_the_callers(store: Store) -> None:
    put_all(store, {b"a": b"1"})

    def refuse(own: Transaction) -> None:
        own.put(b"a", b"2")
        own.delete_range(b"", LAST)
        own.add(b"n", 1)
        own.append(b"log", b"x")
        raise RefusedError("no")

    with pytest.raises(RefusedError, match="no"):
        store.transact(refuse)
    assert contents(store) == {b"a": b"1"}
    assert store.transact(lambda own: own.append(b"log", b"y")) == 1


def test_deleting_an_absent_key_is_no_error(store: Store) -> None:
    store.transact(lambda own: own.delete(b"nothing"))
    assert contents(store) == {}


DELETED_RANGES = [
    (b"A", b"K", b""),
    (b"C", b"F", b"ABFGHIJ"),
    (b"", b"C", b"CDEFGHIJ"),
    (b"H", LAST, b"ABCDEFG"),
    (b"B0", b"B1", b"ABCDEFGHIJ"),
    (b"F", b"C", b"ABCDEFGHIJ"),
    (b"C", b"C", b"ABCDEFGHIJ"),
]


@pytest.mark.parametrize(("start", "stop", "left"), DELETED_RANGES)
def test_delete_range_takes_the_start_and_leaves_the_stop(
    store: Store, start: bytes, stop: bytes, left: bytes
) -> None:
    put_all(store, TEN)

    def work(own: Transaction) -> dict[bytes, bytes]:
        own.delete_range(start, stop)
        return everything(own)

    expected = {bytes([key]): TEN[bytes([key])] for key in left}
    assert store.transact(work) == expected
    assert contents(store) == expected


def test_a_put_after_a_delete_range_stays_and_one_before_goes(store: Store) -> None:
    put_all(store, TEN)

    def work(own: Transaction) -> None:
        own.put(b"CC", b"before")
        own.delete_range(b"B", b"H")
        own.put(b"D", b"after")
        own.add(b"E", 7)
        assert own.range(b"A", b"I", 3) == ([(b"A", TEN[b"A"]), (b"D", b"after"), (b"E", encode_counter(7))], True)
        assert own.range(b"A", b"I", 2, reverse=True) == (
            [(b"H", TEN[b"H"]), (b"E", encode_counter(7))],
            True,
        )

    store.transact(work)
    with store.snapshot() as snapshot:
        assert [key for key, _ in snapshot.range(b"", LAST, 100)[0]] == [b"A", b"D", b"E", b"H", b"I", b"J"]


def test_a_limited_range_sees_through_thousands_of_uncommitted_deletes(store: Store) -> None:
    put_all(store, {b"%05d" % number: b"v" for number in range(2000)})

    def work(own: Transaction) -> object:
        for number in range(5, 1000):
            own.delete(b"%05d" % number)
        own.delete_range(b"01000", b"01990")
        return [key for key, _ in own.range(b"", LAST, 8)[0]], own.range(b"", LAST, 11, reverse=True)[0][-1][0]

    keys, from_the_end = store.transact(work)  # type: ignore[misc]
    assert keys == [b"00000", b"00001", b"00002", b"00003", b"00004", b"01990", b"01991", b"01992"]
    assert from_the_end == b"00004"


def test_a_work_that_starts_another_transaction_is_refused(store: Store) -> None:
    with pytest.raises(StatorError, match="may not start another transaction"):
        store.transact(lambda own: store.transact(lambda inner: None))
    put_all(store, {b"still": b"works"})
    assert store.get(b"still") == b"works"


# Snapshots


def test_a_snapshot_does_not_change_until_it_is_closed(store: Store) -> None:
    put_all(store, TEN)
    with store.snapshot() as snapshot:
        assert snapshot.get(b"A") == TEN[b"A"]
        put_all(store, {b"A": b"new", b"AA": b"new"})
        store.transact(lambda own: own.delete_range(b"B", b"Z"))
        assert snapshot.get(b"A") == TEN[b"A"]
        assert snapshot.get(b"AA") is None
        assert everything(snapshot) == TEN
        assert store.get(b"A") == b"new"
        with store.snapshot() as later:
            assert everything(later) == {b"A": b"new", b"AA": b"new"}
    with store.snapshot() as snapshot:
        assert snapshot.get(b"B") is None


def test_a_large_value_stays_readable_in_a_snapshot_after_it_was_replaced(store: Store) -> None:
    put_all(store, {b"k": b"1" * 500_000})
    with store.snapshot() as snapshot:
        assert snapshot.get(b"other") is None
        put_all(store, {b"k": b"2" * 500_000})
        assert snapshot.get(b"k") == b"1" * 500_000


def test_a_closed_snapshot_refuses_reads_and_closing_twice_is_no_error(store: Store) -> None:
    snapshot = store.snapshot()
    snapshot.get(b"a")
    snapshot.close()
    snapshot.close()
    with pytest.raises(StatorError, match="closed"):
        snapshot.get(b"a")


def test_a_snapshot_shows_a_transaction_whole_or_not_at_all(store: Store) -> None:
    stop = threading.Event()
    torn: list[object] = []

    def read() -> None:
        while not stop.is_set():
            with store.snapshot() as snapshot:
                one, two = snapshot.get(b"one"), snapshot.get(b"two")
                if one != two:
                    torn.append((one, two))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(100):
        put_all(store, {b"one": b"%d" % number, b"two": b"%d" % number})
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []


# Conflicts


def in_threads(count: int, job: Callable[[int], object]) -> None:
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            job(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_no_update_is_lost_between_threads(store: Store) -> None:
    def increment(own: Transaction) -> None:
        own.put(b"n", encode_counter(decode_counter(own.get(b"n")) + 1))

    in_threads(4, lambda _: [store.transact(increment, decides=[b"n"]) for _ in range(25)])
    assert decode_counter(store.get(b"n")) == 100


def test_no_phantom_slips_into_a_range_that_was_decided_on(store: Store) -> None:
    def take_next(own: Transaction) -> None:
        rows, _ = own.range(b"q/", b"q0", 1000)
        own.put(b"q/%04d" % len(rows), b"taken")

    in_threads(4, lambda _: [store.transact(take_next) for _ in range(15)])
    with store.snapshot() as snapshot:
        assert len(snapshot.range(b"q/", b"q0", 1000)[0]) == 60


def test_two_works_cannot_both_see_the_other_undone(store: Store) -> None:
    """Write skew: each may leave only while the other stays."""
    put_all(store, {b"a": b"on", b"b": b"on"})

    def leave(mine: bytes, other: bytes) -> Callable[[Transaction], None]:
        def work(own: Transaction) -> None:
            if own.get(other) == b"on":
                own.put(mine, b"off")

        return work

    in_threads(2, lambda number: store.transact(leave(b"a", b"b") if number else leave(b"b", b"a")))
    assert sorted(contents(store).values()) == [b"off", b"on"]


def test_many_threads_read_and_write_one_store(store: Store) -> None:
    def job(number: int) -> None:
        for step in range(20):
            key = b"%d/%d" % (number, step)
            put_all(store, {key: key * 100})
            assert store.get(key) == key * 100
            with store.snapshot() as snapshot:
                assert snapshot.get(key) == key * 100

    in_threads(6, job)
    assert len(contents(store)) == 120


# Counters and logs


def test_a_counter_adds_and_is_read_in_and_after_the_transaction(store: Store) -> None:
    def work(own: Transaction) -> int:
        own.add(b"n", 5)
        own.add(b"n", -7)
        return decode_counter(own.get(b"n"))

    assert decode_counter(store.get(b"n")) == 0
    assert store.transact(work) == -2
    assert store.transact(work) == -4
    assert store.get(b"n") == encode_counter(-4)
    assert contents(store) == {b"n": encode_counter(-4)}


PUT_3 = ("put", b"n", encode_counter(3))
ADD_1 = ("add", b"n", 1)
DELETE = ("delete", b"n")
CLEAR = ("delete_range", b"a", b"z")
COUNTER_CASES: list[tuple[list[tuple[object, ...]], int | None]] = [
    # the calls on a counter that stands at 10, and what it holds then
    ([PUT_3, ADD_1], 4),
    ([ADD_1, PUT_3], 3),
    ([DELETE, ADD_1], 1),
    ([ADD_1, DELETE], None),
    ([CLEAR, ADD_1], 1),
    ([ADD_1, CLEAR], None),
    ([DELETE, ADD_1, DELETE, ADD_1, ADD_1], 2),
    ([("add", b"n", 0)], 10),
    ([("add", b"n", -11)], -1),
    ([("add", b"n", 2**62)], 2**62 + 10),
]


@pytest.mark.parametrize(("calls", "expected"), COUNTER_CASES)
def test_a_counter_obeys_the_order_of_the_calls(
    store: Store, calls: list[tuple[str, ...]], expected: int | None
) -> None:
    store.transact(lambda own: own.add(b"n", 10))

    def work(own: Transaction) -> bytes | None:
        for name, *arguments in calls:
            getattr(own, name)(*arguments)
        return own.get(b"n")

    stored = None if expected is None else encode_counter(expected)
    assert store.transact(work) == stored
    assert store.get(b"n") == stored


def test_counters_lose_nothing_between_threads(store: Store) -> None:
    in_threads(4, lambda number: [store.transact(lambda own: own.add(b"n", number)) for _ in range(20)])
    assert decode_counter(store.get(b"n")) == 20 * (0 + 1 + 2 + 3)


def test_a_log_numbers_its_rows_upwards_and_in_key_order(store: Store) -> None:
    def work(own: Transaction) -> list[int]:
        return [own.append(b"log", b"first"), own.append(b"log", b"second"), own.append(b"other", b"x")]

    assert store.transact(work) == [1, 2, 1]
    assert store.transact(lambda own: own.append(b"log", b"third")) == 3
    with store.snapshot() as snapshot:
        rows, _ = snapshot.range(b"log", b"loh", 10)
    assert rows == [(b"log" + encode_counter(n), v) for n, v in [(1, b"first"), (2, b"second"), (3, b"third")]]


def test_a_trimmed_log_never_gives_a_number_twice(store: Store) -> None:
    for _ in range(3):
        store.transact(lambda own: own.append(b"log", b"x"))
    store.transact(lambda own: own.delete_range(b"log", b"loh"))
    assert store.transact(lambda own: own.append(b"log", b"y" * 300_000)) == 4
    assert contents(store) == {b"log" + encode_counter(4): b"y" * 300_000}


def test_threads_that_append_to_one_log_share_no_number(store: Store) -> None:
    numbers: list[int] = []

    def append_15(_: int) -> None:
        for _ in range(15):
            numbers.append(store.transact(lambda own: own.append(b"l", b"")))

    in_threads(4, append_15)
    assert sorted(numbers) == list(range(1, 61))


# The store itself


def test_a_store_has_a_salt_of_16_bytes_and_states_its_budgets(store: Store) -> None:
    assert len(store.salt) == 16
    assert store.budgets.key_bytes_max >= 4096
    assert store.budgets.value_bytes_max >= 4 << 20
    assert store.budgets.transaction_bytes_max >= store.budgets.value_bytes_max


def test_own_commits_do_not_move_the_generation(store: Store) -> None:
    before = store.generation()
    for number in range(5):
        put_all(store, {b"k": b"%d" % number})
        put_all(store, {b"k": b"%d" % number})  # again: nothing changes in the file
        assert store.get(b"k") == b"%d" % number
        assert store.transact(lambda own: store.generation()) == before
    assert store.generation() == before


def test_a_value_over_the_budget_is_refused_and_nothing_is_written(store: Store) -> None:
    def work(own: Transaction) -> None:
        own.put(b"a", b"1")
        own.put(b"b", bytes(store.budgets.value_bytes_max + 1))

    with pytest.raises(StatorError, match="over this store's"):
        store.transact(work)
    with pytest.raises(StatorError, match="over this store's"):
        store.transact(lambda own: own.put(bytes(store.budgets.key_bytes_max + 1), b""))
    assert contents(store) == {}


def test_a_closed_store_refuses_every_call_and_closes_twice(store: Store) -> None:
    snapshot = store.snapshot()
    store.close()
    store.close()
    calls: list[Callable[[], object]] = [
        lambda: store.get(b"a"),
        lambda: store.snapshot().get(b"a"),
        lambda: store.transact(lambda own: None),
        lambda: store.generation(),
        lambda: snapshot.get(b"a"),
    ]
    for call in calls:
        with pytest.raises(StatorError, match="closed"):
            call()


def test_drive_runs_steps_to_their_answer_and_throws_a_works_error_into_them(store: Store) -> None:
    from stator.storage.contract import Steps, Work

    def refuse(own: Transaction) -> None:
        raise RefusedError("no")

    def steps() -> Steps[list[object]]:
        seen: list[object] = []
        yield None
        seen.append((yield Work(lambda own: own.append(b"log", b"x"))))
        try:
            yield Work(refuse)
        except RefusedError as error:
            seen.append(str(error))
        return seen

    assert drive(store, steps()) == [1, "no"]


def test_an_interrupt_within_a_work_reaches_its_caller_and_writes_nothing(store: Store) -> None:
    def interrupted(own: Transaction) -> None:
        own.put(b"a", b"1")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.transact(interrupted)
    put_all(store, {b"b": b"2"})
    assert contents(store) == {b"b": b"2"}
