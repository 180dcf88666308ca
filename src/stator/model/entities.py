"""Entities: Pydantic models that say how they are stored.

class Order(Entity):
    stored = Stored({"pk": "CUSTOMER#{customer_id}", "sk": "ORDER#{placed_at}#{order_id}"}, version="version")

    customer_id: str
    order_id: str
    placed_at: AwareDatetime
    version: int = 0

A key attribute without a template is the field of that name, or with that alias. An attribute that is None is not
stored; an index whose key would hold it does not have the item, which is how an index is made sparse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, Final, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo
from pydantic_core import SchemaValidator, core_schema

from stator.model.kinds import is_optional, is_set
from stator.model.templates import ESCAPED_SEPARATOR

E = TypeVar("E", bound="Entity")
_FIELDS_MAX: Final = 8192
Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Stored:
    """How an entity is stored. `keys`: key attribute -> template.

    `table`: which one, in a design with several. `name`: what `type_attribute` says, the class's name unless given.
    `version`: the int field that counts writes, for optimistic locking. `expires`: the field with the moment after
    which the item is not there (an int of epoch seconds, or a datetime). `deleted`: the field (a datetime or None) that
    a soft delete sets. `unique`: fields, or tuples of fields, whose value no two items share. `updated`: a datetime
    field that every write sets.
    `schema`: the number of the form that is written now; `upgrades`: from a number, how an item of that form (its
    attributes, plain) becomes one of the next. `item_bytes`, `per_partition`, `writes_per_s` (to a partition): what is
    expected, for warnings and capacity."""

    keys: Mapping[str, str] = field(default_factory=dict)
    table: str | None = None
    name: str | None = None
    separator: str = ESCAPED_SEPARATOR
    version: str | None = None
    expires: str | None = None
    deleted: str | None = None
    updated: str | None = None
    unique: Sequence[str | tuple[str, ...]] = ()
    schema: int = 1
    upgrades: Mapping[int, Upgrade] = field(default_factory=dict)
    item_bytes: int | None = None
    per_partition: int | None = None
    writes_per_s: int | None = None

    @property
    def uniques(self) -> list[tuple[str, ...]]:
        return [(each,) if isinstance(each, str) else tuple(each) for each in self.unique]


class Entity(BaseModel):
    """A kind of item."""

    model_config = ConfigDict(populate_by_name=True, ignored_types=(Stored,), validate_default=False)

    stored: ClassVar[Stored] = Stored()


def entity_name(entity: type[Entity]) -> str:
    return entity.stored.name or entity.__name__


@lru_cache(_FIELDS_MAX)
def attribute_of(entity: type[BaseModel], name: str) -> str:
    """What a field is called in the item."""
    info: FieldInfo = entity.model_fields[name]
    return info.serialization_alias or info.alias or name


@lru_cache(_FIELDS_MAX)
def field_of(entity: type[BaseModel], attribute: str) -> str | None:
    """The field that an item's attribute is; None: none is."""
    return next((name for name in entity.model_fields if attribute_of(entity, name) == attribute), None)


@lru_cache(_FIELDS_MAX)
def field_validator(entity: type[BaseModel], name: str) -> SchemaValidator:
    """What checks a value for a field by itself, as the model does: its type, constraints and validators."""
    schema: Any = entity.__pydantic_core_schema__
    definitions: list[Any] = []
    if schema["type"] == "definitions":
        definitions, schema = schema["definitions"], schema["schema"]
    while schema["type"] != "model-fields":
        if schema["type"] == "definition-ref":
            wanted = schema["schema_ref"]
            schema = next(each for each in definitions if each.get("ref") == wanted)
        else:
            schema = schema["schema"]
    found = schema["fields"][name]["schema"]
    return SchemaValidator(core_schema.definitions_schema(found, definitions) if definitions else found)


@lru_cache(_FIELDS_MAX)
def absent_values(model: type[BaseModel]) -> tuple[tuple[str, Any], ...]:
    """What the required fields are that may be stored as nothing: None, or an empty set."""
    required = [
        (attribute_of(model, name), info) for name, info in model.model_fields.items() if info.is_required()
    ]
    return (
        *((attribute, None) for attribute, info in required if is_optional(info.annotation)),
        *((attribute, frozenset()) for attribute, info in required if is_set(info.annotation)),
    )
