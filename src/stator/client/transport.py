"""What every way to a database does: an operation by name, the wire's JSON shapes in and out.

Binary is base64 text, a time is a number of seconds, an item is a dict of attribute values. What is above this (the
native client, the command line) does not know whether the database is in this process, behind HTTP, or AWS's.
"""

from __future__ import annotations

from typing import Any, Protocol


class Transport(Protocol):
    """Safe to share between threads."""

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """The operation's answer. A write has returned only when the database says that it is done.

        Raises errors.ServiceError (members besides the message in `extra`, in the wire's shapes), and StatorError when
        the database cannot be reached or is closed. `request` is not changed."""
        ...

    def close(self) -> None:
        """Gives back what the transport holds. Idempotent; afterwards every call raises StatorError."""
        ...
