"""Every answer against the service's own model: no unknown member, none missing that must be there, the right types.

The first thing wrong is told with its place. Of errors the model says which of its own an operation may answer, and
what members they have; the others belong to the protocol or to any operation.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from stator.api.shapes.model import Shape, service

# Errors that the model has not at every operation and that AWS answers all the same
_ANYWHERE = {
    "ValidationException": {"message", "Message"},
    "SerializationException": {"message", "Message"},
    "ThrottlingException": {"message", "throttlingReasons"},
    "AccessDeniedException": {"message", "Message"},
    "ResourceNotFoundException": {"message", "Message"},
    "ServiceUnavailable": {"message", "Message"},
}
_WHOLE = ("integer", "long")


def check_shapes(service_name: str, operation: str, status: int, body: bytes) -> None:
    """Raises AssertionError that says what AWS would not have answered."""
    model = service(service_name)
    answer = json.loads(body)
    if status == 200:
        output = model.operations[operation].output
        assert answer == {} if not output else True, f"{operation} answers nothing: {answer}"
        if output:
            _check(model.shapes, output, answer, operation)
        return
    _check_error(model.shapes, model.operations[operation].errors, answer, operation)


def _check_error(
    shapes: dict[str, Shape], modelled: tuple[str, ...], answer: dict[str, Any], operation: str
) -> None:
    code = answer.pop("__type").rpartition("#")[2]
    answer.pop("Message", None)
    if code in modelled:
        names = {name for name in shapes if name == code}
        assert names, f"{operation}: {code} has no shape"
        answer.setdefault("message", "")
        members = shapes[code].members
        for name, value in answer.items():
            if name.lower() != "message":
                assert name in members, f"{operation}: {code} has no {name}"
                _check(shapes, members[name], value, f"{operation}: {code}.{name}")
    else:
        assert code in _ANYWHERE, f"{operation} never answers {code}: {answer}"
        assert set(answer) <= _ANYWHERE[code], f"{operation}: {code} has {sorted(answer)}"


def _check(shapes: dict[str, Shape], name: str, value: Any, where: str) -> None:
    shape = shapes[name]
    match shape.kind:
        case "structure":
            assert isinstance(value, dict), f"{where} is no {name}: {str(value)[:100]}"
            unknown = value.keys() - shape.members.keys()
            assert not unknown, f"{where}: {name} has no {sorted(unknown)}"
            missing = set(shape.required) - value.keys()
            assert not missing, f"{where}: {name} lacks {sorted(missing)}"
            assert name != "AttributeValue" or len(value) == 1, f"{where}: {value}"
            for member, inner in value.items():
                _check(shapes, shape.members[member], inner, f"{where}.{member}")
        case "list":
            assert isinstance(value, list), f"{where} is no list: {str(value)[:100]}"
            for number, inner in enumerate(value):
                _check(shapes, shape.element, inner, f"{where}[{number}]")
        case "map":
            assert isinstance(value, dict), f"{where} is no map: {str(value)[:100]}"
            for key, inner in value.items():
                _check(shapes, shape.element, inner, f"{where}[{key!r}]")
        case _:
            _check_scalar(shape, name, value, where)


def _check_scalar(shape: Shape, name: str, value: Any, where: str) -> None:
    if shape.kind in ("string", "blob"):
        assert isinstance(value, str), f"{where} is no {name}: {str(value)[:100]}"
        assert not shape.enum or value in shape.enum, f"{where}: {name} is never {value!r}"
        if shape.kind == "blob":
            try:
                base64.b64decode(value, validate=True)
            except binascii.Error as error:
                raise AssertionError(f"{where} is not base64: {value[:100]}") from error
    elif shape.kind == "boolean":
        assert isinstance(value, bool), f"{where} is no boolean: {value!r}"
    else:
        assert isinstance(value, int if shape.kind in _WHOLE else int | float), (
            f"{where} is no {shape.kind}: {value!r}"
        )
        assert not isinstance(value, bool), f"{where} is no {shape.kind}: {value!r}"
