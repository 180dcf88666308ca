"""Fn::ForEach: a mapping whose loops are written out, as AWS::LanguageExtensions does before anything else.

    Fn::ForEach::Name: [Identifier, [values], {key with ${Identifier}: value}]

`${Identifier}` in keys and texts, `&{Identifier}` (the value's letters and digits alone) and Ref of it are replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from stator.limits import TEMPLATE_LOOPS_MAX
from stator.templates.faults import Path, ResolutionError

if TYPE_CHECKING:
    from stator.templates.evaluation import Evaluator

_LOOP = "Fn::ForEach::"
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")


def has_loops(node: Mapping[str, Any]) -> bool:
    return any(key.startswith(_LOOP) for key in node)


def unrolled(evaluator: Evaluator, node: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Raises ResolutionError: a key that is made twice, among others."""
    made: dict[str, Any] = {}
    for key, value in _members(evaluator, node, path):
        if key in made:
            raise ResolutionError(path, f"a loop makes {key} a second time")
        made[key] = value
        if len(made) > TEMPLATE_LOOPS_MAX:
            raise ResolutionError(path, f"its loops make more than {TEMPLATE_LOOPS_MAX:,} members")
    return made


def _members(evaluator: Evaluator, node: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if key.startswith(_LOOP):
            yield from _loop(evaluator, value, (*path, key))
        else:
            yield key, value


def _loop(evaluator: Evaluator, loop: Any, path: Path) -> Iterator[tuple[str, Any]]:
    evaluator.require_extensions("Fn::ForEach", path)
    if (
        not isinstance(loop, list)
        or len(loop) != 3
        or not isinstance(loop[0], str)
        or not isinstance(loop[2], dict)
    ):
        raise ResolutionError(path, "takes an identifier, a list of values and a mapping")
    identifier, values, body = loop
    for value in evaluator.list(values, (*path, 1)):
        text = evaluator.text(value, (*path, 1))
        yield from _members(evaluator, _replaced(body, identifier, text), (*path, 2))


def _replaced(node: Any, identifier: str, value: str) -> Any:
    if isinstance(node, dict):
        if node == {"Ref": identifier}:
            return value
        return {
            _replaced(key, identifier, value): _replaced(each, identifier, value)
            for key, each in node.items()
        }
    if isinstance(node, list):
        return [_replaced(each, identifier, value) for each in node]
    if isinstance(node, str):
        plain = _NOT_ALPHANUMERIC.sub("", value)
        return node.replace(f"${{{identifier}}}", value).replace(f"&{{{identifier}}}", plain)
    return node
