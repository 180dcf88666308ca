"""How each operation words what it refuses before it looks at the table.

AWS validates in two layers. The older one (BatchWriteItem, Scan) says `InvalidAttributeValue.message`; the newer one
says `.current`, and single-item writes put "1 validation error detected: " before all of it. What is refused once the
table is known is bare everywhere. Source: captures of the service of October 2026 (docs/differences.md).
"""

from __future__ import annotations

from stator.errors import InvalidAttributeValue, ValidationException

_ONE = "1 validation error detected: "


def enveloped(error: ValidationException) -> ValidationException:
    """As a put, update or delete words it."""
    message = current(error).message
    return ValidationException(message if message.startswith(_ONE) else _ONE + message)


def current(error: ValidationException) -> ValidationException:
    """As the other operations of the newer layer word it: GetItem, BatchGetItem, Query."""
    return ValidationException(error.current) if isinstance(error, InvalidAttributeValue) else error
