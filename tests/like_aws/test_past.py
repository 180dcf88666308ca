"""A past is exactly one earlier state, whatever is read of it: against a list of plain dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stator.clock import ManualClock
from stator.engine import past
from stator.engine.past import History, Past
from stator.errors import ConditionalCheckFailedException
from stator.storage import open_store
from stator.storage.contract import Row, Store, Transaction
from stator.storage.memory import MemoryStore

State = dict[bytes, bytes]
KEYS = st.sampled_from([bytes([each]) for each in range(12)])
VALUES = st.one_of(st.none(), st.sampled_from([b"", b"v", b"w" * 40]))
WRITES = st.lists(st.dictionaries(KEYS, VALUES, min_size=1, max_size=3), max_size=10)
EDGES = st.one_of(KEYS, st.just(b""), st.just(b"\xff"))
RANGES = st.tuples(EDGES, EDGES, st.integers(0, 14), st.sampled_from([0, 1, 30, 90, 1 << 62]), st.booleans())


def expected_range(
    state: State, start: bytes, stop: bytes, limit: int, bytes_max: int, reverse: bool
) -> tuple[list[Row], bool]:
    rows: list[Row] = []
    left = sorted(((k, v) for k, v in state.items() if start <= k < stop), reverse=reverse)
    for row in left:
        if len(rows) == limit or sum(len(k) + len(v) for k, v in rows) >= bytes_max:
            break
        rows.append(row)
    return rows, len(rows) < len(left)


class Written:
    """What `History.remembering` is told: the rows a work changed."""

    def __init__(self, former: dict[bytes, bytes | None]) -> None:
        self._former = former

    def former(self) -> Iterator[tuple[bytes, bytes | None]]:
        yield from self._former.items()


def work(rows: dict[bytes, bytes | None]) -> Callable[[Transaction], Written]:
    def run(tx: Transaction) -> Written:
        former = {key: tx.get(key) for key in rows}
        for key, value in rows.items():
            if value is None:
                tx.delete(key)
            else:
                tx.put(key, value)
        return Written(former)

    return run


def after(state: State, rows: dict[bytes, bytes | None]) -> State:
    merged = {**state, **rows}
    return {key: value for key, value in merged.items() if value is not None}


def write(store: Store, history: History, rows: dict[bytes, bytes | None]) -> None:
    store.transact(history.remembering(work(rows)))  # type: ignore[type-var]


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Store]:
    store = MemoryStore() if kind == "memory" else open_store(str(folder / "past.db"), "relaxed")
    yield store
    store.close()


@pytest.mark.parametrize(("kind", "examples"), [("memory", 150), ("file", 40)])
def test_every_read_of_a_past_is_of_that_state(
    kind: str, examples: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @settings(max_examples=examples)
    @given(writes=WRITES, later=WRITES, ranges=st.lists(RANGES, min_size=1, max_size=5))
    def hold(
        writes: list[dict[bytes, bytes | None]], later: list[dict[bytes, bytes | None]], ranges: list[tuple]
    ) -> None:
        with opened(kind, tmp_path_factory.mktemp("past")) as store:
            history = History(ManualClock())
            states: list[State] = [{}]
            for rows in writes:
                write(store, history, rows)
                states.append(after(states[-1], rows))
            pasts = [Past(store, history, since) for since in range(len(states))]
            for rows in later:  # a past stays what it was while writes go on
                write(store, history, rows)
            for past_, state in zip(pasts, states, strict=True):
                with past_.snapshot() as snapshot:
                    keys = [bytes([each]) for each in range(12)]
                    assert snapshot.get_many(keys) == [state.get(key) for key in keys]
                    assert [past_.get(key) for key in keys] == [state.get(key) for key in keys]
                    for each in ranges:
                        assert snapshot.range(*each) == expected_range(state, *each)

    hold()


@settings(max_examples=200)
@given(
    writes=WRITES,
    since=st.integers(0, 10),
    limit=st.integers(1, 4),
    bytes_max=st.integers(1, 90),
    reverse=st.booleans(),
)
def test_pages_of_a_past_join_to_the_whole(
    writes: list[dict[bytes, bytes | None]], since: int, limit: int, bytes_max: int, reverse: bool
) -> None:
    store, history = MemoryStore(), History(ManualClock())
    states: list[State] = [{}]
    for rows in writes:
        write(store, history, rows)
        states.append(after(states[-1], rows))
    snapshot = Past(store, history, since).snapshot()
    start, stop, more = b"", b"\xff", True
    joined: list[Row] = []
    while more:
        page, more = snapshot.range(start, stop, limit, bytes_max, reverse)
        assert page or not more
        joined += page
        if page:
            start, stop = (start, page[-1][0]) if reverse else (page[-1][0] + b"\0", stop)
    assert joined == sorted(states[min(since, len(writes))].items(), reverse=reverse)


def test_a_slice_that_was_all_written_since_does_not_end_the_page() -> None:
    """A large new row filled the slice that was read, nothing of it was in the past, and the page came back empty
    with more to come: its reader had no place to go on from."""
    store, history = MemoryStore(), History(ManualClock())
    write(store, history, {b"z": b"old"})
    write(store, history, {b"a": b"x" * 1000, b"b": b"x" * 1000})
    with Past(store, history, 1).snapshot() as snapshot:
        assert snapshot.range(b"", b"\xff", 10, 500) == ([(b"z", b"old")], False)
        assert snapshot.range(b"", b"\xff", 10, 500, reverse=True) == ([(b"z", b"old")], False)


def test_a_history_that_is_full_reaches_back_to_one_later_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "HISTORY_WRITES_MAX", 3)
    store, history = MemoryStore(), History(ManualClock())
    for number in range(10):
        write(store, history, {b"k": b"%d" % number, b"k%d" % number: b""})
    with Past(store, history, 0).snapshot() as snapshot:
        rows, more = snapshot.range(b"", b"\xff", 100)
    assert (rows, more) == ([(b"k", b"6"), *((b"k%d" % number, b"") for number in range(7))], False)


def test_a_history_holds_a_bounded_number_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "HISTORY_BYTES_MAX", 1000)
    store, history = MemoryStore(), History(ManualClock())
    for _ in range(20):
        write(store, history, {b"k": b"x" * 300})
    assert history._bytes <= 1000
    assert history.before_last(100, 1.0) == 17
    write(store, history, {b"k": b"y" * 5000})
    write(store, history, {b"k": b"z"})  # what it replaced is more than the history may hold
    assert history.before_last(100, 1.0) is None


def test_a_write_is_in_the_history_before_anyone_can_see_it() -> None:
    """Between its commit and its answer a write was seen beside older rows: an item stood twice in an index."""
    store, history = MemoryStore(), History(ManualClock())
    write(store, history, {b"x": b"item"})
    run = history.remembering(work({b"x": None, b"y": b"item"}))  # type: ignore[type-var]

    def looks_while_it_runs(tx: Transaction) -> None:
        run(tx)
        assert history.before_last(1, 1.0) == 1

    store.transact(looks_while_it_runs)
    with Past(store, history, 1).snapshot() as snapshot:
        assert snapshot.range(b"", b"\xff", 9) == ([(b"x", b"item")], False)


def test_a_write_that_never_commits_changes_no_past() -> None:
    store, history = MemoryStore(), History(ManualClock())
    write(store, history, {b"k": b"1"})

    def refused(tx: Transaction) -> None:
        history.remembering(work({b"k": b"2", b"l": b"2"}))(tx)  # type: ignore[type-var]
        raise ConditionalCheckFailedException("no")

    with pytest.raises(ConditionalCheckFailedException):
        store.transact(refused)
    write(store, history, {b"k": b"3"})
    for since, state in ((0, {}), (1, {b"k": b"1"}), (2, {b"k": b"1"}), (3, {b"k": b"3"})):
        with Past(store, history, since).snapshot() as snapshot:
            assert dict(snapshot.range(b"", b"\xff", 9)[0]) == state


def test_of_a_work_that_runs_again_only_the_last_run_counts() -> None:
    store, history = MemoryStore(), History(ManualClock())
    write(store, history, {b"k": b"1"})
    run = history.remembering(work({b"k": b"3"}))  # type: ignore[type-var]
    first = True

    def meets_a_conflict(tx: Transaction) -> None:
        nonlocal first
        if first:
            first = False
            # as another thread's write would come in between
            store._working.clear()
            write(store, history, {b"k": b"2"})
        run(tx)

    store.transact(meets_a_conflict, (b"k",))
    assert store.get(b"k") == b"3"
    seen = [Past(store, history, since).get(b"k") for since in range(5)]
    assert seen == [None, b"1", b"2", b"2", b"3"]


def test_a_write_older_than_the_bound_is_not_undone() -> None:
    clock = ManualClock()
    store, history = MemoryStore(), History(clock)
    write(store, history, {b"k": b"1"})
    clock.advance(0.5)
    write(store, history, {b"k": b"2"})
    assert history.before_last(100, 1.0) == 0
    assert history.before_last(1, 1.0) == 1
    assert history.before_last(0, 1.0) is None
    clock.advance(0.5)
    assert history.before_last(100, 1.0) == 1
    clock.advance(0.5)
    assert history.before_last(100, 1.0) is None
