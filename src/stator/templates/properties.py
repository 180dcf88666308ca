"""What a resource type's properties may be, and values checked against that.

A Property says what it takes and what becomes of it; docs/apply.md is made from these. Values come as CloudFormation
takes them: a number or a boolean may be given as text, and text as a number or a boolean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from stator.templates.evaluation import kind_of
from stator.templates.faults import Path, ResolutionError, nearest

_NAME = re.compile(r"[a-zA-Z0-9_.-]+")
_INTEGER = re.compile(r"[-+]?\d+(?:\.0+)?")


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    OBJECT = "mapping"
    LIST = "list"
    TEXTS = "mapping of texts"
    JSON = "JSON"


@dataclass(frozen=True, slots=True)
class Property:
    """`does`: what is made of it. `refused`: why it stops the apply; `harmless`: the value with which it does not."""

    kind: Kind
    does: str = ""
    required: bool = False
    refused: str = ""
    harmless: Mapping[str, Any] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    is_name: bool = False
    least: int | None = None
    most: int | None = None
    members: Mapping[str, Property] = field(default_factory=dict)
    element: Property | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A property that cannot be honoured."""

    path: Path
    reason: str


def checked(value: Any, property_: Property, path: Path, refusals: list[Refusal]) -> Any:
    """The value in its own type. What cannot be honoured is added to `refusals`. Raises ResolutionError for a value
    that is none of the property's."""
    made = _CHECKS[property_.kind](value, property_, path, refusals)
    if property_.allowed and made not in property_.allowed:
        raise ResolutionError(path, f"'{made}' is not allowed; allowed: {', '.join(property_.allowed)}")
    if property_.refused and not _is_harmless(made, property_.harmless):
        refusals.append(Refusal(path, property_.refused))
    return made


def _is_harmless(value: Any, harmless: Mapping[str, Any]) -> bool:
    if not harmless:
        return False
    return isinstance(value, dict) and all(value.get(name) == each for name, each in harmless.items())


def _text(value: Any, property_: Property, path: Path, _: list[Refusal]) -> str:
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        raise ResolutionError(path, f"text is expected, not {kind_of(value)}")
    text = str(value)
    _check_size(len(text), property_, path, " characters")
    if property_.is_name and _NAME.fullmatch(text) is None:
        raise ResolutionError(path, f"'{text}' is not allowed; allowed: letters, digits, _ . and -")
    return text


def _integer(value: Any, property_: Property, path: Path, _: list[Refusal]) -> int:
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not (is_whole or (isinstance(value, str) and _INTEGER.fullmatch(value))):
        raise ResolutionError(path, f"a whole number is expected, not {kind_of(value)}")
    number = int(float(value)) if isinstance(value, float) or "." in str(value) else int(value)
    _check_size(number, property_, path, "")
    return number


def _number(value: Any, _: Property, path: Path, __: list[Refusal]) -> float:
    try:
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return float(value)
    except ValueError:
        pass
    raise ResolutionError(path, f"a number is expected, not {kind_of(value)}")


def _boolean(value: Any, _: Property, path: Path, __: list[Refusal]) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ResolutionError(path, f"true or false is expected, not {kind_of(value)}")


def _check_size(size: int, property_: Property, path: Path, unit: str) -> None:
    if property_.least is not None and size < property_.least:
        raise ResolutionError(path, f"{size}{unit}; at least {property_.least} are needed")
    if property_.most is not None and size > property_.most:
        raise ResolutionError(path, f"{size}{unit}; at most {property_.most} are allowed")


def _object(value: Any, property_: Property, path: Path, refusals: list[Refusal]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ResolutionError(path, f"a mapping is expected, not {kind_of(value)}")
    for name in value:
        if name not in property_.members:
            raise ResolutionError(
                (*path, name), f"there is no such property{nearest(name, property_.members)}"
            )
    for name, member in property_.members.items():
        if member.required and value.get(name) is None:
            raise ResolutionError(path, f"{name} is missing")
    return {
        name: checked(each, property_.members[name], (*path, name), refusals)
        for name, each in value.items()
        if each is not None
    }


def _list(value: Any, property_: Property, path: Path, refusals: list[Refusal]) -> list[Any]:
    if not isinstance(value, list):
        raise ResolutionError(path, f"a list is expected, not {kind_of(value)}")
    assert property_.element is not None
    _check_size(len(value), property_, path, " elements")
    return [checked(each, property_.element, (*path, place), refusals) for place, each in enumerate(value)]


def _texts(value: Any, property_: Property, path: Path, refusals: list[Refusal]) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ResolutionError(path, f"a mapping is expected, not {kind_of(value)}")
    return {name: _text(each, property_, (*path, name), refusals) for name, each in value.items()}


def _json(value: Any, _: Property, path: Path, __: list[Refusal]) -> Any:
    """A mapping, or text that is one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise ResolutionError(path, f"is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise ResolutionError(path, f"a mapping is expected, not {kind_of(value)}")
    return value


_CHECKS = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.OBJECT: _object,
    Kind.LIST: _list,
    Kind.TEXTS: _texts,
    Kind.JSON: _json,
}
