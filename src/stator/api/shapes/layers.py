"""Which of the service's two layers of validation reads a request, so which words it gets (see `wording`)."""

from __future__ import annotations

from typing import Any

from stator.api.shapes import wording
from stator.api.shapes.model import Shape
from stator.limits import NEWER_LAYER_LEVELS_MAX


def is_read_by_newer(operation: str, shapes: dict[str, Shape], name: str, request: dict[str, Any]) -> bool:
    """`name`: the shape of the request, which is coerced. What lacks a required member anywhere, or is a single-item
    write nested too deep, is left to the older layer."""
    if operation not in wording.NEWER or not _is_whole(shapes, name, request):
        return False
    return operation not in wording.WRITES or not is_too_deep(request)


def is_too_deep(request: dict[str, Any]) -> bool:
    """Whether objects and arrays are nested past what the newer layer reads of a single-item write."""
    level: list[Any] = [request]
    for _ in range(NEWER_LAYER_LEVELS_MAX):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _is_whole(shapes: dict[str, Shape], name: str, value: Any) -> bool:
    shape = shapes[name]
    if name == "AttributeValue":
        return True
    match shape.kind:
        case "structure":
            return all(member in value for member in shape.required) and all(
                _is_whole(shapes, shape.members[member], inner) for member, inner in value.items()
            )
        case "list":
            return all(_is_whole(shapes, shape.element, inner) for inner in value)
        case "map":
            return all(_is_whole(shapes, shape.element, inner) for inner in value.values())
    return True
