"""Is a request what the model allows? The one check for requests from the wire and from this process.

`check` returns a new request of known members without nulls, or raises SerializationException (a value of the wrong
type) or ValidationException (a value out of bounds), each in AWS's words: "2 validation errors detected: ...; ...".
A request without fault is passed in C by its type; the rest of this module runs only to say what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from stator.api.shapes import wording
from stator.api.shapes.coercion import coerce
from stator.api.shapes.layers import is_read_by_newer, is_too_deep
from stator.api.shapes.model import DYNAMODB, Service, service
from stator.api.shapes.request_types import decode_hook, request_type
from stator.api.shapes.violations import Findings
from stator.errors import SerializationException, ValidationException
from stator.limits import VALIDATION_ERRORS_MAX


def check(operation: str, request: Any, service_name: str = DYNAMODB) -> dict[str, Any]:
    """The request, copied: known members only, no nulls. `operation` must be one of the model's."""
    try:
        checked: dict[str, Any] = msgspec.convert(
            request, request_type(operation, service_name), dec_hook=decode_hook
        )
    except (msgspec.ValidationError, RecursionError):
        return explain(operation, request, service_name)
    return checked


def explain(operation: str, request: Any, service_name: str = DYNAMODB) -> dict[str, Any]:
    """What `check` does, the slow way, which finds the words for what is wrong."""
    model = service(service_name)
    name = model.operations[operation].input
    try:
        coerced: dict[str, Any] = coerce(model.shapes, name, request)
    except RecursionError:
        raise SerializationException("The request is nested too deeply") from None
    newer = is_read_by_newer(operation, model.shapes, name, coerced)
    _raise_alone(operation, model, coerced, newer)
    found = Findings(operation, model.shapes, newer).request(name, coerced)
    _raise_all(list(islice(found, VALIDATION_ERRORS_MAX)))
    _refuse_return_values_of_deep(operation, coerced)
    return coerced


def _raise_all(errors: list[str]) -> None:
    if errors:
        count = f"{len(errors)} validation error{'s' if len(errors) > 1 else ''} detected: "
        raise ValidationException(count + "; ".join(errors))


def _raise_alone(operation: str, model: Service, request: dict[str, Any], newer: bool) -> None:
    """What the service says before, and instead of, everything else."""
    for message in _alone(operation, model, request, newer):
        raise ValidationException(message)


def _alone(operation: str, model: Service, request: dict[str, Any], newer: bool) -> Iterator[str]:
    shape = model.shapes[model.operations[operation].input]
    members = shape.members
    of_tables = members.get("TableName") == "TableArn" and operation not in wording.ITEM_OPERATIONS
    if of_tables and "TableName" in shape.required and "TableName" not in request:
        yield "The parameter 'TableName' is required but was not present in the request"
    for rule in wording.ALONE + (wording.NEWER_ALONE if newer else ()):
        if rule.operation == operation and rule.member in request:
            enum = model.shapes[members[rule.member]].enum
            value = request[rule.member]
            if value not in enum if enum else not value:
                yield rule.message


def _refuse_return_values_of_deep(operation: str, request: dict[str, Any]) -> None:
    values = wording.ONLY_OLD.get(operation)
    if values and request.get("ReturnValues", "NONE") not in values and is_too_deep(request):
        raise ValidationException(wording.ONLY_OLD_MESSAGE)
