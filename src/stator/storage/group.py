"""A group: works that share one transaction and one sync.

    begin -> run the works in order -> apply the group's layer -> commit -> answer each work once

A work runs over a layer of its own, which lies over its group's layer, which lies over the file; reads see through. A
work that raises drops its layer, and its error is its caller's. An error of the store while the group is applied or
committed fails every work in it. A group ends at 256 works, 8 MB written or 2 ms, whichever is first.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from stator.errors import StatorError, StoreFailedError
from stator.storage.contract import Budgets, Done, Transaction
from stator.storage.layer import Base, Layer

GROUP_WORKS_MAX: Final = 256
GROUP_BYTES_MAX: Final = 8 << 20
GROUP_RUN_S_MAX: Final = 0.002
_UNBOUNDED: Final = Budgets(1 << 62, 1 << 62, 1 << 62, 1e9)
"""A group's layer takes over whatever its works' layers were allowed to hold."""


class Session(Protocol):
    """What a group is written through. Used by whoever leads; every method may raise a StatorError."""

    def begin(self) -> bool:
        """Starts a transaction that writes; False while another process is in one."""

    def base(self) -> Base:
        """Reads within the transaction."""

    def apply(self, layer: Layer) -> None:
        """Writes a group's layer. Raises, too, when the transaction is gone, as some errors in reading leave it."""

    def commit(self) -> None:
        """Returns when what was applied is durable. May run on a helper thread."""

    def settle(self, committed: bool) -> None:
        """Ends a group, on the leading thread: after a commit, or undoing all and starting anew. Raises nothing."""

    def checkpoint_is_due(self) -> bool: ...

    def checkpoint(self) -> None:
        """May run on a helper thread. Raises nothing: a checkpoint that fails loses nothing and is tried again."""


_REMEMBERED_BYTES_MAX: Final = 8192


class Ticket:
    """A work and its fate. A plain thread waits on `turn` to be answered or to be given the role."""

    __slots__ = ("_done", "error", "result", "run", "settled", "turn")

    def __init__(self, run: Callable[[Transaction], Any], done: Done | None = None) -> None:
        self.run = run
        self._done = done
        self.result: Any = None
        self.error: BaseException | None = None
        self.settled = False
        self.turn: threading.Lock | None = None

    def wait_for_turn(self) -> None:
        assert self.turn is not None
        self.turn.acquire()

    def settle(self, failure: StatorError | None) -> None:
        """Answers: with the work's own error, else its group's failure, else its result."""
        if self.error is None and failure is not None:
            self.result, self.error = None, failure
        self.settled = True
        if self._done is not None:
            self._done(self.result, self.error)
        elif self.turn is not None:
            self.turn.release()


class _Frozen:
    """What lies under a group: nobody else writes until it ends, so a value that was read is not read again.

    Every item write reads its table's description; in a group of many it is read once (5 us a write saved)."""

    __slots__ = ("_base", "_known", "get_many", "range", "sequence")

    def __init__(self, base: Base) -> None:
        self._base = base
        self._known: dict[bytes, bytes | None] = {}
        self.get_many = base.get_many
        self.range = base.range
        self.sequence = base.sequence

    def get(self, key: bytes) -> bytes | None:
        known = self._known
        if key in known:
            return known[key]
        value = self._base.get(key)
        if value is None or len(value) <= _REMEMBERED_BYTES_MAX:
            known[key] = value
        return value


class Group:
    """Filled by `gather`, while its session is in a transaction."""

    __slots__ = ("layer", "settled", "tickets")

    def __init__(self, session: Session) -> None:
        self.tickets: list[Ticket] = []
        self.layer = Layer(_Frozen(session.base()), _UNBOUNDED)
        self.settled = False

    def gather(self, queue: deque[Ticket], budgets: Budgets, monotonic: Callable[[], float]) -> None:
        """Takes works from the queue and runs them, until a limit of the group or the queue's end."""
        stop = monotonic() + GROUP_RUN_S_MAX
        while queue:
            try:
                ticket = queue.popleft()
            except IndexError:  # closing took the last one
                return
            self.tickets.append(ticket)
            self._run(ticket, budgets)
            if len(self.tickets) >= GROUP_WORKS_MAX or self.layer.written_bytes >= GROUP_BYTES_MAX:
                return
            if monotonic() >= stop:
                return

    def _run(self, ticket: Ticket, budgets: Budgets) -> None:
        layer = Layer(self.layer, budgets)
        try:
            ticket.result = ticket.run(layer)
        except Exception as error:
            ticket.error = error
        else:
            if layer:
                self.layer.absorb(layer)

    def settle(self, failure: StatorError | None) -> None:
        """Answers every work, once however often it is called."""
        if not self.settled:
            self.settled = True
            answer(self.tickets, failure)


def answer(tickets: list[Ticket], failure: StatorError | None) -> None:
    """Answers every work. One whose callback raises does not keep the next from its answer; the first such error is
    raised at the end."""
    raised: BaseException | None = None
    for ticket in tickets:
        try:
            ticket.settle(failure)
        except BaseException as error:
            raised = raised or error
    if raised is not None:
        raise raised


def as_failure(error: BaseException) -> StatorError:
    """What the works of a group that met `error` are told."""
    if isinstance(error, StatorError):
        return error
    failure = StoreFailedError(f"The group was not written: {type(error).__name__}: {error}")
    failure.__cause__ = error
    return failure
