"""The one item that a write's WHERE names, and the conditions beside its key.

Every key attribute must be given by `=`, among the conditions that AND joins; all else is a condition on the item.
"""

from __future__ import annotations

from dataclasses import dataclass

from stator.engine.catalogue import Table
from stator.errors import ValidationException
from stator.expressions.nodes import And, Compare, Condition, Path, Value
from stator.partiql.bindings import Values
from stator.partiql.where import Where
from stator.values import Item, equal


@dataclass(frozen=True, slots=True)
class Named:
    """`key` lacks what was not given. `conflict`: a key attribute that was given twice, with two values.
    `conditions`: what is asked beside the first value of each."""

    key: Item
    conflict: str | None
    conditions: tuple[Condition, ...]


def named_item(table: Table, where: Where | None, values: Values) -> Named:
    key: Item = {}
    conflict = None
    conditions = []
    for condition in _conjuncts(where):
        found = _equality(condition)
        if found is None or found[0] not in table.key_names:
            conditions.append(condition)
            continue
        name, value = found[0], values[found[1]]
        if name not in key:
            key[name] = value
        elif not equal(key[name], value):
            conflict = conflict or name
            conditions.append(condition)
    return Named(key, conflict, tuple(conditions))


def refuse_conflict(named: Named) -> None:
    if named.conflict is not None:
        raise ValidationException(
            f"Multiple conditions on same key {named.conflict}. "
            "Only single item Update/Insert/Delete are supported"
        )


def refuse_partial_key(table: Table, named: Named) -> None:
    if len(named.key) < len(table.keys):
        raise ValidationException("Where clause does not contain a mandatory equality on all key attributes")


def _conjuncts(where: Where | None) -> list[Condition]:
    found: list[Condition] = []
    waiting = [] if where is None else [where.root]
    while waiting:
        condition = waiting.pop()
        if isinstance(condition, And):
            waiting.extend(reversed(condition.conditions))
        else:
            found.append(condition)
    return found


def _equality(condition: Condition) -> tuple[str, str] | None:
    """The attribute and the value's name of `name = value`, either way round."""
    if not isinstance(condition, Compare) or condition.operator != "=":
        return None
    left, right = condition.left, condition.right
    if isinstance(left, Value):
        left, right = right, left
    if isinstance(left, Path) and isinstance(right, Value) and len(left.parts) == 1:
        return str(left.parts[0]), right.name
    return None
