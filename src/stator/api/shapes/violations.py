"""The constraints that a coerced request breaks, one sentence each, in the order AWS lists them. Lazy: the caller
takes as many as it will tell, and the rest of a large request is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import Any, NamedTuple

from stator.api.shapes import wording
from stator.api.shapes.echo import echo, lower_first
from stator.api.shapes.model import Shape, compiled, member_shape
from stator.limits import ARN_CHARS_MAX


class Path(NamedTuple):
    """Where a value is, as each of the two layers of validation spells it."""

    older: str
    newer: str

    def member(self, name: str) -> Path:
        dot = "." if self.older else ""
        return Path(f"{self.older}{dot}{lower_first(name)}", f"{self.newer}{dot}{name}")

    def element(self, key: int | str) -> Path:
        return Path(f"{self.older}.{key}.member", f"{self.newer}.{key}.member")


class Findings:
    """One operation's way of finding and wording what is wrong."""

    def __init__(self, operation: str, shapes: dict[str, Shape]) -> None:
        self._operation = operation
        self._shapes = shapes
        self._newer = wording.NEWER.get(operation, frozenset())

    def structure(self, name: str, value: dict[str, Any], at: Path) -> Iterator[str]:
        if name == "AttributeValue":
            return
        for member in self._ordered(name):
            yield from self._member(name, member, value.get(member), at.member(member))

    def _ordered(self, name: str) -> tuple[str, ...]:
        first = wording.ORDER.get(name, ())
        return (*first, *(member for member in self._shapes[name].members if member not in first))

    def _member(self, structure: str, member: str, value: Any, at: Path) -> Iterator[str]:
        if value is None:
            if member in self._shapes[structure].required:
                yield f"Value null at '{at.older}' failed to satisfy constraint: Member must not be null"
            return
        name = self._shapes[structure].members[member]
        shape = member_shape(self._shapes, structure, member)
        for constraint in self._broken(name, shape, value, (structure, member) in wording.PATTERN_FIRST):
            yield self._sentence(member, name, value, at, constraint)
        yield from self._inside(name, shape, value, at)

    def _sentence(self, member: str, name: str, value: Any, at: Path, constraint: str) -> str:
        if name == "ReturnValue" and self._operation in wording.WRITES:
            return wording.RETURN_VALUES
        if member in self._newer:
            return f"Value at '{at.newer}' failed to satisfy constraint: {constraint}"
        shown = echo(self._shapes, name, value)
        return f"Value '{shown}' at '{at.older}' failed to satisfy constraint: {constraint}"

    def _inside(self, name: str, shape: Shape, value: Any, at: Path) -> Iterator[str]:
        match shape.kind:
            case "structure":
                yield from self.structure(name, value, at)
            case "list":
                for index, element in enumerate(value, 1):
                    yield from self._element(shape.element, element, at.element(index))
            case "map":
                for key, element in value.items():
                    yield from self._element(shape.element, element, at.element(key))

    def _element(self, name: str, value: Any, at: Path) -> Iterator[str]:
        shape = self._shapes[name]
        if shape.kind not in ("list", "map"):
            for constraint in self._broken(name, shape, value, False):
                shown = echo(self._shapes, name, value)
                yield f"Value '{shown}' at '{at.older}' failed to satisfy constraint: {constraint}"
        yield from self._inside(name, shape, value, at)

    def _broken(self, name: str, shape: Shape, value: Any, pattern_first: bool) -> Iterator[str]:
        """The constraints of its own shape that a value breaks."""
        if name == "TableArn":
            yield from self._table_name(value)
        elif shape.enum:
            if value not in shape.enum:
                yield f"Member must satisfy enum value set: [{', '.join(wording.ENUMS.get(name, shape.enum))}]"
        elif shape.kind in ("integer", "long", "double", "float"):
            yield from _range(shape, value)
        elif shape.kind in ("string", "list", "map"):
            complaints = (_pattern(shape, value), _length(shape, value))
            for part in complaints if pattern_first else reversed(complaints):
                yield from part
            if shape.kind == "map":
                yield from self._entries(shape, value)

    def _table_name(self, value: str) -> Iterator[str]:
        if value.startswith("arn:"):
            if len(value) > ARN_CHARS_MAX:
                yield f"Member must have length less than or equal to {ARN_CHARS_MAX}"
        elif not value and self._operation in wording.ITEM_OPERATIONS:
            yield "Member must have length greater than or equal to 1"
        else:
            name = self._shapes["TableName"]
            yield from _length(name, value)
            yield from _pattern(name, value)

    def _entries(self, shape: Shape, value: dict[str, Any]) -> Iterator[str]:
        """What is said of a map for its keys and for the lists in it."""
        if shape.key == "TableArn" and any(any(self._table_name(key)) for key in value):
            name = self._shapes["TableName"]
            pattern = f"Member must satisfy regular expression pattern: {name.pattern}"
            yield f"Map keys must satisfy constraint: [{_bounds(name)}, {pattern}]"
        element = self._shapes[shape.element]
        if element.kind == "list" and not all(_bounded(element, each) for each in value.values()):
            yield f"Map value must satisfy constraint: [{_bounds(element)}]"


def _length(shape: Shape, value: Sized) -> Iterator[str]:
    if shape.min is not None and len(value) < shape.min:
        yield f"Member must have length greater than or equal to {shape.min}"
    if shape.max is not None and len(value) > shape.max:
        yield f"Member must have length less than or equal to {shape.max}"


def _range(shape: Shape, value: float) -> Iterator[str]:
    if shape.min is not None and value < shape.min:
        yield f"Member must have value greater than or equal to {shape.min}"
    if shape.max is not None and value > shape.max:
        yield f"Member must have value less than or equal to {shape.max}"


def _pattern(shape: Shape, value: Any) -> Iterator[str]:
    pattern = compiled(shape.pattern) if shape.pattern is not None else None
    if pattern is not None and not pattern.fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {shape.pattern}"


def _bounded(shape: Shape, value: Sized) -> bool:
    return not any(_length(shape, value))


def _bounds(shape: Shape) -> str:
    parts = []
    if shape.max is not None:
        parts.append(f"Member must have length less than or equal to {shape.max}")
    if shape.min is not None:
        parts.append(f"Member must have length greater than or equal to {shape.min}")
    return ", ".join(parts)
