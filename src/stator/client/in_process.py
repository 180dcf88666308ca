"""The in-process transport: an operation by name, wire shapes in and out, no HTTP.

It is what the native client and the in-process boto3 stand on, and what the tests run the wire's cases through.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from stator.api.call import Answer, Call, operate
from stator.api.operations import handler_of, service_of
from stator.api.shapes import check
from stator.engine.database import Database
from stator.errors import CorruptionError, InternalServerError, ServiceError, StatorError
from stator.limits import TABLE_NAMES_REMEMBERED
from stator.storage.contract import Steps, drive

if TYPE_CHECKING:
    from stator.client.background import Background

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
# Operations whose answers are all their caller's: no member is shared with the database
_FRESH = frozenset(
    (
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    )
)


class _Forks:
    """How often this process is a child of the one that loaded the module: what a fork leaves unusable is known by
    it."""

    count = 0


def _note_fork() -> None:
    _Forks.count += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)


class InProcess:
    """Calls operations of an open database. Safe to share between threads; after a fork the child's calls are refused
    with StatorError."""

    def __init__(self, db: Database, owns: bool = True, background: Background | None = None) -> None:
        """`owns`: whether `close` closes the database. `background` is told of every operation, and stopped with
        it; whoever calls operations of `db` himself tells it by `after`."""
        self.db = db
        self.region = db.options.region
        self._owns = owns
        self._background = background
        self.after = _nothing_to_do if background is None else background.after
        self._closed = False
        self._names: set[str] = set()
        self._forks = _Forks.count

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Runs one operation and returns its answer as the wire's JSON decoded. Raises errors.ServiceError.

        A write has returned only when it is durable. What is damaged in the file is InternalServerError, as over
        HTTP, with the CorruptionError that says where as its cause."""
        answer = self._run(operation, request)
        self.after(operation)
        decoded: dict[str, Any] = _decode(_encode(answer))
        return decoded

    def answer(self, operation: str, request: dict[str, Any]) -> Answer:
        """As `call`, but items in the answer may be the stored JSON (msgspec.Raw): not decoded yet."""
        return self.finished(operation, self._run(operation, request))

    def answer_made(self, operation: str, request: dict[str, Any]) -> Answer:
        """As `answer`, for a request of a table's name and one item or key that the native client made from plain
        values: its shape is right because of how it was made. Only the name has to be looked at."""
        name = request.get("TableName")
        if name not in self._names:
            return self._answer_named(operation, request, name)
        return self.finished(operation, self._run(operation, request, is_checked=True))

    def _answer_named(self, operation: str, request: dict[str, Any], name: Any) -> Answer:
        answer = self.answer(operation, request)
        if len(self._names) < TABLE_NAMES_REMEMBERED:
            self._names.add(name)  # the whole check let it pass
        return answer

    def finished(self, operation: str, answer: Answer) -> Answer:
        """An operation's answer as `answer` returns it: none of it is shared with the database."""
        self.after(operation)
        if operation in _FRESH:
            return answer
        decoded: Answer = _decode(_encode(answer))
        return decoded

    def begin(
        self, operation: str, request: dict[str, Any], is_checked: bool = False
    ) -> Answer | Steps[Answer]:
        """The operation's answer, or its steps, to be driven by the caller. Raises, and the steps raise, what has to
        go through `explained`."""
        if self._closed or self._forks != _Forks.count:
            self._refuse()
        if not is_checked:
            request = check(operation, request, service_of(operation))
        options = self.db.options
        call = Call(operation, options.account, options.region)
        return operate(handler_of(operation), self.db, request, call)

    def close(self) -> None:
        """Idempotent."""
        if self._forks == _Forks.count:
            if self._background is not None:
                self._background.stop()
            self._closed = True
            if self._owns:
                self.db.close()

    def run_pending(self, seconds: float | None) -> bool:
        """Does what the background has to do, now and on this thread; whether none of it is left."""
        return True if self._background is None else self._background.run_pending(seconds)

    def _run(self, operation: str, request: dict[str, Any], is_checked: bool = False) -> Answer:
        try:
            outcome = self.begin(operation, request, is_checked)
            return outcome if isinstance(outcome, dict) else drive(self.db.store, outcome)
        except (ServiceError, CorruptionError) as error:
            raise explained(error)  # noqa: B904 (its cause is set)

    def _refuse(self) -> None:
        if self._forks != _Forks.count:
            raise StatorError(
                "This database was opened before the process forked. Open it anew in the child (stator.open)."
            )
        raise StatorError("This database is closed.")


def _nothing_to_do(operation: str) -> None:
    return None


def explained(error: ServiceError | CorruptionError) -> ServiceError:
    """The error as a caller gets it: members decoded, and what is damaged called InternalServerError, caused by it."""
    if isinstance(error, CorruptionError):
        internal = InternalServerError("Internal server error")
        internal.__cause__ = error
        return internal
    if error.extra:
        error.extra = _decode(_encode(error.extra))
    return error
