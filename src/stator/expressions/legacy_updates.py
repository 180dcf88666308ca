"""The legacy parameters AttributeUpdates and AttributesToGet, as the updates and projections of expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from typing import Any

from stator.expressions.faults import invalid_parameter
from stator.expressions.nodes import Action, Add, Delete, Path, Remove, Set, Value
from stator.expressions.projections import Projection, projection_of_paths
from stator.expressions.updates import Update, update_of_actions
from stator.limits import LEGACY_ATTRIBUTES_MAX
from stator.values import AttributeValue, canonical_value, type_of

MISMATCH = "Type mismatch for attribute to update"

_SETS = frozenset(("SS", "NS", "BS"))
_ADDABLE = _SETS | {"N", "L"}


def update(updates: Mapping[str, Mapping[str, Any]]) -> Update:
    """Raises ValidationException with AWS's text."""
    _refuse_many(updates)
    values = {}
    actions = []
    for place, (name, change) in enumerate(updates.items()):
        value = change.get("Value")
        if value is not None:
            value = values[f":{place}"] = canonical_value(value)
        actions.append(_action(name, f":{place}", change.get("Action"), value))
    return update_of_actions(actions, (), values, MISMATCH)


def projection(names: Sequence[str]) -> Projection:
    """AttributesToGet. Raises ValidationException for a name that comes twice."""
    _refuse_many(names)
    seen = set()
    for name in names:
        if name in seen:
            raise invalid_parameter(f"Duplicate value in attribute name: {name}")
        seen.add(name)
    return projection_of_paths(Path((name,)) for name in names)


def _refuse_many(attributes: Sized) -> None:
    if len(attributes) > LEGACY_ATTRIBUTES_MAX:
        raise invalid_parameter(f"More than {LEGACY_ATTRIBUTES_MAX} attributes are not supported by Stator")


def _action(name: str, value_name: str, action: str | None, value: AttributeValue | None) -> Action:
    path = Path((name,))
    if value is None:
        if action != "DELETE":
            raise invalid_parameter("Only DELETE action is allowed when no attribute value is specified")
        return Remove(path)
    if action == "DELETE":
        _refuse_type("DELETE action with value", value, _SETS)
        return Delete(path, Value(value_name))
    if action == "ADD":
        _refuse_type("ADD action", value, _ADDABLE)
        return Add(path, Value(value_name))
    return Set(path, Value(value_name))


def _refuse_type(what: str, value: AttributeValue, allowed: frozenset[str]) -> None:
    if type_of(value) not in allowed:
        raise invalid_parameter(f"{what} is not supported for the type {type_of(value)}")
