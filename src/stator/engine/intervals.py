"""From key conditions to the interval of rows that they select.

In a table the sort key is the last part of a row's key; in an index every sort attribute is a self-delimiting part
with more behind it. Either way the rows of one item collection share a prefix, equalities on leading sort attributes
lengthen it, and one inequality on the next attribute bounds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stator.engine.catalogue import Index, Table
from stator.keys.encoding import partition_hash, sort_key, sort_key_part, sort_key_part_prefix
from stator.keys.space import segment_bounds, successor
from stator.values import AttributeValue, Item

Interval = tuple[bytes, bytes]


INDEXABLE = frozenset(("=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"))


@dataclass(frozen=True, slots=True)
class SortCondition:
    """`operator`: one of INDEXABLE, BETWEEN with two values; a legacy condition may bring another, to be refused."""

    name: str
    operator: str
    values: tuple[AttributeValue, ...]


def collection_prefix(table: Table, index: Index | None, partition: Item) -> bytes:
    """What the keys of all rows with these partition key attributes begin with."""
    if index is None or index.local:
        prefix = table.item_prefix if index is None else index.prefix
        return prefix + partition_hash(table.salt, (partition[table.partition.name],))
    return index.prefix + partition_hash(table.salt, [partition[key.name] for key in index.partition])


def query_interval(table_prefix: bytes, index: Index | None, conditions: Sequence[SortCondition]) -> Interval:
    """Rows of the collection `table_prefix` that meet the conditions, given in the order of the sort key."""
    encode = sort_key if index is None else sort_key_part
    after = _after_exact if index is None else successor
    prefix = table_prefix
    for place, condition in enumerate(conditions):
        if condition.operator != "=":
            assert place == len(conditions) - 1, "an inequality is the last condition"
            return _bounds(prefix, condition, encode, after)
        prefix += encode(condition.values[0])
    if index is None and conditions:
        return prefix, _after_exact(prefix)
    return prefix, successor(prefix)


def _after_exact(key: bytes) -> bytes:
    return key + b"\0"


def _bounds(
    prefix: bytes,
    condition: SortCondition,
    encode: Callable[[AttributeValue], bytes],
    after: Callable[[bytes], bytes],
) -> Interval:
    operator, values = condition.operator, condition.values
    if operator == "begins_with":
        begin = prefix + (sort_key(values[0]) if encode is sort_key else sort_key_part_prefix(values[0]))
        return begin, successor(begin)
    low = prefix + encode(values[0])
    if operator == "<":
        return prefix, low
    if operator == "<=":
        return prefix, after(low)
    if operator == ">":
        return after(low), successor(prefix)
    if operator == ">=":
        return low, successor(prefix)
    assert operator == "BETWEEN"
    return low, after(prefix + encode(values[1]))


def scan_interval(table: Table, index: Index | None, segment: int, total: int) -> Interval:
    """A parallel scan's slice; the whole space for segment 0 of 1."""
    return segment_bounds(table.item_prefix if index is None else index.prefix, segment, total)


def restart(interval: Interval, place: bytes, reverse: bool) -> Interval:
    """What is left of the interval beyond `place`, in the direction of reading."""
    start, stop = interval
    return (start, min(stop, place)) if reverse else (max(start, place + b"\0"), stop)
