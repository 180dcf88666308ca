"""Stores that break one promise each, around a sound one: what a checker of histories must find.

Each takes effect only once it is `armed`, so that the table can be made. A work is repeatable (storage.contract), so
it can be tried on `_Trial`, which keeps nothing, before or instead of being done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from stator.errors import StatorError, TransactionConflictException
from stator.storage.contract import Done, Row, Snapshot, Store, Transaction, Work

Run = Callable[[Transaction], Any]


class Sound:
    """Passes everything through."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.armed = False
        self.works = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def submit(self, work: Work, done: Done) -> None:
        self.works += 1
        if self.armed:
            self.break_(work, done)
        else:
            self.store.submit(work, done)

    def break_(self, work: Work, done: Done) -> None:
        self.store.submit(work, done)

    def _every(self, number: int) -> bool:
        return self.works % number == 0


class _Trial:
    """Reads a transaction; what is written is noted in order and not done."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.puts: dict[bytes, bytes | None] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transaction, name)

    def get(self, key: bytes) -> bytes | None:
        return self.puts[key] if key in self.puts else self._transaction.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        self.puts[key] = value

    def delete(self, key: bytes) -> None:
        self.puts[key] = None

    def delete_range(self, start: bytes, stop: bytes) -> None:
        raise AssertionError("no item is written by intervals")

    def add(self, counter: bytes, delta: int) -> None: ...

    def append(self, log: bytes, value: bytes) -> int:
        return 1


def _tried(run: Run, transaction: Transaction) -> tuple[Any, dict[bytes, bytes | None]]:
    trial = _Trial(transaction)
    return run(trial), trial.puts


def _do(transaction: Transaction, puts: dict[bytes, bytes | None]) -> None:
    for key, value in puts.items():
        if value is None:
            transaction.delete(key)
        else:
            transaction.put(key, value)


class StaleReads(Sound):
    """Every third read of one key comes from a state that is some writes old."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._old: Snapshot | None = None
        self._reads = 0

    def break_(self, work: Work, done: Done) -> None:
        if self._old is None or self._every(6):
            self._old = self.store.snapshot()
        self.store.submit(work, done)

    def get(self, key: bytes) -> bytes | None:
        self._reads += 1
        if self._old is not None and self._reads % 3 == 0:
            return self._old.get(key)
        return self.store.get(key)


class _StaleTransaction:
    """A transaction that finds some keys as they were in an older state."""

    def __init__(self, transaction: Transaction, old: Snapshot, is_stale: Callable[[bytes], bool]) -> None:
        self._transaction = transaction
        self._old = old
        self._is_stale = is_stale
        self._own: set[bytes] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transaction, name)

    def get(self, key: bytes) -> bytes | None:
        return self._old.get(key) if self._finds_old(key) else self._transaction.get(key)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return [self.get(key) for key in keys]

    def put(self, key: bytes, value: bytes) -> None:
        self._own.add(key)
        self._transaction.put(key, value)

    def delete(self, key: bytes) -> None:
        self._own.add(key)
        self._transaction.delete(key)

    def _finds_old(self, key: bytes) -> bool:
        return key not in self._own and self._is_stale(key)


class LostUpdates(Sound):
    """A work decides on what was there when it was asked for, and is not refused when that has changed."""

    def break_(self, work: Work, done: Done) -> None:
        old = self.store.snapshot()

        def run(transaction: Transaction) -> Any:
            return work.run(_StaleTransaction(transaction, old, lambda key: True))

        self.store.submit(Work(run, work.decides, work.shares, work.bytes), done)


class WriteSkews(Sound):
    """Snapshot isolation: what a work writes is found as it is, what it only looks at as it was."""

    def break_(self, work: Work, done: Done) -> None:
        old = self.store.snapshot()

        def run(transaction: Transaction) -> Any:
            _, written = _tried(work.run, _StaleTransaction(transaction, old, lambda key: True))
            return work.run(_StaleTransaction(transaction, old, lambda key: key not in written))

        self.store.submit(Work(run, work.decides, work.shares, work.bytes), done)


class TornTransactions(Sound):
    """What a work writes is committed one key after the other."""

    def break_(self, work: Work, done: Done) -> None:
        def decided(outcome: Any, error: BaseException | None) -> None:
            if error is not None:
                done(None, error)
            else:
                go_on(outcome[0], list(outcome[1].items()))

        def go_on(result: Any, puts: list[tuple[bytes, bytes | None]]) -> None:
            if not puts:
                done(result, None)
                return
            self.store.submit(
                Work(lambda transaction: _do(transaction, dict(puts[:1]))),
                lambda _, error: go_on(result, puts[1:]),
            )

        self.store.submit(Work(lambda transaction: _tried(work.run, transaction)), decided)


class LostWrites(Sound):
    """Every ninth work is acknowledged and not done."""

    def break_(self, work: Work, done: Done) -> None:
        if self._every(9):
            self.store.submit(Work(lambda transaction: _tried(work.run, transaction)[0]), done)
        else:
            self.store.submit(work, done)


class DirtyReads(Sound):
    """Every sixth work is done, then undone, and turned away."""

    def break_(self, work: Work, done: Done) -> None:
        if not self._every(6):
            self.store.submit(work, done)
            return

        def run(transaction: Transaction) -> dict[bytes, bytes | None]:
            _, puts = _tried(work.run, transaction)
            before = {key: transaction.get(key) for key in puts}
            _do(transaction, puts)
            return before

        def committed(before: Any, error: BaseException | None) -> None:
            if error is not None:
                done(None, error)
                return
            refusal = TransactionConflictException("Transaction is ongoing for the item")
            self.store.submit(
                Work(lambda transaction: _do(transaction, before)), lambda *_: done(None, refusal)
            )

        self.store.submit(Work(run), committed)


class DoubleWrites(Sound):
    """Every fifth work that can be done again is: a retry of what was done."""

    def break_(self, work: Work, done: Done) -> None:
        def run(transaction: Transaction) -> Any:
            result = work.run(transaction)
            try:
                _, puts = _tried(work.run, transaction)
            except StatorError:
                return result
            _do(transaction, puts)
            return result

        self.store.submit(Work(run) if self._every(5) else work, done)


class _TornSnapshot:
    """The lower half of an interval as it was, the upper half as it is."""

    def __init__(self, old: Snapshot, new: Snapshot) -> None:
        self._old = old
        self._new = new

    def __getattr__(self, name: str) -> Any:
        return getattr(self._new, name)

    def range(self, start: bytes, stop: bytes, limit: int, *more: Any) -> tuple[list[Row], bool]:
        old, _ = self._old.range(start, stop, limit, *more)
        new, goes_on = self._new.range(start, stop, limit, *more)
        middle = sorted({key for key, _ in (*old, *new)})[1:2] or [stop]
        return [row for row in old if row[0] < middle[0]] + [
            row for row in new if row[0] >= middle[0]
        ], goes_on

    def __enter__(self) -> _TornSnapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self._new.close()


class Phantoms(Sound):
    """A query finds a part of its items in an older state than the others."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._old: Snapshot | None = None

    def break_(self, work: Work, done: Done) -> None:
        if self._old is None or self._every(4):
            self._old = self.store.snapshot()
        self.store.submit(work, done)

    def snapshot(self) -> Snapshot:
        new = self.store.snapshot()
        return new if self._old is None else _TornSnapshot(self._old, new)
