"""Unique values: for each, a guard item in the entity's own table, written in the same transaction.

    guard's partition key = "UNIQUE#" entity "#" field ["+" field] "#" value ["#" value], escaped as in a composed key;
    its sort key is the same text

A guard says whose it is in `of`. A soft delete keeps the guard, so that the item can come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stator.model.actions import Action, conditioned
from stator.model.conditions import Placeholders
from stator.model.layouts import GUARD, Layout
from stator.model.templates import Slot, escaped, text_of


def guard_keys(layout: Layout, values: Mapping[str, Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    """Fields -> the key of their guard, for those whose values are all there."""
    keys = {}
    for names in layout.entity.stored.uniques:
        if any(values.get(name) is None for name in names):
            continue
        text = "#".join(escaped(text_of(Slot(name), values[name])) for name in names)
        key = f"{GUARD}#{layout.name}#{'+'.join(names)}#{text}"
        keys[names] = dict.fromkeys(layout.table.key_names, key)
    return keys


def take(
    layout: Layout, table: str, names: tuple[str, ...], key: dict[str, Any], owner: Mapping[str, Any]
) -> Action:
    """Takes a value, that nobody else has."""
    places = Placeholders()
    request: dict[str, Any] = {"TableName": table, "Item": {**key, "of": dict(owner)}}
    free = f"attribute_not_exists({places.name(layout.table.key_names[0])})"
    own = f"{places.name('of')} = {places.value(dict(owner))}"
    conditioned(request, [f"({free} OR {own})"], places)
    return Action("Put", layout, key, request, unique=names)


def release(layout: Layout, table: str, key: dict[str, Any]) -> Action:
    return Action("Delete", layout, key, {"TableName": table, "Key": key})
