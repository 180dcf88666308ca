"""The writer role: who leads a group, and on which thread.

There is one role per store and no writer thread. Without a scheduler the caller that finds the role free takes it and
leads a group on its own thread; works of other threads join the next group, and the role is handed to one of them.
With a scheduler, groups are led on the loop's thread and only COMMIT and checkpoints run on its helper thread, while
the next works gather. (Measured beside point reads on two cores: a writer thread managed 9 k puts/s, this 23 k.)

While another process writes, begin is tried again after small growing delays, up to `BEGIN_WAIT_S_MAX`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

from stator.errors import StatorError, StoreBusyError
from stator.storage.contract import Budgets, Done, Scheduler, Transaction
from stator.storage.group import GROUP_WORKS_MAX, Group, Session, Ticket, answer, as_failure

T = TypeVar("T")

BEGIN_WAIT_S_MAX: Final = 30.0
_BEGIN_DELAY_S: Final = 0.0002
_BEGIN_DELAY_S_MAX: Final = 0.01


class _Patience:
    """The delays before begin is tried again, until they add up to too much."""

    __slots__ = ("_delay_s", "_waited_s")

    def __init__(self) -> None:
        self._delay_s = _BEGIN_DELAY_S
        self._waited_s = 0.0

    def next_delay_s(self) -> float:
        if self._waited_s >= BEGIN_WAIT_S_MAX:
            raise StoreBusyError(
                f"Another program has held the file's write lock for {BEGIN_WAIT_S_MAX:g} s; nothing was written."
                " Close it there, or try again."
            )
        delay_s = self._delay_s
        self._waited_s += delay_s
        self._delay_s = min(delay_s * 1.5, _BEGIN_DELAY_S_MAX)
        return delay_s


class Writer:
    """The role. `_lock` guards `_queue` (its end; the front is the leader's), `_taken`, `_heir`, `_is_due` and
    `_closed`. Everything else belongs to whoever has the role.

    `_heir` is the work of the plain thread that has the role or was just given it: it leaves the queue by being run,
    never by being answered from elsewhere, or the thread would keep the role for nothing."""

    def __init__(
        self,
        session: Session,
        budgets: Budgets,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._session = session
        self._budgets = budgets
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._freed = threading.Condition(self._lock)
        self._queue: deque[Ticket] = deque()
        self._scheduler: Scheduler | None = None
        self._taken = False
        self._heir: Ticket | None = None
        self._is_due = False
        self._closed = False
        self._leader: int | None = None
        self._loop_thread: int | None = None
        self._helping: _Help | None = None

    def borrow(self) -> bool:
        """Keeps the role from being taken until `give_back`, for one read through the session. False when it is
        taken or asked for."""
        if not self._lock.acquire(False):
            return False
        if self._taken or self._closed:
            self._lock.release()
            return False
        return True

    def give_back(self) -> None:
        self._lock.release()

    def attach(self, scheduler: Scheduler | None) -> None:
        with self._lock:
            self._check_open()
            if scheduler is None:
                if self._taken or self._is_due or self._queue:
                    return
                self._loop_thread = None
            self._scheduler = scheduler

    def submit(self, run: Callable[[Transaction], Any], done: Done) -> None:
        with self._lock:
            self._check_open()
            if self._scheduler is None:
                raise StatorError("No scheduler is attached: call attach before submit, or use transact.")
            self._queue.append(Ticket(run, done))
            is_called = self._is_due or self._taken
        if not is_called:
            self._call_lead_soon()

    def transact(self, run: Callable[[Transaction], T]) -> T:
        ticket = Ticket(run)
        with self._lock:
            self._check_may_wait()
            leads = not self._taken and self._scheduler is None
            if leads:
                self._taken = True
                self._heir = ticket
            else:
                ticket.turn = threading.Lock()
                ticket.turn.acquire()
            self._queue.append(ticket)
        if not leads:
            self._call_lead_soon()
            self._wait_for_turn(ticket)
        if not ticket.settled:
            self._lead_until(ticket)
        if ticket.error is not None:
            raise ticket.error
        result: T = ticket.result
        return result

    def close(self) -> None:
        """Finishes the group in flight; answers the works still queued with an error. Idempotent."""
        with self._lock:
            if self._leader == threading.get_ident():
                raise StatorError("A work may not close its store.")
            self._closed = True
            queued = self._emptied_queue()
            while self._taken and self._scheduler is None:
                self._freed.wait()
        if self._helping is not None:
            self._helping.finish()
        answer(queued, StatorError("The store was closed before this work ran."))

    def _emptied_queue(self) -> list[Ticket]:
        """What was queued, but for the work of who leads, which stays. The leader may be taking from the front."""
        queued: list[Ticket] = []
        while self._queue:
            try:
                ticket = self._queue.pop()
            except IndexError:
                break
            if ticket is self._heir:
                self._queue.append(ticket)
                break
            queued.append(ticket)
        queued.reverse()
        return queued

    def _wait_for_turn(self, ticket: Ticket) -> None:
        try:
            ticket.wait_for_turn()
        except BaseException:  # an interrupt: nobody waits for this work now, and it may not inherit the role
            self._withdraw(ticket)
            raise

    def _withdraw(self, ticket: Ticket) -> None:
        with self._lock:
            with suppress(ValueError):
                self._queue.remove(ticket)
            has_role = ticket is self._heir
        if has_role:
            self._hand_over()

    def _check_open(self) -> None:
        if self._closed:
            raise StatorError("The store is closed.")

    def _check_may_wait(self) -> None:
        self._check_open()
        me = threading.get_ident()
        if me == self._leader:
            raise StatorError("A work may not start another transaction.")
        if me == self._loop_thread:
            raise StatorError("transact would block the loop's thread: use submit there.")

    # Leading on a plain thread

    def _lead_until(self, ticket: Ticket) -> None:
        """Leads groups until `ticket` is answered, then hands the role on. The caller has the role."""
        self._leader = threading.get_ident()
        try:
            while not ticket.settled:
                self._lead_group()
        finally:
            self._leader = None
            self._hand_over()

    def _lead_group(self) -> None:
        group: Group | None = None
        try:
            self._begin_waiting()
            group = Group(self._session)
            group.gather(self._queue, self._budgets, self._monotonic)
            if group.layer:
                self._session.apply(group.layer)
                self._session.commit()
        except BaseException as error:
            self._fail(group, error)
            if not isinstance(error, Exception):
                raise  # an interrupt is this thread's, whosever work it met
            return
        self._session.settle(committed=True)
        group.settle(None)
        if self._session.checkpoint_is_due():
            self._session.checkpoint()

    def _begin_waiting(self) -> None:
        patience = _Patience()
        while not self._session.begin():
            self._sleep(patience.next_delay_s())

    def _hand_over(self) -> None:
        with self._lock:
            heir = self._queue[0] if self._queue and self._scheduler is None else None
            self._heir = heir
            if heir is None or heir.turn is None:
                self._taken = False
                self._freed.notify_all()
            else:
                heir.turn.release()
        self._call_lead_soon()

    def _fail(self, group: Group | None, error: BaseException) -> None:
        """Undoes a group and answers its works; those that would have been in it when it never began."""
        self._session.settle(committed=False)
        if group is not None:
            group.settle(as_failure(error))
            return
        with self._lock:
            count = min(len(self._queue), GROUP_WORKS_MAX)
            tickets = [self._queue.popleft() for _ in range(count)]
        answer(tickets, as_failure(error))

    # Leading on the loop

    def _call_lead_soon(self) -> None:
        with self._lock:
            scheduler = self._scheduler
            if scheduler is None or self._is_due or self._taken or not self._queue:
                return
            self._is_due = True
        scheduler.soon(self._lead_on_loop)

    def _lead_on_loop(self) -> None:
        self._loop_thread = threading.get_ident()
        with self._lock:
            self._is_due = False
            if self._taken or self._closed or not self._queue:
                return
            self._taken = True
        self._begin_on_loop(_Patience())

    def _begin_on_loop(self, patience: _Patience) -> None:
        if self._closed:
            return
        group: Group | None = None
        try:
            if not self._session.begin():
                self._attached().later(patience.next_delay_s(), lambda: self._begin_on_loop(patience))
                return
            group = Group(self._session)
            group.gather(self._queue, self._budgets, self._monotonic)
            if group.layer:
                self._session.apply(group.layer)
        except Exception as error:
            failure = error
            self._release_after(lambda: self._fail(group, failure))
            return
        self._commit_on_helper(group)

    def _commit_on_helper(self, group: Group) -> None:
        if not group.layer:
            self._end_group(group, None)
            return
        self._helping = _Help(self._session.commit, lambda error: self._end_group(group, error))
        self._attached().blocking(self._helping.run, self._helping.then)

    def _end_group(self, group: Group, error: BaseException | None) -> None:
        self._helping = None
        if error is not None:
            self._release_after(lambda: self._fail(group, error))
            return
        self._session.settle(committed=True)
        if self._closed or not (group.layer and self._session.checkpoint_is_due()):
            self._release_after(lambda: group.settle(None))
            return
        self._helping = _Help(self._session.checkpoint, lambda _: self._end_checkpoint())
        self._attached().blocking(self._helping.run, self._helping.then)
        group.settle(None)

    def _end_checkpoint(self) -> None:
        self._helping = None
        self._release_after(lambda: None)

    def _release_after(self, settle: Callable[[], None]) -> None:
        """Answers, then frees the role, so that works submitted by the answers join the next group."""
        try:
            settle()
        finally:
            with self._lock:
                self._taken = False
            self._call_lead_soon()

    def _attached(self) -> Scheduler:
        assert self._scheduler is not None
        return self._scheduler


class _Help:
    """A call on the helper thread and what follows it on the loop, which `close` may have to do itself."""

    __slots__ = ("_call", "_ended", "_error", "_finished", "_then")

    def __init__(self, call: Callable[[], None], then: Callable[[BaseException | None], None]) -> None:
        self._call = call
        self._then = then
        self._ended = threading.Event()
        self._error: BaseException | None = None
        self._finished = False

    def run(self) -> None:
        try:
            self._call()
        except BaseException as error:
            self._error = error
        finally:
            self._ended.set()

    def then(self, error: BaseException | None) -> None:
        """The loop's turn after `run`; `error` is the helper's own, when it could not run it."""
        if not self._finished:
            self._finished = True
            self._then(self._error or error)

    def finish(self) -> None:
        """Waits for the call and does what follows, now."""
        self._ended.wait()
        self.then(None)
