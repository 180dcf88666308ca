"""A request of HTTP -> an answer of DynamoDB: who calls, which operation, its steps, its log line.

Whatever an operation raises becomes an answer; what is not the caller's error is logged with its stack trace and
answered as InternalServerError. Every answer carries a request id and the CRC-32 of its body.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from stator.api.call import Call, Operations, may_leave_work, operate
from stator.engine.database import Database
from stator.errors import InternalServerError, LimitedElsewhereError, ServiceError
from stator.limits import PIECE_BYTES
from stator.server import replies
from stator.server.admission import Admission
from stator.server.large import LargeRequests
from stator.server.messages import Request
from stator.server.origins import Cors, HostCheck
from stator.server.requestlog import RequestLog
from stator.server.scheduler import Turns
from stator.server.steps import AbandonedError, Begun, Finish, Journey, begin
from stator.wire.answers import JSON_1_0, RequestIds, encode_answer, response_head
from stator.wire.codec import RepeatedRequests, decode_request
from stator.wire.faults import NotOfTheProtocolError, encode_exception
from stator.wire.namespaces import place_of
from stator.wire.pieces import decode_large_request, is_large
from stator.wire.requests import Head, answer_type, read_head

Reply = Callable[[bytes], None]
_READS = (b"GET", b"HEAD")
# What a query is asked besides its key: most of what it reads may be left out
_FILTERS = frozenset(("FilterExpression", "QueryFilter"))
# The status in the log of a request whose client went away: nginx's, for HTTP has none
_CLIENT_GONE = 499


class Exchange:
    """One operation on its way, and what its answer and its log line need."""

    # Attributes of the class until they are set: most exchanges set few.
    content_type = JSON_1_0
    started = 0.0
    call: Call | None = None
    body: Any = None
    journey: Journey | None = None
    is_abandoned = False

    def __init__(self, request_id: str, reply: Reply, cors_lines: bytes) -> None:
        self.request_id = request_id
        self.reply = reply
        self.cors_lines = cors_lines

    def abandon(self) -> None:
        """Nobody waits for the answer any more."""
        self.is_abandoned = True
        if self.journey is not None:
            self.journey.abandon()


class DynamoService:
    """A connection's `Service`. `date` is HTTP's date now; `in_flight` counts answers still pending."""

    def __init__(
        self,
        db: Database,
        operations: Operations,
        turns: Turns,
        admission: Admission,
        large: LargeRequests,
        log: RequestLog,
        hosts: HostCheck,
        cors: Cors,
        changed: Callable[[], None] = lambda: None,
        elsewhere: Callable[[Request, Reply], None] | None = None,
    ) -> None:
        """`changed` is called after each operation that may have left a job behind. `elsewhere` takes over requests
        that meet a limit which another process holds."""
        self._db = db
        self._operations = operations
        self._turns = turns
        self._admission = admission
        self._large = large
        self._log = log
        self._hosts = hosts
        self._cors = cors
        self._changed = changed
        self._elsewhere = elsewhere
        self._place = place_of(db.options)
        self._ids = RequestIds()
        self._gets = RepeatedRequests("GetItem")
        self._health = f"healthy: dynamodb.{db.options.region}.amazonaws.com ".encode()
        self._timed = log.wants_requests
        self.date = ""
        self.in_flight = 0

    def answer(self, request: Request, reply: Reply) -> bytes | None:
        headers = request.headers
        host = headers.get(b"host")
        if not self._hosts.allows(host) or (host is None and not request.old):
            return self._refuse_host(host)
        lines = b""
        if b"origin" in headers:
            lines = self._cors.answer_lines(headers[b"origin"])
        if request.method == b"POST":
            return self._operate(request, reply, lines)
        return self._answer_other(request, lines)

    def refuse(self, status: int, text: str) -> bytes:
        request_id = self._ids()
        if self._timed:
            self._log.event("refused", status=status, error=text, request_id=request_id)
        return replies.refusal(request_id, status, text, self.date)

    # Operations

    def _operate(self, request: Request, reply: Reply, cors_lines: bytes) -> bytes | None:
        exchange = Exchange(self._ids(), reply, cors_lines)
        if self._timed:
            exchange.started = perf_counter()
        try:
            target = request.target
            headers = request.headers
            query = b"" if target == b"/" else target.partition(b"?")[2]
            head = read_head(request.method, query, headers, request.body)
            exchange.content_type = head.content_type
            operation = head.operation
            account, region = self._place(head.caller)
            call = exchange.call = Call(operation, account, region, headers.get(b"host"))
            if len(request.body) > PIECE_BYTES and is_large(request.body):
                self._begin_large(exchange, request, head)
                return None
            if operation == "GetItem":
                body = exchange.body = self._gets.decode(request.body)
            else:
                body = exchange.body = decode_request(operation, request.body, head.service)
            result = operate(self._operations[operation], self._db, body, call)
            if type(result) is dict:
                return self._render(exchange, 200, encode_answer(result), None)
        except Exception as error:
            return None if self._passed_on(exchange, error, request) else self._fault(exchange, error, request)
        if operation == "Scan" or (operation == "Query" and not _FILTERS.isdisjoint(body)):
            self._travel_in_turn(exchange, result, request)
            return None
        return self._travel(exchange, result, request)

    def _travel(self, exchange: Exchange, steps: Any, request: Request) -> bytes | None:
        """Runs steps: the answer, when none of them had to wait."""
        at_once: list[bytes | None] = []
        inside = True

        def finish(answer: Any, error: BaseException | None) -> None:
            if error is not None and self._passed_on(exchange, error, request):
                at_once.append(None)
                return
            whole = self._finish(exchange, answer, error)
            if inside:
                at_once.append(whole)
            else:
                self.in_flight -= 1
                exchange.reply(whole)

        journey = self._journey(steps, finish, len(request.body))
        journey.start()
        inside = False
        if at_once:
            return at_once[0]
        self.in_flight += 1
        request.abandon = journey.abandon
        return None

    def _travel_in_turn(self, exchange: Exchange, steps: Any, request: Request) -> None:
        """For reads whose first step is as long as any other: when many arrive together, they share the turns."""
        journey = self._journey(steps, self._later(exchange, request), len(request.body))
        self.in_flight += 1
        request.abandon = journey.abandon
        journey.start_in_turn()

    def _journey(self, steps: Any, finish: Finish, body_bytes: int) -> Journey:
        return Journey(steps, self._db.store, self._turns, finish, self._admission, body_bytes)

    def _later(self, exchange: Exchange, request: Request) -> Finish:
        """Ends an exchange that is in flight."""

        def finish(answer: Any, error: BaseException | None) -> None:
            self.in_flight -= 1
            if error is None or not self._passed_on(exchange, error, request):
                exchange.reply(self._finish(exchange, answer, error))

        return finish

    def _passed_on(self, exchange: Exchange, error: BaseException, request: Request) -> bool:
        """Limits are met before anything is read, so that another process can do it all."""
        if self._elsewhere is None or not isinstance(error, LimitedElsewhereError):
            return False
        self._elsewhere(request, exchange.reply)
        return True

    def _begin_large(self, exchange: Exchange, request: Request, head: Head) -> None:
        """Decodes the request and begins its operation aside. Raises ServiceUnavailable."""
        body, call = request.body, exchange.call
        size = len(body)
        handler = self._operations[head.operation]
        assert call is not None

        def run() -> Begun:
            nonlocal body
            if exchange.is_abandoned:
                raise AbandonedError
            exchange.body = decode_large_request(head.operation, body, head.service)
            body = b""
            return begin(operate(handler, self._db, exchange.body, call))

        self._large.begin(size, run, lambda begun, error: self._go_on_large(exchange, begun, error, request, size))
        request.body = b""
        request.abandon = exchange.abandon
        self.in_flight += 1

    def _go_on_large(
        self, exchange: Exchange, begun: Begun | None, error: BaseException | None, request: Request, size: int
    ) -> None:
        finish = self._later(exchange, request)
        if begun is None or begun.steps is None:
            finish(begun and begun.answer, error)
            return
        exchange.journey = self._journey(begun.steps, finish, size)
        exchange.journey.go_on(begun.step)
        if exchange.is_abandoned:
            exchange.abandon()

    def _finish(self, exchange: Exchange, answer: Any, error: BaseException | None) -> bytes:
        if isinstance(error, AbandonedError):
            self._note(exchange, _CLIENT_GONE, "ClientGone")
            return b""
        if error is None:
            try:
                return self._render(exchange, 200, encode_answer(answer), None)
            except Exception as unencodable:
                error = unencodable
        return self._fault(exchange, error)

    def _fault(self, exchange: Exchange, error: BaseException, request: Request | None = None) -> bytes:
        if isinstance(error, NotOfTheProtocolError):
            exchange.content_type = b""
        elif exchange.call is None and request is not None:
            exchange.content_type = answer_type(request.headers)
        status, body = encode_exception(error)
        if not isinstance(error, ServiceError | NotOfTheProtocolError) or isinstance(
            error, InternalServerError
        ):
            operation = exchange.call.operation if exchange.call else None
            self._log.failure("failed", error, operation=operation, request_id=exchange.request_id)
        return self._render(exchange, status, body, type(error).__name__)

    def _note(self, exchange: Exchange, status: int, error: str | None) -> None:
        if self._timed:
            seconds = perf_counter() - exchange.started
            self._log.request(exchange.call, exchange.body, status, error, exchange.request_id, seconds)

    def _render(self, exchange: Exchange, status: int, body: bytes, error: str | None) -> bytes:
        call = exchange.call
        if call is not None and may_leave_work(call.operation):
            self._changed()
        if call is not None and call.warning is not None:
            self._log.event("warning", operation=call.operation, table=call.table, warning=call.warning)
        if self._timed:
            self._note(exchange, status, error)
        head = response_head(
            status, body, exchange.request_id, content_type=exchange.content_type, date=self.date
        )
        if exchange.cors_lines:
            return replies.with_lines(head, exchange.cors_lines) + body
        return head + body

    # Everything else

    def _answer_other(self, request: Request, cors_lines: bytes) -> bytes:
        if request.method in _READS:
            status, body, lines = 200, self._health, cors_lines
        elif request.method == b"OPTIONS" and cors_lines:
            status, body = 200, b""
            lines = cors_lines + self._cors.preflight_lines(request.headers)
        else:
            status, body = encode_exception(NotOfTheProtocolError())
            lines = cors_lines
        answer = replies.whole(self._ids(), status, body, b"", self.date)
        return replies.with_lines(answer, lines) if lines else answer

    def _refuse_host(self, host: bytes | None) -> bytes:
        if host is None:
            return self.refuse(400, "A request of HTTP/1.1 names its host: the Host header is missing.")
        name = host.decode("latin-1")
        return self.refuse(
            403,
            f"The host '{name}' is not served here. Use localhost or an IP address in the endpoint, "
            "or start the server with --allowed-host and this name.",
        )
