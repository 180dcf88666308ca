"""Errors as callers of the native client meet them.

Each is of the class of `stator.errors` that has the error's name, and has boto3's `response` and `operation_name`.
Where botocore is loaded it is a botocore ClientError as well. Whoever names ClientError in an `except` has loaded
botocore by then; so nothing is imported to make this so.
"""

from __future__ import annotations

import sys
from typing import Any

from stator.client.faults import class_of
from stator.client.low_level import from_wire
from stator.errors import ServiceError

_CLASSES_MAX = 512
_classes: dict[tuple[str, type | None], type[Any]] = {}


class Modelled:
    """What such an error has besides its name: mixed into its class."""

    response: dict[str, Any]
    operation_name: str
    message: str

    def __str__(self) -> str:
        code = self.response["Error"]["Code"]
        return f"An error occurred ({code}) when calling the {self.operation_name} operation: {self.message}"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.response, self.operation_name)


def modelled(error: ServiceError, operation: str) -> ServiceError:
    """The error to raise for one that an operation met. Items within `response` are as boto3 has them."""
    members = dict(error.extra)
    if "Item" in members:
        members["Item"] = _low_level(members["Item"])
    if "CancellationReasons" in members:
        members["CancellationReasons"] = [_low_level_reason(each) for each in members["CancellationReasons"]]
    response = {
        **members,
        "Error": {"Message": error.message, "Code": error.code},
        "ResponseMetadata": {"HTTPStatusCode": error.status, "HTTPHeaders": {}, "RetryAttempts": 0},
    }
    made = _restored(response, operation)
    made.__cause__ = error.__cause__
    return made


def _restored(response: dict[str, Any], operation: str) -> ServiceError:
    error = response["Error"]
    kind = _class_of(error["Code"])
    made: ServiceError = Exception.__new__(kind)
    made.args = (error["Message"],)
    made.message = error["Message"]
    made.extra = {key: value for key, value in response.items() if key not in ("Error", "ResponseMetadata")}
    vars(made).update(response=response, operation_name=operation)
    return made


def _class_of(code: str) -> type[Any]:
    botocore = sys.modules.get("botocore.exceptions")
    foreign = getattr(botocore, "ClientError", None)
    known = _classes.get((code, foreign))
    if known is None:
        bases = (Modelled, class_of(code), *((foreign,) if foreign else ()))
        known = type(code, bases, {"__module__": "stator.errors"})
        if len(_classes) < _CLASSES_MAX:
            _classes[code, foreign] = known
    return known


def _low_level(item: dict[str, Any]) -> dict[str, Any]:
    return {name: from_wire(value) for name, value in item.items()}


def _low_level_reason(reason: dict[str, Any]) -> dict[str, Any]:
    return {**reason, "Item": _low_level(reason["Item"])} if "Item" in reason else reason
