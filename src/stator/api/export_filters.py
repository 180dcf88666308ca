"""FilterSpecification of an export: a key condition, a filter and a projection, each as Query's.

A key condition bounds what is read of the table, to one partition key value; then the filter cannot name key
attributes.
"""

from __future__ import annotations

from dataclasses import dataclass

from stator.api.call import Request
from stator.api.conditions import Filter, check_key_paths, filter_of, key_conditions_of, projection_of
from stator.api.key_conditions import split_conditions
from stator.api.queries import refuse_key_filter
from stator.engine.catalogue import Table
from stator.engine.intervals import Interval, SortCondition, collection_prefix, query_interval
from stator.expressions import Placeholders, Projection


@dataclass(frozen=True, slots=True)
class CheckedFilter:
    """What was checked without the table. `conditions`: None without a key condition."""

    filter: Filter | None
    projection: Projection | None
    conditions: list[SortCondition] | None


def checked_filter(asked: Request) -> CheckedFilter:
    """Raises ValidationException with Query's texts."""
    placeholders = Placeholders.of_request(asked)
    expressions = "ProjectionExpression", "FilterExpression", "KeyConditionExpression"
    placeholders.refuse_mixed(asked, expressions, ())
    has_condition = asked.get("KeyConditionExpression") is not None
    read_conditions = key_conditions_of(asked, placeholders) if has_condition else None
    filter_ = filter_of(asked, placeholders)
    projection = projection_of(asked, placeholders)
    placeholders.refuse_unused()
    return CheckedFilter(filter_, projection, None if read_conditions is None else read_conditions())


def interval_within(table: Table, checked: CheckedFilter) -> Interval | None:
    """The rows that the key condition selects, as what follows the table's own prefix in their keys; an empty stop is
    the table's end. None: all rows. Raises ValidationException with Query's texts."""
    conditions = checked.conditions
    interval: Interval | None = None
    if conditions is not None:
        partition, sort = split_conditions(table, None, conditions, None)
        start, stop = query_interval(collection_prefix(table, None, partition), None, sort)
        prefix = table.item_prefix
        interval = start.removeprefix(prefix), stop[len(prefix) :] if stop.startswith(prefix) else b""
        refuse_key_filter(table, None, checked.filter, "Filter Expression")
    for paths in (checked.projection, checked.filter):
        if paths is not None:
            check_key_paths(table, paths.nested)
    return interval
