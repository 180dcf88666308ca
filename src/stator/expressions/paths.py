"""Document paths at work: reading what a path leads to, and trees of paths that do not overlap.

A path leads to None where a container is missing, is of another type, or lacks the member. That differs from an
attribute of type NULL, which is a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from stator.errors import ValidationException
from stator.expressions.faults import invalid
from stator.expressions.nodes import Part, Path, path_text
from stator.values import AttributeValue, Item

Parts = tuple[Part, ...]
PathTree = dict[Part, Any]
"""Member name or index -> PathTree, or what was put at the path's end. The members of one tree are all names
or all indexes."""


def reader(parts: Parts) -> Callable[[Item], AttributeValue | None]:
    if len(parts) == 1:
        name = parts[0]
        return lambda item: item.get(name)  # type: ignore[arg-type]
    head, *rest = parts

    def read(item: Item) -> AttributeValue | None:
        found = item.get(head)  # type: ignore[arg-type]
        for part in rest:
            if found is None:
                return None
            found = member(found, part)
        return found

    return read


def member(value: AttributeValue, part: Part) -> AttributeValue | None:
    """The member of a map or the element of a list."""
    if isinstance(part, str):
        members = value.get("M")
        return None if members is None else members.get(part)
    elements = value.get("L")
    return elements[part] if elements is not None and part < len(elements) else None


def heads(paths: Iterable[Path]) -> frozenset[str]:
    """The names of the attributes that the paths begin with."""
    return frozenset(str(path.parts[0]) for path in paths)


def nested_heads(paths: Iterable[Path]) -> frozenset[str]:
    """Of these the ones that a path goes into."""
    return frozenset(str(path.parts[0]) for path in paths if len(path.parts) > 1)


class _Node:
    """`origin` is the first path that came through here; `end` what a path that stops here is for."""

    __slots__ = ("children", "end", "origin", "stops")

    def __init__(self, origin: Parts) -> None:
        self.origin = origin
        self.children: dict[Part, _Node] = {}
        self.stops = False
        self.end: Any = None


def path_tree(kind: str, entries: Sequence[tuple[Parts, Any]]) -> PathTree:
    """The tree of `entries`. Raises when one path leads through or to another's end (they overlap), or two take
    one container for a map and for a list (they conflict); any overlap is told before any conflict."""
    root = _Node(())
    conflict: tuple[Parts, Parts] | None = None
    for parts, end in entries:
        overlapped, rival = _plant(root, parts, end)
        if overlapped is not None:
            # The service names the first of the two paths, and beside it the last distinct path of all.
            last = list(dict.fromkeys(other for other, _ in entries))[-1]
            raise _path_fault(kind, "overlap", overlapped, last)
        if conflict is None and rival is not None:
            conflict = rival, parts
    if conflict is not None:
        raise _path_fault(kind, "conflict", *conflict)
    return _members(root)


def _plant(root: _Node, parts: Parts, end: Any) -> tuple[Parts | None, Parts | None]:
    """Adds a path. Returns the earlier path that it overlaps, and the earlier one that it conflicts with."""
    node = root
    rival = None
    for part in parts:
        if node.stops:
            return node.origin, None
        following = node.children.get(part)
        if following is None:
            following = _Node(parts)
            for known, child in node.children.items():
                if isinstance(known, str) is not isinstance(part, str):
                    rival = rival or child.origin
                break
            node.children[part] = following
        node = following
    if node.stops or node.children:
        return node.origin, None
    node.stops = True
    node.end = end
    return None, rival


def _members(node: _Node) -> PathTree:
    return {part: child.end if child.stops else _members(child) for part, child in node.children.items()}


def _path_fault(kind: str, how: str, one: Parts, two: Parts) -> ValidationException:
    return invalid(
        kind,
        f"Two document paths {how} with each other; must remove or rewrite one of these paths; "
        f"path one: {path_text(one)}, path two: {path_text(two)}",
    )


def project(tree: PathTree, item: Item) -> Item:
    """What the tree's paths lead to, inside their containers; elements of a list close up, in order."""
    result = {}
    for name, rest in tree.items():
        value = item.get(name)  # type: ignore[arg-type]
        if value is not None and isinstance(rest, dict):
            value = _project_value(rest, value)
        if value is not None:
            result[str(name)] = value
    return result


def _project_value(tree: PathTree, value: AttributeValue) -> AttributeValue | None:
    """None when no path of the tree leads anywhere."""
    found = []
    for part, rest in tree.items():
        below = member(value, part)
        if below is not None and isinstance(rest, dict):
            below = _project_value(rest, below)
        if below is not None:
            found.append((part, below))
    if not found:
        return None
    if isinstance(found[0][0], str):
        return {"M": dict(found)}
    found.sort(key=itemgetter(0))
    return {"L": [below for _, below in found]}
