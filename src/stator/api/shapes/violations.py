"""The constraints that a coerced request breaks, one sentence each, in the order AWS lists them. Lazy: the caller
takes as many as it will tell, and the rest of a large request is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import Any, NamedTuple

from stator.api.shapes import wording
from stator.api.shapes.echo import echo, echo_json, lower_first
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
    """One operation's way of finding and wording what is wrong, as the newer layer of validation or the older."""

    def __init__(self, operation: str, shapes: dict[str, Shape], newer: bool) -> None:
        self._operation = operation
        self._shapes = shapes
        self._newer = newer
        self._newer_members = wording.NEWER[operation] if newer else frozenset()
        self._tells_names = True

    def request(self, name: str, request: dict[str, Any]) -> Iterator[str]:
        """One sentence for each constraint that a request of the shape `name` breaks."""
        if self._operation in wording.NAMES_GIVE_WAY:
            self._tells_names = not self._has_unknown_value(name, request)
        return self._structure(name, request, Path("", ""))

    def _has_unknown_value(self, name: str, request: dict[str, Any]) -> bool:
        members = self._shapes[name].members
        enums = ((self._shapes[members[member]].enum, value) for member, value in request.items())
        return any(enum and value not in enum for enum, value in enums)

    def _structure(self, name: str, value: dict[str, Any], at: Path) -> Iterator[str]:
        if name == "AttributeValue":
            return
        for member in self._ordered(name):
            yield from self._member(name, member, value.get(member), at.member(member))

    def _ordered(self, name: str) -> tuple[str, ...]:
        first = (self._newer and wording.NEWER_ORDER.get(name)) or wording.ORDER.get(name, ())
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
        if shape.kind == "map":
            yield from self._entries(name, shape, value, at)
        yield from self._inside(name, shape, value, at)

    def _sentence(self, member: str, name: str, value: Any, at: Path, constraint: str) -> str:
        if self._newer and (unnamed := wording.NEWER_ENUMS.get((self._operation, name))):
            return unnamed
        if member in self._newer_members:
            return f"Value at '{at.newer}' failed to satisfy constraint: {constraint}"
        shown = echo(self._shapes, name, value)
        return f"Value '{shown}' at '{at.older}' failed to satisfy constraint: {constraint}"

    def _inside(self, name: str, shape: Shape, value: Any, at: Path) -> Iterator[str]:
        match shape.kind:
            case "structure":
                yield from self._structure(name, value, at)
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
                if self._newer and name == "AttributeName":
                    yield wording.LONG_NAME
                    continue
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

    def _entries(self, name: str, shape: Shape, value: dict[str, Any], at: Path) -> Iterator[str]:
        """What is said of a map for its keys and for the lists in it."""
        for constraint in self._broken_entries(shape, value):
            shown = echo_json(value) if self._newer else echo(self._shapes, name, value)
            yield f"Value '{shown}' at '{at.older}' failed to satisfy constraint: {constraint}"

    def _broken_entries(self, shape: Shape, value: dict[str, Any]) -> Iterator[str]:
        if shape.key == "TableArn" and self._tells_names and any(any(self._table_name(key)) for key in value):
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
