"""How AWS opens its refusals of what is asked of tables."""

from __future__ import annotations

from stator.errors import LimitExceededException, ResourceInUseException, ValidationException


def invalid(detail: str) -> ValidationException:
    return ValidationException(f"One or more parameter values were invalid: {detail}")


def in_use(detail: str) -> ResourceInUseException:
    return ResourceInUseException(f"Attempt to change a resource which is still in use: {detail}")


def over_limit(detail: str) -> LimitExceededException:
    return LimitExceededException(f"Subscriber limit exceeded: {detail}")
