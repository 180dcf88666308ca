"""Entities -> the actions that put, create, change and delete them. Nothing is sent here.

`updates` has those that change a part of an item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from stator.client.conditions import is_condition
from stator.model.actions import Action, conditioned
from stator.model.conditions import Placeholders
from stator.model.entities import Entity, attribute_of
from stator.model.faults import ArgumentError
from stator.model.layouts import Layout
from stator.model.requests import alive_text
from stator.model.typed import FieldConditions

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
    """`set`, `remove`, `add`, `append` (to lists) and `discard` (from sets): by the names of fields, or by paths to
    parts of them. `known`: what the caller knows of other fields; `if_`: the caller's own condition, on fields."""

    set: Mapping[Any, Any]
    remove: Sequence[Any] = ()
    add: Mapping[Any, Any] | None = None
    known: Mapping[str, Any] | None = None
    if_: Condition | None = None
    append: Mapping[Any, Any] | None = None
    discard: Mapping[Any, Any] | None = None


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
    conditions += own_condition(layout, if_, places)
    item = layout.item(after)
    request = {"TableName": table, "Item": item}
    action = Action("Put", layout, layout.key_in(item), request, expected, must_exist, own=if_)
    conditioned(request, conditions, places)
    return action, after


def create(layout: Layout, table: str, entity: Entity, now: float, if_: Any = None) -> tuple[Action, Entity]:
    """Puts the item where there is none; an expired one is none."""
    stored = entity.stored
    after = touched(entity, now)
    if stored.version is not None:
        after = after.model_copy(update={stored.version: 1})
    places = Placeholders()
    item = layout.item(after)
    request = {"TableName": table, "Item": item}
    action = Action("Put", layout, layout.key_in(item), request, {}, False, own=if_)
    conditioned(request, [_absent(layout, places, now), *own_condition(layout, if_, places)], places)
    return action, after


def touched(entity: Entity, now: float) -> Entity:
    """With the moment of this write, where it is kept."""
    name = entity.stored.updated
    return entity if name is None else entity.model_copy(update={name: datetime.fromtimestamp(now, UTC)})


def _absent(layout: Layout, places: Placeholders, now: float) -> str:
    absent = f"attribute_not_exists({places.name(layout.table.key_names[0])})"
    expiry = layout.expiry
    return absent if expiry is None else f"({absent} OR {places.name(expiry)} < {places.value(int(now))})"


def there(layout: Layout, places: Placeholders, now: float, with_deleted: bool = False) -> list[str]:
    """That the item is there, alive and not deleted."""
    conditions = [f"attribute_exists({places.name(layout.table.key_names[0])})", *of_its_own(layout, places)]
    if expiry := layout.expiry:
        conditions.append(alive_text(expiry, places, now))
    deleted = layout.deletion
    if deleted and not with_deleted:
        conditions.append(f"attribute_not_exists({places.name(deleted)})")
    return conditions


def of_its_own(layout: Layout, places: Placeholders, or_absent: bool = False) -> list[str]:
    """That what has its key is no item of another entity, where that may be."""
    kind = layout.table.type_attribute
    if not layout.shares_keys or kind is None:
        return []
    is_own = f"{places.name(kind)} = {places.value(layout.name)}"
    absent = f"attribute_not_exists({places.name(layout.table.key_names[0])})"
    return [f"({absent} OR {is_own})" if or_absent else is_own]


def own_condition(layout: Layout, condition: Any, places: Placeholders) -> list[str]:
    """The caller's own condition, among the placeholders of the request. Built, `&` and `|` have parentheses already,
    and a second pair is refused as redundant."""
    if condition is None:
        return []
    if not is_condition(condition):
        raise ArgumentError(f'if_ is {condition!r}, which is no condition: Attr("name").eq(value) is one')
    builder = FieldConditions(layout, {*places.names, *places.values})
    text = builder.build(condition)
    places.names.update(builder.names)
    places.values.update(builder.values)
    return [text]


# What changes need


def target_of(layout: Layout, target: Entity | Ref[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The key's fields, and what else is known of the item."""
    if isinstance(target, Ref):
        return layout.key_values(target.key), {}
    return layout.key_values(target), {name: getattr(target, name) for name in type(target).model_fields}


def version_step(layout: Layout, known: Mapping[str, Any], expected: dict[str, Any]) -> list[str]:
    """The attribute that counts writes; `expected` gets what it must be now."""
    version = layout.entity.stored.version
    if version is None:
        return []
    attribute = attribute_of(layout.entity, version)
    if version in known:
        expected[attribute] = known[version]
    return [attribute]


# Deletes


def erase(layout: Layout, table: str, target: Entity | Ref[Any], now: float, if_: Any = None) -> Action:
    """Deletes the item, if it is there. An entity with a version is deleted only as it was read."""
    key_values, held = target_of(layout, target)
    places = Placeholders()
    expected: dict[str, Any] = {}
    version_step(layout, held, expected)
    conditions = [places.is_now(attribute, value) for attribute, value in expected.items()]
    must_exist = True if conditions or if_ is not None else None
    if if_ is None:
        conditions += of_its_own(layout, places, or_absent=True)
    else:
        conditions += [*there(layout, places, now), *own_condition(layout, if_, places)]
    key = layout.key(key_values)
    request = {"TableName": table, "Key": key}
    conditioned(request, conditions, places)
    return Action("Delete", layout, key, request, expected, must_exist, own=if_)


def check(layout: Layout, table: str, target: Entity | Ref[Any], now: float, if_: Any = None) -> Action:
    """That an item is there; of an entity with a version, that it is as it was read. For transactions."""
    key_values, held = target_of(layout, target)
    places = Placeholders()
    expected: dict[str, Any] = {}
    version_step(layout, held, expected)
    conditions = there(layout, places, now)
    conditions += [places.is_now(attribute, value) for attribute, value in expected.items()]
    conditions += own_condition(layout, if_, places)
    key = layout.key(key_values)
    request = {"TableName": table, "Key": key}
    conditioned(request, conditions, places)
    return Action("ConditionCheck", layout, key, request, expected, True, own=if_)
