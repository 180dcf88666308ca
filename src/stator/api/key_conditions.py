"""Which of a query's conditions is on which key attribute, and whether an index can serve them.

Every partition attribute is given by equality; sort attributes are given left to right without a gap, and only the
last one given may be an inequality.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stator.engine.catalogue import Index, KeyAttribute, Table
from stator.engine.intervals import INDEXABLE, Interval, SortCondition
from stator.engine.item_keys import SCHEMA_MISMATCH, checked_key
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
    table: Table, index: Index | None, conditions: Sequence[SortCondition], start: Item | None
) -> tuple[Item, list[SortCondition]]:
    """The partition attributes' values, and the sort conditions in key order. Raises ValidationException.

    The ExclusiveStartKey's part is looked at before the condition on the same attribute, as the service does."""
    partition, sort = schema_of(table, index)
    by_name = {condition.name: condition for condition in conditions}
    if start is not None:
        _check_start_size(table, index, start)
    keys = (*partition, *sort)
    if len(by_name) > len(keys):
        raise ValidationException(
            f"The number of query conditions ({len(by_name)}) exceeds the number of key attributes defined in "
            f"the schema ({len(keys)})"
        )
    given = 0
    for schema in keys:
        if start is not None:
            _check_start_part(start, schema)
        condition = by_name.get(schema.name)
        if condition is None:
            _refuse_missing(schema, partition, sort, by_name, given)
            continue
        _check_operands(condition, schema)
        if schema in partition and condition.operator != "=":
            raise ValidationException(_NOT_SUPPORTED)
        given += 1
    _refuse_early_range(sort, by_name)
    values = {schema.name: by_name[schema.name].values[0] for schema in partition}
    _refuse_large_operands(partition, values)
    return values, [by_name[schema.name] for schema in sort if schema.name in by_name]


def _refuse_missing(
    schema: KeyAttribute,
    partition: Sequence[KeyAttribute],
    sort: Sequence[KeyAttribute],
    by_name: Mapping[str, SortCondition],
    given: int,
) -> None:
    """A condition is needed on every partition attribute, and on a lone sort attribute when there is one left over."""
    left_over = len(by_name) > given and not any(each.name in by_name for each in sort)
    if schema in partition or left_over:
        raise ValidationException(f"Query condition missed key schema element: {schema.name}")


def _refuse_early_range(sort: Sequence[KeyAttribute], by_name: Mapping[str, SortCondition]) -> None:
    """Sort attributes before the last one given need equality."""
    present = [place for place, schema in enumerate(sort) if schema.name in by_name]
    if not present:
        return
    last = present[-1]
    loose = [
        schema.name
        for schema in sort[:last]
        if schema.name not in by_name or by_name[schema.name].operator != "="
    ]
    if loose:
        raise ValidationException(
            f"RANGE key attributes {', '.join(loose)} must have equality conditions specified in the query because "
            f"a condition is present on key attribute {sort[last].name}"
        )


def _refuse_large_operands(partition: Sequence[KeyAttribute], values: Item) -> None:
    checked_key(partition, len(partition), values)


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


def check_scan_start(table: Table, index: Index | None, start: Item) -> None:
    """Refuses an ExclusiveStartKey that does not hold what places it in the table or index."""
    if index is None:
        if len(start) != len(table.keys):
            raise ValidationException(f"{_BAD_START}: {SCHEMA_MISMATCH}")
        return
    _check_start_size(table, index, start)
    for schema in index.keys:
        _check_start_part(start, schema)


def _check_start_size(table: Table, index: Index | None, start: Item) -> None:
    names = set(table.key_names) if index is None else {*table.key_names, *index.names}
    if len(start) != len(names):
        raise ValidationException(_BAD_START)


def _check_start_part(start: Item, schema: KeyAttribute) -> None:
    if schema.name not in start:
        raise ValidationException(_BAD_START)
    checked_key((schema,), 1, start)


def check_start_key(table: Table, start: Item) -> None:
    """Refuses an ExclusiveStartKey without a proper key of the table."""
    try:
        checked_key(table.keys, 1, start)
    except ValidationException as error:
        raise ValidationException(f"{_BAD_START}: {error.message}") from error


def check_start_within(start: Item, place: bytes, partition: Item, ranged: bool, interval: Interval) -> None:
    """Refuses an ExclusiveStartKey outside what the query's conditions select.

    `place`: where the key's sort attributes lie in the collection that is queried; `ranged`: there are sort
    conditions."""
    if ranged and not interval[0] <= place < interval[1]:
        raise ValidationException("The provided starting key does not match the range key predicate")
    if any(start[name] != value for name, value in partition.items()):
        raise ValidationException(
            "The query can return at most one row and cannot be restarted"
            if ranged
            else "The provided starting key is outside query boundaries based on provided conditions"
        )
