"""Entities -> the actions that put, create, change and delete them. Nothing is sent here.

An update composes anew each key that holds what it changes, out of the change, the item's key and what the caller knows
of the rest. What it takes from the caller's knowledge becomes a condition: if it is no longer so, the update is refused
as stale. So a composed key is always what a put of the whole item would have made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from stator.model.actions import Action, conditioned
from stator.model.conditions import Placeholders
from stator.model.entities import Entity, attribute_of
from stator.model.faults import ArgumentError, MissingAttributesError
from stator.model.layouts import SCHEMA_ATTRIBUTE, Layout
from stator.model.requests import alive_text, deleted_attribute, expiry_attribute

if TYPE_CHECKING:
    from stator.client.conditions import Condition

E = TypeVar("E", bound=Entity)


@dataclass(frozen=True, slots=True)
class Ref(Generic[E]):
    """An item by its key, whether or not it is there: `ref(Order, customer_id="c1", order_id="o1")`."""

    entity: type[E]
    key: Mapping[str, Any]


def ref(entity: type[E], /, **key: Any) -> Ref[E]:
    return Ref(entity, key)


@dataclass(frozen=True, slots=True)
class Change:
    """`set`, `remove`, `add`: by the names of fields. `known`: what the caller knows of other fields; `if_`: the
    caller's own condition, on attributes."""

    set: Mapping[str, Any]
    remove: Sequence[str] = ()
    add: Mapping[str, Any] | None = None
    known: Mapping[str, Any] | None = None
    if_: Condition | None = None


# Puts


def put(layout: Layout, table: str, entity: Entity, now: float, if_: Any = None) -> tuple[Action, Entity]:
    """Puts the item, whatever was there; with a version, only over the one that the entity was read as. Returns the
    entity as it is then."""
    stored = entity.stored
    after = touched(entity, now)
    places = Placeholders()
    conditions: list[str] = []
    expected: dict[str, Any] = {}
    must_exist: bool | None = None
    if stored.version is not None:
        held = getattr(entity, stored.version)
        after = after.model_copy(update={stored.version: held + 1})
        attribute = attribute_of(layout.entity, stored.version)
        if held == 0:
            must_exist = False
            conditions.append(_absent(layout, places, now))
        else:
            expected[attribute] = held
            conditions.append(places.is_now(attribute, held))
    conditions += _own(if_, places)
    request = {"TableName": table, "Item": layout.item(after)}
    action = Action("Put", layout, layout.key_of(entity), request, expected, must_exist)
    conditioned(request, conditions, places)
    return action, after


def create(layout: Layout, table: str, entity: Entity, now: float, if_: Any = None) -> tuple[Action, Entity]:
    """Puts the item where there is none; an expired one is none."""
    stored = entity.stored
    after = touched(entity, now)
    if stored.version is not None:
        after = after.model_copy(update={stored.version: 1})
    places = Placeholders()
    request = {"TableName": table, "Item": layout.item(after)}
    action = Action("Put", layout, layout.key_of(entity), request, {}, False)
    conditioned(request, [_absent(layout, places, now), *_own(if_, places)], places)
    return action, after


def touched(entity: Entity, now: float) -> Entity:
    """With the moment of this write, where it is kept."""
    name = entity.stored.updated
    return entity if name is None else entity.model_copy(update={name: datetime.fromtimestamp(now, UTC)})


def _absent(layout: Layout, places: Placeholders, now: float) -> str:
    absent = f"attribute_not_exists({places.name(layout.table.key_names[0])})"
    expiry = expiry_attribute(layout)
    return absent if expiry is None else f"({absent} OR {places.name(expiry)} < {places.value(int(now))})"


def there(layout: Layout, places: Placeholders, now: float, with_deleted: bool = False) -> list[str]:
    """That the item is there, alive and not deleted."""
    conditions = [f"attribute_exists({places.name(layout.table.key_names[0])})"]
    if expiry := expiry_attribute(layout):
        conditions.append(alive_text(expiry, places, now))
    deleted = deleted_attribute(layout)
    if deleted and not with_deleted:
        conditions.append(f"attribute_not_exists({places.name(deleted)})")
    return conditions


def _own(condition: Any, places: Placeholders) -> list[str]:
    """The caller's own condition, among the placeholders of the request. Built, `&` and `|` have parentheses already,
    and a second pair is refused as redundant."""
    if condition is None:
        return []
    from stator.client.conditions import ConditionBuilder

    builder = ConditionBuilder({*places.names, *places.values})
    text = builder.build(condition)
    places.names.update(builder.names)
    places.values.update(builder.values)
    return [text]


# Updates


def target_of(layout: Layout, target: Entity | Ref[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The key's fields, and what else is known of the item."""
    if isinstance(target, Ref):
        return layout.key_values(target.key), {}
    return layout.key_values(target), {name: getattr(target, name) for name in type(target).model_fields}


def update(
    layout: Layout, table: str, target: Entity | Ref[Any], change: Change, now: float, **more: bool
) -> Action:
    """Changes some attributes of an item that is there. Raises MissingAttributesError where a composed key would need
    attributes that nobody named."""
    key_values, held = target_of(layout, target)
    known = {**held, **{name: layout.checked(name, value) for name, value in (change.known or {}).items()}}
    changes = _changes(layout, change, now)
    _refuse_key_changes(layout, [*changes, *(change.add or {})])
    places = Placeholders()
    expected: dict[str, Any] = {}
    keys = _keys_after(layout, key_values, changes, known, change.add or {}, expected)
    sets, removes = _assignments(layout, changes, keys)
    adds = {
        attribute_of(layout.entity, name): layout.attribute(name, value)
        for name, value in (change.add or {}).items()
    }
    increments = _version_step(layout, known, expected)
    if layout.entity.stored.schema != 1:
        expected[SCHEMA_ATTRIBUTE] = layout.entity.stored.schema
    with_deleted = more.get("with_deleted", False)
    conditions = there(layout, places, now, with_deleted)
    conditions += [places.is_now(attribute, value) for attribute, value in expected.items()]
    conditions += _own(change.if_, places)
    key = layout.key(key_values)
    request = {"TableName": table, "Key": key}
    request["UpdateExpression"] = _update_text(places, sets, removes, adds, increments)
    conditioned(request, conditions, places)
    return Action("Update", layout, key, request, expected, True, deleted_is_there=with_deleted)


def _changes(layout: Layout, change: Change, now: float) -> dict[str, Any]:
    fields = layout.entity.model_fields
    given = [*change.set, *change.remove, *(change.add or {}), *(change.known or {})]
    unknown = [name for name in given if name not in fields]
    if unknown:
        raise ArgumentError(f"{layout.name} has no attribute {unknown[0]}")
    changes = {name: layout.checked(name, value) for name, value in change.set.items()}
    for name in change.remove:
        if fields[name].is_required():
            raise ArgumentError(f"{layout.name}.{name} cannot be removed: it is required")
        changes[name] = None
    twice = [name for name in (change.add or {}) if name in changes]
    if twice:
        raise ArgumentError(f"{layout.name}.{twice[0]} is both set and added to")
    updated = layout.entity.stored.updated
    if updated is not None and updated not in changes:
        changes[updated] = datetime.fromtimestamp(now, UTC)
    version = layout.entity.stored.version
    if version in changes:
        raise ArgumentError(f"{layout.name}.{version} is counted by the writes and cannot be set")
    return changes


def _refuse_key_changes(layout: Layout, names: Sequence[str]) -> None:
    wrong = [name for name in names if name in layout.key_fields]
    if wrong:
        raise ArgumentError(
            f"{layout.name}.{wrong[0]} is part of its key and cannot change: create another and delete this"
        )


def _keys_after(
    layout: Layout, key_values: Mapping[str, Any], changes: Mapping[str, Any], known: Mapping[str, Any],
    add: Mapping[str, Any], expected: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """The composed keys that this change makes anew. `expected` gets what they take from the caller's knowledge."""
    keys: dict[str, Any] = {}
    missing: dict[str, list[str]] = {}
    for attribute, template in layout.composed.items():
        added = [name for name in template.attributes if name in add]
        if added:
            raise ArgumentError(
                f"{layout.name}.{added[0]} is part of the key {attribute}: set it, do not add to it"
            )
        if not any(name in changes for name in template.attributes):
            continue
        values = {**known, **key_values, **changes}
        lost = [name for name in template.attributes if name not in values]
        if any(name in changes and changes[name] is None for name in template.attributes):
            lost = []
        if lost:
            missing[attribute] = lost
            continue
        keys.update(layout.keys_from(values, (attribute,)))
        if keys[attribute] is not None or not any(changes.get(n, 1) is None for n in template.attributes):
            for name in template.attributes:
                if name not in changes and name not in key_values:
                    expected[attribute_of(layout.entity, name)] = layout.attribute(name, values[name])
    if missing:
        names = list(dict.fromkeys(name for lost in missing.values() for name in lost))
        raise MissingAttributesError(
            f"{layout.name}: {' and '.join(missing)} also hold{'s' if len(missing) == 1 else ''} {', '.join(names)}: "
            f"give {'it' if len(names) == 1 else 'them'} as known, or the loaded item",
            names,
        )
    return keys


def _assignments(
    layout: Layout, changes: Mapping[str, Any], keys: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    plain = {
        attribute_of(layout.entity, name): layout.attribute(name, value) for name, value in changes.items()
    }
    every = {**plain, **keys}
    return {name: value for name, value in every.items() if value is not None}, [
        name for name, value in every.items() if value is None
    ]


def _version_step(layout: Layout, known: Mapping[str, Any], expected: dict[str, Any]) -> list[str]:
    version = layout.entity.stored.version
    if version is None:
        return []
    attribute = attribute_of(layout.entity, version)
    if version in known:
        expected[attribute] = known[version]
    return [attribute]


def _update_text(
    places: Placeholders, sets: Mapping[str, Any], removes: Sequence[str], adds: Mapping[str, Any],
    increments: Sequence[str],
) -> str:  # fmt: skip
    clauses = [f"{places.name(name)} = {places.value(value)}" for name, value in sets.items()]
    clauses += [
        f"{(name := places.name(each))} = if_not_exists({name}, {places.value(0)}) + {places.value(1)}"
        for each in increments
    ]
    text = []
    if clauses:
        text.append(f"SET {', '.join(clauses)}")
    if removes:
        text.append(f"REMOVE {', '.join(places.name(name) for name in removes)}")
    if adds:
        text.append(
            "ADD " + ", ".join(f"{places.name(name)} {places.value(value)}" for name, value in adds.items())
        )
    if not text:
        raise ArgumentError("an update changes nothing")
    return " ".join(text)


def upsert(layout: Layout, table: str, entity: Entity, once: Sequence[str], now: float) -> Action:
    """Sets the entity's attributes, and leaves what else the item holds; makes it where there is none. `once`: fields
    that keep the value they have."""
    stored = entity.stored
    wrong = [
        name for name in once if any(name in template.attributes for template in layout.composed.values())
    ]
    if wrong:
        raise ArgumentError(f"{layout.name}.{wrong[0]} is part of a key and cannot be set only once")
    if once and stored.expires:
        raise ArgumentError(
            f"{layout.name} expires: whether a value is there already cannot be told in an upsert"
        )
    item = layout.item(touched(entity, now))
    version = None if stored.version is None else attribute_of(layout.entity, stored.version)
    key = layout.key_of(entity)
    kept = {attribute_of(layout.entity, name) for name in once}
    sets = {
        name: value
        for name, value in item.items()
        if name not in key and name not in kept and name != version
    }
    every = {attribute_of(layout.entity, name) for name in layout.entity.model_fields} | set(layout.composed)
    removes = [name for name in sorted(every) if name not in item and name not in kept and name not in key]
    places = Placeholders()
    text = _update_text(places, sets, removes, {}, [version] if version else [])
    firsts = [
        f"{(name := places.name(each))} = if_not_exists({name}, {places.value(item[each])})"
        for each in sorted(kept) if each in item
    ]  # fmt: skip
    if firsts:
        text = (
            f"SET {', '.join(firsts)}, {text[4:]}"
            if text.startswith("SET ")
            else f"SET {', '.join(firsts)} {text}"
        )
    request = places.into({"TableName": table, "Key": key, "UpdateExpression": text})
    return Action("Update", layout, key, request)


# Deletes


def erase(layout: Layout, table: str, target: Entity | Ref[Any], now: float, if_: Any = None) -> Action:
    """Deletes the item, if it is there. An entity with a version is deleted only as it was read."""
    key_values, held = target_of(layout, target)
    places = Placeholders()
    expected: dict[str, Any] = {}
    _version_step(layout, held, expected)
    conditions = [places.is_now(attribute, value) for attribute, value in expected.items()]
    own = _own(if_, places)
    if own:
        conditions += [*there(layout, places, now), *own]
    key = layout.key(key_values)
    request = {"TableName": table, "Key": key}
    conditioned(request, conditions, places)
    return Action("Delete", layout, key, request, expected, True if conditions else None)


def check(layout: Layout, table: str, target: Entity | Ref[Any], now: float, if_: Any = None) -> Action:
    """That an item is there; of an entity with a version, that it is as it was read. For transactions."""
    key_values, held = target_of(layout, target)
    places = Placeholders()
    expected: dict[str, Any] = {}
    _version_step(layout, held, expected)
    conditions = there(layout, places, now)
    conditions += [places.is_now(attribute, value) for attribute, value in expected.items()]
    conditions += _own(if_, places)
    key = layout.key(key_values)
    request = {"TableName": table, "Key": key}
    conditioned(request, conditions, places)
    return Action("ConditionCheck", layout, key, request, expected, True)
