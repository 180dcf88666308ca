"""An entity in its table: which template makes each key attribute; entity -> item, item -> entity.

Everything that writes takes its keys from here, so an update cannot compose a key otherwise than a put does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from stator.model.attributes import plain, seconds
from stator.model.entities import Entity, attribute_of, entity_name, field_of, field_validator
from stator.model.faults import ArgumentError, ForeignItemError, KeyValueError
from stator.model.tables import Table
from stator.model.templates import Template

SCHEMA_ATTRIBUTE: Final = "_schema"


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """`templates`: key attribute -> template, for those that the entity has."""

    entity: type[Entity]
    table: Table
    templates: Mapping[str, Template]

    @property
    def name(self) -> str:
        return entity_name(self.entity)

    @property
    def composed(self) -> dict[str, Template]:
        """The key attributes that are no field of their own."""
        return {
            attribute: template
            for attribute, template in self.templates.items()
            if not (template.is_raw and attribute_of(self.entity, template.attributes[0]) == attribute)
        }

    def way(self, index: str | None) -> tuple[Template, Template | None] | None:
        """The templates of the table's key or of an index's; None: this entity is not in that index."""
        pk, sk = self.table.keys(index)
        partition = self.templates.get(pk.name)
        sort = None if sk is None else self.templates.get(sk.name)
        if partition is None or (sk is not None and sort is None):
            return None
        return partition, sort

    @property
    def key_fields(self) -> tuple[str, ...]:
        """The fields that say which item it is, in the order of the key."""
        names = (name for key in self.table.key_names for name in self.templates[key].attributes)
        return tuple(dict.fromkeys(names))

    # To the item

    def checked(self, name: str, value: Any) -> Any:
        """A value for a field, as the field's type has it. Raises ArgumentError, naming it."""
        try:
            return field_validator(self.entity, name).validate_python(value)
        except ValidationError as error:
            says = error.errors(include_url=False)[0]["msg"]
            raise ArgumentError(f"{self.name}.{name}: {says}, not {value!r}") from error

    def attribute(self, name: str, value: Any) -> Any:
        """A field's value as the item holds it; None: not at all."""
        return seconds(value) if name == self.entity.stored.expires else plain(name, value)

    def key(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The item's key. Raises ArgumentError for an attribute that is missing."""
        missing = [name for name in self.key_fields if values.get(name) is None]
        if missing:
            raise ArgumentError(f"{self.name}: its key needs {', '.join(missing)}")
        return {attribute: self._key(attribute, values) for attribute in self.table.key_names}

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

    def keys_from(self, values: Mapping[str, Any], attributes: Any) -> dict[str, Any]:
        """Key attribute -> its value from the fields' values; None where the item must not have it."""
        return {attribute: self._key(attribute, values) for attribute in attributes}

    def item(self, entity: Entity) -> dict[str, Any]:
        """What a put stores."""
        values = {name: getattr(entity, name) for name in type(entity).model_fields}
        item = {
            attribute_of(self.entity, name): self.attribute(name, value) for name, value in values.items()
        }
        for name, value in (entity.model_extra or {}).items():
            item[name] = plain(name, value)
        item.update(self.key(values))
        item.update(self.keys_from(values, self.composed))
        item.update(self.marks())
        return {name: value for name, value in item.items() if value is not None}

    def marks(self) -> dict[str, Any]:
        """What tells the entity and its form."""
        marks: dict[str, Any] = {}
        if self.table.type_attribute is not None:
            marks[self.table.type_attribute] = self.name
        if self.entity.stored.schema != 1:
            marks[SCHEMA_ATTRIBUTE] = self.entity.stored.schema
        return marks

    def _key(self, attribute: str, values: Mapping[str, Any]) -> Any:
        template = self.templates[attribute]
        if template.is_raw and template.attributes[0] == self.entity.stored.expires:
            return seconds(values.get(template.attributes[0]))
        try:
            return template.key(values)
        except KeyValueError as error:
            raise KeyValueError(f"{self.name}: {error}") from None

    # From the item

    def entity_from(self, item: Mapping[str, Any]) -> Entity:
        """Raises ForeignItemError for what this entity cannot be read from."""
        plain_item = self._upgraded(dict(item))
        for attribute in (*self.composed, self.table.type_attribute, SCHEMA_ATTRIBUTE):
            if attribute is not None and field_of(self.entity, attribute) is None:
                plain_item.pop(attribute, None)
        entity: Entity = self._made(self.entity, plain_item, item)
        return entity

    def part_from(self, into: type[BaseModel], item: Mapping[str, Any]) -> Any:
        """A model of some of the attributes."""
        return self._made(into, dict(item), item)

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

    def _upgraded(self, item: dict[str, Any]) -> dict[str, Any]:
        stored = self.entity.stored
        form = int(item.get(SCHEMA_ATTRIBUTE, 1))
        if form > stored.schema:
            raise ForeignItemError(
                f"{self.name}: the item is of form {form}, this program knows {stored.schema}"
            )
        for number in range(form, stored.schema):
            item = stored.upgrades[number](item)
        return item
