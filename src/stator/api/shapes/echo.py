"""How a validation error shows the value it is about: as the service's Java prints it, cut at a bound of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from stator.api.shapes.model import Shape
from stator.limits import ECHO_CHARS_MAX
from stator.values import binary_size

# Members that the service's own classes have beyond the published model: they print as null.
_HIDDEN_LAST = {"PutRequest": ("WorkloadProfileName",)}
_PRINTED = {
    "AttributeValue": (
        "S", "N", "B", "INT", "DECIMAL", "DOUBLE", "SS", "NS", "BS",
        "INTSET", "DECIMALSET", "DOUBLESET", "M", "L", "NULL", "BOOL",
    ),
}  # fmt: skip


def lower_first(name: str) -> str:
    """A member's name as errors spell it: sSESpecification, nULL."""
    return name[:1].lower() + name[1:]


def echo(shapes: dict[str, Shape], name: str, value: Any) -> str:
    """`value`, of the shape `name`, as the service prints it; past the bound it ends in `...`."""
    parts: list[str] = []
    room = ECHO_CHARS_MAX
    for part in _parts(shapes, name, value):
        if len(part) > room:
            return "".join((*parts, part[:room], "..."))
        parts.append(part)
        room -= len(part)
    return "".join(parts)


def echo_json(value: Any) -> str:
    """`value` as the newer layer of validation prints it, bounded in the same way."""
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= ECHO_CHARS_MAX else f"{text[:ECHO_CHARS_MAX]}..."


def _parts(shapes: dict[str, Shape], name: str, value: Any) -> Iterator[str]:
    match shapes[name].kind:
        case "structure":
            yield from _structure(shapes, name, value)
        case "list":
            yield "["
            for index, element in enumerate(value):
                yield ", " if index else ""
                yield from _parts(shapes, shapes[name].element, element)
            yield "]"
        case "map":
            yield "{"
            for index, (key, element) in enumerate(value.items()):
                yield f"{', ' if index else ''}{key}="
                yield from _parts(shapes, shapes[name].element, element)
            yield "}"
        case "boolean":
            yield "true" if value else "false"
        case "blob":
            size = binary_size(value)
            yield f"java.nio.HeapByteBuffer[pos=0 lim={size} cap={size}]"
        case _:
            yield str(value)


def _structure(shapes: dict[str, Shape], name: str, value: dict[str, Any]) -> Iterator[str]:
    members = shapes[name].members
    printed = _PRINTED.get(name, (*members, *_HIDDEN_LAST.get(name, ())))
    yield f"{name}("
    for index, member in enumerate(printed):
        yield f"{', ' if index else ''}{lower_first(member)}="
        if member in value:
            yield from _parts(shapes, members[member], value[member])
        else:
            yield "null"
    yield ")"
