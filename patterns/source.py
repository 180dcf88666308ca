"""A pattern's module as its page shows it: what has to be there first, and each example's body."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from types import ModuleType
from typing import Final

from patterns.pattern import Example, Pattern, Wait

LINE_MAX: Final = 100


def design_code(pattern: Pattern) -> str:
    """The module without its examples: the imports, entities, the design, and what the examples call. It runs as it
    stands, and has all that the examples name."""
    module = _module(pattern)
    source = inspect.getsource(module)
    shown = {each.__name__ for each in pattern.examples if not isinstance(each, Wait)}
    parts: list[str] = []
    body = ast.parse(source).body
    named = [node for node in body if _name(node) not in (None, "PATTERN")]
    for node in named:
        if _name(node) not in shown:
            parts.append(ast.get_source_segment(source, node) or "")
    imports = "\n".join(_imports(body, _names_in(named)))
    return "\n\n\n".join([imports, *parts])


def code_of(example: Example) -> str:
    """The example's body, without its docstring; a last `return x` is `x`."""
    source = textwrap.dedent(inspect.getsource(example))
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    start = function.body[1].lineno
    body = textwrap.dedent("\n".join(source.splitlines()[start - 1 :]))
    return re.sub(r"^return ", "", body, flags=re.MULTILINE)


def _module(pattern: Pattern) -> ModuleType:
    return sys.modules[pattern.design.__module__]


def _name(node: ast.stmt) -> str | None:
    """Of a class, a function or a constant; None of what is none."""
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _names_in(nodes: list[ast.stmt]) -> set[str]:
    return {each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)}


def _imports(body: list[ast.stmt], used: set[str]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (f"import {each.name}" for each in node.names if each.name in used)
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            names = [each.name for each in node.names if each.name in used]
            if names:
                yield _import_from(str(node.module), names)


def _import_from(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= LINE_MAX:
        return line
    listed = "".join(f"    {name},\n" for name in names)
    return f"from {module} import (\n{listed})"
