"""A store that is closed while other threads write to it: close returns, and so does each of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import apsw
import pytest

from stator.errors import StatorError
from stator.storage.contract import Store, Transaction, decode_counter
from stator.storage.group import Ticket

OpenStore = Callable[..., Store]
_PATIENCE_S = 20.0


def add_one(own: Transaction) -> int:
    own.add(b"n", 1)
    return decode_counter(own.get(b"n"))


class Thread(threading.Thread):
    """Keeps what its call returned or raised."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._call = call
        self.outcome: Any = None
        self.start()

    def run(self) -> None:
        try:
            self.outcome = self._call()
        except BaseException as error:
            self.outcome = error

    def ended(self) -> Any:
        self.join(_PATIENCE_S)
        assert not self.is_alive(), "it hangs"
        return self.outcome


def wait_for(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    while not holds():
        pause.wait(0.001)


def test_close_while_a_thread_waits_for_another_process_lets_its_write_end(
    open_sqlite: OpenStore, sqlite_path: str
) -> None:
    """The leader's own work was taken out of the queue by close, which then waited for the leader, which led empty
    groups until its work was answered: both for ever."""
    tries, pause = threading.Event(), threading.Event()
    store = open_sqlite()
    writer = store._writer  # type: ignore[attr-defined]

    def sleep(_: float) -> None:
        tries.set()
        pause.wait(0.001)

    writer._sleep = sleep
    other = apsw.Connection(sqlite_path)
    other.execute("BEGIN IMMEDIATE")
    leader = Thread(lambda: store.transact(add_one))
    assert tries.wait(_PATIENCE_S)
    waiting = Thread(lambda: store.transact(add_one))
    wait_for(lambda: len(writer._queue) == 2)
    closing = Thread(store.close)
    wait_for(lambda: writer._closed)
    other.execute("ROLLBACK")
    other.close()
    assert leader.ended() == 1
    assert closing.ended() is None
    assert isinstance(waiting.ended(), StatorError)
    assert decode_counter(open_sqlite().get(b"n")) == 1


def test_close_among_many_writers_returns_and_each_of_them_ends(store: Store) -> None:
    begun = threading.Barrier(7)

    def write() -> None:
        begun.wait()
        while True:
            store.transact(add_one)

    writers = [Thread(write) for _ in range(6)]
    begun.wait()
    Thread(store.close).ended()
    assert all(isinstance(writer.ended(), StatorError) for writer in writers)


def test_a_waiting_write_that_is_interrupted_does_not_keep_the_role(
    open_sqlite: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C meets the main thread while it waits: its work stayed queued, inherited the role, and no write ended any
    more."""
    store = open_sqlite()
    runs, go_on = threading.Event(), threading.Event()

    def interrupted(_: Ticket) -> None:
        raise KeyboardInterrupt

    def slow(own: Transaction) -> int:
        runs.set()
        go_on.wait(_PATIENCE_S)
        return add_one(own)

    leader = Thread(lambda: store.transact(slow))
    assert runs.wait(_PATIENCE_S)
    with monkeypatch.context() as patch:
        patch.setattr(Ticket, "wait_for_turn", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.transact(add_one)
    go_on.set()
    assert leader.ended() == 1
    assert Thread(lambda: store.transact(add_one)).ended() == 2
