"""Paths to a part of a nested value: "address.city", "lines[0].quantity", or ("counts", "a.b") where a map's key holds
what a path is written with. Names are the fields' of nested models and the keys of maps, numbers the places in lists.

A path is followed through the types of the fields, so that what is set there is checked as its model checks it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from stator.model.attributes import plain
from stator.model.conditions import Placeholders
from stator.model.entities import attribute_of, field_validator
from stator.model.faults import ArgumentError
from stator.model.kinds import bare, is_optional
from stator.model.layouts import Layout

Path = str | tuple[str | int, ...]
_PATH: Final = re.compile(r"[^.\[\]]+(?:\[\d+\])*(?:\.[^.\[\]]+(?:\[\d+\])*)*")
_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_TYPES_MAX: Final = 2048


@dataclass(frozen=True, slots=True)
class Part:
    """`steps`: as the item has them. `kind`: its type. `can_go`: whether the rest is whole without it. `bounds`: of a
    number, (">=", 0) and so on."""

    told: str
    steps: tuple[str | int, ...]
    kind: Any
    can_go: bool
    check: Any
    bounds: tuple[tuple[str, Any], ...] = ()

    @property
    def head(self) -> str:
        return str(self.steps[0])

    def checked(self, value: Any) -> Any:
        """The value as it is stored there; None: nothing is. Raises ArgumentError, naming the part."""
        if self.check is None:
            return plain(self.told, value)
        try:
            return plain(self.told, self.check.validate_python(value))
        except ValidationError as error:
            says = error.errors(include_url=False)[0]["msg"]
            raise ArgumentError(f"{self.told}: {says}, not {value!r}") from error

    def element(self) -> Part:
        """What a list there holds."""
        return _within(self, 0, f"{self.told}[]")

    def text(self, places: Placeholders) -> str:
        """The expression's path."""
        return path_text([step if isinstance(step, int) else places.name(step) for step in self.steps])

    def needed(self) -> tuple[str | int, ...]:
        """What must be there for it to be set: the map that holds it, or itself in a list. () where it is a field."""
        return self.steps if isinstance(self.steps[-1], int) else self.steps[:-1]


def steps_of(path: Path) -> tuple[str | int, ...]:
    """Raises ArgumentError for what is no path."""
    if isinstance(path, tuple):
        if path and isinstance(path[0], str) and all(isinstance(step, (str, int)) for step in path):
            return path
        raise ArgumentError(f"{path!r} is no path")
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise ArgumentError(f"{path!r} is no path")
    return tuple(int(match[1]) if match[1] else match[2] for match in _STEP.finditer(path))


def is_nested(path: Path) -> bool:
    return len(path) > 1 if isinstance(path, tuple) else "." in path or "[" in path


def head_of(path: Path) -> str:
    """The field that it begins with."""
    return str(steps_of(path)[0]) if is_nested(path) else str(path)


def part_of(layout: Layout, path: Path) -> Part:
    """Raises ArgumentError for a path that leads nowhere."""
    head, *steps = steps_of(path)
    info = layout.entity.model_fields.get(str(head))
    if info is None:
        raise ArgumentError(f"{layout.name} has no attribute {head}")
    told = f"{layout.name}.{head}"
    attribute = attribute_of(layout.entity, str(head))
    check = field_validator(layout.entity, str(head))
    part = Part(told, (attribute,), info.annotation, _may_be_absent(info), check, _bounds_of(info))
    for step in steps:
        part = _within(part, step, f"{part.told}[{step}]" if isinstance(step, int) else f"{part.told}.{step}")
    return part


def _within(part: Part, step: str | int, told: str) -> Part:
    kind = bare(part.kind)
    if kind in (Any, object):
        return Part(told, (*part.steps, step), Any, True, None)
    if isinstance(step, int):
        element, can_go = _element_of(kind, step, part.told)
        return Part(told, (*part.steps, step), element, can_go, _checker(element))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _field_within(part, kind, step, told)
    if isinstance(get_origin(kind) or kind, type) and issubclass(get_origin(kind) or kind, Mapping):
        value = (*get_args(kind), Any, Any)[1]
        return Part(told, (*part.steps, step), value, True, _checker(value))
    raise ArgumentError(f"{part.told} is no map and no model: there is no {told}")


def _field_within(part: Part, model: type[BaseModel], step: str, told: str) -> Part:
    info = model.model_fields.get(step)
    if info is None:
        if model.model_config.get("extra") == "allow":
            return Part(told, (*part.steps, step), Any, True, None)
        raise ArgumentError(f"{model.__name__} has no {step}: there is no {told}")
    steps = (*part.steps, attribute_of(model, step))
    return Part(
        told, steps, info.annotation, _may_be_absent(info), field_validator(model, step), _bounds_of(info)
    )


def _bounds_of(info: Any) -> tuple[tuple[str, Any], ...]:
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    return tuple(
        (sign, bound)
        for each in info.metadata
        for name, sign in signs.items()
        if (bound := getattr(each, name, None)) is not None
    )


def _may_be_absent(info: Any) -> bool:
    return not info.is_required() or is_optional(info.annotation)


def _element_of(kind: Any, place: int, told: str) -> tuple[Any, bool]:
    """The type of what a list holds there, and whether it can be removed."""
    origin, inner = get_origin(kind) or kind, get_args(kind)
    if origin is tuple and inner and inner[-1] is not Ellipsis:
        if place >= len(inner):
            raise ArgumentError(f"{told} has {len(inner)} elements: there is no {told}[{place}]")
        return inner[place], False
    if isinstance(origin, type) and issubclass(origin, Sequence) and origin not in (str, bytes):
        return (inner[0] if inner else Any), True
    raise ArgumentError(f"{told} is no list: there is no {told}[{place}]")


def _checker(kind: Any) -> Any:
    return None if kind is Any else _adapter(kind)


@lru_cache(_TYPES_MAX)
def _adapter(kind: Any) -> Any:
    return TypeAdapter(kind).validator


def held(item: Mapping[str, Any], steps: Sequence[str | int]) -> Any:
    """What an item has in a part; None where it has none."""
    found: Any = item
    for step in steps:
        if isinstance(step, int):
            found = found[step] if isinstance(found, list) and step < len(found) else None
        else:
            found = found.get(step) if isinstance(found, Mapping) else None
    return found


def path_text(steps: Sequence[str | int]) -> str:
    """A path as it is written."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)[1:]
