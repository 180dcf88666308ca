"""One client's connection: requests in, answers out in their order.

Promises: every whole request gets its answer, in order, as long as the client takes answers; what is no request gets
a refusal that says why, then the connection closes. What one client can make the server hold is bounded: input is no
longer read while requests wait or while answers are not taken. One request of a connection runs at a time.

Everything runs on the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from stator.server import replies
from stator.server.messages import Refusal, Request, RequestParser

if TYPE_CHECKING:
    from stator.server.connections import Connections

# Answers of one turn are joined up to this size; a larger one goes out alone
_JOINED_BYTES = 128 * 1024


class Service(Protocol):
    """What answers requests. Never raises."""

    def answer(self, request: Request, reply: Callable[[bytes], None]) -> bytes | None:
        """The whole answer from its status line on; or None, and `reply` is called with it later, once."""

    def refuse(self, status: int, text: str) -> bytes:
        """The whole answer to what is no request or must not be read."""


class Connection(asyncio.Protocol):
    def __init__(self, connections: Connections, service: Service) -> None:
        self._connections = connections
        self._bounds = connections.bounds
        self._service = service
        self._queue: deque[Request] = deque()
        self._parser = RequestParser(connections.bounds, self._queue)
        self._transport: asyncio.Transport | None = None
        # The request whose answer is pending
        self._running: Request | None = None
        # What is sent after the last answer, before closing: a refusal, or nothing
        self._last_words: bytes | None = None
        # No more input is looked at; the connection closes after the answers still due
        self._ending = False
        # Everything is sent; what still arrives is dropped until the client closes
        self._lingering = False
        self._dropped_bytes = 0
        # The client will send nothing more
        self._eof = False
        # The server stops: the connection closes after the requests that have begun
        self._draining = False
        self._reading = True
        self._writable = True
        self._turn_due = False
        # Bytes of an arriving body, and of bodies that wait or run, that are charged to the server's budget
        self._charged = 0
        self._charged_waiting = 0
        # When the current phase began, by the connections' clock, and what was unsent when last looked at
        self._since = connections.now
        self._unsent = 0

    # The transport calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        if not self._connections.add(self):
            text = "The server has as many connections as it takes. Close some, or try again."
            self._end(self._service.refuse(503, text))

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        self._ending = True
        self._queue.clear()
        self._charge(0)
        self._charge_waiting(0)
        self._connections.keep_unsent(self, 0)
        self._parser.forget()
        self._connections.remove(self)
        if self._running is not None and self._running.abandon is not None:
            self._running.abandon()

    def data_received(self, data: bytes) -> None:
        if self._ending:
            self._drop(data)
            return
        parser = self._parser
        try:
            parser.feed(data)
        except Refusal as refusal:
            self._last_words = self._service.refuse(refusal.status, refusal.text)
            self._ending = True
        if self._draining:
            self._close_after_last()
        if self._running is None and self._writable:
            self._run()
        if parser.began:
            self._since = self._connections.now
            parser.began = False
        if parser.partial or self._charged:
            self._receive_partial()
        if self._queue:
            self._balance_reading()

    def eof_received(self) -> bool:
        """A client may close its side and still wait for its answers: true keeps the connection open for them."""
        self._eof = True
        if self._lingering or self._transport is None:
            return False
        if self._parser.partial and not self._ending:
            self._refuse(400, "The connection's input ended inside a request.")
        self._ending = True
        return not self._is_quiet()

    def pause_writing(self) -> None:
        self._writable = False
        self._since = self._connections.now
        self._balance_reading()
        self._note_unsent()

    def resume_writing(self) -> None:
        self._writable = True
        self._since = self._connections.now
        self._connections.keep_unsent(self, 0)
        if self._running is None:
            self._run()
        self._balance_reading()

    # Running requests

    def _run(self) -> None:
        """Runs the requests that wait until one is pending, much is to be sent, or the turn ends."""
        queue = self._queue
        turns = self._bounds.turn_requests
        out: list[bytes] = []
        size = 0
        while queue and turns and size < _JOINED_BYTES:
            turns -= 1
            request = queue.popleft()
            answer = self._service.answer(request, self._reply)
            if answer is None:
                self._running = request
                break
            if not request.plain:
                answer = self._framed(request, answer)
            size += len(answer)
            out.append(answer)
        if out and self._transport is not None:
            self._transport.write(out[0] if len(out) == 1 else b"".join(out))
        if self._running is None:
            if queue:
                self._run_next_turn()
            elif self._ending:
                self._end(self._last_words)

    def _run_next_turn(self) -> None:
        if not self._turn_due:
            self._turn_due = True
            self._connections.loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._turn_due = False
        if self._running is None and self._writable and self._transport is not None:
            self._run()
            self._go_on_reading()

    def _reply(self, answer: bytes) -> None:
        """The pending request's answer. Its client may be gone."""
        request = self._running
        assert request is not None
        self._running = None
        if self._transport is None:
            return
        self._since = self._connections.now
        self._transport.write(answer if request.plain else self._framed(request, answer))
        if not self._writable:
            self._note_unsent()
        if self._queue or self._ending:
            if self._writable:
                self._run_next_turn()
        elif self._parser.partial or self._charged_waiting or not self._reading:
            self._go_on_reading()

    def _framed(self, request: Request, answer: bytes) -> bytes:
        if request.method == b"HEAD":
            answer = replies.without_body(answer)
        if request.closes:
            # Bytes behind a last request are not looked at
            self._ending = True
            self._last_words = None
            self._queue.clear()
            return replies.closing(answer)
        return answer

    # Reading

    def _go_on_reading(self) -> None:
        if self._parser.partial and not self._ending:
            self._receive_partial()
        self._balance_reading()

    def _receive_partial(self) -> None:
        """After input that left a request incomplete, or completed one that was charged."""
        parser = self._parser
        if not parser.partial or self._ending:
            self._charge(0)
            self._balance_reading()
        elif not parser.whole_head:
            return
        elif not self._charge(len(parser.body)):
            self._refuse(503, "The server is receiving as many large requests as it can hold. Try again.")
        elif b"expect" in parser.headers:
            self._meet_expectation(parser.headers[b"expect"])

    def _meet_expectation(self, expectation: bytes) -> None:
        """Answers of earlier requests go first; this is called again after them."""
        if expectation.lower() != b"100-continue":
            self._refuse(417, "The only expectation that can be met is 100-continue.")
        elif self._running is None and not self._queue and self._transport is not None:
            del self._parser.headers[b"expect"]
            if not self._parser.body:
                self._transport.write(replies.CONTINUE)

    def _refuse(self, status: int, text: str) -> None:
        self._last_words = self._service.refuse(status, text)
        self._ending = True
        if self._running is None and not self._queue:
            self._end(self._last_words)

    def _charge(self, held: int) -> bool:
        """Accounts for the body that is arriving; false when the server holds as much as it may."""
        added = held - self._charged
        self._charged = held
        return added == 0 or self._connections.hold(added)

    def _charge_waiting(self, held: int) -> None:
        """Accounts for the bodies of whole requests that wait, or run long."""
        self._connections.hold(held - self._charged_waiting)
        self._charged_waiting = held

    def _note_unsent(self) -> None:
        if self._transport is not None:
            self._connections.keep_unsent(self, self._transport.get_write_buffer_size())

    def _balance_reading(self) -> None:
        """Input is read while little waits and the client takes its answers."""
        bounds = self._bounds
        queued = sum([len(request.body) for request in self._queue]) if self._queue else 0
        running = len(self._running.body) if self._running is not None else 0
        self._charge_waiting(queued + running)
        waiting = bool(self._queue) and (
            len(self._queue) >= bounds.queue_requests_max
            or queued >= bounds.queue_bytes_max
            or self._connections.holds_too_much
        )
        wanted = self._lingering or (self._writable and not waiting)
        if wanted == self._reading or self._transport is None or self._transport.is_closing():
            return
        self._reading = wanted
        if wanted:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    # Ending

    def _is_quiet(self) -> bool:
        return self._running is None and not self._queue and self._last_words is None

    def _end(self, last_words: bytes | None) -> None:
        """Sends what is left to say and closes. A client that is still sending gets time to see it: closing with
        input unread would reset the connection and take the answer away."""
        transport = self._transport
        if transport is None or self._lingering:
            return
        self._ending = True
        self._since = self._connections.now
        if last_words is None:
            transport.close()
            return
        transport.write(replies.closing(last_words))
        self._lingering = True
        self._charge(0)
        if self._eof or not transport.can_write_eof():
            transport.close()
        else:
            transport.write_eof()
            self._balance_reading()

    def _drop(self, data: bytes) -> None:
        self._dropped_bytes += len(data)
        if self._dropped_bytes > self._bounds.linger_bytes_max:
            self.abort()

    def _close_after_last(self) -> None:
        if self._parser.partial:
            return
        last = self._queue[-1] if self._queue else self._running
        if last is not None:
            last.closes = True
            last.plain = False

    def drain(self) -> None:
        """The server stops: closes once the requests that have begun are answered."""
        if self._is_quiet() and not self._parser.partial:
            self._end(None)
        else:
            self._draining = True
            self._close_after_last()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def sweep(self, now: float) -> None:
        """Called about once a second: ends a connection whose client is too slow or has been idle for long."""
        transport = self._transport
        if transport is None:
            return
        elapsed = now - self._since
        if not self._writable:
            self._sweep_unsent(transport, now)
        elif self._lingering or transport.is_closing():
            if elapsed > self._bounds.linger_s_max:
                transport.abort()
        elif self._running is not None or self._queue:
            self._look_for_client(transport)
        elif self._parser.partial:
            self._sweep_partial(elapsed)
        elif elapsed > self._bounds.idle_s_max:
            self._end(None)

    def _look_for_client(self, transport: asyncio.Transport) -> None:
        """A client that has ended its sending while it waits may be gone altogether: only writing to it tells. So it
        is sent what says nothing (RFC 9110, 15.2), which fails from the second time on when nobody is there; the
        connection is then lost, and what ran for it is abandoned. HTTP/1.0 has no such answers."""
        running = self._running
        if self._eof and running is not None and running.abandon is not None and not running.old:
            transport.write(replies.CONTINUE)

    def _sweep_unsent(self, transport: asyncio.Transport, now: float) -> None:
        unsent = transport.get_write_buffer_size()
        if unsent < self._unsent:
            self._since = now
        self._unsent = unsent
        self._connections.keep_unsent(self, unsent)
        if now - self._since > self._bounds.write_s_max:
            transport.abort()

    def _sweep_partial(self, elapsed: float) -> None:
        bounds = self._bounds
        if not self._parser.whole_head:
            if elapsed > bounds.head_s_max:
                self._refuse(
                    408, f"The request's headers took more than {bounds.head_s_max:g} seconds to arrive."
                )
        elif self._parser.partial_bytes < (elapsed - bounds.body_grace_s) * bounds.body_bytes_per_s_min:
            self._refuse(408, "The request's body arrives too slowly.")
