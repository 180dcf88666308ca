"""Updates, compiled: text or actions -> a function from an item to the item it becomes.

Every operand and every list index means the item as it was. All that is assigned is worked out before anything
changes; then one walk over the tree of touched paths makes new containers along them and shares the rest, so
the old item stays as it is. In a list: what is set past the end is appended in the order of the indexes, and what is
removed closes up last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from stator.errors import ValidationException
from stator.expressions.demands import fit
from stator.expressions.nodes import Action, Add, Arithmetic, Call, Delete, Path, Remove, Set
from stator.expressions.paths import PathTree, heads, nested_heads, path_tree, project
from stator.expressions.placeholders import Names, Placeholders
from stator.expressions.update_checks import assigned_types, demands_of, refuse_faults
from stator.expressions.update_grammar import ParsedUpdate, parse_update
from stator.expressions.update_sources import TOO_LARGE, WRONG_TYPE, Source, Values, sources_of
from stator.limits import EXPRESSIONS_REMEMBERED, ITEM_BYTES_MAX
from stator.values import LEVELS_MAX, AttributeValue, Item, nests_beyond, numbers, ordered_set, type_of

INVALID_PATH = "The document path provided in the update expression is invalid for update"
TOO_DEEP = "Nesting Levels have exceeded supported limits"


@dataclass(frozen=True, slots=True)
class Shape:
    """An update without its values. A leaf of `tree` is the number of its action; `sources` are those of the SET
    actions, `levels` how deep a value may be that is set inside another. `mismatch` is what ADD and DELETE say to an
    attribute of another type."""

    actions: tuple[Action, ...]
    sources: Mapping[int, Source]
    levels: Mapping[int, int]
    tree: PathTree
    paths: tuple[Path, ...]
    attributes: frozenset[str]
    nested: frozenset[str]
    mismatch: str


class Update:
    """An update that is ready to be applied."""

    __slots__ = ("_values", "shape")

    def __init__(self, shape: Shape, values: Values) -> None:
        self.shape = shape
        self._values = values

    def apply(self, item: Item) -> Item:
        """The item that `item` becomes. For an item that does not exist yet, `item` is its key. Raises
        ValidationException when the update does not fit the item; `item` never changes."""
        shape, values = self.shape, self._values
        assigned: dict[int, AttributeValue] = {}
        elements = 0
        for number, source in shape.sources.items():
            value = assigned[number] = source(item, values)
            if "L" in value:
                elements += len(value["L"])
                if elements > ITEM_BYTES_MAX:
                    raise ValidationException(TOO_LARGE)
        changed = _Change(shape, values, assigned).members(shape.tree, item)
        for number, levels in shape.levels.items():
            if nests_beyond(assigned[number], levels):
                raise ValidationException(TOO_DEEP)
        return changed

    def project_updated(self, item: Item) -> Item:
        """What UPDATED_OLD returns of the old item, and UPDATED_NEW of the new one."""
        return project(self.shape.tree, item)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths it changes."""
        return self.shape.paths

    @property
    def attributes(self) -> frozenset[str]:
        """The top-level attributes it changes, or changes something in."""
        return self.shape.attributes

    @property
    def nested(self) -> frozenset[str]:
        """The attributes that it goes into, to change or to read."""
        return self.shape.nested

    @property
    def assigned_types(self) -> Mapping[str, str]:
        """Of the top-level attributes it sets or adds to, the types that are known whatever the item."""
        return assigned_types(self.shape.actions, self._values)


def compile_update(text: str, placeholders: Placeholders, kind: str = "UpdateExpression") -> Update:
    """Raises ValidationException with AWS's text."""
    placeholders.check()
    remembered = placeholders.through(_remembered, kind, text)
    shape = remembered.shape_for(placeholders.values)
    placeholders.note_used(remembered.references)
    return Update(shape, placeholders.values)


def update_of_actions(
    actions: Sequence[Action],
    operations: Sequence[Call | Arithmetic],
    values: Values,
    mismatch: str = WRONG_TYPE,
) -> Update:
    """An update that was not written in the expression language. `operations` are the functions and sums in the
    actions, inner ones first; the values are known to fit. Raises when paths overlap or conflict."""
    return Update(_shape("UpdateExpression", actions, operations, (), mismatch), values)


class _Remembered:
    """A parsed update, compiled once values were found that fit it."""

    __slots__ = ("_demands", "_kind", "_parsed", "_shape", "_wanted", "references")

    def __init__(self, kind: str, parsed: ParsedUpdate) -> None:
        self._kind = kind
        self._parsed = parsed
        self._shape: Shape | None = None
        self.references = frozenset(parsed.references)
        self._demands = demands_of(parsed)
        self._wanted = frozenset(name for name in parsed.references if name[0] == ":")

    def shape_for(self, values: Values) -> Shape:
        """Raises when the values do not fit."""
        parsed = self._parsed
        if self._shape is None:
            refuse_faults(self._kind, parsed, values)
            self._shape = _shape(self._kind, parsed.actions, parsed.operations, parsed.paths, WRONG_TYPE)
        elif not values.keys() >= self._wanted or not fit(self._demands, values):
            refuse_faults(self._kind, parsed, values)
        return self._shape


@lru_cache(EXPRESSIONS_REMEMBERED)
def _remembered(kind: str, text: str, names: Names) -> _Remembered:
    return _Remembered(kind, parse_update(kind, text, dict(names)))


def _shape(
    kind: str,
    actions: Sequence[Action],
    operations: Sequence[Call | Arithmetic],
    read: Sequence[Path],
    mismatch: str,
) -> Shape:
    sets = {number: action for number, action in enumerate(actions) if isinstance(action, Set)}
    sources = sources_of([action.source for action in sets.values()], operations)
    paths = tuple(action.path for action in actions)
    return Shape(
        tuple(actions),
        dict(zip(sets, sources, strict=True)),
        {
            number: LEVELS_MAX + 1 - depth
            for number, action in sets.items()
            if (depth := len(action.path.parts)) > 1
        },
        path_tree(kind, [(path.parts, number) for number, path in enumerate(paths)]),
        paths,
        heads(paths),
        nested_heads((*paths, *read)),
        mismatch,
    )


class _Change:
    """One walk over an item: what becomes of each touched path."""

    __slots__ = ("_assigned", "_shape", "_values")

    def __init__(self, shape: Shape, values: Values, assigned: Mapping[int, AttributeValue]) -> None:
        self._shape = shape
        self._values = values
        self._assigned = assigned

    def members(self, tree: PathTree, members: Item) -> Item:
        changed = dict(members)
        for name, rest in cast("dict[str, PathTree | int]", tree).items():
            old = members.get(name)
            if isinstance(rest, dict):
                changed[name] = self._value(rest, old)
                continue
            new = self._outcome(rest, old)
            if new is not None:
                changed[name] = new
            elif old is not None:
                del changed[name]
        return changed

    def _value(self, tree: PathTree, old: AttributeValue | None) -> AttributeValue:
        kind = "M" if isinstance(next(iter(tree)), str) else "L"
        if old is None or kind not in old:
            raise ValidationException(INVALID_PATH)
        content = old[kind]
        return {kind: self.members(tree, content) if kind == "M" else self._elements(tree, content)}

    def _elements(self, tree: PathTree, elements: list[AttributeValue]) -> list[AttributeValue]:
        changed: list[AttributeValue | None] = list(elements)
        for index, rest in sorted(cast("dict[int, PathTree | int]", tree).items()):
            old = elements[index] if index < len(elements) else None
            new = self._value(rest, old) if isinstance(rest, dict) else self._outcome(rest, old)
            if old is None:
                changed.append(new)
            else:
                changed[index] = new
        return [element for element in changed if element is not None]

    def _outcome(self, number: int, old: AttributeValue | None) -> AttributeValue | None:
        """What an action makes of the value at its path; None: it is gone."""
        assigned = self._assigned.get(number)
        if assigned is not None:
            return assigned
        action = self._shape.actions[number]
        if isinstance(action, Remove):
            return None
        assert isinstance(action, Add | Delete)
        operand = self._values[action.value.name]
        if old is None:
            return operand if isinstance(action, Add) else None
        kind = type_of(operand)
        if kind not in old:
            raise ValidationException(self._shape.mismatch)
        if isinstance(action, Add):
            return {kind: _added(kind, old[kind], operand[kind])}
        gone = set(operand[kind])
        left = [member for member in old[kind] if member not in gone]
        return {kind: left} if left else None


def _added(kind: str, old: str | list[str], more: str | list[str]) -> str | list[str]:
    """A sum, a union, or, as only the legacy parameter asks, a longer list."""
    if isinstance(old, str) or isinstance(more, str):
        assert isinstance(old, str)
        assert isinstance(more, str)
        return numbers.add(old, more)
    if kind == "L":
        return old + more
    return ordered_set(kind, {*old, *more})
