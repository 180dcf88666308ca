"""Projections: which parts of an item a read returns.

projection := path ("," path)*
path       := (word | name) ("." (word | name) | "[" index "]")*
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from stator.expressions.cursor import Cursor
from stator.expressions.faults import invalid, undefined_name
from stator.expressions.nodes import Path
from stator.expressions.paths import PathTree, nested_heads, path_tree, project
from stator.expressions.placeholders import Names, Placeholders
from stator.limits import EXPRESSIONS_REMEMBERED
from stator.values import Item


@dataclass(frozen=True, slots=True)
class Projection:
    """`top_level`: the attributes it takes something of, in the order of the text; `nested`: those it goes into."""

    paths: tuple[Path, ...]
    top_level: tuple[str, ...]
    nested: frozenset[str]
    _tree: PathTree

    def apply(self, item: Item) -> Item:
        """The projected parts of an item, in containers of their own; the values are shared with `item`."""
        if self.nested:
            return project(self._tree, item)
        return {name: item[name] for name in self._tree if name in item}


def projection_of_paths(paths: Iterable[Path], kind: str = "ProjectionExpression") -> Projection:
    """Raises ValidationException when paths overlap or conflict."""
    paths = tuple(paths)
    tree = path_tree(kind, [(path.parts, None) for path in paths])
    return Projection(
        paths, tuple(dict.fromkeys(str(path.parts[0]) for path in paths)), nested_heads(paths), tree
    )


def compile_projection(
    text: str, placeholders: Placeholders, kind: str = "ProjectionExpression"
) -> Projection:
    """Raises ValidationException with AWS's text."""
    placeholders.check()
    projection, used = placeholders.through(_compiled, kind, text)
    placeholders.note_used(used)
    return projection


@lru_cache(EXPRESSIONS_REMEMBERED)
def _compiled(kind: str, text: str, names: Names) -> tuple[Projection, frozenset[str]]:
    cursor = Cursor(kind, text, dict(names), frozenset())
    paths = [cursor.path()]
    while cursor.take(","):
        paths.append(cursor.path())
    if not cursor.at_end():
        raise cursor.fault()
    cursor.refuse_faults()
    for reference in cursor.references:
        if reference in cursor.unresolved:
            raise invalid(kind, undefined_name(reference))
    return projection_of_paths(paths, kind), frozenset(cursor.references)
