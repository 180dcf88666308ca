"""An entity in its table: which template makes each key attribute; entity -> item, item -> entity.

Everything that writes takes its keys from here, so an update cannot compose a key otherwise than a put does. What does
not change from call to call is worked out once, when the design is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaValidator

from stator.model.attributes import plain, seconds
from stator.model.entities import Entity, absent_values, attribute_of, entity_name, field_of, field_validator
from stator.model.faults import ArgumentError, ForeignItemError, KeyValueError
from stator.model.kinds import could_hold
from stator.model.tables import Table
from stator.model.templates import Template

SCHEMA_ATTRIBUTE: Final = "_schema"
GUARD: Final = "UNIQUE"


@dataclass(frozen=True, slots=True)
class Key:
    """The templates of a table's key, or an index's."""

    partition: tuple[Template, ...]
    sort: tuple[Template, ...]

    @property
    def partition_fields(self) -> tuple[str, ...]:
        return tuple(name for template in self.partition for name in template.attributes)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """`templates`: key attribute -> template, for those that the entity has. `composed`: those of them that are no
    field of their own. `key_fields`: the fields that say which item it is, in the order of the key. `expiry` and
    `deletion`: the attributes by which an item is gone. `marks`: what tells the entity and its form. `shares_keys`:
    whether another entity's item may have the key of one of this."""

    entity: type[Entity]
    table: Table
    templates: Mapping[str, Template]
    shares_keys: bool = False
    name: str = field(init=False)
    composed: Mapping[str, Template] = field(init=False)
    key_fields: tuple[str, ...] = field(init=False)
    expiry: str | None = field(init=False)
    deletion: str | None = field(init=False)
    marks: Mapping[str, Any] = field(init=False)
    _fields: tuple[tuple[str, str], ...] = field(init=False)
    _index_keys: tuple[str, ...] = field(init=False)
    _unread: tuple[str, ...] = field(init=False)
    _absent: tuple[tuple[str, Any], ...] = field(init=False)

    def __post_init__(self) -> None:
        entity, stored = self.entity, self.entity.stored
        known: dict[str, Any] = {
            "name": entity_name(entity),
            "composed": {
                attribute: template
                for attribute, template in self.templates.items()
                if not (template.is_raw and attribute_of(entity, template.attributes[0]) == attribute)
            },
            "key_fields": _fields_of(self.templates[name] for name in self.table.key_names),
            "expiry": stored.expires and attribute_of(entity, stored.expires),
            "deletion": stored.deleted and attribute_of(entity, stored.deleted),
            "_fields": tuple((name, attribute_of(entity, name)) for name in entity.model_fields),
        }
        marks = {} if self.table.type_attribute is None else {self.table.type_attribute: known["name"]}
        known["marks"] = marks if stored.schema == 1 else {**marks, SCHEMA_ATTRIBUTE: stored.schema}
        ours = (*known["composed"], self.table.type_attribute, SCHEMA_ATTRIBUTE)
        known["_unread"] = tuple(name for name in ours if name and field_of(entity, name) is None)
        known["_index_keys"] = tuple(name for name in known["composed"] if name not in self.table.key_names)
        known["_absent"] = absent_values(entity)
        for name, value in known.items():
            object.__setattr__(self, name, value)

    def key_by(self, index: str | None) -> Key | None:
        """The templates of the table's key or of an index's; None: this entity is not in that index."""
        partition, sort = self.table.key(index)
        if any(key.name not in self.templates for key in (*partition, *sort)):
            return None
        return Key(
            tuple(self.templates[key.name] for key in partition),
            tuple(self.templates[key.name] for key in sort),
        )

    # To the item

    def checked(self, name: str, value: Any) -> Any:
        """A value for a field, as the field's type has it. Raises ArgumentError, naming it."""
        return checked_by(field_validator(self.entity, name), f"{self.name}.{name}", value)

    def compared(self, name: str, value: Any) -> Any:
        """A value to compare a field with, as the item would hold it: of the field's type, but it need not keep to the
        field's bounds."""
        try:
            return self.attribute(name, self.checked(name, value))
        except ArgumentError:
            found = self.attribute(name, value) if value is not None else None
            if found is None or not could_hold(self.entity.model_fields[name].annotation, found):
                raise
            return found

    def attribute(self, name: str, value: Any) -> Any:
        """A field's value as the item holds it; None: not at all."""
        return seconds(value) if name == self.entity.stored.expires else plain(name, value)

    def key(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The item's key. Raises ArgumentError for an attribute that is missing."""
        for name in self.key_fields:
            if values.get(name) is None:
                missing = [each for each in self.key_fields if values.get(each) is None]
                raise ArgumentError(f"{self.name}: its key needs {', '.join(missing)}")
        return {attribute: self._key(attribute, values) for attribute in self.table.key_names}

    def key_in(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """The key of an item."""
        return {attribute: item[attribute] for attribute in self.table.key_names}

    def key_of(self, given: Any) -> dict[str, Any]:
        """The key of an entity, or of the mapping or the single value that stands for its key."""
        return self.key(self.key_values(given))

    def key_values(self, given: Any) -> dict[str, Any]:
        """The key's fields, checked."""
        if isinstance(given, Entity):
            return {name: getattr(given, name) for name in self.key_fields}
        if not isinstance(given, Mapping):
            if len(self.key_fields) != 1:
                raise ArgumentError(
                    f"{self.name}: its key is {', '.join(self.key_fields)}; give a mapping of them"
                )
            given = {self.key_fields[0]: given}
        unknown = [name for name in given if name not in self.key_fields]
        if unknown:
            raise ArgumentError(f"{self.name}: its key is {', '.join(self.key_fields)}, and not {unknown[0]}")
        return {name: self.checked(name, value) for name, value in given.items()}

    def keys_from(self, values: Mapping[str, Any], attributes: Iterable[str]) -> dict[str, Any]:
        """Key attribute -> its value from the fields' values; None where the item must not have it."""
        return {attribute: self._key(attribute, values) for attribute in attributes}

    def item(self, entity: Entity) -> dict[str, Any]:
        """What a put stores."""
        values = entity.__dict__
        expires = self.entity.stored.expires
        item: dict[str, Any] = {}
        for name, attribute in self._fields:
            value = values.get(name)
            item[attribute] = seconds(value) if name == expires else plain(name, value)
        item.update(self.key(values))
        item.update(self.keys_from(values, self._index_keys))
        item.update(self.marks)
        found = {name: value for name, value in item.items() if value is not None}
        for name, value in (entity.model_extra or {}).items():
            found.setdefault(name, plain(name, value))
        return found

    def _key(self, attribute: str, values: Mapping[str, Any]) -> Any:
        template = self.templates[attribute]
        if template.is_raw and template.attributes[0] == self.entity.stored.expires:
            return seconds(values.get(template.attributes[0]))
        try:
            return template.key(values)
        except KeyValueError as error:
            raise KeyValueError(f"{self.name}: {error}") from None

    # From the item

    def is_gone(self, item: Mapping[str, Any], now: float, with_deleted: bool = False) -> bool:
        """Whether an item is stored, but not there: expired or deleted."""
        if self.expiry is not None:
            moment = item.get(self.expiry)
            if isinstance(moment, (int, Decimal)) and moment < int(now):
                return True
        return self.deletion is not None and not with_deleted and item.get(self.deletion) is not None

    def owns(self, item: Mapping[str, Any]) -> bool:
        """Whether an item's key is as this entity's keys begin."""
        for name in self.table.key_names:
            template, value = self.templates[name], item.get(name)
            if not template.slots:
                if value != template.text:
                    return False
            elif template.literal and not str(value).startswith(template.literal):
                return False
        first = item.get(self.table.key_names[0])
        return not (self.entity.stored.uniques and str(first).startswith(f"{GUARD}#{self.name}#"))

    def entity_from(self, item: Mapping[str, Any]) -> Entity:
        """Raises ForeignItemError for what this entity cannot be read from."""
        found = dict(item)
        form = int(found.get(SCHEMA_ATTRIBUTE, 1))
        if form != self.entity.stored.schema:
            found = self._upgraded(found, form)
        for attribute in self._unread:
            found.pop(attribute, None)
        for attribute, value in self._absent:
            found.setdefault(attribute, value)
        entity: Entity = self._made(self.entity, found, item)
        return entity

    def part_from(self, into: type[BaseModel], item: Mapping[str, Any]) -> Any:
        """A model of some of the attributes."""
        return self._made(into, {**dict(absent_values(into)), **item}, item)

    def _made(self, model: type[Any], item: dict[str, Any], key: Mapping[str, Any]) -> Any:
        try:
            return model.model_validate(item)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            told = "/".join(str(key[name]) for name in self.table.key_names if name in key) or "an item"
            raise ForeignItemError(
                f"{self.name} cannot be read from {told}: {place}: {first['msg']}"
            ) from error

    def _upgraded(self, item: dict[str, Any], form: int) -> dict[str, Any]:
        stored = self.entity.stored
        if form > stored.schema:
            raise ForeignItemError(
                f"{self.name}: the item is of form {form}, this program knows {stored.schema}"
            )
        for number in range(form, stored.schema):
            item = stored.upgrades[number](item)
        return item


def checked_by(validator: SchemaValidator, place: str, value: Any) -> Any:
    """Raises ArgumentError, naming the place."""
    try:
        return validator.validate_python(value)
    except ValidationError as error:
        says = error.errors(include_url=False)[0]["msg"]
        raise ArgumentError(f"{place}: {says}, not {value!r}") from error


def _fields_of(templates: Iterable[Template]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for template in templates for name in template.attributes))
