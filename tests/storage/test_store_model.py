"""Random calls against a plain dict: each store must answer as the dict does, at every step."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hand_loop import Answers, HandLoop, submit
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import make_store

from stator.storage.contract import Reader, Row, Transaction, decode_counter, encode_counter
from stator.storage.intervals import Intervals
from stator.storage.sorted_map import SortedMap

keys = st.binary(max_size=2).map(lambda key: bytes(byte % 3 for byte in key))
lengths = st.sampled_from([1890, 1899, 1900, 1901, 5000, 100_000, 100_001, 250_000])
values = st.one_of(st.binary(max_size=3), lengths.map(lambda size: (b"v\0\xff" * size)[:size]))
limits = st.sampled_from([1, 2, 3, 100])
sizes = st.sampled_from([1, 5, 2000, 1 << 62])
calls = st.one_of(
    st.tuples(st.just("put"), keys, values),
    st.tuples(st.just("delete"), keys),
    st.tuples(st.just("delete_range"), keys, keys),
    st.tuples(st.just("add"), keys.map(lambda key: b"n" + key), st.integers(-(2**40), 2**40)),
    st.tuples(st.just("append"), keys.map(lambda key: b"log" + key), st.binary(max_size=3)),
    st.tuples(st.just("get"), keys),
    st.tuples(st.just("range"), keys, keys, limits, sizes, st.booleans()),
)
works = st.lists(st.tuples(st.lists(calls, max_size=8), st.booleans()), max_size=6)


class Model:
    """The specification: a dict, and the last number of each log."""

    def __init__(self, rows: dict[bytes, bytes], numbers: dict[bytes, int]) -> None:
        self.rows = dict(rows)
        self.numbers = dict(numbers)

    def call(self, name: str, *arguments: Any) -> Any:
        return getattr(self, name)(*arguments)

    def put(self, key: bytes, value: bytes) -> None:
        self.rows[key] = value

    def delete(self, key: bytes) -> None:
        self.rows.pop(key, None)

    def delete_range(self, start: bytes, stop: bytes) -> None:
        self.rows = {key: value for key, value in self.rows.items() if not start <= key < stop}

    def add(self, key: bytes, delta: int) -> None:
        self.rows[key] = encode_counter(decode_counter(self.rows.get(key)) + delta)

    def append(self, log: bytes, value: bytes) -> int:
        self.numbers[log] = self.numbers.get(log, 0) + 1
        self.rows[log + encode_counter(self.numbers[log])] = value
        return self.numbers[log]

    def get(self, key: bytes) -> bytes | None:
        return self.rows.get(key)

    def range(
        self, start: bytes, stop: bytes, limit: int, bytes_max: int, reverse: bool
    ) -> tuple[list[Row], bool]:
        found = sorted((row for row in self.rows.items() if start <= row[0] < stop), reverse=reverse)
        rows: list[Row] = []
        for row in found[:limit]:
            rows.append(row)
            bytes_max -= len(row[0]) + len(row[1])
            if bytes_max <= 0:
                break
        return rows, len(rows) < len(found)


def check_range(reader: Reader, model: Model) -> None:
    rows, more = reader.range(b"", b"\xff", 1 << 20)
    assert not more
    assert rows == sorted(model.rows.items())


def run_calls(own: Transaction, model: Model, script: list[tuple[Any, ...]]) -> None:
    for name, *arguments in script:
        expected = model.call(name, *arguments)
        answer = getattr(own, name)(*arguments)
        assert answer == expected, (name, arguments)
    check_range(own, model)


class RefusedError(Exception):
    pass


@pytest.mark.parametrize("kind", ["memory", "simulator", "sqlite-relaxed"])
@settings(max_examples=40)
@given(script=works)
def test_transactions_answer_as_a_dict_does(kind: str, script: list[tuple[list[tuple[Any, ...]], bool]]) -> None:
    with TemporaryDirectory() as folder:
        store = make_store(kind, Path(folder))
        model = Model({}, {})
        for todo, refused in script:
            attempt = Model(model.rows, model.numbers)

            def work(own: Transaction, attempt: Model = attempt, refused: bool = refused, todo: Any = todo) -> None:
                run_calls(own, attempt, todo)
                if refused:
                    raise RefusedError

            if refused:
                with pytest.raises(RefusedError):
                    store.transact(work)
            else:
                store.transact(work)
                model = attempt
            with store.snapshot() as snapshot:
                check_range(snapshot, model)
        store.close()


@pytest.mark.parametrize("kind", ["memory", "simulator", "sqlite-relaxed"])
@settings(max_examples=40)
@given(script=works)
def test_a_group_of_works_has_the_effect_of_running_them_in_some_order(
    kind: str, script: list[tuple[list[tuple[Any, ...]], bool]]
) -> None:
    """The order is the order of submission on a store with one writer; one that runs works side by side may run a
    work again, so each run starts from what is committed then. Either way the last run of each work is what counts."""
    with TemporaryDirectory() as folder:
        store = make_store(kind, Path(folder))
        loop, answers = HandLoop(), Answers()
        store.attach(loop)
        scripts = [todo for todo, _ in script]
        seen: dict[int, list[Any]] = {}
        for number, (todo, refused) in enumerate(script):

            def work(own: Transaction, number: int = number, refused: bool = refused, todo: Any = todo) -> int:
                seen[number] = [getattr(own, name)(*arguments) for name, *arguments in todo]
                if refused:
                    raise RefusedError
                return number

            submit(store, answers, work)
        loop.run()
        model = Model({}, {})
        for number, (todo, refused) in enumerate(script):
            attempt = Model(model.rows, model.numbers)
            expected = [attempt.call(name, *arguments) for name, *arguments in todo]
            if refused:
                assert isinstance(answers[number][1], RefusedError)
                continue
            assert answers[number] == (number, None)
            assert seen[number] == expected, scripts
            model = attempt
        with store.snapshot() as snapshot:
            check_range(snapshot, model)
        store.close()


@given(st.lists(st.tuples(keys, keys), max_size=12), keys, keys)
def test_intervals_hold_what_was_added(pairs: list[tuple[bytes, bytes]], key: bytes, stop: bytes) -> None:
    intervals = Intervals()
    for pair in pairs:
        intervals.add(*pair)
    held = [pair for pair in pairs if pair[0] <= key < pair[1]]
    assert (key in intervals) == bool(held)
    parts = list(intervals)
    assert parts == sorted(parts)
    assert all(one[1] < two[0] for one, two in pairwise(parts))
    overlapping = [pair for pair in pairs if max(pair[0], key) < min(pair[1], stop)]
    assert intervals.overlaps(key, stop) == bool(overlapping)


def test_a_sorted_map_of_thousands_keeps_old_states_as_they_were() -> None:
    rows = {(number * 7919 % 5000).to_bytes(2, "big"): b"%d" % number for number in range(5000)}
    full = SortedMap().edited([], list(rows.items()))
    thinned = full.edited([(b"\x01", b"\x10")], [(key, None) for key in rows if key[1] % 2])
    assert dict(full.rows(b"", b"\xff")) == rows
    left = {key: value for key, value in rows.items() if not b"\x01" <= key < b"\x10" and not key[1] % 2}
    assert list(thinned.rows(b"", b"\xff")) == sorted(left.items())
    assert list(thinned.rows_reversed(b"", b"\xff")) == sorted(left.items(), reverse=True)
    assert thinned.edited([(b"", b"\xff")], []).range(b"", b"\xff", 10, 10, False) == ([], False)
    assert all(thinned.get(key) == left.get(key) for key in rows)
