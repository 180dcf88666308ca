"""From a SELECT to the reads it takes: queries of item collections, or one scan.

A WHERE whose every branch gives the partition key is read by queries, at most PARTIQL_READS_MAX of them; any other by a
scan with the WHERE as its filter. The service refuses branches of one partition whose sort keys may overlap, unless
one of them negates a condition on the sort key; those are read once, together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cmp_to_key

from stator.engine.catalogue import Index, KeyAttribute, Table
from stator.engine.intervals import (
    Interval,
    SortCondition,
    collection_prefix,
    query_interval,
    scan_interval,
)
from stator.engine.item_keys import checked_key, stored_key
from stator.errors import ValidationException
from stator.keys.space import successor
from stator.limits import PARTIQL_READS_MAX
from stator.partiql.bindings import Values
from stator.partiql.branches import Branch, Keys, branches_of, too_many_reads
from stator.partiql.where import Where
from stator.partiql.write_keys import named_item
from stator.values import AttributeValue, Item, compare, equal

Order = Sequence[tuple[str, bool]]
"""Attribute and whether descending."""


@dataclass(frozen=True, slots=True)
class Read:
    """An interval of rows; `collection` is the item collection it lies in, None for a scan or one item. `single`: it is
    one item's whole key, so nothing follows what it finds."""

    interval: Interval
    collection: Interval | None = None
    single: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`exact`: the intervals hold what the WHERE asks and nothing besides. `filtered`: of each branch that is read by
    its key, the attributes it looks at besides; empty for a scan."""

    reads: tuple[Read, ...]
    exact: bool
    reverse: bool = False
    filtered: tuple[tuple[str, ...], ...] = ()

    @property
    def is_scan(self) -> bool:
        """Whether it reads all of a table or an index."""
        return any(read.collection is None and not read.single for read in self.reads)


@dataclass(frozen=True, slots=True)
class Schema:
    """The key of what is read: one partition attribute, and one sort attribute or none."""

    partition: KeyAttribute
    sort: KeyAttribute | None

    @classmethod
    def of(cls, table: Table, index: Index | None) -> Schema:
        if index is None:
            return cls(table.partition, table.sort)
        return cls(index.partition[0], index.sort[0] if index.sort else None)

    @property
    def keys(self) -> Keys:
        return Keys(self.partition.name, None if self.sort is None else self.sort.name)


def keyed_branches(where: Where | None, values: Values, schema: Schema) -> list[Branch]:
    """The branches that can be read by their keys; none when only a scan will do. Raises ValidationException when
    they are too many."""
    if where is None:
        return []
    branches = branches_of(where.root, values, schema.keys)
    if any(branch.partition is None for branch in branches):
        return []
    if len(branches) > PARTIQL_READS_MAX:
        raise too_many_reads()
    return branches


def select_plan(table: Table, index: Index | None, where: Where | None, values: Values, order: Order) -> Plan:
    """Raises ValidationException for what the service does not read."""
    if index is None and not order:
        whole = _whole_key(table, where, values)
        if whole is not None:
            return whole
    schema = Schema.of(table, index)
    branches = keyed_branches(where, values, schema)
    if order:
        _check_order(order, where, branches, schema)
    if not branches:
        return Plan((Read(scan_interval(table, index, 0, 1)),), where is None)
    check_key_types(branches, schema)
    reads = _reads(table, index, schema, branches)
    exact = all(branch.exact for branch in branches)
    filtered = tuple(branch.filtered for branch in branches)
    if not order:
        return Plan(tuple(_flat(reads)), exact, filtered=filtered)
    directions = dict(reversed(order))
    reverse = schema.sort is None or directions.get(schema.sort.name, True)
    reads.sort(
        key=cmp_to_key(lambda a, b: compare(a.partition, b.partition) or 0),
        reverse=directions.get(schema.partition.name, False),
    )
    for group in reads:
        group.reads.sort(key=lambda read: read.interval, reverse=reverse)
    return Plan(tuple(_flat(reads)), exact, reverse, filtered)


def _whole_key(table: Table, where: Where | None, values: Values) -> Plan | None:
    """The commonest SELECT of all, of one item: planned as any other would be, without taking the WHERE apart."""
    named = named_item(table, where, values)
    if named.conditions or len(named.key) < len(table.keys):
        return None
    try:
        checked_key(table.keys, 1, named.key)
    except ValidationException:
        return None
    row = stored_key(table, named.key)
    return Plan((Read((row, row + b"\0"), single=True),), exact=True)


def check_key_types(branches: Sequence[Branch], schema: Schema) -> None:
    """Refuses values that no key can have."""
    for branch in branches:
        assert branch.partition is not None
        _check_type(schema.partition, branch.partition)
        for condition in branch.sort:
            assert schema.sort is not None
            for value in condition.values:
                _check_type(schema.sort, value)
        checked_key((schema.partition,), 1, {schema.partition.name: branch.partition})


def has_key_types(branches: Sequence[Branch], schema: Schema) -> bool:
    try:
        check_key_types(branches, schema)
    except ValidationException:
        return False
    return True


def check_overlaps(table: Table, index: Index | None, branches: Sequence[Branch]) -> None:
    """Refuses branches that may find one item twice. The values fit the key's types."""
    _reads(table, index, Schema.of(table, index), branches)


def _check_type(schema: KeyAttribute, value: AttributeValue) -> None:
    if schema.type not in value:
        raise ValidationException(
            f"Key attribute's data type should match its data type in table's schema: Key {schema.name}"
        )


@dataclass(slots=True)
class _Group:
    """The reads of one partition."""

    partition: AttributeValue
    prefix: bytes
    reads: list[Read]


def _reads(table: Table, index: Index | None, schema: Schema, branches: Sequence[Branch]) -> list[_Group]:
    groups: list[_Group] = []
    by_prefix: dict[bytes, list[tuple[Interval, Branch]]] = {}
    for branch in branches:
        assert branch.partition is not None
        key: Item = {schema.partition.name: branch.partition}
        prefix = collection_prefix(table, index, key)
        if prefix not in by_prefix:
            groups.append(_Group(branch.partition, prefix, []))
        by_prefix.setdefault(prefix, []).append((_interval(prefix, index, branch.sort), branch))
    for group in groups:
        found = by_prefix[group.prefix]
        _refuse_overlaps(found)
        collection = (group.prefix, successor(group.prefix))
        for interval in _merged([interval for interval, _ in found]):
            single = index is None and _is_single(schema, found[0][1])
            group.reads.append(Read(interval, collection, single and len(found) == 1))
    return groups


def _interval(prefix: bytes, index: Index | None, conditions: Sequence[SortCondition]) -> Interval:
    start, stop = query_interval(prefix, index, ())
    for condition in conditions:
        low, high = query_interval(prefix, index, (condition,))
        start, stop = max(start, low), min(stop, high)
    return start, stop


def _is_single(schema: Schema, branch: Branch) -> bool:
    return schema.sort is None or any(condition.operator == "=" for condition in branch.sort)


def _refuse_overlaps(found: Sequence[tuple[Interval, Branch]]) -> None:
    for place, ((start, stop), branch) in enumerate(found):
        for (other_start, other_stop), other in found[:place]:
            if branch.negated or other.negated:
                continue
            if max(start, other_start) < min(stop, other_stop):
                raise ValidationException(
                    "Overlapping conditions with range keys are not supported in where clause"
                )


def _merged(intervals: list[Interval]) -> list[Interval]:
    """In the order given, but those that overlap as one."""
    if len(intervals) == 1:
        return intervals
    merged: list[Interval] = []
    for start, stop in intervals:
        apart = []
        for other in merged:
            if max(start, other[0]) < min(stop, other[1]):
                start, stop = min(start, other[0]), max(stop, other[1])
            else:
                apart.append(other)
        merged = [*apart, (start, stop)]
    return merged


def _flat(groups: Sequence[_Group]) -> list[Read]:
    return [read for group in groups for read in group.reads]


def _check_order(order: Order, where: Where | None, branches: Sequence[Branch], schema: Schema) -> None:
    if where is None:
        raise ValidationException("Must have WHERE clause in the statement when using ORDER BY clause.")
    names = (schema.partition.name, None if schema.sort is None else schema.sort.name)
    for name, _ in order:
        if name not in names:
            raise ValidationException(f"Attribute {name} in ORDER BY clause must be part of the primary key")
    if not branches:
        raise ValidationException(
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
        )
    first = branches[0].partition
    several = any(not equal(first or {}, branch.partition or {}) for branch in branches)
    if several and all(name != schema.partition.name for name, _ in order):
        raise ValidationException(
            "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause."
        )
