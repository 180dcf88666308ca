"""A request's bytes -> an answer's bytes, as the server gives them, on the caller's own thread or beside its loop.

Whatever the service refuses is an answer. What is no answer of the service's (a closed or damaged store, a full disk)
is raised: over HTTP it is a status 500, which clients go on to send again for half a minute.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from stator.api.call import Call, operate
from stator.api.operations import OPERATIONS
from stator.clock import SystemClock
from stator.engine.database import Database
from stator.errors import InternalServerError, ServiceError, StatorError
from stator.limits import HTTP_BODY_BYTES_MAX, PIECE_BYTES
from stator.storage.contract import drive
from stator.wire.answers import JSON_1_0, RequestIds, encode_answer, http_date, response_head
from stator.wire.codec import decode_request
from stator.wire.faults import NotOfTheProtocolError, encode_exception
from stator.wire.namespaces import place_of
from stator.wire.pieces import decode_large_request, is_large
from stator.wire.requests import answer_type, read_head

_log = logging.getLogger("stator.boto3")
_TOO_LARGE = 413


class Asked(NamedTuple):
    """A request. `query` is the URL's part after `?`; `headers` are by lower-case name."""

    method: bytes
    query: bytes
    headers: Mapping[bytes, bytes]
    body: bytes


class Answered(NamedTuple):
    """An answer; `headers` as a server sends them, in its order."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Local(threading.local):
    """A thread's own source of request ids."""

    def __init__(self) -> None:
        self.next_id = RequestIds()


class InProcessService:
    """Answers requests to an open database. Safe to share between threads. `after` is told of each operation that was
    carried out, by its name."""

    def __init__(self, db: Database, after: Callable[[str], None] = lambda operation: None) -> None:
        self.db = db
        self._after = after
        self._place = place_of(db.options)
        self._local = _Local()
        self._process = os.getpid()
        self._now = SystemClock().now

    def answer(self, asked: Asked) -> Answered:
        """Raises StatorError."""
        exchange = _Exchange(asked)
        try:
            outcome = self._begin(exchange)
            if type(outcome) is not dict:
                outcome = drive(self.db.store, outcome)
            return self._end(exchange, outcome)
        except (ServiceError, NotOfTheProtocolError) as error:
            return self._refuse(exchange, error)

    async def answer_async(self, asked: Asked) -> Answered:
        """As `answer`. What is long, or not answered at once, goes on in another thread: the loop waits for no disk."""
        if len(asked.body) > PIECE_BYTES:
            answered: Answered = await _aside(lambda: self.answer(asked))
            return answered
        exchange = _Exchange(asked)
        try:
            outcome = self._begin(exchange)
            if type(outcome) is not dict:
                outcome = await _aside(lambda: drive(self.db.store, outcome))
            return self._end(exchange, outcome)
        except (ServiceError, NotOfTheProtocolError) as error:
            return self._refuse(exchange, error)

    def _begin(self, exchange: _Exchange) -> Any:
        """The answer, or the steps that lead to it."""
        if self._process != os.getpid():
            raise StatorError(
                "This database was opened before the process forked. Open it anew in the child."
            )
        method, query, headers, body = exchange.asked
        if len(body) > HTTP_BODY_BYTES_MAX:
            exchange.is_too_large = True
            raise NotOfTheProtocolError
        head = read_head(method, query, headers, body)
        exchange.content_type = head.content_type
        account, region = self._place(head.caller)
        operation = head.operation
        call = exchange.call = Call(operation, account, region, headers.get(b"host"))
        large = len(body) > PIECE_BYTES and is_large(body)
        decode = decode_large_request if large else decode_request
        return operate(OPERATIONS[operation], self.db, decode(operation, body, head.service), call)

    def _end(self, exchange: _Exchange, outcome: Any) -> Answered:
        call = exchange.call
        assert call is not None
        if call.warning is not None:
            _log.warning("%s %s: %s", call.operation, call.table, call.warning)
        body = encode_answer(outcome)
        self._after(call.operation)
        return self._answered(200, body, exchange.content_type)

    def _refuse(self, exchange: _Exchange, error: Exception) -> Answered:
        if exchange.is_too_large:
            return self._answered(_TOO_LARGE, b"", b"")
        if isinstance(error, InternalServerError):
            _log.error("an operation failed", exc_info=error)
        status, body = encode_exception(error)
        if isinstance(error, NotOfTheProtocolError):
            content_type = b""
        elif exchange.call is None:
            content_type = answer_type(exchange.asked.headers)
        else:
            content_type = exchange.content_type
        return self._answered(status, body, content_type)

    def _answered(self, status: int, body: bytes, content_type: bytes) -> Answered:
        date = http_date(self._now())
        head = response_head(status, body, self._local.next_id(), content_type=content_type, date=date)
        lines = head.decode("latin-1").split("\r\n")[1:-2]
        return Answered(status, [line.partition(": ")[::2] for line in lines], body)


class _Exchange:
    """One request on its way."""

    content_type = JSON_1_0
    call: Call | None = None
    is_too_large = False

    def __init__(self, asked: Asked) -> None:
        self.asked = asked


async def _aside(run: Callable[[], Any]) -> Any:
    """Runs it in another thread, on asyncio or, where anyio is there for it, on trio."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        from anyio import to_thread

        return await to_thread.run_sync(run)
    return await loop.run_in_executor(None, run)
