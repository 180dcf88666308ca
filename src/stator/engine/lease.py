"""The lease on background work: of all the processes that have a store open, one does expiry, jobs and upkeep.

One row says who holds it, and until when by the holder's clock. A process takes it when it first has something to do,
renews it while it works, and gives it up when it closes; one that has nothing to do lets it lapse, which costs nothing.
When a holder dies, another takes over as soon as the lease has lapsed: two seconds after its last renewal, and at most
a poll later.

Two guards keep two holders apart, and neither needs clocks that agree:

- Each transaction of background work reads the row and writes nothing when another owner stands in it
  (`LeaseLostError`). So no two processes ever commit steps under one lease, however slow one was or wrong its clock.
- A lease is over when the clock says so, or when its row has stood unchanged for `LEASE_S` of one's own monotonic
  clock. The second covers a clock that was set back, and hosts whose clocks differ: a time far ahead holds nobody up
  for longer. A clock that runs ahead, or is set forward, takes the lease too early: its holder meets that at its next
  step, and no more than one step's reading, or a call to an object store that is made again, was in vain.

An owner is a random token; process and host stand beside it for people. Only what nobody called for is done under the
lease: an operation that begins a job takes the job's first steps itself (`Jobs.run`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec

from stator.clock import Clock
from stator.engine import sealed
from stator.errors import CorruptionError, LeaseLostError
from stator.keys import space
from stator.limits import LEASE_RENEW_S, LEASE_S
from stator.storage.contract import Reader, Steps, Store, Transaction, Work

_TOKEN_BYTES = 16


class Holding(msgspec.Struct, frozen=True):
    """The row. `until`: epoch seconds by the owner's clock. `beat` grows with every renewal. `who`: for people."""

    owner: str
    who: str
    until: float
    beat: int


decode = sealed.decoder(Holding)


def holding(reader: Reader) -> Holding | None:
    """Who has the lease, or had it last. None: nobody, or it was given up. Raises CorruptionError."""
    stored = reader.get(space.LEASE_KEY)
    return None if stored is None else decode(stored)


class Lease:
    """One process's part in it. Threads may share it: a field that two set at once only costs another look."""

    def __init__(self, store: Store, clock: Clock, owner: str | None = None) -> None:
        self._store = store
        self._clock = clock
        self.owner = owner or os.urandom(_TOKEN_BYTES).hex()
        self._fresh_until = float("-inf")
        self._watched: bytes | None = None
        self._watched_since = 0.0
        self._given_up = False
        self.was_held = False
        self.is_elsewhere = False
        """Whether the last look found another holder."""

    def guard(self, steps: Callable[[], Steps[bool]]) -> Steps[bool]:
        """Background steps, under the lease: it is taken when they first have something to do. Returns what they
        return; False, with nothing done, while another process holds it."""
        if not self._may_hold():
            return False
        inner = steps()
        try:
            return (yield from self._guarded(inner))
        except LeaseLostError:
            self._fresh_until = float("-inf")
            self._may_hold()
            return False
        finally:
            inner.close()

    def hold(self) -> Steps[bool]:
        """Takes or renews the lease if that is due; returns whether it is held."""
        if self._given_up:
            return False
        started = self._clock.monotonic()
        if started < self._fresh_until:
            return True
        seen = self._store.get(space.LEASE_KEY)
        taken = self._may_take(seen) and (yield self._taking(seen))
        self._fresh_until = started + LEASE_RENEW_S if taken else float("-inf")
        self.was_held = self.was_held or taken
        self.is_elsewhere = not taken
        return taken

    def give_up(self) -> Steps[None]:
        """For good: this process takes no more background steps."""
        self._given_up = True
        if self.was_held:
            yield Work(self._give_up, (space.LEASE_KEY,))

    def _guarded(self, steps: Steps[bool]) -> Steps[bool]:
        """Passes the steps on, each work fenced. What a step answers or raises goes back into them; so does the loss of
        the lease, so that they can put away what they hold."""
        answer: Any = None
        error: Exception | None = None
        while True:
            try:
                step = steps.send(answer) if error is None else steps.throw(error)
            except StopIteration as end:
                result: bool = end.value
                return result
            answer = error = None
            try:
                if step is not None and not (yield from self.hold()):
                    raise LeaseLostError("another process does the background work")
                answer = yield self._fenced(step) if isinstance(step, Work) else step
            except Exception as raised:
                error = raised

    def _fenced(self, work: Work) -> Work:
        def run(tx: Transaction) -> Any:
            present = _read(tx.get(space.LEASE_KEY))
            if present is None or present.owner != self.owner:
                raise LeaseLostError("another process took the background work over")
            return work.run(tx)

        return Work(run, work.decides, (*work.shares, space.LEASE_KEY), work.bytes)

    # Taking it

    def _may_hold(self) -> bool:
        """Whether it is worth while to look for something to do; sets `is_elsewhere`."""
        if self._given_up:
            return False
        if self._clock.monotonic() < self._fresh_until:
            return True
        may = self._may_take(self._store.get(space.LEASE_KEY))
        self.is_elsewhere = not may
        return may

    def _may_take(self, seen: bytes | None) -> bool:
        if self._given_up:
            return False
        present = _read(seen)
        if seen is None or (present is not None and present.owner == self.owner):
            return True
        if seen != self._watched:
            self._watched, self._watched_since = seen, self._clock.monotonic()
        if present is not None and present.until <= self._clock.now():
            return True
        return self._clock.monotonic() - self._watched_since >= LEASE_S

    def _taking(self, seen: bytes | None) -> Work:
        until, who = self._clock.now() + LEASE_S, _process()

        def run(tx: Transaction) -> bool:
            stored = tx.get(space.LEASE_KEY)
            present = _read(stored)
            if stored != seen and (present is None or present.owner != self.owner):
                return False
            beat = 1 if present is None else present.beat + 1
            tx.put(space.LEASE_KEY, sealed.encode(Holding(self.owner, who, until, beat)))
            return True

        return Work(run, (space.LEASE_KEY,))

    def _give_up(self, tx: Transaction) -> None:
        present = _read(tx.get(space.LEASE_KEY))
        if present is not None and present.owner == self.owner:
            tx.delete(space.LEASE_KEY)


def _read(stored: bytes | None) -> Holding | None:
    """None, too, for a row that is damaged: it says nothing, and lapses as one that nobody renews."""
    try:
        return None if stored is None else decode(stored)
    except CorruptionError:
        return None


def _process() -> str:
    import socket

    return f"process {os.getpid()} on {socket.gethostname()}"
