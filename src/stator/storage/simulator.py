"""A store that holds the layers above to FoundationDB's limits before a FoundationDB adapter exists.

The same adapter would do: keys of 10 kB, values of 100 kB, transactions of 10 MB and 5 s, conflicts between works
that run side by side. Values reach 4 MB here, so they are split, unseen by the layers above:

    head   = %x01 key                     -> the first 100,000 bytes of the value
    rest   = %x02 escaped %x00 %x00 n     -> the n-th next 100,000 bytes; n is 2 bytes, big-endian, from 0
    escaped = key, with %xff after each %x00; so rests sort as their keys do and an interval stays an interval

A head shorter than 100,000 bytes has no rest. A counter is a head, so that additions need not read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from stator.clock import Clock, ManualClock
from stator.errors import BudgetExceededError
from stator.storage.contract import Budgets, Done, Reader, Row, Scheduler, Snapshot, Transaction, Work
from stator.storage.layer import log_key
from stator.storage.memory import MemoryStore

T = TypeVar("T")

FOUNDATION_LIMITS: Final = Budgets(10_000, 100_000, 10_000_000, 5.0)
BUDGETS: Final = Budgets(4_990, 8_000_000, 9_000_000, 5.0)
_PIECE_BYTES: Final = FOUNDATION_LIMITS.value_bytes_max
_SIDE_BY_SIDE: Final = 8


def head_key(key: bytes) -> bytes:
    return b"\x01" + key


def rest_edge(key: bytes) -> bytes:
    """Not after any rest of `key` or of a later key, and after every rest of an earlier one."""
    return b"\x02" + key.replace(b"\0", b"\0\xff")


def rest_key(key: bytes, number: int) -> bytes:
    return rest_edge(key) + b"\0\0" + number.to_bytes(2, "big")


class SplitReader:
    """Whole values over a reader of heads and rests."""

    __slots__ = ("_pieces",)

    def __init__(self, pieces: Reader) -> None:
        self._pieces = pieces

    def get(self, key: bytes) -> bytes | None:
        head = self._pieces.get(head_key(key))
        return None if head is None else self._whole(key, head)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return [self.get(key) for key in keys]

    def range(
        self, start: bytes, stop: bytes, limit: int, bytes_max: int = 1 << 62, reverse: bool = False
    ) -> tuple[list[Row], bool]:
        # Each head's key is a byte longer than the row's; the byte limit below makes up for it.
        heads, more = self._pieces.range(head_key(start), head_key(stop), limit, bytes_max + limit, reverse)
        rows: list[Row] = []
        for place, (key, head) in enumerate(heads):
            rows.append((key[1:], self._whole(key[1:], head)))
            bytes_max -= len(key) - 1 + len(rows[-1][1])
            if bytes_max <= 0:
                return rows, more or place + 1 < len(heads)
        return rows, more

    def _whole(self, key: bytes, head: bytes) -> bytes:
        if len(head) < _PIECE_BYTES:
            return head
        rest, _ = self._pieces.range(rest_key(key, 0), rest_key(key, 0xFFFF), 0xFFFF)
        return b"".join((head, *(value for _, value in rest)))


class SplitSnapshot(SplitReader):
    __slots__ = ("_snapshot",)

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self._snapshot = snapshot

    def close(self) -> None:
        self._snapshot.close()

    def __enter__(self) -> SplitSnapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SplitTransaction(SplitReader):
    """A `Transaction` of whole values over one of heads and rests."""

    __slots__ = ("_transaction",)

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._transaction = transaction

    def put(self, key: bytes, value: bytes) -> None:
        self._check(key, value)
        self._put_rest(key, value)
        self._transaction.put(head_key(key), value[:_PIECE_BYTES])

    def delete(self, key: bytes) -> None:
        self._transaction.delete_range(rest_key(key, 0), rest_key(key, 0xFFFF))
        self._transaction.delete(head_key(key))

    def delete_range(self, start: bytes, stop: bytes) -> None:
        self._transaction.delete_range(head_key(start), head_key(stop))
        self._transaction.delete_range(rest_edge(start), rest_edge(stop))

    def add(self, counter: bytes, delta: int) -> None:
        self._transaction.add(head_key(counter), delta)

    def append(self, log: bytes, value: bytes) -> int:
        self._check(log, value)
        number = self._transaction.append(head_key(log), value[:_PIECE_BYTES])
        self._put_rest(log_key(log, number), value)
        return number

    def _put_rest(self, key: bytes, value: bytes) -> None:
        self._transaction.delete_range(rest_key(key, 0), rest_key(key, 0xFFFF))
        for number, place in enumerate(range(_PIECE_BYTES, len(value), _PIECE_BYTES)):
            self._transaction.put(rest_key(key, number), value[place : place + _PIECE_BYTES])

    def _check(self, key: bytes, value: bytes) -> None:
        if len(key) > BUDGETS.key_bytes_max or len(value) > BUDGETS.value_bytes_max:
            raise BudgetExceededError(f"A row of {len(key)} + {len(value)} bytes is over this store's limits.")


class SimulatorStore:
    """A `Store`; `pieces` is where its heads and rests lie."""

    budgets = BUDGETS

    def __init__(self, salt: bytes | None = None, clock: Clock | None = None) -> None:
        self.pieces = MemoryStore(FOUNDATION_LIMITS, salt, clock or ManualClock(), _SIDE_BY_SIDE)
        self.salt = self.pieces.salt

    def get(self, key: bytes) -> bytes | None:
        with self.snapshot() as snapshot:
            return snapshot.get(key)

    def snapshot(self) -> SplitSnapshot:
        return SplitSnapshot(self.pieces.snapshot())

    def generation(self) -> int:
        return self.pieces.generation()

    def transact(
        self, run: Callable[[Transaction], T], decides: Iterable[bytes] = (), shares: Iterable[bytes] = ()
    ) -> T:
        return self.pieces.transact(_on_pieces(run), map(head_key, decides), map(head_key, shares))

    def submit(self, work: Work, done: Done) -> None:
        decides, shares = tuple(map(head_key, work.decides)), tuple(map(head_key, work.shares))
        self.pieces.submit(Work(_on_pieces(work.run), decides, shares, work.bytes), done)

    def attach(self, scheduler: Scheduler | None) -> None:
        self.pieces.attach(scheduler)

    def close(self) -> None:
        self.pieces.close()


def _on_pieces(run: Callable[[Transaction], T]) -> Callable[[Transaction], T]:
    return lambda transaction: run(SplitTransaction(transaction))
