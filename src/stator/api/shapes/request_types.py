"""The model's shapes as types that msgspec decodes and checks in C: the fast way of a request that has no fault.

A type accepts exactly what needs no second look: known members of the right types within the model's bounds, and no
nulls. What it refuses is not yet wrong; `coercion` and `constraints` say what is wrong, in AWS's words.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Annotated, Any, Literal, Required, TypedDict

import msgspec

from stator.api.shapes import wording
from stator.api.shapes.model import DYNAMODB, Shape, compiled, member_shape, service
from stator.errors import SerializationException
from stator.limits import ARN_CHARS_MAX
from stator.values import decode_binary

# A table's name, or an ARN that may turn out to be one.
TABLE_NAME = rf"^(?:[a-zA-Z0-9_.-]{{3,255}}|arn:.{{1,{ARN_CHARS_MAX - 4}}})\Z"
_TableName = Annotated[str, msgspec.Meta(pattern=TABLE_NAME)]


# What a put or delete cannot return is refused by the operation, in words that depend on the whole request.
_SECOND_LOOK: dict[tuple[str, str], Any] = {
    (f"{operation}Input", "ReturnValues"): Literal[values] for operation, values in wording.ONLY_OLD.items()
}


class _AnyText(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, str)


class Base64Text(metaclass=_AnyText):
    """A plain str to the program; to msgspec a type of its own, which it hands to `decode_hook`."""


def decode_hook(type_: type, value: Any) -> Any:
    if type_ is not Base64Text or type(value) is not str:
        raise ValueError("not base64")
    try:
        decode_binary(value)
    except SerializationException as error:
        # What else is wrong with the request may come first: `explain` decides.
        raise ValueError("not base64") from error
    return value


class AttributeValue(TypedDict, total=False):
    """Recursive, so written out; a test holds it equal to the model."""

    S: str
    N: str
    B: Base64Text
    SS: list[str]
    NS: list[str]
    BS: list[Base64Text]
    M: dict[str, AttributeValue]
    L: list[AttributeValue]
    NULL: bool
    BOOL: bool


# msgspec keeps what it finds out about a type with the type, from the beginning of finding it out: another thread that
# meets a half-known type then ends the process. So only one at a time makes a type and has it known to the end, with
# all the types it shares with others.
_first_use = threading.Lock()


@cache
def request_type(operation: str, service_name: str = DYNAMODB, value_type: Any = AttributeValue) -> Any:
    """The type of an operation's request, with `value_type` for its attribute values. KeyError for an operation that
    the model has not. Safe to ask for, and to use, from any thread."""
    model = service(service_name)
    with _first_use:
        type_ = _structure(model.shapes, model.operations[operation].input, value_type)
        msgspec.json.Decoder(type_, dec_hook=decode_hook)
    return type_


def _structure(shapes: dict[str, Shape], name: str, value_type: Any) -> Any:
    if name == "AttributeValue":
        return value_type
    required = shapes[name].required
    fields: dict[str, Any] = {}
    for member, shape_name in shapes[name].members.items():
        type_ = _SECOND_LOOK.get((name, member)) or _type(
            shapes, shape_name, member_shape(shapes, name, member), value_type
        )
        fields[member] = Required[type_] if member in required else type_
    return TypedDict(name, fields, total=False)  # type: ignore[operator]


def _type(shapes: dict[str, Shape], name: str, shape: Shape, value_type: Any) -> Any:
    match shape.kind:
        case "structure":
            return _structure(shapes, name, value_type)
        case "list":
            return _bounded(list.__class_getitem__(_element(shapes, shape, value_type)), shape)
        case "map":
            key = _TableName if shape.key == "TableArn" else str
            return _bounded(dict.__class_getitem__((key, _element(shapes, shape, value_type))), shape)
        case "string":
            return _text(name, shape)
        case "integer" | "long":
            return _ranged(int, shape)
        case "double" | "float" | "timestamp":
            return _ranged(float, shape)
        case "boolean":
            return bool
        case "blob":
            return Base64Text
    raise TypeError(f"the model has a kind of shape that is not known: {shape.kind}")


def _element(shapes: dict[str, Shape], shape: Shape, value_type: Any) -> Any:
    return _type(shapes, shape.element, shapes[shape.element], value_type)


def _text(name: str, shape: Shape) -> Any:
    if name == "TableArn":
        return _TableName
    if shape.enum:
        return Literal[shape.enum]
    checked = shape.pattern is not None and compiled(shape.pattern) is not None
    pattern = rf"^(?:{shape.pattern})\Z" if checked else None
    if pattern is None and not shape.min and shape.max is None:
        return str
    return Annotated[str, msgspec.Meta(min_length=shape.min, max_length=shape.max, pattern=pattern)]


def _bounded(type_: Any, shape: Shape) -> Any:
    if shape.min is None and shape.max is None:
        return type_
    return Annotated[type_, msgspec.Meta(min_length=shape.min, max_length=shape.max)]


def _ranged(type_: Any, shape: Shape) -> Any:
    if shape.min is None and shape.max is None:
        return type_
    return Annotated[type_, msgspec.Meta(ge=shape.min, le=shape.max)]
