"""Which members of an operation's request or answer hold attribute values, binaries or times; and how to change those.

AWS's model says where they stand. From it a converter is compiled for an operation, once: a function that makes a new
value with each attribute value, and each time, replaced, and shares what holds none. Where an operation has neither,
there is no converter. An answer's items may still be the stored JSON (`msgspec.Raw`): these are decoded on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Raw

from stator.api.operations import service_of
from stator.api.shapes import service
from stator.api.shapes.model import Shape

Convert = Callable[[Any], Any]
_decode = msgspec.json.Decoder().decode


class Leaves:
    """What to do with each attribute value and each time (None: nothing). `item` is, where it is given, used for
    a whole map of attribute values instead of its members one by one."""

    def __init__(self, value: Convert | None, time: Convert | None, item: Convert | None = None) -> None:
        self.value = value
        self.time = time
        self.item = item


def request_members(operation: str, leaves: Leaves) -> dict[str, Convert | None]:
    """Each member of the operation's request -> its converter, None where nothing in it is changed. KeyError for an
    operation that the model has not."""
    model = service(service_of(operation))
    return _members(model.shapes, model.operations[operation].input, leaves)


def answer_members(operation: str, leaves: Leaves) -> dict[str, Convert]:
    """The members of the operation's answer in which something is changed -> their converters."""
    model = service(service_of(operation))
    output = model.operations[operation].output
    members = _members(model.shapes, output, leaves) if output else {}
    return {member: convert for member, convert in members.items() if convert is not None}


def request_converter(operation: str, leaves: Leaves) -> Convert | None:
    """For whole requests. KeyError for an operation that the model has not."""
    model = service(service_of(operation))
    return _compile(model.shapes, model.operations[operation].input, leaves)


def answer_converter(operation: str, leaves: Leaves) -> Convert | None:
    """For whole answers."""
    model = service(service_of(operation))
    output = model.operations[operation].output
    return _compile(model.shapes, output, leaves) if output else None


def _members(shapes: dict[str, Shape], name: str, leaves: Leaves) -> dict[str, Convert | None]:
    return {member: _compile(shapes, inner, leaves) for member, inner in shapes[name].members.items()}


def _compile(shapes: dict[str, Shape], name: str, leaves: Leaves) -> Convert | None:
    if name == "AttributeValue":
        return leaves.value
    shape = shapes[name]
    match shape.kind:
        case "structure":
            return _structure(shapes, shape, leaves)
        case "map":
            if shape.element == "AttributeValue" and leaves.item is not None:
                return leaves.item
            return _map(_compile(shapes, shape.element, leaves))
        case "list":
            return _list(_compile(shapes, shape.element, leaves))
        case "timestamp":
            return leaves.time
    return None


def _structure(shapes: dict[str, Shape], shape: Shape, leaves: Leaves) -> Convert | None:
    members = {member: _compile(shapes, inner, leaves) for member, inner in shape.members.items()}
    compiled = {member: convert for member, convert in members.items() if convert is not None}
    if not compiled:
        return None

    def convert_structure(value: Any) -> Any:
        """What is no structure, or a null, is left for the service to refuse."""
        if not isinstance(value, Mapping):
            return value
        changed = dict(value)
        for member in value:
            convert = compiled.get(member)
            if convert is not None and value[member] is not None:
                changed[member] = convert(value[member])
        return changed

    return convert_structure


def _map(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None

    def convert_map(value: Any) -> Any:
        if type(value) is Raw:
            value = _decode(value)
        if not isinstance(value, Mapping):
            return value
        return {key: convert(inner) for key, inner in value.items()}

    return convert_map


def _list(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None

    def convert_list(value: Any) -> Any:
        if type(value) is Raw:
            value = _decode(value)
        return [convert(inner) for inner in value] if isinstance(value, (list, tuple)) else value

    return convert_list
