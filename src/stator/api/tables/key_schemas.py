"""Key schemas of tables and indexes, and the attribute definitions they stand on, in AWS's order and words.

A table has one HASH attribute and at most one RANGE attribute; a local index the table's HASH and one RANGE; a global
index up to four of each, HASH first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stator.api.tables.refusals import invalid
from stator.engine.catalogue import KeyAttribute, ProjectionType, TableDescription
from stator.errors import ValidationException
from stator.limits import (
    INDEX_HASH_ATTRIBUTES_MAX,
    INDEX_RANGE_ATTRIBUTES_MAX,
    NON_KEY_ATTRIBUTES_MAX,
)

Elements = list[dict[str, str]]
"""A request's KeySchema."""
Definitions = dict[str, str]
"""Type by attribute name, in the request's order."""

SAME_NAME = "Both the Hash Key and the Range Key element in the KeySchema have the same name"
SAME_NAMES = "The KeySchema contains multiple key attributes with the same name"
FIRST_NOT_HASH = "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
SECOND_NOT_RANGE = "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
NO_DEFINITION = "Invalid KeySchema: Some index key attribute have no definition"


def definitions_of(request: dict[str, Any]) -> Definitions:
    """Raises ValidationException for a name that is defined twice."""
    definitions: Definitions = {}
    for definition in request.get("AttributeDefinitions") or ():
        name = definition["AttributeName"]
        if name in definitions:
            raise ValidationException(f"Attribute Name is duplicated: {name}")
        definitions[name] = definition["AttributeType"]
    return definitions


def table_keys(elements: Elements, definitions: Definitions) -> tuple[KeyAttribute, ...]:
    """Partition key, and sort key where there is one."""
    _refuse_undefined(elements, definitions)
    _refuse_misshapen(elements)
    return _attributes(elements, definitions)


def local_keys(
    name: str, elements: Elements, definitions: Definitions, table: tuple[KeyAttribute, ...]
) -> tuple[KeyAttribute, ...]:
    """The table's partition key and the index's sort key."""
    _refuse_undefined(elements, definitions)
    _refuse_misshapen(elements)
    if len(elements) < 2:
        raise invalid(f"Index KeySchema does not have a range key for index: {name}")
    own, tables = elements[0]["AttributeName"], table[0].name
    if own != tables:
        raise invalid(
            "Index KeySchema does not have the same leading hash key as table KeySchema for index: "
            f"{name}. index hash key: {own}, table hash key: {tables}"
        )
    return _attributes(elements, definitions)


def global_keys(
    elements: Elements, definitions: Definitions
) -> tuple[tuple[KeyAttribute, ...], tuple[KeyAttribute, ...]]:
    """Partition attributes and sort attributes."""
    _refuse_undefined(elements, definitions)
    names = [element["AttributeName"] for element in elements]
    if len(set(names)) < len(names):
        raise ValidationException(SAME_NAMES)
    kinds = [element["KeyType"] for element in elements]
    if kinds[0] != "HASH":
        raise ValidationException(FIRST_NOT_HASH)
    hashes = kinds.count("HASH")
    if "RANGE" in kinds[:hashes]:
        raise invalid("All HASH key attributes must precede RANGE key attributes in the KeySchema")
    if hashes > INDEX_HASH_ATTRIBUTES_MAX:
        raise invalid("The KeySchema exceeds the maximum allowed number of HASH key attributes")
    if len(kinds) - hashes > INDEX_RANGE_ATTRIBUTES_MAX:
        raise invalid("The KeySchema exceeds the maximum allowed number of RANGE key attributes")
    attributes = _attributes(elements, definitions)
    return attributes[:hashes], attributes[hashes:]


def _refuse_undefined(elements: Elements, definitions: Definitions) -> None:
    if len(elements) > len(definitions):
        raise ValidationException(NO_DEFINITION)
    names = [element["AttributeName"] for element in elements]
    if any(name not in definitions for name in names):
        raise invalid(
            "Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(definitions)}]"
        )


def _refuse_misshapen(elements: Elements) -> None:
    """Of a schema of one or two elements."""
    if len(elements) == 2 and elements[0]["AttributeName"] == elements[1]["AttributeName"]:
        raise ValidationException(SAME_NAME)
    if elements[0]["KeyType"] != "HASH":
        raise ValidationException(FIRST_NOT_HASH)
    if len(elements) == 2 and elements[1]["KeyType"] != "RANGE":
        raise ValidationException(SECOND_NOT_RANGE)


def _attributes(elements: Elements, definitions: Definitions) -> tuple[KeyAttribute, ...]:
    return tuple(
        KeyAttribute(element["AttributeName"], definitions[element["AttributeName"]]) for element in elements
    )


def refuse_unused(definitions: Definitions, used: Iterable[str], has_indexes: bool) -> None:
    """A new table defines the attributes of its keys and no others."""
    names = list(dict.fromkeys(used))
    if len(names) == len(definitions):
        return
    if not has_indexes:
        raise invalid(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in "
            "AttributeDefinitions"
        )
    raise invalid(
        f"Some AttributeDefinitions are not used. AttributeDefinitions: [{', '.join(definitions)}], "
        f"keys used: [{', '.join(names)}]"
    )


def refuse_redefined(table: TableDescription, keys: Iterable[KeyAttribute], kinds: Elements) -> None:
    """A new index cannot give another type to an attribute that the table or an index has as a key."""
    keys = tuple(keys)
    known = {attribute.name: attribute.type for attribute in table.attributes}
    if all(known.get(key.name, key.type) == key.type for key in keys):
        return
    old = [(table.partition, "HASH"), *(((table.sort, "RANGE"),) if table.sort else ())]
    new = zip(keys, (element["KeyType"] for element in kinds), strict=True)
    raise invalid(
        "Attributes cannot be redefined. Please check that your attribute has the same type as previously "
        f"defined. Existing schema: {_schema(old)} New schema: {_schema(new)}"
    )


def _schema(keys: Iterable[tuple[KeyAttribute, str]]) -> str:
    elements = (f"SchemaElement: key{{{key.name}:{key.type}:{kind}}}" for key, kind in keys)
    return f"Schema:[{', '.join(elements)}]"


def attributes_in_use(
    definitions: Definitions, keys: Iterable[KeyAttribute | None]
) -> tuple[KeyAttribute, ...]:
    """What a description lists: the attributes of all keys, by name."""
    names = {key.name for key in keys if key is not None}
    return tuple(KeyAttribute(name, definitions[name]) for name in sorted(names))


def projection_of(index: dict[str, Any]) -> tuple[ProjectionType, tuple[str, ...]]:
    """Type, and the attributes beyond the keys that an INCLUDE names, by name."""
    projection = index["Projection"]
    kind = projection.get("ProjectionType")
    names = projection.get("NonKeyAttributes")
    if kind is None:
        raise invalid("Unknown ProjectionType: null")
    if kind == ProjectionType.INCLUDE and names is None:
        raise invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    if kind != ProjectionType.INCLUDE and names is not None:
        raise invalid(f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    seen: set[str] = set()
    for name in names or ():
        if name in seen:
            raise invalid(f"Duplicate element in NonKeyAttributes: {name}")
        seen.add(name)
    return ProjectionType(kind), tuple(sorted(seen))


def refuse_projecting_too_much(non_key_attributes: Iterable[tuple[str, ...]]) -> None:
    """Attributes that INCLUDE projections name are counted once for each index."""
    if sum(map(len, non_key_attributes)) > NON_KEY_ATTRIBUTES_MAX:
        raise invalid(
            "The total number of NonKeyAttributes across all indexes exceeds the per-table limit of "
            f"{NON_KEY_ATTRIBUTES_MAX}"
        )
