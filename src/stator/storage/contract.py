"""What every store promises: ordered byte keys, snapshots, serialisable transactions.

FoundationDB-shaped, and inside FoundationDB's limits (`Budgets`), so that a bigger store is one more adapter.
Keys order by memcmp. Nothing above this module may know which store it is on.

A *work* is a function that reads and writes through a `Transaction`. It may run more than once (after a conflict,
or when its group failed to start), so it is repeatable: time and randomness come in as arguments, and it changes
nothing but what the transaction holds. A work that raises writes nothing; its error goes to its caller alone.

The point keys a work `decides` on are those whose values it may change or base a decision on; `shares` are keys it
must find unchanged but does not contend for. A store with locks takes them, in key order, before the work runs; a
store with one writer needs neither.

Operations above the store are *steps*: generators that yield `None` to give the turn away (and must then hold no
snapshot), or yield a `Work` and are sent its result once it is durable (or have its error thrown in), or yield an
`Aside` and are sent what it returned. `drive` runs steps on a store from a plain thread; the server runs the same steps
on its loop.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")
Row = tuple[bytes, bytes]

SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Budgets:
    """Limits of a store: bytes of a key, of a value, of all that one transaction writes; seconds it may take."""

    key_bytes_max: int
    value_bytes_max: int
    transaction_bytes_max: int
    transaction_s_max: float


class Reader(Protocol):
    """Reads of one consistent state."""

    def get(self, key: bytes) -> bytes | None: ...

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Values in the order of `keys`; None where absent. A key may repeat."""

    def range(
        self, start: bytes, stop: bytes, limit: int, bytes_max: int = 1 << 62, reverse: bool = False
    ) -> tuple[list[Row], bool]:
        """Rows with start <= key < stop in key order (from the end when `reverse`), at most `limit` rows.

        Ends after the row that reaches `bytes_max` bytes of keys and values. The flag says whether rows remain
        in the interval beyond those returned (it may be True with nothing left only if a limit was reached)."""


class Snapshot(Reader, Protocol):
    """A state that does not change until `close`. Short: no snapshot outlives a turn or 10 ms."""

    def close(self) -> None: ...

    def __enter__(self) -> Snapshot: ...

    def __exit__(self, *_: object) -> None: ...


class Transaction(Reader, Protocol):
    """Reads see the transaction's own writes. All writes take effect together or not at all."""

    def put(self, key: bytes, value: bytes) -> None: ...

    def delete(self, key: bytes) -> None:
        """Deleting an absent key is no error."""

    def delete_range(self, start: bytes, stop: bytes) -> None: ...

    def add(self, counter: bytes, delta: int) -> None:
        """Adds to a signed 64-bit counter, absent being 0, without contending for it. Stored as 8 bytes, big-endian,
        two's complement; read by `get` (inside the same transaction too) and `decode_counter`."""

    def append(self, log: bytes, value: bytes) -> int:
        """Appends to a log and returns its sequence number, greater than every earlier one of that log.
        The row's key is `log` followed by the number as 8 bytes, big-endian."""


@dataclass(frozen=True, slots=True)
class Work:
    """A write to run: the function, the keys it decides on and shares, and roughly the bytes it will write."""

    run: Callable[[Transaction], Any]
    decides: tuple[bytes, ...] = ()
    shares: tuple[bytes, ...] = ()
    bytes: int = 1024


@dataclass(frozen=True, slots=True)
class Aside:
    """A call that may block, on files or a network: a loop has it run by a thread of its own, one after the other.

    It touches neither the store nor anything that another thread changes."""

    run: Callable[[], Any]


Step = Work | Aside | None

Steps = Generator[Step, Any, T]
"""An operation as steps: yields None (a turn), a Work or an Aside; returns its answer."""

Done = Callable[[Any, BaseException | None], None]
"""Called once with a work's result, or None and its error."""


class Scheduler(Protocol):
    """The loop that a server drives its store with. All but `blocking`'s function runs on the loop's thread.

    `soon` may be called from any thread; `later` and `blocking` are only called on the loop's."""

    def soon(self, call: Callable[[], None]) -> None:
        """Runs `call` at the end of this turn, after the ready input was read. Called from another thread, wakes
        the loop for it."""

    def later(self, delay_s: float, call: Callable[[], None]) -> None: ...

    def blocking(self, call: Callable[[], None], then: Callable[[BaseException | None], None]) -> None:
        """Runs `call` on a helper thread, then `then` with its error or None on the loop."""


class Store(Protocol):
    """`salt` is SALT_BYTES random bytes made with the store: what hashes of client-chosen keys are keyed with."""

    budgets: Budgets
    salt: bytes

    def get(self, key: bytes) -> bytes | None:
        """The latest committed value: a snapshot of one key."""

    def snapshot(self) -> Snapshot: ...

    def generation(self) -> int:
        """Moves whenever another process may have committed since the last call; own commits do not move it.
        Cheap (under a microsecond): what is cached from the store is dropped when it moves.

        It is current at the time of the call. Inside a work no other process can commit, so what was checked there
        holds until the work ends; a reader that must not act on older cached state asks after its snapshot's first
        read."""

    def transact(
        self, run: Callable[[Transaction], T], decides: Iterable[bytes] = (), shares: Iterable[bytes] = ()
    ) -> T:
        """Runs a work and returns its result once it is durable. For plain threads, not for the loop's.
        A work that starts another transaction is refused with StatorError."""

    def submit(self, work: Work, done: Done) -> None:
        """Queues a work for the next group; `done` is called on the driving thread. Needs `attach`."""

    def attach(self, scheduler: Scheduler | None) -> None:
        """From now on groups are led by this scheduler's thread. None, on that thread: by whoever calls `transact`
        again; nothing changes while works are in flight."""

    def close(self) -> None:
        """Finishes the group in flight and closes; works still queued fail with StatorError. Idempotent.
        Afterwards every call raises StatorError. With a scheduler, call it on the loop's thread while its helper
        thread still runs."""


def aside(run: Callable[[], T]) -> Steps[T]:
    """The one step that runs `run` aside; returns what it returned and raises what it raised."""
    result: T = yield Aside(run)
    return result


def drive(store: Store, steps: Steps[T]) -> T:
    """Runs steps to their end on the calling thread and returns their answer."""
    try:
        step = next(steps)
        while True:
            if step is None:
                step = next(steps)
                continue
            try:
                result = step.run() if isinstance(step, Aside) else _transacted(store, step)
            except Exception as error:
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        answer: T = end.value
        return answer


def _transacted(store: Store, work: Work) -> Any:
    return store.transact(work.run, work.decides, work.shares)


def decode_counter(value: bytes | None) -> int:
    """The number that `Transaction.add` keeps; 0 for an absent counter."""
    return 0 if value is None else int.from_bytes(value, "big", signed=True)


def encode_counter(number: int) -> bytes:
    return number.to_bytes(8, "big", signed=True)
