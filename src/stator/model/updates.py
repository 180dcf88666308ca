"""Updates: changes of some attributes, or of parts of them, of an item that is there. Nothing is sent here.

An update composes anew each key that holds what it changes, out of the change, the item's key and what the caller knows
of the rest. What it takes from the caller's knowledge becomes a condition: if it is no longer so, the update is refused
as stale. So a composed key is always what a put of the whole item would have made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from stator.model.actions import Action, Bound, conditioned
from stator.model.attributes import plain
from stator.model.conditions import Placeholders
from stator.model.entities import Entity, attribute_of
from stator.model.faults import ArgumentError, MissingAttributesError
from stator.model.kinds import bare, is_optional, is_set
from stator.model.layouts import SCHEMA_ATTRIBUTE, Layout
from stator.model.paths import Part, Path, head_of, is_nested, part_of
from stator.model.requests import alive_text
from stator.model.writes import (
    Change,
    Ref,
    of_its_own,
    own_condition,
    target_of,
    there,
    touched,
    version_step,
)


def update(
    layout: Layout,
    table: str,
    target: Entity | Ref[Any],
    change: Change,
    now: float,
    with_deleted: bool = False,
) -> Action:
    """Raises MissingAttributesError where a composed key would need attributes that nobody named."""
    key_values, held = target_of(layout, target)
    known = {**held, **{name: layout.checked(name, value) for name, value in (change.known or {}).items()}}
    changes = _changes(layout, change, now)
    places = Placeholders()
    clauses = Clauses(layout, places)
    expected: dict[str, Any] = {}
    keys = _keys_after(layout, key_values, changes, known, change, expected)
    clauses.assign(
        {attribute_of(layout.entity, name): layout.attribute(name, each) for name, each in changes.items()}
    )
    clauses.assign(keys)
    clauses.change_parts(change)
    clauses.count(version_step(layout, known, expected))
    if layout.entity.stored.schema != 1:
        expected[SCHEMA_ATTRIBUTE] = layout.entity.stored.schema
    conditions = there(layout, places, now, with_deleted)
    conditions += [places.is_now(attribute, value) for attribute, value in expected.items()]
    conditions += clauses.needs()
    conditions += own_condition(layout, change.if_, places)
    key = layout.key(key_values)
    request = {"TableName": table, "Key": key, "UpdateExpression": clauses.text()}
    conditioned(request, conditions, places)
    return Action(
        "Update", layout, key, request, expected, True,
        deleted_is_there=with_deleted, own=change.if_, parts=tuple(clauses.needed), bounds=tuple(clauses.bounds),
    )  # fmt: skip


class Clauses:
    """Gathers an update expression."""

    def __init__(self, layout: Layout, places: Placeholders) -> None:
        self._layout = layout
        self._places = places
        self._texts: dict[str, list[str]] = {"SET": [], "REMOVE": [], "ADD": [], "DELETE": []}
        self.needed: dict[tuple[str | int, ...], None] = {}
        self.bounds: list[Bound] = []

    def assign(self, values: Mapping[str, Any]) -> None:
        """Attribute -> its value; None: it goes."""
        for name, value in values.items():
            if value is None:
                self._texts["REMOVE"].append(self._places.name(name))
            else:
                self._texts["SET"].append(f"{self._places.name(name)} = {self._places.value(value)}")

    def set_once(self, values: Mapping[str, Any]) -> None:
        """Where they are not there."""
        for attribute, value in values.items():
            name = self._places.name(attribute)
            self._texts["SET"].append(f"{name} = if_not_exists({name}, {self._places.value(value)})")

    def count(self, attributes: Sequence[str]) -> None:
        for attribute in attributes:
            name = self._places.name(attribute)
            first = f"if_not_exists({name}, {self._places.value(0)})"
            self._texts["SET"].append(f"{name} = {first} + {self._places.value(1)}")

    def change_parts(self, change: Change) -> None:
        """What has a path, and what is added, appended and discarded."""
        for path, value in change.set.items():
            if is_nested(path):
                self._set_part(part_of(self._layout, path), value)
        for path in change.remove:
            if is_nested(path):
                self._remove_part(part_of(self._layout, path))
        for path, value in (change.add or {}).items():
            self.add(part_of(self._layout, path), value)
        for path, values in (change.append or {}).items():
            self._append(part_of(self._layout, path), values)
        for path, values in (change.discard or {}).items():
            part = part_of(self._layout, path)
            if not is_set(part.kind):
                raise ArgumentError(f"{part.told} is no set: nothing can be discarded from it")
            self._by(part, "DELETE", part.checked(values))

    def add(self, part: Part, value: Any) -> None:
        if is_set(part.kind):
            self._by(part, "ADD", part.checked(value))
            return
        number = _amount(part, value)
        self._bound(part, number)
        if len(part.steps) == 1:
            self._by(part, "ADD", number)
            return
        self._need(part)
        text = part.text(self._places)
        first = f"if_not_exists({text}, {self._places.value(0)})"
        self._texts["SET"].append(f"{text} = {first} + {self._places.value(number)}")

    def needs(self) -> list[str]:
        """The conditions that what is changed has a place."""
        found = []
        for steps in self.needed:
            part = Part("", steps, Any, True, None)
            found.append(f"attribute_exists({part.text(self._places)})")
        return found + [self._within(bound) for bound in self.bounds]

    def __bool__(self) -> bool:
        return any(self._texts.values())

    def text(self) -> str:
        """Raises ArgumentError where nothing would change."""
        if not self:
            raise ArgumentError("an update changes nothing")
        return " ".join(f"{clause} {', '.join(each)}" for clause, each in self._texts.items() if each)

    def _bound(self, part: Part, amount: Any) -> None:
        """What is added leads no number out of its field's bounds."""
        for sign, limit in part.bounds:
            if (amount < 0) == (sign in (">=", ">")):
                self.bounds.append(Bound(part.steps, sign, limit, amount))

    def _within(self, bound: Bound) -> str:
        text = Part("", bound.steps, Any, True, None).text(self._places)
        least = plain(text, bound.limit) - bound.amount
        found = f"{text} {bound.sign} {self._places.value(least)}"
        return f"(attribute_not_exists({text}) OR {found})" if bound.allows(0) else found

    def _set_part(self, part: Part, value: Any) -> None:
        stored = part.checked(value)
        if stored is None:
            self._remove_part(part)
            return
        self._need(part)
        self._texts["SET"].append(f"{part.text(self._places)} = {self._places.value(stored)}")

    def _remove_part(self, part: Part) -> None:
        if not part.can_go:
            raise ArgumentError(f"{part.told} cannot be removed: it is required")
        self._need(part)
        self._texts["REMOVE"].append(part.text(self._places))

    def _append(self, part: Part, values: Any) -> None:
        element = part.element()
        if not isinstance(values, (list, tuple)):
            raise ArgumentError(f"{part.told}: append takes a list, not {values!r}")
        self._need(part)
        text = part.text(self._places)
        stored = [element.checked(each) for each in values]
        first = f"if_not_exists({text}, {self._places.value([])})"
        self._texts["SET"].append(f"{text} = list_append({first}, {self._places.value(stored)})")

    def _by(self, part: Part, clause: str, value: Any) -> None:
        """ADD and DELETE, which are of whole attributes."""
        if len(part.steps) > 1:
            raise ArgumentError(f"{part.told} is within another: set the whole of it")
        if value is not None:
            self._texts[clause].append(f"{self._places.name(part.head)} {self._places.value(value)}")

    def _need(self, part: Part) -> None:
        if part.needed():
            self.needed.setdefault(part.needed())


def _amount(part: Part, value: Any) -> Any:
    """What is added to a number keeps it a number of its type."""
    kind = bare(part.kind)
    takes = {
        int: int,
        float: (int, float, Decimal),
        Decimal: (int, float, Decimal),
        Any: (int, float, Decimal),
    }
    if kind not in takes:
        raise ArgumentError(f"{part.told} is neither a number nor a set: nothing can be added to it")
    if isinstance(value, bool) or not isinstance(value, takes[kind]):  # type: ignore[arg-type]
        raise ArgumentError(f"{part.told} is {kind.__name__}: {value!r} cannot be added to it")
    return Part(part.told, part.steps, Any, True, None).checked(value)


def _changes(layout: Layout, change: Change, now: float) -> dict[str, Any]:
    """Field -> its new value, of those that change as a whole."""
    fields = layout.entity.model_fields
    if isinstance(change.remove, str):
        raise ArgumentError(f"remove takes a list of names, not {change.remove!r}")
    paths: list[Path] = [*change.set, *change.remove, *(change.add or {}), *(change.append or {})]
    paths += [*(change.discard or {}), *(change.known or {})]
    names = [head_of(path) for path in paths]
    unknown = [name for name in names if name not in fields]
    if unknown:
        raise ArgumentError(f"{layout.name} has no attribute {unknown[0]}")
    changes = {
        str(name): layout.checked(str(name), value)
        for name, value in change.set.items()
        if not is_nested(name)
    }
    for name in change.remove:
        if is_nested(name):
            continue
        if fields[str(name)].is_required() and not is_optional(fields[str(name)].annotation):
            raise ArgumentError(f"{layout.name}.{name} cannot be removed: it is required")
        changes[str(name)] = None
    for group in (change.add, change.append, change.discard):
        twice = [path for path in group or {} if path in changes]
        if twice:
            raise ArgumentError(f"{layout.name}.{twice[0]} is both set and added to")
    wrong = [name for name in names[: len(names) - len(change.known or {})] if name in layout.key_fields]
    if wrong:
        raise ArgumentError(
            f"{layout.name}.{wrong[0]} is part of its key and cannot change: create another and delete this"
        )
    version = layout.entity.stored.version
    if version in names:
        raise ArgumentError(f"{layout.name}.{version} is counted by the writes and cannot be set")
    updated = layout.entity.stored.updated
    if updated is not None and updated not in changes:
        changes[updated] = datetime.fromtimestamp(now, UTC)
    return changes


def _keys_after(
    layout: Layout, key_values: Mapping[str, Any], changes: Mapping[str, Any], known: Mapping[str, Any],
    change: Change, expected: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """The composed keys that this change makes anew. `expected` gets what they take from the caller's knowledge."""
    keys: dict[str, Any] = {}
    missing: dict[str, list[str]] = {}
    for attribute, template in layout.composed.items():
        added = [name for name in template.attributes if name in (change.add or {})]
        if added:
            raise ArgumentError(
                f"{layout.name}.{added[0]} is part of the key {attribute}: set it, do not add to it"
            )
        if not any(name in changes for name in template.attributes):
            continue
        if any(name in changes and changes[name] is None for name in template.attributes):
            keys[attribute] = None
            continue
        values = {**known, **key_values, **changes}
        lost = [name for name in template.attributes if name not in values]
        if lost:
            missing[attribute] = lost
            continue
        keys.update(layout.keys_from(values, (attribute,)))
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


def upsert(
    layout: Layout, table: str, entity: Entity, once: Sequence[str], add: Mapping[str, Any], now: float
) -> Action:
    """Sets the entity's attributes, and leaves what else the item holds; makes it where there is none. `once`: fields
    that keep the value they have; `add`: what is added to numbers and sets in place of what the entity has."""
    stored = entity.stored
    _refuse_upsert(layout, once, add)
    item = layout.item(touched(entity, now))
    version = None if stored.version is None else attribute_of(layout.entity, stored.version)
    key = layout.key_of(entity)
    kept = {attribute_of(layout.entity, name) for name in once}
    left = {*key, *kept, *(attribute_of(layout.entity, name) for name in add), version}
    places = Placeholders()
    clauses = Clauses(layout, places)
    clauses.assign({name: value for name, value in item.items() if name not in left})
    every = {attribute_of(layout.entity, name) for name in layout.entity.model_fields} | set(layout.composed)
    clauses.assign(dict.fromkeys(sorted(every - item.keys() - left)))
    clauses.set_once({name: item[name] for name in sorted(kept) if name in item})
    for name, value in add.items():
        clauses.add(part_of(layout, name), value)
    clauses.count([version] if version else [])
    request: dict[str, Any] = {"TableName": table, "Key": key}
    if clauses:
        request["UpdateExpression"] = clauses.text()
    conditions = [*of_its_own(layout, places, or_absent=True), *clauses.needs()]
    may_begin_anew = bool(layout.expiry and (once or add))
    if may_begin_anew:
        # What has expired is not there, and neither kept nor added to
        conditions.append(alive_text(str(layout.expiry), places, now))
    conditioned(request, conditions, places)
    must_exist = True if may_begin_anew else None
    return Action("Update", layout, key, request, must_exist=must_exist, bounds=tuple(clauses.bounds))


def renew(layout: Layout, table: str, entity: Entity, add: Mapping[str, Any], now: float) -> Action:
    """An upsert over an item that has expired: it begins anew."""
    first = entity.model_copy(update={name: layout.checked(name, value) for name, value in add.items()})
    version = entity.stored.version
    if version is not None:
        first = first.model_copy(update={version: 1})
    places = Placeholders()
    request = {"TableName": table, "Item": layout.item(touched(first, now))}
    gone = f"{places.name(str(layout.expiry))} < {places.value(int(now))}"
    conditioned(request, [gone], places)
    return Action("Put", layout, layout.key_of(entity), request, must_exist=False)


def _refuse_upsert(layout: Layout, once: Sequence[str], add: Mapping[str, Any]) -> None:
    if isinstance(once, str):
        raise ArgumentError(f"once takes a list of names, not {once!r}")
    unknown = [name for name in (*once, *add) if name not in layout.entity.model_fields]
    if unknown:
        raise ArgumentError(f"{layout.name} has no attribute {unknown[0]}")
    parts = {name for template in layout.composed.values() for name in template.attributes}
    for how, names in (("set only once", once), ("added to", add)):
        wrong = [name for name in names if name in parts or name in layout.key_fields]
        if wrong:
            raise ArgumentError(f"{layout.name}.{wrong[0]} is part of a key and cannot be {how}")
    if layout.entity.stored.version in (*once, *add):
        raise ArgumentError(f"{layout.name}.{layout.entity.stored.version} is counted by the writes")
    both = [name for name in once if name in add]
    if both:
        raise ArgumentError(f"{layout.name}.{both[0]} is both set once and added to")
