"""A value as JSON gives it -> a request of the model's types, or the SerializationException that AWS answers.

The service's parser is lenient in places (nulls are absent, "yes" is true, 1.5 is the integer 1) and has an odd
sentence for each kind of mistake, which depends on what holds the value: a structure's member (`FIELD`) or a list or
map (`ELEMENT`). Members that the model does not know are dropped. The first mistake in document order is the answer.

This is Python at work on what a stranger sent, so a request of very many values is refused unread.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sized
from typing import Any

from stator.api.shapes.model import Shape
from stator.errors import SerializationException
from stator.limits import EXPLAINED_VALUES_MAX
from stator.values import decode_binary

FIELD = "field"
ELEMENT = "element"

_PACKAGE = "com.amazonaws.dynamodb.v20120810."
# What the service's parser leaks when a list or map stands inside a list or map and something else is sent.
_CAST = (
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class "
    "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of "
    "loader 'bootstrap')"
)
_FIELD = "Unexpected field type"
_MISPLACED = "Start of structure or map found where not expected"
_JAVA = {
    "string": "java.lang.String",
    "boolean": "java.lang.Boolean",
    "integer": "java.lang.Integer",
    "long": "java.lang.Long",
    "float": "java.lang.Float",
    "double": "java.lang.Double",
    "timestamp": "java.util.Date",
    "blob": "java.nio.ByteBuffer",
}
_TRUE = frozenset(("TRUE", "1", "YES"))
_FALSE = frozenset(("FALSE", "0", "NO"))


def coerce(shapes: dict[str, Shape], name: str, value: Any) -> Any:
    """`value`, which is not None, as the shape `name`. Raises SerializationException, and RecursionError for what
    is nested past the interpreter's limit."""
    return _Coercion(shapes).value(name, value, FIELD)


class _Coercion:
    def __init__(self, shapes: dict[str, Shape]) -> None:
        self._shapes = shapes
        self._room = EXPLAINED_VALUES_MAX

    def value(self, name: str, value: Any, place: str) -> Any:
        shape = self._shapes[name]
        match shape.kind:
            case "structure":
                return self._structure(name, value, place)
            case "map":
                return self._map(shape, value, place)
            case "list":
                return self._list(shape, value, place)
        if isinstance(value, list):
            raise SerializationException(f"Unrecognized collection type class {_JAVA[shape.kind]}")
        if isinstance(value, dict):
            raise SerializationException(_MISPLACED)
        return _SCALARS[shape.kind](value, _JAVA[shape.kind].rpartition(".")[2])

    def _structure(self, name: str, value: Any, place: str) -> dict[str, Any]:
        if isinstance(value, list):
            raise SerializationException(f"Unrecognized collection type class {_PACKAGE}{name}")
        if not isinstance(value, dict):
            raise SerializationException(_FIELD if place == FIELD else "Unexpected value type in payload")
        self._take(value)
        members = self._shapes[name].members
        return {
            member: self.value(members[member], inner, FIELD)
            for member, inner in value.items()
            if inner is not None and member in members
        }

    def _map(self, shape: Shape, value: Any, place: str) -> dict[str, Any]:
        if isinstance(value, list):
            type_ = f"java.util.Map<java.lang.String, {_java_type(self._shapes, shape.element)}>"
            raise SerializationException(f"Unrecognized collection type {type_}")
        if not isinstance(value, dict):
            raise SerializationException(_FIELD if place == FIELD else _CAST)
        self._take(value)
        return {
            key: kept for key, inner in value.items() if (kept := self._element(shape, inner)) is not None
        }

    def _list(self, shape: Shape, value: Any, place: str) -> list[Any]:
        if isinstance(value, dict):
            raise SerializationException(_MISPLACED)
        if not isinstance(value, list):
            raise SerializationException(_FIELD if place == FIELD else _CAST)
        self._take(value)
        return [kept for inner in value if (kept := self._element(shape, inner)) is not None]

    def _element(self, shape: Shape, value: Any) -> Any:
        """A null structure is one with nothing in it, so that the checks that follow find it empty; other nulls go."""
        if value is not None:
            return self.value(shape.element, value, ELEMENT)
        return {} if self._shapes[shape.element].kind == "structure" else None

    def _take(self, value: Sized) -> None:
        self._room -= len(value)
        if self._room < 0:
            raise SerializationException(
                "The request holds a mistake or a null, and too many values to look for it"
            )


def _java_type(shapes: dict[str, Shape], name: str) -> str:
    shape = shapes[name]
    if shape.kind == "list":
        return f"java.util.List<{_java_type(shapes, shape.element)}>"
    if shape.kind == "map":
        return f"java.util.Map<java.lang.String, {_java_type(shapes, shape.element)}>"
    return _JAVA.get(shape.kind, _PACKAGE + name)


def _token(value: Any) -> str:
    """What the service's parser calls the token it met."""
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, str):
        return "STRING_VALUE"
    return "NUMBER_VALUE" if isinstance(value, int) else "DECIMAL_VALUE"


def _refuse(value: Any, type_: str) -> SerializationException:
    return SerializationException(f"{_token(value)} cannot be converted to {type_}")


def _string(value: Any, type_: str) -> str:
    if isinstance(value, str):
        return value
    raise _refuse(value, type_)


def _boolean(value: Any, type_: str) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise _refuse(value, type_)
    if value.upper() in _TRUE:
        return True
    if value.upper() in _FALSE:
        return False
    raise SerializationException("Unexpected token received from parser")


def _integer(value: float | str, type_: str) -> int:
    if isinstance(value, bool | str):
        raise _refuse(value, type_)
    return math.floor(value)


def _decimal(value: Any, type_: str) -> float:
    if isinstance(value, bool | str):
        raise _refuse(value, type_)
    return float(value)


def _blob(value: Any, type_: str) -> str:
    if not isinstance(value, str):
        raise SerializationException("only base-64-encoded strings are convertible to bytes")
    decode_binary(value)
    return value


_SCALARS: dict[str, Callable[[Any, str], Any]] = {
    "string": _string,
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "double": _decimal,
    "float": _decimal,
    "timestamp": _decimal,
    "blob": _blob,
}
