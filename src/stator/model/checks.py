"""A design's classes -> its layouts, and every fault of tables and entities. `serving` checks the patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from typing import Any

from pydantic.fields import FieldInfo

from stator.model.entities import Entity, attribute_of, entity_name, field_of
from stator.model.kinds import bare, is_as_long_always, is_key_part, is_optional, key_type
from stator.model.layouts import Layout
from stator.model.tables import Gsi, Lsi, Table, key_attributes
from stator.model.templates import ESCAPED_SEPARATOR, Slot, Template, are_apart, parse

GSIS_MAX = 20
LSIS_MAX = 5
KEY_ATTRIBUTES_MAX = 4


def table_faults(tables: Sequence[Table]) -> list[str]:
    faults: list[str] = []
    names = [table.name for table in tables]
    faults += [f"table {name} is declared twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    if not tables:
        faults.append("a design needs a table")
    for table in tables:
        faults += [f"table {table.name}: {fault}" for fault in _faults_of(table)]
    return faults


def _faults_of(table: Table) -> list[str]:
    faults: list[str] = []
    indexes = [index.name for index in table.indexes]
    faults += [
        f"index {name} is declared twice" for name in dict.fromkeys(indexes) if indexes.count(name) > 1
    ]
    local = [index for index in table.indexes if isinstance(index, Lsi)]
    if local and table.sk is None:
        faults.append(f"local index {local[0].name} needs a table with a sort key")
    if len(local) > LSIS_MAX:
        faults.append(f"{len(local)} local indexes; a table has at most {LSIS_MAX}")
    if len(indexes) - len(local) > GSIS_MAX:
        faults.append(f"{len(indexes) - len(local)} global indexes; a table has at most {GSIS_MAX}")
    faults += [fault for index in table.indexes for fault in _index_faults(index)]
    kinds: dict[str, str] = {}
    for way in table.ways:
        for key in table.key_attributes(way):
            if kinds.setdefault(key.name, key.type) != key.type:
                faults.append(f"{key.name} is {kinds[key.name]} in one key and {key.type} in another")
    if len(set(table.key_names)) < len(table.key_names):
        faults.append(f"{table.key_names[0]} is both its partition key and its sort key")
    return faults


def _index_faults(index: Gsi | Lsi) -> list[str]:
    """How many attributes its key has, and that they differ."""
    if isinstance(index, Lsi):
        count = len(key_attributes(index.sk))
        return [] if count == 1 else [f"local index {index.name} has {count} sort attributes; it has one"]
    faults = []
    partition, sort = key_attributes(index.pk), key_attributes(index.sk)
    for what, keys in (("partition", partition), ("sort", sort)):
        if len(keys) > KEY_ATTRIBUTES_MAX:
            faults.append(
                f"index {index.name} has {len(keys)} {what} attributes; it has at most {KEY_ATTRIBUTES_MAX}"
            )
    names = [key.name for key in (*partition, *sort)]
    if not partition:
        faults.append(f"index {index.name} has no partition attribute")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        faults.append(f"index {index.name} has {twice} twice in its key")
    return faults


def layouts_of(
    tables: Sequence[Table], entities: Sequence[type[Entity]]
) -> tuple[dict[type[Entity], Layout], list[str]]:
    layouts: dict[type[Entity], Layout] = {}
    faults: list[str] = []
    names = [entity_name(entity) for entity in entities]
    faults += [f"entity {name} is declared twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    for entity in entities:
        layout, found = _layout(tables, entity)
        faults += [f"{entity_name(entity)}: {fault}" for fault in found]
        if layout is not None and not found:
            layouts[entity] = layout
    for table in tables:
        together = [layout for layout in layouts.values() if layout.table is table]
        pairs = [pair for pair in combinations(together, 2) if _share_keys(table, *pair)]
        if pairs and table.type_attribute is None:
            alike = ", ".join(layout.name for layout in pairs[0])
            faults.append(f"table {table.name}: {alike} cannot be told apart without a type_attribute")
        for layout in {layout for pair in pairs for layout in pair}:
            layouts[layout.entity] = replace(layout, shares_keys=True)
    return layouts, faults


def _share_keys(table: Table, one: Layout, other: Layout) -> bool:
    return not any(are_apart(one.templates[name], other.templates[name]) for name in table.key_names)


def _layout(tables: Sequence[Table], entity: type[Entity]) -> tuple[Layout | None, list[str]]:
    stored = entity.stored
    if stored.table is None and len(tables) != 1:
        return None, ["say its table: the design has several"]
    table = tables[0] if stored.table is None else next((t for t in tables if t.name == stored.table), None)
    if table is None:
        return None, [f"there is no table {stored.table}"]
    if not entity.__pydantic_complete__ and not entity.model_rebuild(raise_errors=False):
        return None, ["a type of its fields is not known where its class is made"]
    templates, faults = _templates(table, entity)
    faults += _option_faults(table, entity) + _default_faults(entity) + _alias_faults(entity)
    if not faults:
        for key in table.key_names:
            optional = [name for name in templates[key].attributes if is_optional(_type_of(entity, name))]
            faults += [f"{name} may be None, but is part of the key {key}" for name in optional]
    return (None if faults else Layout(entity, table, templates)), faults


def _templates(table: Table, entity: type[Entity]) -> tuple[dict[str, Template], list[str]]:
    stored = entity.stored
    kinds = table.attributes()
    templates: dict[str, Template] = {}
    faults = [
        f"{name} is no key attribute of table {table.name}" for name in stored.keys if name not in kinds
    ]
    for attribute, kind in kinds.items():
        text = stored.keys.get(attribute)
        if text is None:
            name = field_of(entity, attribute)
            if name is not None:
                text = f"{{{name}}}"
            elif attribute in table.key_names:
                faults.append(f"its key needs {attribute}: give a template, or a field of that name")
        if text is None:
            continue
        try:
            templates[attribute] = parse(text, stored.separator)
        except ValueError as error:
            faults.append(f"the template of {attribute} {error}")
            continue
        faults += _template_faults(table, entity, attribute, kind, templates[attribute])
    return templates, faults


def _template_faults(
    table: Table, entity: type[Entity], attribute: str, kind: str, template: Template
) -> list[str]:
    unknown = [name for name in template.attributes if name not in entity.model_fields]
    if unknown:
        return [f"the template of {attribute} holds {unknown[0]}, which is no attribute of it"]
    own = field_of(entity, attribute)
    if own is not None and template.text != f"{{{own}}}":
        return [f"{attribute} is an attribute and cannot be composed of others as well"]
    if kind != "S" and not template.is_raw:
        return [f"{attribute} is a number: its template is one attribute alone"]
    if template.is_raw:
        found = key_type(
            _type_of(entity, template.attributes[0]), template.attributes[0] == entity.stored.expires
        )
        if found != kind:
            return [f"{attribute} is {kind}, but {template.attributes[0]} is {found or 'no key value'}"]
        return []
    sorts = [key.name for way in table.ways for key in table.key(way)[1]]
    is_sort = attribute in sorts
    faults = [_slot_fault(entity, attribute, slot, is_sort) for slot in template.slots]
    return [fault for fault in faults if fault]


def _slot_fault(entity: type[Entity], attribute: str, slot: Slot, is_sort: bool) -> str:
    plain = bare(_type_of(entity, slot.attribute))
    if plain in (float, Decimal):
        return f"{slot.attribute} is a {plain.__name__}, which cannot be part of the text {attribute}"
    if plain is int and is_sort and not slot.width:
        return f"{slot.attribute} is a number without a width in {attribute}: {{{slot.attribute}:10}} keeps the order"
    if slot.width and plain is not int:
        return f"{slot.attribute} has a width in {attribute}, but is no int"
    if not is_key_part(plain):
        return f"{slot.attribute} cannot be part of the text {attribute}"
    return ""


def _option_faults(table: Table, entity: type[Entity]) -> list[str]:
    stored = entity.stored
    faults = []
    for option in ("version", "expires", "deleted", "updated"):
        name = getattr(stored, option)
        if name is not None and name not in entity.model_fields:
            faults.append(f"{option} is {name}, which is no attribute of it")
    if stored.expires in entity.model_fields and attribute_of(entity, str(stored.expires)) != table.ttl:
        faults.append(f"it expires by {stored.expires}, but table {table.name} by {table.ttl or 'nothing'}")
    if stored.deleted in entity.model_fields and not is_optional(_type_of(entity, str(stored.deleted))):
        faults.append(f"{stored.deleted} must take None: it is set when the item is deleted")
    for names in stored.uniques:
        faults += [
            f"unique is {name}, which is no attribute of it"
            for name in names
            if name not in entity.model_fields
        ]
    if stored.uniques and any(key.type != "S" for key in table.key_attributes()):
        faults.append(f"unique needs a table whose key is text; {table.name} has another")
    if stored.uniques and stored.expires:
        faults.append("unique values and an expiry: a value would stay taken after its item is gone")
    missing = [number for number in range(1, stored.schema) if number not in stored.upgrades]
    faults += [f"form {stored.schema} needs an upgrade from {number}" for number in missing]
    return faults


def _default_faults(entity: type[Entity]) -> list[str]:
    """What is absent comes back as the default: so that must be what was absent."""
    faults = []
    for name, info in entity.model_fields.items():
        default = info.get_default(call_default_factory=False)
        if info.default_factory is not None and is_optional(info.annotation):
            faults.append(
                f"{name} may be None, which is stored as nothing and comes back as its default_factory's"
            )
            continue
        if info.is_required() or default is None:
            continue
        if is_optional(info.annotation):
            faults.append(
                f"{name} may be None, which is stored as nothing and comes back as its default {default!r}"
            )
        elif isinstance(default, (set, frozenset)) and default:
            faults.append(
                f"{name} may be empty, which is stored as nothing and comes back as its default {default!r}"
            )
    return faults


def _alias_faults(entity: type[Entity]) -> list[str]:
    """A field is read by the name that it is written under."""
    faults = []
    for name, info in entity.model_fields.items():
        written = attribute_of(entity, name)
        if written not in _read_as(name, info):
            faults.append(f"{name} is written as {written}, which it cannot be read as: give it one alias")
    return faults


def _read_as(name: str, info: FieldInfo) -> list[str]:
    given = info.validation_alias or info.alias or name
    choices = getattr(given, "choices", [given])
    return [name, *(choice for choice in choices if isinstance(choice, str))]


def _type_of(entity: type[Entity], name: str) -> Any:
    return entity.model_fields[name].annotation


def is_ordered_in_place(entity: type[Entity], slot: Slot, separator: str) -> bool:
    """Whether a range over a slot that others follow means what it says: always with "#", else where it is as long
    always."""
    fixed = slot.width > 0 or is_as_long_always(_type_of(entity, slot.attribute))
    return separator == ESCAPED_SEPARATOR or fixed
