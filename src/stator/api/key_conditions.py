"""Which of a query's conditions is on which key attribute, and whether an index can serve them.

Every partition attribute is given by equality; sort attributes are given left to right without a gap, and only the
last one given may be an inequality.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stator.engine.catalogue import Index, KeyAttribute, Table
from stator.engine.intervals import INDEXABLE, Interval, SortCondition
from stator.engine.item_keys import SCHEMA_MISMATCH, check_key
from stator.errors import ValidationException
from stator.values import Item

_INVALID = "One or more parameter values were invalid: "
_BAD_START = "The provided starting key is invalid"
_NOT_SUPPORTED = "Query key condition not supported"


def schema_of(table: Table, index: Index | None) -> tuple[Sequence[KeyAttribute], Sequence[KeyAttribute]]:
    """The partition and sort attributes of the table or the index."""
    if index is None:
        return table.keys[:1], table.keys[1:]
    return index.partition, index.sort


def split_conditions(
    table: Table, index: Index | None, conditions: Sequence[SortCondition]
) -> tuple[Item, list[SortCondition]]:
    """The partition attributes' values, and the sort conditions in key order. Raises ValidationException."""
    partition, sort = schema_of(table, index)
    by_name = {condition.name: condition for condition in conditions}
    _refuse_unserved(by_name, partition, sort)
    values = {schema.name: by_name[schema.name].values[0] for schema in partition}
    return values, _sort_conditions(by_name, sort)


def _refuse_unserved(
    by_name: Mapping[str, SortCondition], partition: Sequence[KeyAttribute], sort: Sequence[KeyAttribute]
) -> None:
    if not sort and len(by_name) > len(partition):
        raise ValidationException(_NOT_SUPPORTED)
    for schema in partition:
        condition = by_name.get(schema.name)
        if condition is None:
            raise ValidationException(f"Query condition missed key schema element: {schema.name}")
        _check_operands(condition, schema)
        if condition.operator != "=":
            raise ValidationException(_NOT_SUPPORTED)
    _refuse_gaps(by_name, len(partition), sort)


def _refuse_gaps(by_name: Mapping[str, SortCondition], given: int, sort: Sequence[KeyAttribute]) -> None:
    exact = True
    for schema in sort:
        condition = by_name.get(schema.name)
        if condition is None:
            if len(by_name) > given:
                raise ValidationException(f"Query condition missed key schema element: {schema.name}")
            return
        if not exact:
            raise ValidationException(_NOT_SUPPORTED)
        _check_operands(condition, schema)
        exact = condition.operator == "="
        given += 1


def _check_operands(condition: SortCondition, schema: KeyAttribute) -> None:
    if condition.operator not in INDEXABLE:
        raise ValidationException("Attempted conditional constraint is not an indexable operation")
    for value in condition.values:
        if schema.type not in value:
            raise ValidationException(f"{_INVALID}Condition parameter type does not match schema type")
    if condition.operator == "begins_with":
        return
    for value in condition.values:
        if value[schema.type] == "":
            word = "string" if schema.type == "S" else "binary"
            raise ValidationException(
                "One or more parameter values are not valid. The AttributeValue for a key attribute "
                f"cannot contain an empty {word} value. Key: {schema.name}"
            )


def _sort_conditions(
    by_name: Mapping[str, SortCondition], sort: Sequence[KeyAttribute]
) -> list[SortCondition]:
    return [by_name[schema.name] for schema in sort if schema.name in by_name]


def check_start_place(table: Table, index: Index | None, start: Item, scan: bool) -> None:
    """Refuses an ExclusiveStartKey that does not hold what places it in the table or index."""
    names = set(table.key_names) if index is None else {*table.key_names, *index.names}
    if len(start) != len(names):
        detail = f": {SCHEMA_MISMATCH}" if scan and index is None else ""
        raise ValidationException(f"{_BAD_START}{detail}")
    if scan and index is None:
        return
    keys = table.keys if index is None else index.keys
    if any(schema.name not in start for schema in keys):
        raise ValidationException(_BAD_START)
    check_key(keys, 1 if index is None else len(index.partition), start)


def check_start_key(table: Table, start: Item) -> None:
    """Refuses an ExclusiveStartKey without a proper key of the table."""
    try:
        check_key(table.keys, 1, start)
    except ValidationException as error:
        raise ValidationException(f"{_BAD_START}: {error.message}") from error


def check_start_within(
    start: Item, place: bytes, partition: Item, sort: Sequence[SortCondition], interval: Interval
) -> None:
    """Refuses an ExclusiveStartKey outside what the query's conditions select."""
    if sort and not interval[0] <= place < interval[1] and _same_partition(start, partition):
        raise ValidationException("The provided starting key does not match the range key predicate")
    if not _same_partition(start, partition):
        raise ValidationException(
            "The query can return at most one row and cannot be restarted"
            if sort
            else "The provided starting key is outside query boundaries based on provided conditions"
        )


def _same_partition(start: Item, partition: Item) -> bool:
    return all(start[name] == value for name, value in partition.items())
