"""The WAL stays bounded while readers overlap, and shrinks to nothing at close."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

import pytest
from hand_loop import Answers, HandLoop, submit

from stator.storage.contract import Store

OpenStore = Callable[..., Store]
WAL_BYTES = 1 << 20


def test_the_wal_stays_bounded_under_overlapping_readers(open_sqlite: OpenStore, sqlite_path: str) -> None:
    """Each reader begins its next snapshot before it closes its last, so that at no time the file is without one."""
    store = open_sqlite("relaxed", checkpoint_wal_bytes=WAL_BYTES)
    store.transact(lambda own: [own.put(b"%03d" % key, bytes(1000)) for key in range(200)])
    stop = threading.Event()
    turns = 0

    def read() -> None:
        nonlocal turns
        last = store.snapshot()
        while not stop.is_set():
            snapshot = store.snapshot()
            assert len(snapshot.range(b"", b"~", 1000)[0]) == 200
            last.close()
            last = snapshot
            turns += 1
        last.close()

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    largest = 0
    for number in range(300):
        store.transact(lambda own, n=number: [own.put(b"%03d" % key, os.urandom(1000)) for key in range(n % 7, 200, 7)])
        largest = max(largest, os.path.getsize(sqlite_path + "-wal"))
    stop.set()
    for reader in readers:
        reader.join()
    assert turns > 10
    assert WAL_BYTES / 2 < largest < 6 * WAL_BYTES
    store.close()
    assert os.listdir(os.path.dirname(sqlite_path)) == ["data.db"]


def test_a_reader_that_stays_delays_the_checkpoint_and_loses_nothing(
    open_sqlite: OpenStore, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_sqlite("relaxed", checkpoint_wal_bytes=40_000)
    store.transact(lambda own: own.put(b"a", b"before"))
    with caplog.at_level(logging.DEBUG, "stator.storage"), store.snapshot() as snapshot:
        assert snapshot.get(b"a") == b"before"
        for number in range(6):
            store.transact(lambda own, n=number: own.put(b"a", b"%d" % n * 20_000))
        assert snapshot.get(b"a") == b"before"
    assert "did not end and will be tried again" in caplog.text
    assert store.get(b"a") == b"5" * 20_000


def test_with_a_scheduler_the_checkpoint_runs_on_the_helper_between_groups(open_sqlite: OpenStore) -> None:
    store, loop, answers = open_sqlite("relaxed", checkpoint_wal_bytes=10_000), HandLoop(), Answers()
    store.attach(loop)
    submit(store, answers, lambda own: own.put(b"a", bytes(20_000)))
    loop.turn()
    loop.help()
    assert answers == [(None, None)]
    assert len(loop.helper) == 1, "the checkpoint"
    submit(store, answers, lambda own: own.put(b"a", b"2"))
    loop.turn()
    assert len(answers) == 1
    loop.run()
    assert len(answers) == 2
    assert store.get(b"a") == b"2"
