"""The server's log: one line a request as JSON, or as text only what a person wants to see.

JSON: every request and every event is one object on one line. Text: errors of the server, slow requests, start and
stop. A slow request also carries its expressions and the names of its legacy parameters. No value of an item, a key
or a placeholder is ever written, and so no PartiQL statement.

Lines are gathered and written a few times a second; `close` writes what is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from stator.api.call import Call
from stator.clock import Clock
from stator.errors import StoreBusyError, StoreFullError, StoreReadOnlyError

EXPRESSIONS = (
    "KeyConditionExpression",
    "FilterExpression",
    "ConditionExpression",
    "UpdateExpression",
    "ProjectionExpression",
)
LEGACY = (
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
    "Expected",
    "AttributeUpdates",
    "AttributesToGet",
    "ConditionalOperator",
)
_MENDED_OUTSIDE = (StoreBusyError, StoreFullError, StoreReadOnlyError)
_encode = msgspec.json.Encoder().encode
_FLUSH_S = 0.2
_PENDING_LINES_MAX = 256
# Of one request, and characters of each: what AWS allows in one expression
_EXPRESSIONS_MAX = 20
_EXPRESSION_CHARS_MAX = 4096


class RequestLog:
    """`slow_s`: requests that took longer are slow; None: none is. `write` takes whole lines."""

    def __init__(
        self,
        write: Callable[[str], object],
        clock: Clock,
        *,
        as_json: bool = False,
        slow_s: float | None = None,
    ) -> None:
        self._write = write
        self._clock = clock
        self._as_json = as_json
        self._slow_s = slow_s
        self._pending: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._flush_due = False
        # Whether `request` need be called, and so time be taken, at all
        self.wants_requests = as_json or slow_s is not None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on lines are gathered; before, each is written at once."""
        self._loop = loop

    def request(
        self, call: Call | None, request: Any, status: int, error: str | None, request_id: str, seconds: float
    ) -> None:
        """A request that was answered. `call` is None when it named no operation; `request` is its decoded body, if
        it got so far."""
        slow = self._slow_s is not None and seconds > self._slow_s
        if not slow and not self._as_json:
            return
        fields: dict[str, Any] = {
            "operation": call.operation if call else None,
            "table": call.table if call else None,
            "index": call.index if call else None,
            "items_read": call.items_read if call else 0,
            "items_returned": call.items_returned if call else 0,
            "read_units": call.read_units if call else 0.0,
            "write_units": call.write_units if call else 0.0,
            "milliseconds": round(seconds * 1000, 3),
            "status": status,
            "error": error,
            "request_id": request_id,
        }
        if slow:
            fields["slow"] = True
            fields["expressions"] = list(_expressions(request))
        self._line("slow request" if slow else "request", fields)

    def event(self, text: str, **fields: Any) -> None:
        self._line(text, fields)

    def failure(self, text: str, error: BaseException, **fields: Any) -> None:
        """An error of ours: one line where its text says all that whoever runs the server can mend, else with its stack
        trace. Written at once."""
        if isinstance(error, _MENDED_OUTSIDE):
            self._line(text, {**fields, "error": type(error).__name__, "problem": str(error)})
            self.flush()
            return
        import traceback

        trace = "".join(traceback.format_exception(error))
        if self._as_json:
            self._line(text, {**fields, "trace": trace})
        else:
            self._line(text, fields)
            self._pending.append(trace)
        self.flush()

    def flush(self) -> None:
        self._flush_due = False
        if self._pending:
            lines = "".join(self._pending)
            self._pending.clear()
            self._write(lines)

    def close(self) -> None:
        self._loop = None
        self.flush()

    def _line(self, text: str, fields: Mapping[str, Any]) -> None:
        time = datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="milliseconds")
        if self._as_json:
            line = _encode({"time": time, "event": text, **fields}).decode()
        else:
            shown = " ".join(
                f"{name}={_encode(value).decode()}" for name, value in fields.items() if value is not None
            )
            line = f"{time} {text} {shown}".rstrip()
        self._pending.append(line + "\n")
        if self._loop is None or len(self._pending) >= _PENDING_LINES_MAX:
            self.flush()
        elif not self._flush_due:
            self._flush_due = True
            self._loop.call_later(_FLUSH_S, self.flush)


def _expressions(request: Any) -> Iterator[str]:
    """`Name: text` of each expression and the name of each legacy parameter, also of the parts of batches and
    transactions; bounded."""
    found = 0
    for part in _parts(request):
        for name in EXPRESSIONS:
            text = part.get(name)
            if isinstance(text, str):
                yield f"{name}: {text[:_EXPRESSION_CHARS_MAX]}"
                found += 1
        for name in LEGACY:
            if name in part:
                yield name
                found += 1
        if found >= _EXPRESSIONS_MAX:
            return


def _parts(request: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(request, dict):
        return
    yield request
    batch = request.get("RequestItems")
    if isinstance(batch, dict):
        yield from (part for part in batch.values() if isinstance(part, dict))
    items = request.get("TransactItems")
    if isinstance(items, list):
        for item in items:
            if isinstance(item, dict):
                yield from (part for part in item.values() if isinstance(part, dict))
