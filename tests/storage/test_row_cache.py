"""Rows read lately: what `get` answers is always what a snapshot of now holds, whoever wrote it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.storage.contract import Transaction, decode_counter
from stator.storage.sqlite.row_cache import ROW_BYTES_MAX, RowCache
from stator.storage.sqlite.store import SqliteStore

KEYS = [b"k%d" % number for number in range(5)]
COUNTER = b"k0"

steps = st.lists(
    st.tuples(
        st.sampled_from((0, 1)),
        st.sampled_from(("get", "get", "put", "put large", "delete", "clear", "add", "nothing", "refused")),
        st.sampled_from(KEYS),
    ),
    max_size=40,
)


def change(tx: Transaction, what: str, key: bytes, number: int) -> None:
    match what:
        case "put":
            tx.put(key, number.to_bytes(8, "big"))
        case "put large":
            tx.put(key, number.to_bytes(8, "big") * (ROW_BYTES_MAX // 8 + 1))
        case "delete":
            tx.delete(key)
        case "clear":
            tx.delete_range(b"k1", b"k4")
        case "add":
            tx.add(COUNTER, 1)
        case "refused":
            tx.put(key, b"never")
            raise ZeroDivisionError


@given(steps)
def test_a_row_is_never_older_than_the_last_commit_of_anybody(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str, bytes]]
) -> None:
    path = str(tmp_path_factory.mktemp("rows") / "a.db")
    stores = [SqliteStore(path, "relaxed"), SqliteStore(path, "relaxed")]
    try:
        for number, (which, what, key) in enumerate(steps):
            if what != "get":
                try:
                    stores[which].transact(lambda tx, w=what, k=key, n=number: change(tx, w, k, n))  # type: ignore[misc]
                except ZeroDivisionError:
                    assert what == "refused"
            for store in stores:
                with store.snapshot() as snapshot:
                    truth = snapshot.get(key)
                assert store.get(key) == truth
                assert store.get(key) == truth
    finally:
        for store in stores:
            store.close()


def test_a_work_reads_the_rows_of_its_own_transaction(tmp_path: Path) -> None:
    one, other = SqliteStore(str(tmp_path / "a.db")), SqliteStore(str(tmp_path / "a.db"))
    one.transact(lambda tx: tx.put(b"k", b"1"))
    assert one.get(b"k") == b"1"
    other.transact(lambda tx: tx.put(b"k", b"2"))
    assert one.transact(lambda tx: tx.get(b"k")) == b"2"
    assert one.get(b"k") == b"2"
    one.close()
    other.close()


def test_a_failed_group_leaves_nothing_in_the_cache(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "a.db"))
    store.transact(lambda tx: tx.put(b"k", b"1"))
    assert store.get(b"k") == b"1"
    session = store._session
    session.begin()
    session.settle(committed=False)
    assert store.get(b"k") == b"1"
    store.close()


def test_the_cache_holds_no_more_than_its_bytes(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "a.db"))
    rows = RowCache(store._keeper, 100_000)
    for number in range(1000):
        key = b"%d" % number
        assert rows.get(key, lambda _: b"x" * 1000) == b"x" * 1000
    held = sum(len(key) + len(value) for half in (rows._younger, rows._elder) for key, value in half.items())
    assert 40_000 < held <= 100_000
    # What was read lately is known without being read
    assert rows.get(b"999", lambda _: None) == b"x" * 1000
    assert rows.get(b"0", lambda _: None) is None
    store.close()


def test_readers_beside_a_writer_never_see_a_counter_go_back(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "a.db"), "relaxed")
    store.transact(lambda tx: tx.add(COUNTER, 1))
    done = threading.Event()
    seen_back: list[tuple[int, int]] = []

    def read() -> None:
        last = 0
        while not done.is_set():
            with store.snapshot() as snapshot:
                first = decode_counter(snapshot.get(COUNTER))
            value = decode_counter(store.get(COUNTER))
            if first < last or value < first:
                seen_back.append((max(first, last), value))
            last = value

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(300):
        store.transact(lambda tx: tx.add(COUNTER, 1))
    done.set()
    for reader in readers:
        reader.join()
    assert not seen_back
    assert decode_counter(store.get(COUNTER)) == 301
    store.close()
