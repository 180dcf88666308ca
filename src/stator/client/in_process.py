"""The in-process transport: an operation by name, wire shapes in and out, no HTTP.

It is what the native client and the in-process boto3 stand on, and what the tests run the wire's cases through.
"""

from __future__ import annotations

from typing import Any

import msgspec

from stator.api.call import Answer, Call
from stator.api.operations import handler_of, service_of
from stator.api.shapes import check
from stator.engine.database import Database
from stator.errors import CorruptionError, InternalServerError, ServiceError, StatorError
from stator.storage.contract import drive

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class InProcess:
    """Calls operations of an open database. Safe to share between threads."""

    def __init__(self, db: Database, owns: bool = True) -> None:
        """`owns`: whether `close` closes the database."""
        self.db = db
        self._owns = owns
        self._closed = False

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Runs one operation and returns its answer as the wire's JSON decoded. Raises errors.ServiceError.

        A write has returned only when it is durable. What is damaged in the file is InternalServerError, as over HTTP,
        with the CorruptionError that says where as its cause."""
        if self._closed:
            raise StatorError("This database is closed.")
        checked = check(operation, request, service_of(operation))
        options = self.db.options
        call = Call(operation, options.account, options.region)
        try:
            outcome = handler_of(operation)(self.db, checked, call)
            answer: Answer = outcome if isinstance(outcome, dict) else drive(self.db.store, outcome)
        except ServiceError as error:
            if error.extra:
                error.extra = _decode(_encode(error.extra))
            raise
        except CorruptionError as error:
            raise InternalServerError("Internal server error") from error
        decoded: dict[str, Any] = _decode(_encode(answer))
        return decoded

    def close(self) -> None:
        """Idempotent."""
        self._closed = True
        if self._owns:
            self.db.close()
